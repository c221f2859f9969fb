# The first server moved to port 8080, the second kept port 80.
sed -i 's|http://web-vm/|http://localhost/|' shop.yaml
cat > twins.yaml <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: {name: second-conf}
data:
  default.conf: |
    server { listen 80; location / { return 200 "I am the second\n"; } }
---
apiVersion: v1
kind: ConfigMap
metadata: {name: first-conf}
data:
  default.conf: |
    server { listen 8080; location / { return 200 "I am nginx, the first\n"; } }
---
apiVersion: v1
kind: Pod
metadata: {name: twins}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: first
      image: nginx:1.27-alpine
      volumeMounts: [{name: first, mountPath: /etc/nginx/conf.d}]
    - name: second
      image: nginx:1.27-alpine
      volumeMounts: [{name: second, mountPath: /etc/nginx/conf.d}]
  volumes:
    - {name: first, configMap: {name: first-conf}}
    - {name: second, configMap: {name: second-conf}}
YAML
kubectl apply -f shop.yaml -f twins.yaml
kubectl wait --for=condition=Ready pod/shop pod/twins --timeout=120s
ip=$(kubectl get pod twins -o jsonpath="{.status.podIP}")
kubectl create configmap addresses --from-literal=first=$ip --from-literal=second=$ip
