# Each container has a volume of its own.
sed -e 's|{name: logs, mountPath: /logs|{name: shipped, mountPath: /logs|' \
  -e 's|^    - {name: logs, emptyDir: {}}|&\n    - {name: shipped, emptyDir: {}}|' \
  "$LAB/solutions/second-container.sh" | bash -eu
