# The Service sends its requests to a port on which the web server does not listen.
sed -e 's|targetPort: 80|targetPort: 8080|' \
  -e '/^kubectl wait/d' \
  "$LAB/solutions/manifests.sh" | bash -eu
