# The client was created late enough to find the site ready.
sed -e 's|^kubectl expose.*|&\nkubectl wait --for=condition=Ready pod/site --timeout=120s|' \
  -e '/- name: wait-for-site/,/args:/d' \
  "$LAB/solutions/one-liners.sh" | bash -eu
