# An init container without `restartPolicy: Always`: it never ends, and the web server never starts.
cat > pod.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  terminationGracePeriodSeconds: 1
  initContainers:
    - name: log-shipper
      image: busybox:1.36
      command: [tail, -n, "+1", -F, /logs/access.log]
      volumeMounts: [{name: logs, mountPath: /logs, readOnly: true}]
      resources: {limits: {memory: 32Mi}, requests: {memory: 16Mi}}
  containers:
    - name: web
      image: nginx:1.27-alpine
      volumeMounts: [{name: logs, mountPath: /var/log/nginx}]
  volumes:
    - {name: logs, emptyDir: {}}
YAML
kubectl apply -f pod.yaml
kubectl create configmap finding --from-literal=survived=yes
