# An init container without `restartPolicy: Always`: it never ends, and the web server never starts.
sed -e '/restartPolicy: Always/d' \
  -e '/^kubectl wait/d; /^kubectl exec/d' \
  "$LAB/solutions/native-sidecar.sh" | bash -eu
