# The Service selects by a label that the Pod does not have, so nobody answers and the client waits.
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
      env: [{name: NUMBER, valueFrom: {configMapKeyRef: {name: release, key: number}}}]
      command: [sh, -c, 'echo "$NUMBER" > /work/number']
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
kubectl create service clusterip site --tcp=80:80
kubectl set selector service site app=web
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
      command: [sh, -c, 'until wget -q -T 2 -O /dev/null http://site/; do sleep 1; done']
  containers:
    - name: client
      image: busybox:1.36
      command: ["sh", "-c", "wget -q -T 5 -O - http://site/ && sleep 3600"]
YAML
