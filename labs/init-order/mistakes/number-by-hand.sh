# The number was copied into the command, and it is an old one.
cat > site.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: site
  labels: {app: site}
spec:
  terminationGracePeriodSeconds: 1
  initContainers:
    - name: fetch
      image: busybox:1.36
      command: [sh, -c, 'echo 42 > /work/number']
      volumeMounts: [{name: work, mountPath: /work}]
    - name: render
      image: busybox:1.36
      command: [sh, -c, 'echo "<h1>Release $(cat /work/number)</h1>" > /work/index.html']
      volumeMounts: [{name: work, mountPath: /work}]
  containers:
    - name: web
      image: nginx:1.27-alpine
      volumeMounts: [{name: work, mountPath: /usr/share/nginx/html}]
  volumes:
    - {name: work, emptyDir: {}}
YAML
kubectl apply -f site.yaml
kubectl expose pod site --port=80
cat > client.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: client
spec:
  terminationGracePeriodSeconds: 1
  initContainers:
    - name: wait-for-site
      image: busybox:1.36
      command: [sh, -c, 'until wget -q -T 2 -O /dev/null http://site/; do sleep 1; done']
  containers:
    - name: client
      image: busybox:1.36
      command: ["sh", "-c", "wget -q -T 5 -O - http://site/ && sleep 3600"]
YAML
kubectl apply -f client.yaml
kubectl wait --for=condition=Ready pod/site pod/client --timeout=120s
