# containerPort is changed, and the server still listens on port 80.
sed -i 's|http://web-vm/|http://localhost/|' shop.yaml
sed -i 's|containerPort: 81|containerPort: 8080|' twins.yaml
kubectl apply -f shop.yaml -f twins.yaml
kubectl wait --for=jsonpath='{.status.phase}'=Running pod/twins --timeout=120s
ip=$(kubectl get pod twins -o jsonpath="{.status.podIP}")
kubectl create configmap addresses --from-literal=first=$ip --from-literal=second=$ip
