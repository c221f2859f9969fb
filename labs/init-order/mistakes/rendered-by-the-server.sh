# The second step was put into the web server's own command.
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
      command: [sh, -c, 'echo "$NUMBER" > /work/number']
      volumeMounts: [{name: work, mountPath: /work}]
  containers:
    - name: web
      image: nginx:1.27-alpine
      command:
        - sh
        - -c
        - |
          echo "<h1>Release $(cat /usr/share/nginx/html/number)</h1>" > /usr/share/nginx/html/index.html
          exec nginx -g 'daemon off;'
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
