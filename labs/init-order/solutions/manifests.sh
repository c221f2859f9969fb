# Everything in manifests, the client created before the Service is there.
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
      env: [{name: NUMBER, valueFrom: {configMapKeyRef: {name: release, key: number}}}]
      command: [sh, -c, 'echo "$NUMBER" > /build/number']
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
kubectl apply -f site.yaml
kubectl apply -f - <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: site}
spec:
  selector: {app: site}
  ports: [{name: http, port: 80, targetPort: 80}]
YAML
kubectl wait --for=condition=Ready pod/site pod/client --timeout=120s
