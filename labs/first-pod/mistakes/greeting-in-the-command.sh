# The greeting is written into the command instead of the environment.
kubectl run hello --image=nginx:1.27-alpine --labels=app=hello
sed -i -e 's|image: .*|image: busybox:1.36|' -e 's|\$GREETING|good morning|' clock.yaml
kubectl apply -f clock.yaml
kubectl wait --for=condition=Ready pod/hello pod/clock --timeout=120s
kubectl exec hello -- sh -c 'echo Welcome to Podlab > /usr/share/nginx/html/index.html'
kubectl label pod hello tier=demo
sed -i 's|good morning|good evening|' clock.yaml
kubectl replace --force -f clock.yaml
