# cat ends as soon as it has printed the file, and the container with it.
sed -e "s|command: .*|command: [sh, -c, 'sleep 1; cat /logs/acces.log']|" \
  -e "s|condition=Ready|jsonpath='{.status.phase}'=Running|" \
  "$LAB/solutions/second-container.sh" | bash -eu
