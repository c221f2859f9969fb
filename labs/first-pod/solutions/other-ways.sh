# A second container beside the server, the greeting out of a ConfigMap, a file copied in, the label applied.
cat > hello.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: hello
  labels:
    app: hello
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - {name: helper, image: "busybox:1.36", command: [sleep, "3600"]}
    - {name: web, image: "nginx:1.27-alpine"}
YAML
kubectl create configmap words --from-literal=greeting='good morning'
sed -i -e 's|image: .*|image: busybox:1.36|' \
  -e 's|# which environment?|env: [{name: GREETING, valueFrom: {configMapKeyRef: {name: words, key: greeting}}}]|' clock.yaml
kubectl apply -f hello.yaml -f clock.yaml
kubectl wait --for=condition=Ready pod/hello pod/clock --timeout=120s
echo 'Welcome to Podlab' > index.html
kubectl cp index.html hello:/usr/share/nginx/html/index.html -c web
sed -i 's|app: hello|app: hello\n    tier: demo|' hello.yaml
kubectl apply -f hello.yaml
kubectl create configmap words --from-literal=greeting='good evening' --dry-run=client -o yaml | kubectl apply -f -
kubectl delete -f clock.yaml
kubectl apply -f clock.yaml
kubectl wait --for=condition=Ready pod/clock --timeout=120s
