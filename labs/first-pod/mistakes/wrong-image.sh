# A typing error in the tag: the image cannot be pulled.
kubectl run hello --image=nginx:1.27-alpin --labels=app=hello
sed -i -e 's|image: .*|image: busybox:1.36|' -e 's|# which environment?|env: [{name: GREETING, value: good morning}]|' clock.yaml
kubectl apply -f clock.yaml
kubectl label pod hello tier=demo
kubectl wait --for=condition=Ready pod/clock --timeout=120s
sed -i 's|good morning|good evening|' clock.yaml
kubectl replace --force -f clock.yaml
