# The Pod was made anew after its address was written down.
sed -i 's|http://web-vm/|http://localhost/|' shop.yaml
sed -i 's|listen 80;|listen 8080;|' twins.yaml
kubectl apply -f shop.yaml -f twins.yaml
kubectl wait --for=condition=Ready pod/shop pod/twins --timeout=120s
ip=$(kubectl get pod twins -o jsonpath="{.status.podIP}")
kubectl create configmap addresses --from-literal=first=$ip --from-literal=second=$ip
# The old address must not be given out again: the new Pod comes while the old one is still there.
kubectl get pod twins -o yaml | sed 's|  name: twins|  name: twins-keeper|' | kubectl create -f -
kubectl replace --force -f twins.yaml
kubectl wait --for=condition=Ready pod/twins --timeout=120s
