#--- counter loop in a sidecar
i=0; while [ $i -lt 3 ]; do echo "tick $i"; i=$((i+1)); sleep 0.01; done
#--- until a file appears
(sleep 0.05; touch ready) & until [ -f ready ]; do sleep 0.02; done; echo found; wait
#--- wait for each job
for n in 1 2 3; do (sleep 0.0$n; exit $n) & pids="$pids $!"; done; for p in $pids; do wait $p; echo "rc=$?"; done
#--- trap TERM and clean up
sh -c 'trap "echo got TERM; exit 0" TERM; kill -TERM $$; sleep 1; echo no'; echo $?
#--- trap EXIT order
sh -c 'trap "echo bye" EXIT; echo hi; exit 4'; echo $?
#--- background job and its status
false & wait $!; echo $?; true & wait; echo $?; wait 99999; echo $?
#--- here-document with expansions
N=web; cat <<EOF
name: $N
sum: $((2+3)) $(echo x) \$N
EOF
#--- here-document quoted
cat <<'EOF'
$HOME `id` $((1+1))
EOF
#--- here-document with tabs
cat <<-EOF
	a
		b
	EOF
#--- here-document into a file and a loop
cat > conf <<EOF
a=1
b=2
EOF
while IFS='=' read -r k v; do echo "$k -> $v"; done < conf
#--- two here-documents on a line
cat <<A; cat <<B
first
A
second
B
#--- case patterns
for f in a.txt b.log c.tar.gz '' -x; do case $f in *.txt) echo t;; *.log|*.gz) echo lg;; '') echo empty;; -*) echo opt;; *) echo other;; esac; done
#--- case with classes and fallbacks
for w in 5 a Z _ ab; do case $w in [0-9]) echo digit;; [[:lower:]]) echo lower;; [!a-z_]) echo notlow;; ?) echo one;; *) echo many;; esac; done
#--- functions with local
x=global; f() { local x=inner y; y=2; echo $x $y; g; }; g() { echo g:$x; }; f; echo $x [$y]
#--- function return values
is_even() { return $(( $1 % 2 )); }; for i in 1 2 3 4; do is_even $i && echo $i; done; echo $?
#--- recursion
fact() { [ $1 -le 1 ] && echo 1 && return; echo $(( $1 * $(fact $(($1-1))) )); }; fact 6
#--- getopts
set -- -a -b val -c rest more; while getopts ab:c o; do case $o in a) echo A;; b) echo B=$OPTARG;; c) echo C;; esac; done; shift $((OPTIND-1)); echo $*
#--- getopts errors
set -- -x -b; while getopts ab: o; do echo "o=$o"; done; echo $OPTIND; set -- -x; OPTIND=1; while getopts :ab: o; do echo "o=$o arg=$OPTARG"; done
#--- getopts joined
set -- -ab1 -- -c; while getopts ab:c o; do echo $o $OPTARG; done; shift $((OPTIND-1)); echo "$@"
#--- read splits by IFS
echo 'a:b:c d' | (IFS=: read x y z; echo "$x|$y|$z"); echo ' a  b ' | (read x; echo "[$x]"); echo 'a\tb' | (read x; echo "$x"); echo 'a\tb' | (read -r x; echo "$x")
#--- read lines without a last newline
printf 'one\ntwo' | while read l || [ -n "$l" ]; do echo "<$l>"; done
#--- IFS splitting of variables
v='a:b::c'; IFS=:; for p in $v; do echo "[$p]"; done; unset IFS; set -- $v; echo $#
#--- IFS of newline
v=$(printf 'a b\nc d'); IFS='
'; for l in $v; do echo "<$l>"; done
#--- suffix and prefix removal
p=/usr/local/lib.tar.gz; echo ${p##*/} ${p#*/} ${p%.*} ${p%%.*} ${p%/*}; f=a.b.c; echo ${f%.*}.d ${#f}
#--- defaults
unset u; e=; echo ${u:-d} ${u-d} ${e:-d} [${e-d}] ${u:+s} [${e:+s}] [${e+s}]; : ${u:=set}; echo $u
#--- error for unset
sh -c 'echo ${nope:?must be set}; echo no'; echo $?
#--- substring and replacement
s=hello-world; echo ${s:0:5} ${s:6} ${s: -5} ${s/o/0} ${s//o/0} ${s/#hello/bye} ${s/%world/all}
#--- arithmetic
a=7; b=3; echo $((a+b)) $((a-b)) $((a*b)) $((a/b)) $((a%b)) $((a**b)) $((a<<1)) $((a&b)) $((a|b)) $((a^b)) $((~a)) $((!a))
#--- arithmetic assignments
i=5; echo $((i++)) $i $((++i)) $((i+=10)) $((i--)) $i $((i*=2)) $((i>5?1:0)) $((i==2||1))
#--- arithmetic bases
echo $((0x1f)) $((010)) $((2#101)) $(( (1+2)*3 )) $((-7/2)) $((-7%3)) $((1,2))
#--- let and test of numbers
let x=3*4; echo $x $?; let 0; echo $?; [ 3 -gt 2 -a 2 -gt 1 ] && echo and; [ 1 -gt 2 -o 2 -gt 1 ] && echo or
#--- arithmetic errors
sh -c 'echo $((1/0)); echo no'; echo $?; sh -c 'echo $((1+)); echo no' 2>/dev/null; echo $?
#--- set -e ends a script
sh -ec 'echo a; false; echo b'; echo $?; sh -ec 'false || echo ok; if false; then :; fi; ! true; echo end'; echo $?
#--- set -u
sh -uc 'echo ${x:-d}; echo $x; echo no'; echo $?
#--- pipefail
sh -c 'set -o pipefail; false | true; echo $?; true | false; echo $?; set +o pipefail; false | true; echo $?'
#--- set -eu with functions
sh -euc 'f() { false; echo in; }; f || echo caught; f; echo no'; echo $?
#--- set -x
sh -xc 'a=1; echo "$a b"; [ $a = 1 ]' 2>&1
#--- exec redirections
exec 3>out; echo one >&3; echo two >&3; exec 3>&-; cat out; exec 4<out; read l <&4; echo "got $l"; exec 4<&-
#--- exec replaces
sh -c 'exec echo replaced; echo no'; sh -c 'exec nosuch; echo no'; echo $?
#--- redirect both
sh -c 'echo out; echo err >&2' > all 2>&1; sort all; sh -c 'echo e >&2' 2>/dev/null; echo x > a 2>&1 >b; cat a b
#--- redirect of groups and subshells
{ echo a; echo b; } > g; (echo c; echo d) >> g; cat g; { cat; } < g | wc -l
#--- subshells keep variables to themselves
x=1; (x=2; echo $x); echo $x; { x=3; }; echo $x; echo 4 | read x; echo $x
#--- nested command substitution
echo $(echo $(echo $(echo deep))); echo `echo \`echo tick\``; echo "$(echo "$(echo "a  b")")"
#--- command substitution and newlines
a=$(printf 'x\ny\n\n'); echo "[$a]"; echo $a; echo "$(true)"; b=$(false); echo $?
#--- positional parameters
set -- a 'b c' d; echo $# $1 "$2" $*; for x; do echo "<$x>"; done; shift 2; echo $1; echo "$@" | wc -w
#--- "$@" and "$*"
f() { echo $#; }; set -- 'a b' c; f $@; f "$@"; f $*; f "$*"; IFS=,; echo "$*"
#--- brace groups and precedence
true && { echo a; false; } || echo b; false && echo no || echo c; ! false && echo d
#--- loops with break and continue
for i in 1 2 3 4 5; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done; while :; do while :; do break 2; done; done; echo out
#--- for over files
touch a.txt b.txt; for f in *.txt; do echo "${f%.txt}"; done; for f in *.none; do echo "$f"; done
#--- timeout
timeout 5 true; echo $?; timeout 5 sh -c 'exit 7'; echo $?; timeout 5 nosuch; echo $?
#--- nohup
nohup sh -c 'echo kept' 2>/dev/null | cat; nohup true < /dev/null > /dev/null 2>&1; echo $?
#--- kill -l
kill -l 15; kill -l TERM; kill -l 137; kill -l 9
#--- kill by name and number
exec 2>/dev/null; sleep 5 & kill -9 $!; wait $!; echo $?; sleep 5 & kill -TERM $!; wait $!; echo $?; kill -0 $$; echo $?
#--- kill nobody
kill 999999; echo $?; kill -0 999999 2>/dev/null; echo $?
#--- jobs and $!
sleep 0.05 & [ -n "$!" ] && echo started; wait; jobs | wc -l
#--- sleep fractions and units
sleep 0.01; echo $?; sleep 0.01s; echo $?; sleep abc 2>/dev/null; echo $?; sleep 2>/dev/null; echo $?
#--- env -i
env -i A=1 B='x y' env; env -i /bin/echo hi; A=1 env -u A printenv A; echo $?
#--- printenv and export
export GREETING='hello there'; printenv GREETING; sh -c 'echo $GREETING'; NOEXP=1; sh -c 'echo [$NOEXP]'; VAR=tmp sh -c 'echo $VAR'; echo [$VAR]
#--- unset and readonly
a=1; unset a; echo [${a-unset}]; readonly r=5; (r=6; echo no); echo $?; f() { echo f; }; unset -f f; f; echo $?
#--- eval
cmd='echo a; echo b'; eval "$cmd"; n=x; eval $n=5; echo $x; eval 'echo "$'$n'"'
#--- type and command
type cd; command -v echo; command -v nosuch; echo $?; type nosuch; echo $?; command echo through
#--- test operators
touch f; mkdir d; ln -s f l; for t in -f -d -e -L -s -r -w -x; do for n in f d l no; do [ $t $n ] && echo "$t $n"; done; done
#--- test strings
[ abc ] && echo 1; [ '' ] || echo 2; [ -z '' ] && echo 3; [ -n a ] && echo 4; [ a = a ] && echo 5; [ a != b ] && echo 6; [ a \< b ] && echo 7; [ ! a = b ] && echo 8; test 1 -eq 01 && echo 9
#--- test errors
[ 1 -eq x ]; echo $?; [ a = b; echo $?; test a b; echo $?; [ -f ]; echo $?
#--- double brackets
[[ abc == a* ]] && echo glob; [[ abc = "a*" ]] || echo literal; [[ -n x && 1 -lt 2 ]] && echo both; [[ abc =~ ^a.c$ ]] && echo regex
#--- newer than
touch -d '2020-01-01 00:00:00' old; touch new; [ new -nt old ] && echo newer; [ old -ot new ] && echo older
#--- printf formats
printf '%5d|%-5d|%05d|%+d\n' 42 42 42 42; printf '%s %s\n' a b c; printf '%x %X %o %c\n' 255 255 8 abc; printf '%.2f %e %g\n' 3.14159 1234.5 0.0001; printf '%%\n'; printf '%b\n' 'a\tb'; printf '%q\n' x 2>/dev/null; echo
#--- printf widths from arguments
printf '%*d|%-*s|%.*s\n' 5 42 6 ab 2 xyz; printf '%10.3s|\n' abcdef; printf 'no newline'; echo; printf '\x41\101\n'; printf '%d %d\n' 0x10 010
#--- printf wrong numbers
printf '%d\n' abc; echo $?; printf '%d\n' 12abc; echo $?; printf; echo $?; printf '%s\n'; printf '%d\n'
#--- echo options
echo -n a; echo b; echo -e 'a\tb\nc\\d'; echo -E 'a\tb'; echo -ne 'x\n'; echo -- -n; echo -x; echo 'a\nb'
#--- tee to several files
printf 'a\nb\n' | tee one two > three; cat one two three | sort | uniq -c; echo more | tee -a one >/dev/null; cat one
#--- seq forms
seq 3; seq 2 4; seq 1 2 7; seq -w 8 11; seq -s, 4; seq 5 -2 1; seq 0.5 0.5 1.5; seq 3 1; seq 2>/dev/null; echo $?
#--- expr
expr 3 + 4; expr 10 / 3; expr 10 % 3; expr 2 \* 3; expr abc : 'a\(.*\)'; expr length hello; expr substr hello 2 3; expr 5 \> 3; expr a = b; echo $?; expr index hello l; expr 1 + a; echo $?
#--- mktemp
f=$(mktemp); [ -f $f ] && echo file; d=$(mktemp -d); [ -d $d ] && echo dir; stat -c %a $f $d; rm -r $f $d; mktemp ./x.XXXXXX | sed 's/\.[A-Za-z0-9]*$/.R/'; mktemp bad; echo $?
#--- id
id -u; id -un; id -g; id -gn; id root | cut -d' ' -f1; id -u nosuch; echo $?
#--- basename loops
for p in /a/b.txt c.tar.gz /d/; do echo $(basename $p) $(dirname $p); done; basename /a/b.txt .txt
#--- true, false, colon, yes
true; echo $?; false; echo $?; :; echo $?; yes | head -n 2; yes ok | head -n 1
#--- which and its failure
which sh > /dev/null; echo $?; which nosuch; echo $?; nosuch; echo $?; ./nosuch; echo $?
#--- not executable
echo 'echo hi' > s; ./s; echo $?; chmod +x s; ./s; echo $?; mkdir dd; ./dd; echo $?
#--- script arguments
cat > s <<'E'
echo "$0 has $#: $1, $2"; exit $#
E
sh s a 'b c'; echo $?; sh ./s; echo $?; . ./s; echo no
#--- sourcing
echo 'V=from; f() { echo f:$1; }' > lib; . ./lib; echo $V; f x; . ./nolib; echo no
#--- dollar specials
echo $?; false; echo $?; sh -c 'echo $0 $1' name arg; echo $-  | grep -c .; [ $$ -gt 0 ] && echo pid; echo ${#*}
#--- aliases of quoting
echo "a 'b' \"c\" \$d \\ \`e\`"; echo 'a "b" $c \'; echo a\ b\
c; echo $'tab\there'
#--- tilde and globs
HOME=/h; echo ~ ~/x "~"; touch f1 f2 f10; echo f? f* [f]1 f[!1]; echo "f*" \f\*
#--- long pipelines
seq 100 | grep 1 | sed 's/1/x/' | sort -r | head -n 3 | tr x y | cat -n
#--- while read from a command
printf '1 a\n2 b\n' | while read n l; do echo $l$n; done; n=0; while read x; do n=$((n+1)); done <<E
a
b
E
echo $n
#--- date formats of a fixed moment
date -u -d @0 '+%Y-%m-%d %H:%M:%S %a %b %j %u %y %e %I %p %Z %s'; date -u -d '2024-02-29 12:30:00' +%s; date -u -d @86399 +%T; date -u -d @1700000000 +%FT%TZ; date -u -d @0 -R; date -u -d @0 -I; date -u -d @0 -Iseconds; date -d nonsense; echo $?; date -u -d @0
#--- ulimit and umask
umask; umask 077; touch f; stat -c %a f; umask 022; umask -S
#--- wait -n is refused alike
sleep 0.01 & wait; echo $?; wait abc; echo $?
#--- trap list and reset
trap 'echo x' INT TERM; trap; trap - INT; trap; trap '' HUP; trap
#--- signals by number
sh -c 'trap "echo fifteen" 15; kill -15 $$; echo after'; sh -c 'trap "echo usr" USR1; kill -USR1 $$; echo after'; sh -c 'kill -9 $$'; echo $?; sh -c 'kill -TERM $$'; echo $?
#--- retry loop
n=0; until [ $n -ge 3 ] || false; do n=$((n+1)); echo "try $n"; done; echo done after $n
#--- key and value parsing
line='key = some value # comment'; k=${line%%=*}; v=${line#*=}; v=${v%%#*}; echo "[$(echo $k)] [$(echo $v)]"
#--- config rendering
NAME=app PORT=80; sed -e "s/@NAME@/$NAME/" -e "s/@PORT@/$PORT/g" <<'E'
server @NAME@ listen @PORT@ and @PORT@
E
#--- health file loop
echo ok > health; for i in 1 2; do if grep -q ok health; then echo healthy; else echo sick; fi; echo bad > health; done
#--- exit codes of pipelines and lists
true | false; echo $?; false | true; echo $?; (exit 3); echo $?; ! (exit 3); echo $?; { exit 5; } | cat; echo $?
#--- syntax errors
sh -c 'if true; then echo a'; echo $?; sh -c 'echo )'; echo $?; sh -c 'for in do'; echo $?; sh -c '"unclosed'; echo $?
#--- redirect failures
echo x > /nosuch/f; echo $?; cat < nofile; echo $?; echo x > /; echo $?; : > f; cat f; echo y >| f; cat f
#--- no clobber
set -C; echo a > f; echo b > f; echo $?; echo c >| f; cat f
#--- closing descriptors
echo x >&-; echo $?; cat <&-; echo $?; echo y 2>&-; echo err 1>&2 2>/dev/null
#--- arithmetic for loops are not
sh -c 'for ((i=0;i<3;i++)); do echo $i; done'; echo $?
#--- lists of commands in variables
run="ls -a"; touch z; $run | tail -n 1; opts="-n 1"; seq 5 | head $opts; empty=; $empty echo fine; "$empty" echo no; echo $?
#--- assignment prefixes
X=1; X=2 true; echo $X; X=2 :; echo $X; Y=3 sh -c 'echo $Y'; A=1 B=2; echo $A$B; C=$(echo 3) D=4; echo $C$D
#--- here-strings are bash's
sh -c 'cat <<< word'; echo $?
#--- find where a port and a host are told
url=http://web.default.svc:8080/path?q=1; rest=${url#*://}; host=${rest%%/*}; echo ${host%%:*} ${host##*:} /${rest#*/}
#--- wait for several conditions
a=0 b=0; while [ $a -lt 2 ] || [ $b -lt 3 ]; do [ $a -lt 2 ] && a=$((a+1)); b=$((b+1)); done; echo $a $b
#--- a lock by mkdir
try() { mkdir lock 2>/dev/null && echo locked || echo busy; }; try; try; rmdir lock; try
#--- an expression in a test
[[ v1.2.3 =~ ^v[0-9]+\.[0-9]+ ]] && echo version; [[ x =~ ^[0-9]+$ ]] || echo no number
