# With kubectl run and kubectl edit's cousins alone, no manifest written.
kubectl run hello --image=nginx:1.27-alpine --labels=app=hello
kubectl run clock --image=busybox:1.36 --env='GREETING=good morning' --command -- \
  sh -c 'trap exit TERM; while true; do echo tick $GREETING; sleep 1; done'
kubectl wait --for=condition=Ready pod/hello pod/clock --timeout=120s
kubectl exec hello -- sh -c 'echo "<h1>Welcome to Podlab</h1>" > /usr/share/nginx/html/index.html'
kubectl label pod hello tier=demo
kubectl delete pod clock --now
kubectl run clock --image=busybox:1.36 --env='GREETING=good evening' --command -- \
  sh -c 'trap exit TERM; while true; do echo tick $GREETING; sleep 1; done'
kubectl wait --for=condition=Ready pod/clock --timeout=120s
