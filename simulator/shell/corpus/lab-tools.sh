#--- awk fields and separators
printf 'a b c\nd e f\n' | awk '{print $2, NF, NR}'; echo 'x:y:z' | awk -F: '{print $3 "-" $1}'; echo 'a1b2c' | awk -F'[0-9]' '{print $1 $2 $3}'; echo 'a b' | awk '{$2="z"; print}' OFS=,
#--- awk patterns
printf '1\n5\n10\n' | awk '$1 > 3'; printf 'a\nb\nc\nd\n' | awk '/b/,/c/'; printf 'x\ny\n' | awk 'NR==2{print "second"} END{print NR}'; echo abc | awk '!/b/{print "no"} /^a/{print "yes"}'
#--- awk sums and counts
printf 'a 1\nb 2\na 3\n' | awk '{s[$1]+=$2} END{for (k in s) print k, s[k]}' | sort; printf '1\n2\n3\n' | awk '{t+=$1} END{print t, t/NR}'; seq 10 | awk 'END{print NR, $0}'
#--- awk printf and functions
awk 'BEGIN{printf "%5.2f|%-5s|%03d|%x|%c\n", 3.14159, "ab", 7, 255, 65; print length("hello"), substr("hello",2,3), index("hello","l"), toupper("a") tolower("B")}'
#--- awk split, sub, gsub, match
awk 'BEGIN{n=split("a,b,c",p,","); print n, p[2]; s="aXbX"; sub(/X/,"-",s); print s; gsub(/X|-/,"+",s); print s; print match("foobar",/o+/), RSTART, RLENGTH}'
#--- awk control flow
awk 'BEGIN{for(i=1;i<=3;i++){if(i==2)continue; print i}; while(j<2){j++}; print j; do{k++}while(k<3); print k; exit 4}'; echo $?
#--- awk variables and environment
V=env awk -v x=5 'BEGIN{print x*2, ENVIRON["V"], ARGC}'; awk 'BEGIN{print 1==1.0, "a"<"b", "10"<"9", 10<9, 7%3, -3%2, 1/4}'
#--- awk getline and output files
printf 'l1\nl2\n' > f; awk 'BEGIN{while((getline l < "f")>0) print "got " l; "echo cmd" | getline c; print c; print "x" > "o"; close("o")}'; cat o
#--- awk user functions and regex dynamic
awk 'function f(a,b){return a+b} BEGIN{print f(2,3); r="^h"; print ("hi" ~ r), ("hi" !~ /x/)}'
#--- awk delete, in, multi index
awk 'BEGIN{a["x"]=1; if("x" in a) print "in"; delete a["x"]; print ("x" in a); b[1,2]=3; for(k in b){split(k,p,SUBSEP); print p[1] p[2]}}'
#--- awk errors
awk 'BEGIN{print 1/0}' 2>&1; echo $?; awk '{print' f 2>/dev/null; echo $?
#--- awk number output
awk 'BEGIN{print 0.1+0.2, 1e6, 1e17, 100000*100000, 3.0, 1e-5, int(-3.7), 017; OFMT="%.2f"; print 3.14159; CONVFMT="%.1f"; x=2.55 ""; print x}'
#--- sed substitutions
echo 'a/b/c' | sed 's#/#-#g'; echo hello | sed 's/l/L/2'; echo aaa | sed 's/a/b/2g'; echo 'foo bar' | sed -E 's/(\w+) (\w+)/\2 \1/'; echo x | sed 's/x/[&]/'; echo ABC | sed 's/b/z/I'
#--- sed addresses
seq 10 | sed -n '3p;5,6p;$p'; seq 5 | sed '2,4d'; seq 5 | sed '/3/!d'; seq 6 | sed -n '0~2p'; seq 6 | sed '2q'; seq 5 | sed -n '/2/,/4/p'; seq 5 | sed -n '2,+1p'; seq 3 | sed '$!d'
#--- sed insert append change
seq 2 | sed '1i top'; seq 2 | sed '$a end'; seq 3 | sed '2c two'; seq 2 | sed 'a\
multi\
line'
#--- sed hold space and n
seq 4 | sed -n 'h;n;G;p'; seq 4 | sed 'N;s/\n/,/'; seq 3 | sed -n '1!G;h;$p'; printf 'a\n\nb\n' | sed '/^$/d'
#--- sed transliterate, print and quit codes
echo abc | sed 'y/abc/xyz/'; seq 3 | sed =; echo 'a\b' | sed 's/\\/\\\\/'
#--- sed in place
echo old > f; sed -i 's/old/new/' f; cat f; sed -i.bak 's/new/newer/' f; cat f f.bak; sed -i 1d nofile; echo $?
#--- sed scripts and branches
echo aXbXc | sed ':a;s/X/-/;ta'; printf 's/a/b/\ns/b/c/\n' > s.sed; echo a | sed -f s.sed; echo x | sed -e 's/x/y/' -e 's/y/z/'; echo abc | sed -n '/b/{s/b/B/;p}'
#--- sed write and read
seq 3 > f; sed -n '2w out' f; cat out; echo inc > i; sed '1r i' f; sed 's/2/two/w w.txt' f > /dev/null; cat w.txt
#--- sed errors
echo a | sed 's/a'; echo $?; echo a | sed 'k'; echo $?; sed p nofile; echo $?; sed 2>/dev/null; echo $?
#--- grep choices
printf 'apple\nBanana\ncherry\n' > f; grep an f; grep -i banana f; grep -v a f; grep -c a f; grep -n rr f; grep -l a f; grep -L zzz f; grep -q zzz f; echo $?; grep zzz f; echo $?; grep x nofile; echo $?
#--- grep -E
printf 'cat\ndog\ncow\n123\nc4t\n' | grep -E '^c(a|o)'; echo a1b22 | grep -oE '[0-9]+'; printf 'ab\nabb\nabbb\n' | grep -E 'ab{2,3}$'; echo 'foo.bar' | grep -F '.'; printf 'a+b\n' | grep 'a+b'
#--- grep context and files
seq 10 > f; grep -A1 -B1 5 f; grep -C1 '^1$' f; grep -m2 1 f; grep -h 1 f f | head -n 2; grep -H 10 f; grep -c . f f; grep -x 1 f
#--- grep recursive
mkdir -p d/e; echo hit > d/a; echo hit > d/e/b; echo miss > d/c; grep -r hit d | sort; grep -rl hit d | sort; grep -rc hit d | sort; grep -e hit -e miss -r d | wc -l; printf 'hit\n' > pats; grep -f pats d/a
#--- cut
echo a,b,c,d | cut -d, -f2,4; echo a,b,c,d | cut -d, -f2-3; echo hello | cut -c2-4; echo hello | cut -b1,5; printf 'a\tb\n' | cut -f2; echo nodelim | cut -d, -f1; echo nodelim | cut -s -d, -f1; echo a:b:c | cut -d: -f-2
#--- tr
echo hello | tr a-z A-Z; echo 'a  b' | tr -s ' '; echo abc123 | tr -d 0-9; echo hello | tr -cd 'l\n'; echo 'a b' | tr ' ' '\n'; echo 'x[y]' | tr '[]' '()'; printf 'A\0B' | tr '\0' ,; echo; echo aabb | tr -s ab; echo test | tr '[:lower:]' '[:upper:]'
#--- sort
printf '10\n9\n2\n' | sort; printf '10\n9\n2\n' | sort -n; printf 'b 2\na 3\nc 1\n' | sort -k2 -n; printf 'b\na\nb\n' | sort -u; printf 'b\na\n' | sort -r; printf 'x:3\ny:1\n' | sort -t: -k2; printf 'v1.10\nv1.9\n' | sort -V
#--- sort stability and folding
printf 'b 1\na 1\nB 1\n' | sort -f; printf 'a 2\nb 1\na 1\n' | sort -s -k1,1; sort -c /dev/null; echo $?; printf '2\n1\n' | sort -c 2>/dev/null; echo $?; printf '3\n1\n' > f; sort -o f f; cat f
#--- uniq
printf 'a\na\nb\na\n' | uniq; printf 'a\na\nb\n' | uniq -c; printf 'a\na\nb\n' | uniq -d; printf 'a\na\nb\n' | uniq -u; printf 'A\na\n' | uniq -i; printf '1 x\n2 x\n' | uniq -f1
#--- head and tail
seq 10 > f; head -n 2 f; head -n -8 f; tail -n 2 f; tail -n +9 f; head -c 5 f; tail -c 3 f; head -1 f; tail -1 f; head -n 1 f f; head nofile; echo $?; tail -n 0 f
#--- head of many bytes
head -c 5 /dev/zero | wc -c; head -c 1k /dev/zero | wc -c; head -c 10 /dev/urandom | wc -c
#--- wc
printf 'one two\nthree\n' > f; wc f; wc -l f; wc -w < f; wc -c < f; wc f f; printf 'x' | wc -l; wc nofile; echo $?; wc -L f
#--- find
mkdir -p d/e; touch d/a.txt d/b.log d/e/c.txt; find d -name '*.txt' | sort; find d -type d | sort; find d -maxdepth 1 -type f | sort; find d -name '*.log' -exec echo found {} \;; find d -type f -exec echo {} + | wc -w; find nosuch; echo $?
#--- find conditions
mkdir d; head -c 2048 /dev/zero > d/big; : > d/empty; touch -d '2020-01-01 00:00:00' d/old; find d -empty | sort; find d -size +1k; find d -mtime +100; find d -newer d/old -type f | sort; find d ! -name 'o*' -type f | sort; find d -name big -o -name old | sort; find d -perm 644 -type f | wc -l
#--- find delete and print0
mkdir -p d/x; touch 'd/a b' d/c; find d -type f -print0 | xargs -0 -n1 echo | sort; find d -mindepth 1 -type d; find d -path '*/x'; find . -prune
#--- xargs
seq 5 | xargs; seq 5 | xargs -n 2; printf 'a\nb\n' | xargs -I{} echo 'x{}y'; echo 'a b' | xargs -n1 echo -; printf '' | xargs echo none; printf '' | xargs -r echo none; seq 3 | xargs -t echo 2>&1; echo x | xargs false; echo $?; printf '"a b" c' | xargs -n1
#--- xargs in parallel
seq 4 | xargs -P 2 -n 1 echo | sort; echo 3 | xargs sh -c 'exit $0'; echo $?
#--- tar
mkdir d; echo x > d/f; echo y > d/g; tar cf a.tar d; tar tf a.tar | sort; mkdir o; tar xf a.tar -C o; cat o/d/f; tar czf a.tgz d; tar tzf a.tgz | wc -l; tar xzf a.tgz -O d/g; tar xf nofile; echo $?
#--- tar through a pipe
mkdir src dst; echo data > src/f; tar cf - -C src . | tar xf - -C dst; cat dst/f; tar cf - src | tar tf -; tar czf - src | gzip -dc | tar tf - | wc -l
#--- gzip
echo hello > f; gzip f; ls; gunzip f.gz; cat f; gzip -c f > g.gz; zcat g.gz; gzip -dc g.gz | wc -c; gzip -k f; ls; gunzip nofile.gz; echo $?; echo bad > b.gz; gunzip b.gz; echo $?
#--- dd
dd if=/dev/zero of=f bs=1k count=3 2>/dev/null; wc -c < f; echo abcdef | dd bs=2 skip=1 count=1 2>/dev/null; echo; printf abc | dd of=o conv=notrunc 2>/dev/null; cat o; echo; dd if=/dev/zero bs=1 count=5 2>&1 >/dev/null | head -n 2; dd if=nofile; echo $?
#--- dd seek and sizes
dd if=/dev/zero of=f bs=1M count=2 2>/dev/null; stat -c %s f; printf XY | dd of=f bs=1 seek=2 conv=notrunc 2>/dev/null; head -c 6 f | od -c | head -n 1; dd if=f of=/dev/null bs=64k 2>&1 | head -n 2
#--- base64
echo hello | base64; echo aGVsbG8K | base64 -d; printf 'admin' | base64; head -c 60 /dev/zero | base64; head -c 60 /dev/zero | base64 -w 0; echo; echo '!!' | base64 -d; echo $?
#--- checksums
printf abc | md5sum; printf abc | sha1sum; printf abc | sha256sum; printf abc | sha512sum; printf abc > f; md5sum f; sha256sum f > sums; sha256sum -c sums; echo x >> f; sha256sum -c sums; echo $?; cksum f; md5sum nofile; echo $?
#--- od and hexdump
printf 'AB\n\001' | od -c; printf 'AB\n' | od -An -tx1; printf 'hello world 12345' | hexdump -C; printf 'ab' | hexdump; printf 'AB' | od -b; printf 'hi' | xxd; printf 'hi' | xxd -p; printf 'ABCD' | od -tx4 -An; echo 6869 | xxd -r -p; echo
#--- stat
echo hello > f; chmod 640 f; stat -c '%n %s %a %A %F %h' f; mkdir d; stat -c '%F %a' d; ln -s f l; stat -c '%F %N' l; stat -L -c %F l; stat -c %U:%G f; stat nofile; echo $?; stat -c '%s|%%|%y' f | cut -d'|' -f1,2
#--- du
mkdir d; head -c 5000 /dev/zero > d/a; du -s d | cut -f2; du -sk d/a | cut -f1; du -h d/a; du -sh nofile; echo $?; du -b d/a 2>/dev/null; echo $?
#--- ls
mkdir d; touch d/a d/.h; ln -s a d/l; chmod 751 d; ls d; ls -a d; ls -A d; ls -1 d | wc -l; ls -d d; ls -ld d | cut -c1-10; ls -F d; ls -p .; ls nofile; echo $?; ls -l d | grep -c a
#--- ls long
touch f; chmod 600 f; ls -l f | awk '{print $1, $2, $5, $NF}'; ls -n f | awk '{print $3, $4}'; ln f g; ls -l f | awk '{print $2}'; ls -i f g | awk '{print $1}' | uniq | wc -l; ls -lh f | awk '{print $5}'
#--- cp and mv
echo a > a; cp a b; mv b c; cat c; mkdir d; cp a c d; ls d; cp -r d e; ls e; mv d f; ls; cp nofile x; echo $?; mv nofile x; echo $?; cp d/a . ; echo $?; cp -a e g; ls g; cp a nodir/; echo $?
#--- cp keeps or not
echo x > f; chmod 755 f; cp f g; stat -c %a g; touch -d '2020-01-01 00:00:00' f; cp -p f h; stat -c %y h | cut -c1-10; ln -s f l; cp l m; stat -c %F m; cp -P l n; stat -c %F n; cp -n g h; echo new > z; cp -f z f; cat f
#--- rm
touch a b; rm a; rm nofile; echo $?; rm -f nofile; echo $?; mkdir d; rm d; echo $?; rm -r d; rm -rf nothing; echo $?; mkdir e; rmdir e; mkdir -p x/y; rmdir x; echo $?; rmdir -p x/y; ls
#--- mkdir
mkdir a; mkdir a; echo $?; mkdir -p a/b/c; mkdir -m 700 m; stat -c %a m; mkdir x/y; echo $?; mkdir 2>/dev/null; echo $?
#--- ln
echo x > f; ln -s f s; ln f h; readlink s; cat h; ln -s f s; echo $?; ln -sf h s; readlink s; ln -s /nowhere broken; [ -e broken ] || echo broken; mkdir d; ln -s ../f d; cat d/f; ln -sfn f d2; readlink -f d2 | sed 's,.*/,,'
#--- chmod forms
touch f; for m in 600 u+x g+w o=r a-w +x u=rwx,go= ugo+r -x 0755; do chmod $m f; stat -c "$m %a" f; done; chmod 999 f; echo $?; chmod -R 700 nofile; echo $?
#--- chmod recursive and special
mkdir -p d/e; touch d/f; chmod -R u=rwX,go=rX d; stat -c %a d d/f d/e; chmod +t d; chmod g+s d; stat -c '%a %A' d; chmod 4755 d/f; stat -c '%a %A' d/f
#--- touch
touch f; touch -c g; ls; touch -t 202001020304 f; stat -c %y f | cut -c1-16; touch -r f h; stat -c %y h | cut -c1-16; touch nodir/x; echo $?
#--- truncate and sizes
truncate -s 10 f; stat -c %s f; truncate -s 1K f; stat -c %s f; truncate -s 0 f; stat -c %s f; truncate f 2>/dev/null; echo $?
#--- paste, join-like and nl
printf '1\n2\n' > a; printf 'x\ny\n' > b; paste a b; paste -d, a b; paste -s a; paste -sd+ a; printf 'a\n\nb\n' | nl; nl -ba a; printf 'l1\nl2\n' | cat -n; printf 'a\tb\n' | cat -A
#--- comm and diff
printf 'a\nb\n' > x; printf 'b\nc\n' > y; comm x y; comm -12 x y; diff x y; echo $?; diff -u x y | tail -n +3; diff -q x y; diff x x; echo $?; cmp x y; echo $?
#--- rev, tac, fold, expand
echo abc | rev; seq 3 | tac; echo abcdef | fold -w 2; printf 'a\tb\n' | expand -t 4; echo 'a    b' | unexpand -a -t 4 | cat -A; echo 'hello big world' | fold -s -w 8
#--- split
seq 10 > f; split -l 4 f part; ls part*; cat partac; split -b 5 f b; wc -c < baa
#--- factor, cal-free numbers
factor 12 17; expr 2 + 3; echo $((10#08)); printf '%d\n' 0777; echo '3 + 4 * 2' | bc; echo '10 / 3' | bc; echo 'scale=2; 10/3' | bc
#--- bc expressions
echo '2^10; 7%3; (1+2)*3; -5/2' | bc; echo 'scale=4; 1/3; sqrt(2)' | bc; echo 'x=5; x*x; x+=1; x' | bc; echo '5 ^ 2' | bc; echo '1.50 + 2.25; .5 * 3' | bc
#--- hostname, uname, whoami
whoami; uname; uname -s; id -un; tty < /dev/null; echo $?; logname 2>/dev/null; nproc | grep -c .; arch 2>/dev/null | grep -c .
#--- ps and top once
ps -o pid,comm | head -n 1; ps -o pid= | grep -c .  | grep -v '^0' > /dev/null && echo some
#--- free, df headers
df | head -n 1; df -h . | head -n 1; df -T . 2>/dev/null | head -n 1; free | head -n 1; uptime | grep -c load; mount | grep -c / | grep -v '^0$' >/dev/null && echo mounts
#--- watchers of missing commands
ls --nosuch 2>&1 | head -n 1; grep 2>&1 | head -n 1 | cut -c1-7; cut -d 2>&1 | head -n 1; sleep 0 0; echo $?
#--- pidof, pgrep
exec 2>/dev/null; sleep 7.77 & p=$!; sleep 0.2; pgrep -f 'sleep 7.77' | grep -c "^$p$"; kill $p; wait $p 2>/dev/null; echo $?; pidof nosuchprog; echo $?; pgrep nosuchprog; echo $?
#--- realpath and readlink
mkdir -p d/e; ln -s d l; realpath l/e | sed 's,.*/d,d,'; readlink l; readlink d; echo $?; readlink -f l/../d/e | sed 's,.*/d,d,'; realpath nosuch/x; echo $?; cd d/e; pwd | sed 's,.*/d,d,'; cd -  > /dev/null; cd nosuch; echo $?
#--- cd and pwd
mkdir -p a/b; cd a/b; basename "$(pwd)"; cd ..; basename "$PWD"; cd /; pwd; cd "$OLDPWD"; basename "$PWD"; cd; echo $?; ln -s a l 2>/dev/null; (cd /tmp && pwd)
#--- envsubst-like by eval
T='Hello $NAME'; NAME=you; eval "echo \"$T\""; printf 'a=$A\n' | sed "s/\$A/1/"
#--- JSON by hand
json='{"status":"ok","n":5}'; echo $json | grep -o '"status":"[^"]*"' | cut -d: -f2 | tr -d '"'; echo "$json" | sed -n 's/.*"n":\([0-9]*\).*/\1/p'; printf '{"time":%d,"msg":"%s"}\n' 5 hi
#--- logs with rotation
for i in 1 2 3; do echo "line $i" >> app.log; done; [ $(wc -l < app.log) -ge 3 ] && mv app.log app.log.1 && : > app.log; ls; wc -c < app.log
#--- counting words
echo 'the cat the dog' | tr ' ' '\n' | sort | uniq -c | sort -rn | awk '{print $1, $2}'; echo 'the cat' | wc -w
#--- access log summary
printf '1.1.1.1 - "GET / HTTP/1.1" 200\n2.2.2.2 - "GET /x HTTP/1.1" 404\n1.1.1.1 - "GET / HTTP/1.1" 200\n' > l; awk '{print $NF}' l | sort | uniq -c | awk '{print $2"="$1}'; cut -d' ' -f1 l | sort -u; grep -c ' 404$' l; awk -F'"' '{print $2}' l | awk '{print $2}' | sort | uniq
#--- csv to table
printf 'name,age\nann,30\nbob,5\n' | awk -F, 'NR>1{printf "%-5s %3d\n", $1, $2}'; printf 'b,2\na,1\n' | sort -t, -k2 -n | tr , ' '; printf 'a,b\n' | tr ',' '\t' | cut -f2
#--- mkfifo
mkfifo p; (echo through > p) & cat p; wait; [ -p p ] && echo fifo; stat -c %F p; mkfifo p; echo $?
#--- mknod refusal aside, device files
echo x > /dev/null; cat /dev/null | wc -c; head -c 3 /dev/zero | od -An -tx1; echo x > /dev/full; echo $?; [ -c /dev/null ] && echo char; cat < /dev/null
#--- install
echo x > f; install -m 750 f g; stat -c %a g; install -d a/b; [ -d a/b ] && echo dir; install -D f c/d/e 2>/dev/null; ls c 2>/dev/null
#--- time of nothing
time -p true 2>&1 | grep -c real; { time true; } 2>&1 | grep -c real
#--- sync, usleep, mountpoint
sync; echo $?; usleep 1000; echo $?
#--- users
grep -c root /etc/passwd; id -u; id -G
#--- strings and cksum of nothing
printf 'ab\0hello\0' | strings; : | cksum; : | md5sum; : | wc
#--- shuf
seq 5 | shuf | sort -n | head -n 2; shuf -i 1-3 | sort; shuf -n 1 -e only
#--- crypt-free: uudecode absent names
nosuchtool --version; echo $?; busybox nosuchapplet; echo $?
#--- test of numbers in strings
v=007; [ $v -eq 7 ] && echo seven; [ "$v" = 7 ] || echo text; case $v in ''|*[!0-9]*) echo nan;; *) echo num;; esac
#--- egrep and fgrep
echo 'a.b' | fgrep .; echo abc | egrep 'a|z'; printf 'x\n' | grep -s x nofile; echo $?
#--- less reads a pipe
seq 3 | less; echo lines > f; less f; more f | cat; seq 2 | more
