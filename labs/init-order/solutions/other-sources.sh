# The whole ConfigMap as environment, the address in a variable, a Service made by kubectl create.
kubectl apply -f - <<'YAML'
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
      envFrom: [{configMapRef: {name: release}}]
      command: [sh, -c, 'echo "$number" > /build/number']
      volumeMounts: [{name: work, mountPath: /build}]
    - name: render
      image: busybox:1.36
      command: [sh, -c, 'echo "<h1>Release $(cat /build/number)</h1>" > /build/index.html']
      volumeMounts: [{name: work, mountPath: /build}]
  containers:
    - name: web
      image: nginx:1.27-alpine
      volumeMounts: [{name: work, mountPath: /usr/share/nginx/html}]
  volumes:
    - {name: work, emptyDir: {}}
YAML
kubectl create service nodeport site --tcp=80:80
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: client
spec:
  terminationGracePeriodSeconds: 1
  initContainers:
    - name: wait-for-site
      image: busybox:1.36
      env: [{name: TARGET, value: 'http://site:80/'}]
      command: [sh, -c, 'until wget -q --spider $TARGET; do sleep 1; done']
  containers:
    - name: client
      image: busybox:1.36
      command: ["sh", "-c", "wget -q -T 5 -O - http://site/ && sleep 3600"]
YAML
kubectl wait --for=condition=Ready pod/site pod/client --timeout=60s
