# The shipper follows the error log.
cat > pod.yaml <<'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: web
      image: nginx:1.27-alpine
      ports: [{containerPort: 80}]
      volumeMounts: [{name: logs, mountPath: /var/log/nginx}]
    - name: log-shipper
      image: busybox:1.36
      command: [tail, -n, "+1", -F, /logs/error.log]
      volumeMounts: [{name: logs, mountPath: /logs, readOnly: true}]
      resources: {limits: {memory: 32Mi}, requests: {memory: 16Mi}}
  volumes:
    - {name: logs, emptyDir: {}}
YAML
kubectl apply -f pod.yaml
kubectl wait --for=condition=Ready pod/web --timeout=120s
kubectl exec web -c web -- nginx -s quit
kubectl create configmap finding --from-literal=survived=yes
kubectl wait --for=jsonpath="{.status.containerStatuses[?(@.name==\"web\")].restartCount}"=1 pod/web --timeout=60s
