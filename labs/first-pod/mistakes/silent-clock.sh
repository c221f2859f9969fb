# The variable is there, but the command was replaced by one that prints nothing.
kubectl run hello --image=nginx:1.27-alpine --labels=app=hello
kubectl run clock --image=busybox:1.36 --env='GREETING=good morning' --command -- sleep 3600
kubectl wait --for=condition=Ready pod/hello pod/clock --timeout=120s
kubectl exec hello -- sh -c 'echo Welcome to Podlab > /usr/share/nginx/html/index.html'
kubectl label pod hello tier=demo
kubectl delete pod clock --now
kubectl run clock --image=busybox:1.36 --env='GREETING=good evening' --command -- sleep 3600
