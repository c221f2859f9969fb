# The Pod was deleted and made anew to get its label.
sed -i -e 's|image: .*|image: busybox:1.36|' -e 's|# which environment?|env: [{name: GREETING, value: good morning}]|' clock.yaml
kubectl apply -f clock.yaml
kubectl run hello --image=nginx:1.27-alpine --labels=app=hello
kubectl delete pod hello --now
kubectl run hello --image=nginx:1.27-alpine --labels=app=hello,tier=demo
kubectl wait --for=condition=Ready pod/hello pod/clock --timeout=120s
kubectl exec hello -- sh -c 'echo Welcome to Podlab > /usr/share/nginx/html/index.html'
sed -i 's|good morning|good evening|' clock.yaml
kubectl replace --force -f clock.yaml
