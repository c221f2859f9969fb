# The clock ticks three times and ends. Its Pod is ready for a moment, and its log says the right things.
kubectl run hello --image=nginx:1.27-alpine --labels=app=hello
kubectl run clock --image=busybox:1.36 --restart=Never --env='GREETING=good morning' --command -- sh -c 'for i in 1 2 3; do echo tick $GREETING; done'
kubectl wait --for=condition=Ready pod/hello --timeout=60s
kubectl exec hello -- sh -c 'echo Welcome to Podlab > /usr/share/nginx/html/index.html'
kubectl label pod hello tier=demo
kubectl delete pod clock --now
kubectl run clock --image=busybox:1.36 --restart=Never --env='GREETING=good evening' --command -- sh -c 'for i in 1 2 3; do echo tick $GREETING; done'
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/clock --timeout=60s
