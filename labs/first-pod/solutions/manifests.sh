# With manifests, a file copied into the container, and a forced replacement.
cat > hello.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: hello
  labels: {app: hello, team: web}
spec:
  containers:
    - name: landing-page
      image: docker.io/library/nginx:1.27-alpine
      ports: [{containerPort: 80}]
YAML
sed -i -e 's|image: .*|image: busybox:1.36|' \
  -e 's|# which environment?|env: [{name: GREETING, value: good morning}]|' clock.yaml
kubectl apply -f hello.yaml -f clock.yaml
kubectl wait --for=condition=Ready pod/hello pod/clock --timeout=120s
echo 'Welcome to Podlab' | kubectl exec -i hello -- sh -c 'cat > /usr/share/nginx/html/index.html'
kubectl patch pod hello -p '{"metadata":{"labels":{"tier":"demo"}}}'
sed -i 's|good morning|good evening|' clock.yaml
kubectl replace --force -f clock.yaml
kubectl wait --for=condition=Ready pod/clock --timeout=120s
