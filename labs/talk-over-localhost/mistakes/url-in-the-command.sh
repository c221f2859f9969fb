# The address is written into the command, and the variable is left as it was.
sed -i 's|"$URL"; then|http://localhost/; then|' shop.yaml
sed -i 's|listen 80;|listen 8080;|' twins.yaml
kubectl apply -f shop.yaml -f twins.yaml
kubectl wait --for=condition=Ready pod/shop pod/twins --timeout=60s
ip=$(kubectl get pod twins -o jsonpath="{.status.podIP}")
kubectl create configmap addresses --from-literal=first=$ip --from-literal=second=$ip
