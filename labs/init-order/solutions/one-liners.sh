# Other commands, other mount paths, a named port, a third init container between the two.
cat > site.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: site
  labels: {app: site, tier: front}
spec:
  terminationGracePeriodSeconds: 1
  initContainers:
    - name: fetch
      image: docker.io/library/busybox:1.36
      env:
        - {name: GREETING, value: hello}
        - name: RELEASE
          valueFrom: {configMapKeyRef: {name: release, key: number}}
      command: ["sh", "-c"]
      args: ["printf '%s' \"$RELEASE\" > /data/number"]
      volumeMounts: [{name: pages, mountPath: /data}]
    - name: look
      image: busybox:1.36
      command: [cat, /build/number]
      volumeMounts: [{name: pages, mountPath: /build, readOnly: true}]
    - name: render
      image: busybox:1.36
      command: [sh, -c, 'read -r number < /build/number || true; echo "<h1>Release $number</h1>" > /build/index.html']
      volumeMounts: [{name: pages, mountPath: /build}]
  containers:
    - name: web
      image: nginx:1.27-alpine
      ports: [{name: http, containerPort: 80}]
      volumeMounts: [{name: pages, mountPath: /usr/share/nginx/html, readOnly: true}]
  volumes:
    - {name: pages, emptyDir: {}}
YAML
kubectl apply -f site.yaml
kubectl expose pod site --port=80 --target-port=http
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
      command: [sh, -c]
      args: ['while ! wget -qO- site > /dev/null 2>&1; do echo waiting; sleep 1; done']
  containers:
    - name: client
      image: busybox:1.36
      command: ["sh", "-c", "wget -q -T 5 -O - http://site/ && sleep 3600"]
YAML
kubectl apply -f client.yaml
kubectl wait --for=condition=Ready pod/site pod/client --timeout=120s
