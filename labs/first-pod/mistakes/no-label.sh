# kubectl run's own label (run=hello) taken for the one that was asked for.
kubectl run hello --image=nginx:1.27-alpine
sed -i -e 's|image: .*|image: busybox:1.36|' -e 's|# which environment?|env: [{name: GREETING, value: good morning}]|' clock.yaml
kubectl apply -f clock.yaml
kubectl wait --for=condition=Ready pod/hello pod/clock --timeout=120s
kubectl exec hello -- sh -c 'echo Welcome to Podlab > /usr/share/nginx/html/index.html'
kubectl label pod hello tier=demo
sed -i 's|good morning|good evening|' clock.yaml
kubectl replace --force -f clock.yaml
