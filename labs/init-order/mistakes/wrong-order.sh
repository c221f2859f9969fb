# render comes first and finds nothing to read.
sed -e '/- name: fetch/,/volumeMounts/{H;d}' \
  -e '/- name: render/,/volumeMounts/{s|echo|test -f /build/number \&\& echo|;/volumeMounts/G}' \
  -e '/^kubectl wait/d' \
  "$LAB/solutions/manifests.sh" | bash -eu
