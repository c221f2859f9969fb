#--- tar
mkdir -p d/e; echo 1 > d/a; echo 2 > d/e/b; ln -s a d/l; tar cf t.tar d; tar tf t.tar | sort; mkdir x; tar xf t.tar -C x; cat x/d/a x/d/e/b; readlink x/d/l; tar cf - d | tar tf - | sort; tar czf t.tgz d; tar tzf t.tgz | wc -l; tar xf nofile; echo $?; rm -r d; tar xf t.tar d/a; find d | sort
#--- gzip
echo hello > f; gzip f; ls; zcat f.gz; gunzip f.gz; cat f; gzip -c f | gunzip; gzip -k f; ls; echo plain | gunzip; echo $?
#--- sums
echo hello > f; md5sum f; sha1sum f; sha256sum < f; md5sum f > s; md5sum -c s; echo x > f; md5sum -c s; echo $?; md5sum nofile; echo $?
#--- base64
echo hello | base64; echo aGVsbG8K | base64 -d; head -c 100 /dev/zero | base64; echo hello | base64 -w 0; echo
#--- od hexdump
echo hello | od -c; echo hello | hexdump -C; echo ab | od -An -tx1
#--- dd
dd if=/dev/zero of=f bs=1k count=3 2> /dev/null; wc -c < f; echo abcdef | dd bs=1 skip=2 count=3 2>/dev/null; echo; dd if=nofile; echo $?; echo abc | dd 2>&1 | head -n 3
