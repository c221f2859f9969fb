# The files changed where they are wrong.
sed -i 's|http://web-vm/|http://localhost/|' shop.yaml
sed -i -e 's|listen 80;|listen 8080;|' -e 's|containerPort: 81|containerPort: 8080|' twins.yaml
kubectl apply -f shop.yaml -f twins.yaml
kubectl wait --for=condition=Ready pod/shop pod/twins --timeout=120s
ip=$(kubectl get pod twins -o jsonpath="{.status.podIP}")
kubectl create configmap addresses --from-literal=first=$ip --from-literal=second=$ip
