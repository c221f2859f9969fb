# containerPort is changed, and the server still listens on port 80.
sed -i 's|http://web-vm/|http://localhost/|' shop.yaml
sed -i 's|containerPort: 81|containerPort: 8080|' twins.yaml
# The first server always wins the port here; who wins is no part of the mistake.
sed -i "/- name: second\$/a\\      command: [sh, -c, \"sleep 1; exec nginx -g 'daemon off;'\"]" twins.yaml
kubectl apply -f shop.yaml -f twins.yaml
kubectl wait --for=jsonpath='{.status.phase}'=Running pod/twins --timeout=120s
ip=$(kubectl get pod twins -o jsonpath="{.status.podIP}")
kubectl create configmap addresses --from-literal=first=$ip --from-literal=second=$ip
