# The web server mounts a volume of its own, which stays empty.
sed -e 's|{name: work, mountPath: /usr|{name: html, mountPath: /usr|' \
  -e 's|^    - {name: work, emptyDir: {}}|&\n    - {name: html, emptyDir: {}}|' \
  -e '/^kubectl wait/d' \
  "$LAB/solutions/manifests.sh" | bash -eu
