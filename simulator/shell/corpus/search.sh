#--- find tests
mkdir -p a/b c; echo x > a/1.txt; echo yy > a/b/2.log; : > c/e; find . -name '*.txt'; find . -type d | sort; find a -type f | sort; find . -size 0 -type f | sort; find . -size +0c -name '*.log'; find . -maxdepth 1 -type d | sort; find . -mindepth 2 -type f | sort; find . -empty | sort; find . -iname '*.TXT'; find . -path './a/*' | sort; find . -not -name '*.txt' -type f | sort
#--- find actions
mkdir -p d/x; echo 1 > d/a; echo 2 > d/b; find d -type f -exec cat {} + | sort; find d -type f -exec echo f {} \; | sort; find d -name a -exec rm {} \; ; ls d; find d -type f -print0 | xargs -0 echo; find d -name x -prune -o -type f -print; find d -name nosuch -o -name b; find d -exec false \; ; echo $?; find nosuch; echo $?; find d -type f | wc -l
#--- find by time and permissions
touch -d '2020-01-01 00:00:00' old; touch new; find . -name old -mtime +30; find . -name new -mtime -1; find . -newer old -name new; chmod 755 new; find . -perm 755 -type f; find . -perm -u+x -type f; find . -perm /111 -type f; find . -mmin +60 -name old; find . -user root -name new 2>/dev/null | wc -l
#--- find depth and links
mkdir -p a/b; touch a/b/f; ln -s a l; find l; find -L l | sort; find -H l | sort; find a -depth; find . -type l; find a -maxdepth 0; find a/b/f; find . -name f -print -print; find a ! -type d; find a \( -name b -o -name f \) | sort
#--- xargs in use
seq 5 | xargs -n 2; seq 3 | xargs -I{} echo 'n={}'; printf 'a b\nc\n' | xargs -n1; seq 3 | xargs -I X sh -c 'echo $((X*2))'; echo a b | xargs -t echo 2>&1; printf 'x\n\ny\n' | xargs; echo "it's" | xargs; echo $?; printf "'a b' c\n" | xargs -n1; seq 3 | xargs -P2 -n1 echo | sort; echo x | xargs sh -c 'exit 5'; echo $?; echo x | xargs sh -c 'exit 255'; echo $?; xargs -r echo no < /dev/null
#--- tar
mkdir -p d/s; echo 1 > d/a; echo 2 > d/s/b; tar cf t.tar d; tar tf t.tar | sort; mkdir o; tar xf t.tar -C o; find o -type f | sort; tar czf t.tgz -C d a s; tar tzf t.tgz | sort; rm -r o; mkdir o; tar -xzf t.tgz -C o; cat o/s/b; tar cf - d | tar tf - | sort; tar xf t.tar d/a -O; tar xvf t.tar | sort; tar tf nofile; echo $?
#--- tar strip and exclude
mkdir -p top/in; echo x > top/in/f; echo y > top/skip; tar cf t.tar top; mkdir o; tar xf t.tar -C o --strip-components=1; find o | sort; tar cf u.tar top/in; tar tf u.tar | sort; tar cvf v.tar top | sort
#--- gzip
echo hello > f; gzip f; ls; gunzip f.gz; cat f; gzip -c f | zcat; gzip -k f; ls; gzip -d < f.gz; echo x | gzip -c | gzip -dc; gunzip nofile; echo $?; gzip -t f.gz; echo $?
#--- stat
echo hello > f; chmod 640 f; stat -c %a f; stat -c '%s %n' f; stat -c %F f; mkdir d; stat -c %F d; ln -s f l; stat -c %F l; stat -L -c %F l; stat -c '%A %h' f; stat -c '%U:%G' f | grep -c :; stat nofile; echo $?; stat -c %N l; touch -d @1000000000 f; stat -c %Y f
#--- du and df
mkdir d; head -c 5000 /dev/zero > d/f; du -k d/f | awk '{print NF, $2}'; du -s d | awk '{print NF, $2}'; du -sh d | awk '{print $2}'; df -P . | head -n 1; df -h . | head -n 1; df -k . | awk 'NR==2{print NF}'; df -Pk / | awk 'NR==2{print NF, $6}'
#--- cp and mv in use
mkdir a; echo 1 > a/f; cp -r a b; cat b/f; cp a/f a/g; ls a; cp -p a/f c; mv c d; cat d; mv a/f a/g b; ls a b; cp nofile x; echo $?; cp -f d b; ls b; mv -n d b/d; ls; cp -v b/d e; mv b moved; ls moved; cp -a moved copy; ls copy
#--- rm and mkdir in use
mkdir -p x/y/z; rmdir x; echo $?; rm x; echo $?; rm -rf x; ls; rm -f nofile; echo $?; rm nofile; echo $?; mkdir -p a/b a/b; echo $?; mkdir a; echo $?; touch 'sp ace' -- -dash; ls; rm -- -dash 'sp ace'; ls
#--- ln and permissions
echo x > f; ln -s f s; ln f h; stat -c %h f; readlink s; rm f; cat s; echo $?; cat h; ln -sf h s; cat s; ln -s h s; echo $?; ln -sfn h s; chmod 000 h; ls -l h | cut -c1-10; chmod u=rw,go=r h; ls -l h | cut -c1-10; chmod +x h; ls -l h | cut -c1-10; chmod go-rwx h; ls -l h | cut -c1-10; umask 077; touch p; ls -l p | cut -c1-10; mkdir q; ls -ld q | cut -c1-10
#--- touch and dates
touch -d '2021-03-04 05:06:07' f; date -u -r f +%F; touch -t 202001020304 g; stat -c %Y f g > /dev/null; [ f -nt g ] && echo newer; touch -r f h; [ h -ot g ] || echo same; touch -c none; ls
#--- base64 and sums in use
echo -n secret | base64; echo c2VjcmV0 | base64 -d; echo; printf 'a%.0s' 1 2 3 4 5 6 7 8 9 | base64 -w 4; echo hello | sha256sum; echo hello | md5sum; echo hello > f; sha256sum f > sums; sha256sum -c sums; echo bad > f; sha256sum -c sums; echo $?; head -c 3 /dev/zero | od -An -tx1; echo abc | hexdump -C | head -n 1
#--- ps shapes
ps -o pid,ppid,comm > /dev/null && echo ok; n=9.$$; sleep $n & p=$!; sleep 0.2; ps -o pid,args | grep -c "[s]leep $n"; kill $p; ps -o pid= -o comm= > /dev/null; echo $?
#--- env and id
env -i A=1 B=2 env | sort; A=x env | grep '^A='; env -u A sh -c 'echo [$A]'; id -u; id -un; id -g; whoami; HOME=/h sh -c 'echo ~'; printenv NOPE; echo $?; uname -s; nproc > /dev/null; echo $?
#--- sleep forms
sleep 0; echo $?; sleep 0.01; echo $?; sleep 0.01s 0.01; echo $?
#--- yes, true and long pipelines
yes | head -n 2; yes no | head -n 1; seq 100000 | tail -n 1; seq 100000 | wc -l; seq 1000 | grep 9 | wc -l; cat /dev/zero | head -c 100000 | wc -c; seq 50000 | sort -rn | head -n 1; seq 20000 | awk '{s+=$1} END{print s}'; seq 1000 | tr -d '\n' | wc -c
#--- basename and dirname in use
basename /a/b.txt .txt; dirname /a/b/c; basename a/; dirname a; basename -- x; basename /; x=/p/q.tar.gz; basename ${x%.gz}; realpath . | grep -c /; realpath /a/../b 2>/dev/null; pwd | grep -c /; cd /; pwd; cd - > /dev/null; echo ${OLDPWD}
#--- dd
dd if=/dev/zero of=f bs=1k count=3 2>/dev/null; wc -c < f; echo abcdef | dd bs=1 skip=2 count=3 2>/dev/null; echo; printf xy | dd of=f conv=notrunc bs=1 seek=1 2>/dev/null; head -c 4 f | od -An -c; dd if=nofile 2>&1; echo $?
#--- which and busybox
which ls | grep -c ls; which nosuch; echo $?; busybox echo hi; busybox nosuch; echo $?
