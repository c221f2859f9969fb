#--- awk separators
printf 'a:b:c\n' | awk -F: '{print $2}'; printf 'a  b\tc\n' | awk '{print $3, NF}'; echo 'a1b22c' | awk -F'[0-9]+' '{print $1$2$3}'; echo 'a|b' | awk -F'|' '{print $2}'; echo 'a, b,c' | awk -F', *' '{print $2 $3}'; awk 'BEGIN{OFS="-"; $0="a b c"; $1=$1; print}'; printf 'a\tb c\n' | awk -F'\t' '{print $2}'; echo a.b.c | awk -F. '{print $NF, $(NF-1)}'
#--- awk sums and arrays
printf 'x 1\ny 2\nx 3\n' | awk '{s[$1]+=$2} END{for(k in s) print k, s[k]}' | sort; seq 10 | awk '{s+=$1} END{print s, s/NR}'; printf 'a\nb\na\n' | awk '!seen[$0]++'; awk 'BEGIN{a["x"]; if("x" in a) print "in"; delete a["x"]; print length(a)}'; seq 5 | awk '{a[NR]=$0} END{for(i=NR;i>0;i--) printf "%s ", a[i]; print ""}'
#--- awk printf
awk 'BEGIN{printf "%5.1f|%-6s|%03d|%x|%c|%e|%%\n", 3.14159, "ab", 7, 255, 65, 12345.678; printf "%s %d\n", "x", "12abc"; printf "%5s|%-5s|\n", "a", "b"; x = sprintf("%02d:%02d", 5, 7); print x; printf "%i %u\n", 3.9, 4}'
#--- awk getline
printf '1\n2\n3\n4\n' > f; awk 'BEGIN{while((getline l < "f") > 0) n++; print n; close("f"); getline x < "f"; print x; "echo cmd" | getline y; print y}'; awk '{getline; print}' f; awk 'NR==1{getline z; print "z=" z, NR}' f; awk 'BEGIN{print (getline q < "nofile")}'
#--- awk substitutions
echo 'foo bar foo' | awk '{n=gsub(/foo/,"[&]"); print n, $0}'; echo 'foo foo' | awk '{sub(/foo/,"x\\&"); print}'; echo 'a.b.c' | awk '{gsub(/\./,"-"); print}'; echo 'abc' | awk '{print match($0,/b/), RSTART, RLENGTH}'; echo abc | awk '{print match($0,/z/), RSTART, RLENGTH}'; echo 'k=v' | awk '{split($0,p,"="); print p[2], p[1]}'; awk 'BEGIN{n=split("a b c",q); print n, q[3]}'; echo aaa | awk '{gsub(/a*/,"x"); print}'
#--- awk patterns
seq 10 | awk 'NR==2,NR==4'; seq 10 | awk '$1%5==0'; seq 10 | awk '/1/ && !/0/'; printf 'a\nSTART\nb\nEND\nc\n' | awk '/START/,/END/'; seq 3 | awk 'END{print NR}'; seq 5 | awk 'NR>1 && NR<4{next} {print}'; printf 'a\n\nb\n' | awk 'NF'; seq 3 | awk '{print} $1==2{exit}'; awk 'BEGIN{exit 3} END{print "end"}'; echo $?
#--- awk variables and functions
awk -v n=5 -v s='a b' 'BEGIN{print n*2, s}'; echo x | awk '{print v}' v=7 -; awk 'function f(a,b){return a+b} BEGIN{print f(1,2), f(3)}'; awk 'function fib(n){return n<2?n:fib(n-1)+fib(n-2)} BEGIN{print fib(15)}'; awk 'BEGIN{print ENVIRON["PATH"]!=""}'; awk 'BEGIN{print length("hello"), substr("hello",2,3), index("hello","l"), toupper("a"), tolower("B"), substr("hello",0), substr("hello",4,10)}'
#--- awk control
awk 'BEGIN{i=0; do {i++; if(i==2) continue; if(i>4) break; print i} while(1); for(;;){if(++j>3) break}; print j; while(k<2) k++; print k; if(!(3 in a)) print "no"; print 1==1.0, "a"<"b", 10<9, "10"<"9"}'
#--- awk numbers
awk 'BEGIN{print 1/3, 1e6, 1e20, 100000*100000, 0.1+0.2, int(-3.7), 7%3, -7%3; print 1==1, "abc" > "/dev/stdout"; x="3x"; print x+1; print 1e3 ""; print substr("x",1,1) 1+1; OFMT="%.2f"; print 3.14159}'
#--- awk output
printf 'b 2\na 1\n' | awk '{print $1 | "sort"} END{close("sort"); print "done"}'; awk 'BEGIN{print "x" > "o1"; print "y" >> "o1"; close("o1")}'; cat o1; awk 'BEGIN{system("echo sys"); r=system("exit 3"); print r}'; awk 'BEGIN{print "err" > "/dev/stderr"}' 2>&1; seq 3 | awk '{print > ("f" $1)}'; cat f1 f2 f3; awk 'BEGIN{print; print ""; print "a" "b", "c"}'
#--- awk on tables
printf 'NAME READY STATUS\npod-a 1/1 Running\npod-b 0/1 Pending\n' > t; awk 'NR>1{print $1}' t; awk '$3=="Running"{c++} END{print c}' t; awk 'NR>1{split($2,r,"/"); if(r[1]!=r[2]) print $1" not ready"}' t; awk '{printf "%-10s%s\n",$1,$3}' t; awk -F'[ /]' 'NR>1{s+=$2} END{print s}' t; awk '{$2=""; print}' t; awk '{print NF": "$0; NF=2; print}' t
#--- awk program files
printf 'BEGIN { x = 1 }\n# comment\n{ y += $1 }\nEND {\n  print x,\n    y\n}\n' > p.awk; seq 4 | awk -f p.awk; awk 'BEGIN { if (1) { print "a" } else print "b"; if (0) print "c"
else print "d" }'; awk 'BEGIN{print "a;b" ; print "}"}'; awk 'BEGIN{print "unterminated}' ; echo $?
#--- awk regular expressions
printf 'abc\nABC\na.c\n' | awk '/a.c/'; printf 'abc\na.c\n' | awk '/a\.c/'; echo 'x1' | awk '$0 ~ "^x[0-9]$"{print "m"}'; echo ab | awk '$0 !~ /c/'; awk 'BEGIN{r="b+"; if("abbb" ~ r) print "dyn"}'; echo 'tel 555-1234' | awk 'match($0,/[0-9]+-[0-9]+/){print substr($0,RSTART,RLENGTH)}'; echo 'a/b' | awk -F/ '/\//{print $2}'; echo aab | awk '/^a{2}b$/{print "rep"}'; echo 'a b' | awk '/[[:space:]]/{print "sp"}'
#--- awk record separators
printf 'a;b;c' | awk 'BEGIN{RS=";"}{print NR": "$0}'; printf 'x\ny\n\nz\n' | awk 'BEGIN{RS=""}{print NR, $1, NF}'; printf '1\n2\n' | awk 'BEGIN{ORS=","}{print}'; echo; printf 'a b\n' | awk '{for(i=NF;i>0;i--) printf "%s%s", $i, (i>1?" ":"\n")}'
#--- sed substitute flags
echo 'aaa' | sed 's/a/b/2'; echo Foo | sed 's/foo/bar/I'; echo 'a/b/c' | sed 's|/|-|g'; echo abc | sed -n 's/b/X/p'; echo 'hello world' | sed 's/\(\w*\) \(\w*\)/\2 \1/'; echo abc | sed -E 's/(a)(b)/\2\1/'; echo abc | sed 's/b/[&]/'; echo 'a.b' | sed 's/\./\n/'; echo 'x=1' | sed 's/=.*/="new"/'; echo path | sed 's,path,/usr/bin,'; echo aXb | sed 's/X/\&/'
#--- sed addresses
seq 5 | sed -n 2p; seq 5 | sed -n '2,4p'; seq 5 | sed '2d'; seq 5 | sed -n '$p'; seq 5 | sed '/3/d'; seq 5 | sed -n '/2/,/4/p'; seq 6 | sed -n '1~2p'; seq 5 | sed '2,3!d'; seq 5 | sed -n '3,+1p'; seq 5 | sed '$!N;s/\n/-/'; seq 5 | sed -n '/3/{p;q}'; seq 3 | sed '1!G;h;$!d'
#--- sed text commands
seq 2 | sed '1a after'; seq 2 | sed '1i before'; seq 2 | sed '2c changed'; seq 2 | sed 'a\
multi\
line'; seq 3 | sed '2q'; seq 3 | sed -n '2='; echo abc | sed 'y/abc/xyz/'; seq 2 | sed 'p'; printf 'a\n' | sed 'a  indented'; seq 3 | sed '$a end'; seq 2 | sed '1r /dev/null'
#--- sed hold space
printf '1\n2\n3\n' | sed -n '1h;1!H;${g;s/\n/,/g;p}'; printf 'a\nb\n' | sed 'x;G'; printf 'a\nb\nc\n' | sed 'N;N;s/\n/+/g'; printf 'a\nb\n' | sed '$!{h;d};H;x'; printf 'l1\\\nl2\n' | sed -e ':a' -e '/\\$/N; s/\\\n//; ta'
#--- sed -i
printf 'a=1\nb=2\n' > c; sed -i 's/a=1/a=9/' c; cat c; sed -i.bak '/b/d' c; cat c c.bak; sed -i -e '1i top' -e '$a end' c; cat c; printf 'x\n' > d; sed -i 's/x/y/' c d; cat d; sed -i 's/a/b/' nofile; echo $?; sed -n -i p d; cat d
#--- sed files and expressions
printf 's/a/b/\n/c/d\n' > p.sed; printf 'a\nc\n' | sed -f p.sed; echo abc | sed -e s/a/1/ -e s/b/2/; echo abc | sed 's/a/1/;s/c/3/'; seq 3 | sed -n -e 1p -e 3p; printf 'k: v\n' | sed -n 's/^k: *//p'; echo 'a b' | sed 's/ /\t/' | od -c | head -n 1; printf 'x' | sed s/x/y/; echo; seq 3 | sed -n '2{s/2/two/;p}'
#--- sed on yaml
printf 'image: nginx:1.25\nreplicas: 1\n  name: web\n' > y; sed 's/image: .*/image: nginx:1.27/' y; sed -E 's/^(replicas:) [0-9]+/\1 3/' y; sed -n '/name/s/.*: //p' y; sed '/^ *name:/s/web/api/' y; sed '/replicas/a\  extra: true' y; sed 's/[[:space:]]*$//; /^$/d' y
#--- grep options
printf 'foo\nbar\nFoo bar\nfoobar\n' > f; grep foo f; grep -i foo f; grep -v foo f; grep -c foo f; grep -n foo f; grep -w foo f; grep -x foo f; grep -o 'o*' f; grep -l foo f; grep -L foo f; grep -q foo f; echo $?; grep -q zzz f; echo $?; grep -m1 foo f; grep -e foo -e bar f; grep -E 'foo|bar' f; grep -F 'o.b' f; echo $?; grep zz nofile; echo $?; grep -s zz nofile; echo $?
#--- grep in several files
mkdir d; echo hit > d/a; echo miss > d/b; echo hit > e; grep -r hit .| sort; grep -rl hit . | sort; grep hit e d/a; grep -h hit e d/a; grep -H hit e; grep -c hit e d/b; grep -rn hit d; grep -rL hit d; echo hit | grep -H hit; echo hit | grep hit -
#--- grep context in use
seq 10 > f; grep -A2 3 f; grep -B1 5 f; grep -C1 7 f; grep -A1 -n '[29]' f; printf 'a\nb\nc\n' | grep -A1 -B1 b; printf 'x\nERR 1\ny\nERR 2\nz\n' | grep -c ERR; printf 'a\nb\n' > p; printf 'abc\nxyz\nb\n' | grep -f p; printf 'abc\nxyz\nb\n' | grep -xFf p
#--- grep expressions
printf 'a1\nb22\nc\n-x\n' > f; grep '[0-9]\{2\}' f; grep -E '[0-9]{2}' f; grep -E '^[ab]' f; grep '^c$' f; grep -E '(a|b)[0-9]+' f; grep -- -x f; grep -e -x f; grep -oE '[0-9]+' f; grep '[[:alpha:]]$' f; grep -E '^.{1,2}$' f; grep '\<c\>' f; grep -ow b22 f; grep -vE '^(#|$)' f; grep -iE 'A1|C' f; grep -c '' f; grep '' f | head -n 1
#--- sort options
printf 'b 3\na 10\nc 2\n' > f; sort f; sort -k2 f; sort -k2n f; sort -k2,2nr f; sort -rk1 f; printf '10\n9\n2\n1\n' | sort; printf '10\n9\n2\n' | sort -n; printf '3\n1\n3\n' | sort -un; printf 'a:3\nb:1\n' | sort -t: -k2; printf 'x 1\nx 1\ny 0\n' | sort -u -k1,1; printf 'B\na\nC\n' | sort -f; printf '1.10\n1.9\n1.2\n' | sort -V
#--- sort stability and files
printf 'b 1\na 1\n' | sort -s -k2; printf 'b 1\na 1\n' | sort -k2; printf '2\n1\n' > a; printf '4\n3\n' > b; sort a b; sort -o a a; cat a; sort -m a a; sort -c b; echo $?; printf 'z\0a\0' | sort -z | tr '\0' '\n'; sort -t, -k2,2 -k1,1 <<E
b,x
a,y
a,x
E
#--- uniq and counts
printf 'a\nb\na\na\n' | sort | uniq -c | sort -rn; printf 'a\na\nb\n' | uniq -d; printf 'a\na\nb\n' | uniq -u; printf '1 x\n2 x\n' | uniq -f1; printf 'ax\nay\n' | uniq -w1; printf 'a\nA\n' | uniq -ci
#--- cut, tr, paste, join
echo 'a b c' | cut -d' ' -f2; echo 'a:b:c' | cut -d: -f1,3; echo abcdef | cut -c2-; echo a:b | cut -d: -f5; echo nodelim | cut -d: -f1 -s; echo 'HeLLo' | tr A-Z a-z; echo a-b_c | tr -s '_-' ' '; echo 'a  b' | tr -s ' '; echo abc | tr -d b; printf 'a\nb\n' | tr '\n' ,; echo; echo '12ab' | tr -cd 0-9; echo; printf '1\n2\n3\n4\n' | paste - -; paste -d: -s <<E
a
b
E
#--- head and tail
seq 20 | head -n 3; seq 20 | head -3; seq 20 | tail -n 2; seq 20 | tail -n +19; seq 5 | head -n -2; printf abcdef | head -c 3; echo; printf abcdef | tail -c 2; echo; printf abcdef | tail -c +3; echo; seq 3 > f; head -n 1 f f; tail -n 1 f f; head -q -n1 f f; tail -q -n1 f f; head -c 2k f | wc -c; echo x | head -n 5
#--- tee and seq
echo a | tee f; echo b | tee -a f; cat f; echo c | tee x y > /dev/null; cat x y; seq -w 8 11; seq -s, 5; seq -s ' ' 1 3; seq 1 3 10; seq 10 -3 1; seq 1.5 3; seq -w 1 0.5 2; seq 3 1; seq 0
#--- wc and nl
printf 'a b\nc\n' | wc; printf 'a b\nc\n' | wc -l; printf 'abc' | wc -c; printf 'a b' | wc -w; wc -l < /dev/null; printf 'a\n\nb\n' | nl; printf 'a\n\nb\n' | nl -b a; printf 'x\n' | cat -n
