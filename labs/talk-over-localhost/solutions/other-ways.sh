# Created broken first, then mended: another spelling of the address, an edited ConfigMap, a Pod made anew.
kubectl apply -f shop.yaml -f twins.yaml
kubectl get pod shop -o yaml | sed 's|http://web-vm/|http://127.0.0.1:80|' | kubectl replace --force -f -
kubectl get configmap second-conf -o yaml | sed 's|listen 80;|listen 8080;|' | kubectl replace -f -
kubectl delete pod twins --now
kubectl apply -f twins.yaml --dry-run=client -o yaml > /dev/null
sed -n '/^kind: Pod/,$p' twins.yaml | sed '1i apiVersion: v1' | kubectl create -f -
kubectl wait --for=condition=Ready pod/shop pod/twins --timeout=120s
kubectl exec twins -c first -- hostname -i
kubectl create -f - <<YAML
apiVersion: v1
kind: ConfigMap
metadata: {name: addresses}
data:
  first: $(kubectl get pod twins -o jsonpath='{.status.podIP}')
  second: $(kubectl get pod twins -o jsonpath='{.status.podIPs[0].ip}')
YAML
