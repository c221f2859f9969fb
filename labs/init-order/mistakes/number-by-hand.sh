# The number was copied into the command, and it is an old one.
sed -e '/env: \[{name: NUMBER/d' \
  -e 's|echo "$NUMBER"|echo 42|' \
  "$LAB/solutions/manifests.sh" | bash -eu
