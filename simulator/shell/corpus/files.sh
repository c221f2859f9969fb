#--- cp mv rm
echo a > a; cp a b; cat b; mv b c; ls; mkdir d; cp a c d; ls d; rm a; ls; rm d; echo $?; rm -r d; ls; rm nofile; echo $?; rm -f nofile; echo $?
#--- cp errors
cp nofile x; echo $?; mkdir d; cp d e; echo $?; cp d/x y; echo $?
#--- cp recursive
mkdir -p s/t; echo 1 > s/f; echo 2 > s/t/g; ln -s f s/l; cp -r s u; find u | sort; cp -a s v; readlink v/l; mkdir w; cp -r s w; find w | sort
#--- mkdir
mkdir a; mkdir a; echo $?; mkdir -p a/b/c; ls a/b; mkdir x/y; echo $?; rmdir a; echo $?; rmdir a/b/c; ls a/b; mkdir -m 700 m; ls -ld m | cut -c1-10
#--- ln
echo x > f; ln f g; ln -s f s; cat s; ls -l f | cut -c12-15; readlink s; ln -s f s; echo $?; ln -sf g s; readlink s; ln nofile z; echo $?; ln -s /nosuch dangling; cat dangling; [ -L dangling ] && echo link
#--- chmod
touch f; chmod 640 f; ls -l f | cut -c1-10; chmod u+x,g-r,o=r f; ls -l f | cut -c1-10; chmod a+w f; ls -l f | cut -c1-10; chmod -x f;  ls -l f | cut -c1-10; chmod 4755 f; ls -l f | cut -c1-10; chmod zz f; echo $?; chmod 644 nofile; echo $?
#--- touch
touch a b; ls; touch -c n; ls; touch /nosuch/x; echo $?
#--- ls
mkdir d; touch b a .h d/x; ls; ls -a; ls -A; ls -1; ls d; ls a d; ls -d d; ls nofile; echo $?; ls -p; ls -F; ls -R; ls -r
#--- ls long
touch f; ln -s f l; mkdir d; chmod 644 f; ls -l | sed 's/ [A-Z][a-z][a-z] .*:[0-9][0-9]//' | grep -v total
#--- basename dirname
basename /a/b/c; basename /a/b/c.txt .txt; basename /; basename a/; dirname /a/b/c; dirname a; dirname /; dirname a/b/; dirname /a
#--- readlink realpath
mkdir d; touch d/f; ln -s d/f l; cd d; readlink ../l; cd ..; realpath d/../d/f | sed 's,.*/d,d,'; realpath nosuch/x; echo $?; readlink d; echo $?
#--- find
mkdir -p a/b c; touch a/1.txt a/b/2.txt c/3.log; find . | sort; find . -name '*.txt' | sort; find a -type d | sort; find . -maxdepth 1 | sort; find . -type f -name '*.log'; find nosuch; echo $?; find a ! -name '*.txt' | sort; find . -name 2.txt -o -name 3.log | sort
#--- find exec
mkdir d; echo 1 > d/a; echo 2 > d/b; find d -type f -exec cat {} \; | sort; find d -type f -exec echo {} + | wc -w; mkdir e; find e -empty; find . -type f -print0 | tr '\0' '\n' | sort
#--- cat
printf 'a\nb\n\nc' > f; cat f; echo; cat -n f; echo; cat f f; echo; cat nofile f; echo $?; cat < f; echo; echo x | cat - f; echo; cat -b f; echo; printf 'a\tb\001\n' | cat -vte; cat -A f
#--- head tail
seq 20 > f; head -n 3 f; head -3 f; tail -n 2 f; tail -2 f; tail -n +18 f; head -c 5 f; tail -c 4 f; head -n -17 f; head -n 1 f f; tail -n 1 f nofile f; echo $?; seq 3 | head; seq 3 | tail -n 1; head -n 0 f
#--- wc
printf 'one two\nthree\n' > f; wc f; wc -l f; wc -w < f; wc -c f; wc f f; wc nofile; echo $?; printf 'no newline' | wc; wc -lw f; wc -L f
#--- sort
printf 'b\na\nc\nB\n10\n9\n' > f; sort f; sort -r f; sort -n f; printf '3 x\n1 y\n2 z\n' | sort -k2; printf 'a:3\nb:1\nc:2\n' | sort -t: -k2n; printf 'a\nb\na\n' | sort -u; sort nofile; echo $?; printf 'b\na\n' | sort -c; echo $?; printf '10\n9\n100\n' | sort -rn
#--- sort keys
printf 'b 2\na 10\nc 2\n' | sort -k2,2n -k1,1r; printf 'x  b\ny a\n' | sort -k 2; printf 'Banana\napple\n' | sort -f
#--- uniq
printf 'a\na\nb\na\n' > f; uniq f; uniq -c f; uniq -d f; uniq -u f; sort f | uniq -c | sort -rn; printf 'A\na\n' | uniq -i
#--- cut
echo a:b:c:d | cut -d: -f2; echo a:b:c:d | cut -d: -f2-; echo a:b:c:d | cut -d: -f1,3; echo a:b:c:d | cut -d: -f-2; echo abcdef | cut -c2-4; echo abcdef | cut -c1,3,5; echo 'no delim' | cut -d: -f2; echo 'no delim' | cut -s -d: -f2; printf 'a\tb\n' | cut -f2; echo abc | cut; echo $?
#--- tr
echo hello | tr a-z A-Z; echo hello | tr -d l; echo aabbcc | tr -s a-c; echo 'a b c' | tr ' ' '\n'; echo hello123 | tr -d '[:digit:]'; echo hello | tr -c 'a-y\n' X; echo abc | tr abc x; echo a-b | tr -- - _; printf 'a\r\n' | tr -d '\r'; echo abc | tr '[:lower:]' '[:upper:]'
#--- tee
echo x | tee a b; cat a b; echo y | tee -a a; cat a
#--- seq
seq 3; seq 2 4; seq 1 2 7; seq -s, 3; seq -w 8 10; seq 3 1; seq 5 -2 1; seq 0.5 0.5 2
#--- paste comm
printf '1\n2\n' > a; printf 'x\ny\nz\n' > b; paste a b; paste -d, a b; paste -s a; paste -sd+ a; printf 'a\nb\n' > c; printf 'b\nc\n' > d; comm c d; comm -12 c d; comm -3 c d
#--- rev tac nl fold
echo abc | rev; seq 3 | tac; printf 'a\n\nb\n' | nl; echo abcdefghij | fold -w 4; echo 'aa bb cc' | fold -s -w 5
#--- cmp
printf 'abc\n' > a; printf 'abd\n' > b; cmp a b; echo $?; cmp -s a b; echo $?; cmp a a; echo $?; printf ab > c; cmp a c; echo $?; cmp a nofile; echo $?
#--- stat
echo hello > f; chmod 644 f; stat -c '%s %a %F %n' f; mkdir -m 755 d; stat -c '%a %F' d; stat nofile; echo $?; stat -c %A f
#--- du
mkdir d; head -c 10000 /dev/zero > d/f; du -a d | sort -k2 | tail -n 1; du d/f | cut -f1; du nofile; echo $?
#--- xargs
seq 3 | xargs; seq 4 | xargs -n 2 echo x; printf 'a b\nc\n' | xargs -I{} echo '<{}>'; echo 'a "b c" d' | xargs -n1; printf 'x\0y z\0' | xargs -0 -n1; echo | xargs echo none; echo | xargs -r echo none; echo a | xargs false; echo $?; echo a | xargs nosuch; echo $?
#--- env
env -i A=1 env; A=2 env | grep ^A=; env -u PATH | grep -c PATH; env -i sh -c 'echo $A'; env A=b sh -c 'echo $A'; printenv PATH; printenv NOPE; echo $?; env nosuch; echo $?
#--- mktemp
f=$(mktemp) && [ -f $f ] && echo ok; rm $f; d=$(mktemp -d) && [ -d $d ] && echo ok; rmdir $d; mktemp badtemplate; echo $?
#--- sleep and timeout
sleep 0.01; echo $?; sleep x; echo $?; timeout 0.1 sleep 5; echo $?; timeout 5 true; echo $?; timeout 5 sh -c 'exit 3'; echo $?; timeout -s KILL 0.1 sleep 5; echo $?
#--- id and names
id -u; id -g; whoami; id -un; id nosuch; echo $?
#--- date
date -u -d @0; date -u -d @86400 +%Y-%m-%d; date -u -d '2024-02-29 12:34:56' '+%a %b %e %H:%M:%S %Y %j %s'; date -u -d @1700000000 '+%F %T %p %I %y %m/%d %%'; date -d nonsense; echo $?
#--- true false yes
true; echo $?; false; echo $?; yes a b | head -n 2
#--- which
which sh > /dev/null; echo $?; which nosuch; echo $?
#--- permissions bits
mkdir d; chmod 000 d; ls -ld d | cut -c1-10; chmod 755 d; touch d/f; chmod 400 d/f; test -w d/f; echo $?
#--- mkfifo
mkfifo p; echo hi > p & cat p; wait; ls -l p | cut -c1; rm p
#--- dev files
echo x > /dev/null; cat /dev/null; head -c 3 /dev/zero | wc -c
#--- hidden and spaces
touch 'a b' 'c  d'; ls; for f in *; do echo "[$f]"; done; rm 'a b'; ls
#--- truncate and append
echo 12345 > f; truncate -s 3 f; wc -c < f; cat f; echo; printf abc >> f; cat f; echo
