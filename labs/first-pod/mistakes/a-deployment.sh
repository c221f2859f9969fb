# A Deployment, whose Pod has a name of its own.
kubectl create deployment hello --image=nginx:1.27-alpine
sed -i -e 's|image: .*|image: busybox:1.36|' -e 's|# which environment?|env: [{name: GREETING, value: good morning}]|' clock.yaml
kubectl apply -f clock.yaml
kubectl wait --for=condition=Available deploy/hello --timeout=60s
kubectl exec deploy/hello -- sh -c 'echo Welcome to Podlab > /usr/share/nginx/html/index.html'
kubectl label pod -l app=hello tier=demo
sed -i 's|good morning|good evening|' clock.yaml
kubectl replace --force -f clock.yaml
