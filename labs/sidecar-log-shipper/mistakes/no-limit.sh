# Limits as large as the web server may need.
sed -e 's|memory: 32Mi|memory: 256Mi|; s|memory: 16Mi|memory: 64Mi|' \
  "$LAB/solutions/second-container.sh" | bash -eu
