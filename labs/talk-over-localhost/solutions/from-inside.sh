# The Pod's own host name, and addresses written down by the containers, line end and all.
sed -i 's|http://web-vm/|http://shop/|' shop.yaml
sed -i 's|listen 80;|listen 8080;|' twins.yaml
kubectl apply -f shop.yaml -f twins.yaml
kubectl wait --for=condition=Ready pod/shop pod/twins --timeout=60s
kubectl exec twins -c first -- hostname -i > first
kubectl exec twins -c second -- hostname -i > second
kubectl create configmap addresses --from-file=first --from-file=second
