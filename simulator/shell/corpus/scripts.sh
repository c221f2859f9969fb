#--- trap TERM while waiting
trap 'echo got TERM; exit 0' TERM; (sleep 0.1; kill -TERM $$) & sleep 5 & wait $!; echo not reached
#--- trap TERM in a loop of sleeps
trap 'echo bye; kill $pid; exit 3' TERM; (sleep 0.1; kill $$) & while :; do sleep 5 & pid=$!; wait $pid; done
#--- trap EXIT after TERM
sh -c 'trap "echo cleanup" EXIT; trap "exit 5" TERM; sleep 5 & wait' & p=$!; sleep 0.1; kill $p; wait $p; echo $?
#--- wait interrupted by a trap goes on
trap 'echo sig' USR1; sleep 1 & p=$!; (sleep 0.1; kill -USR1 $$) & wait $p; echo $?; wait $p; echo $?
#--- trap runs after a foreground command
trap 'echo later' USR1; (sleep 0.05; kill -USR1 $$) & sleep 0.2; echo after
#--- trap forms
trap 'echo x' 0 2; trap; trap - 2; trap; trap '' 15; sh -c 'kill -TERM $$; echo survived'; trap -- - 0
#--- exit status inside EXIT trap
sh -c 'trap "echo status \$?" EXIT; exit 7'; echo $?; sh -c 'trap "exit 9" EXIT; exit 7'; echo $?; sh -c 'trap "false" EXIT; true'; echo $?
#--- traps in functions and subshells
f() { trap 'echo in f' EXIT; }; f; (trap 'echo sub' EXIT; echo body); echo end
#--- trap and set -e
sh -ec 'trap "echo cleanup \$?" EXIT; false; echo no'; echo $?
#--- nested functions
outer() { inner() { echo inner $1; return 3; }; inner $1; r=$?; echo outer $r; return $((r+1)); }; outer a; echo $?; inner b; echo $?
#--- recursion with local
fact() { local n=$1; if [ $n -le 1 ]; then echo 1; else echo $(( n * $(fact $((n-1))) )); fi; }; fact 10
#--- local hides and restores
x=1; f() { local x; echo "[$x]"; x=2; g; echo $x; }; g() { echo g $x; x=3; }; f; echo $x; h() { local a=1 b=2; echo $a$b; }; h; echo [$a$b]
#--- return codes
f() { return 300; }; f; echo $?; g() { false; return; }; g; echo $?; h() { true; }; h; echo $?; (exit 256); echo $?; (exit -1); echo $?
#--- function with redirections and pipes
f() { cat; echo err >&2; } > out 2>&1; echo in | f; cat out; g() { while read x; do echo "<$x>"; done; }; printf 'a\nb\n' | g
#--- set -e in conditions
set -e; if false; then :; fi; false || true; ! true; false && true; while false; do :; done; echo alive; (false; echo no) || echo caught; f() { false; echo still; }; f || echo no; f && echo yes; echo end
#--- set -e ends
sh -ec 'echo a; false; echo b'; echo $?; sh -ec 'x=$(false); echo b'; echo $?; sh -ec 'echo $(false) c'; echo $?; sh -ec 'local_fn() { local x=$(false); echo d; }; local_fn'; echo $?; sh -ec 'false | true; echo e'; echo $?; sh -ec 'true | false; echo f'; echo $?
#--- set -e in subshells and groups
sh -ec '(false); echo a'; echo $?; sh -ec '{ false; }; echo b'; echo $?; sh -ec 'for i in 1 2; do [ $i = 1 ]; done; echo c'; echo $?; sh -ec 'case a in a) false;; esac; echo d'; echo $?; sh -ec 'eval false; echo e'; echo $?
#--- set -u
sh -uc 'echo ${x:-d}; echo $x; echo no'; echo $?; sh -uc 'echo "$@" $#'; sh -uc 'x=; echo [$x]'
#--- set -o pipefail
set -o pipefail; false | true; echo $?; true | (exit 3) | true; echo $?; set +o pipefail; false | true; echo $?
#--- set options shown
set -eu; set +eu; set -o | grep -E 'errexit|nounset|pipefail'
#--- here-documents
x=val; cat <<A
$x ${x} $(echo sub) `echo tick` $((1+2)) \$x \\ "quoted" 'single'
A
cat <<'B'
$x $(echo no) \n
B
cat <<-C
	tabs gone
		$x
	C
cat <<"D"; echo after
$x
D
#--- here-documents in loops and functions
f() { cat <<E
arg $1
E
}; f one; for i in 1 2; do cat <<E; done
loop $i
E
while read a b; do echo "$b-$a"; done <<E
1 2
3 4 5
E
#--- two here-documents on a line
cat <<A; cat <<B
first
A
second
B
cat <<A - <<B
only the last is read
A
last
B
#--- here-document to a file
cat > f.yaml <<E
key: ${HOME:+set}
list:
  - "a"
E
cat f.yaml; cat <<E >> f.yaml
more
E
wc -l < f.yaml
#--- while read
printf 'a b c\n  d  e\nf\\tg\n' > f; while read x y; do echo "[$x][$y]"; done < f; while IFS= read -r l; do echo "[$l]"; done < f; while read -r x; do echo "[$x]"; done < f
#--- while read with IFS
printf 'root:x:0\nnobody::65534\n' | while IFS=: read user pw uid; do echo "$user/$pw/$uid"; done; echo 'a,b,,c' | { IFS=, read a b c d; echo "$a|$b|$c|$d"; }; echo ' x y ' | { IFS=: read l; echo "[$l]"; }
#--- while read in a pipeline is a subshell
n=0; seq 3 | while read x; do n=$((n+x)); done; echo $n; while read x; do n=$((n+x)); done <<E
1
2
E
echo $n
#--- read without a final newline
printf 'a\nb' | while read x; do echo "<$x>"; done; printf 'a\nb' | while read x || [ -n "$x" ]; do echo "<$x>"; done
#--- read variables
echo 'a b c' | { read; echo "[$REPLY]"; }; printf 'x\\\ny\n' | { read a; echo "$a"; }; echo abc | { read -n 2 x; echo $x; }; read x < /dev/null; echo $?
#--- case patterns
for x in a ab b.c 12 -v --help '' 'a b' '*'; do case $x in a) echo A;; a*) echo "a..";; *.c) echo dot;; [0-9]*) echo num;; -[vh]) echo opt;; --*) echo long;; '') echo empty;; \*) echo star;; *' '*) echo space;; *) echo other;; esac; done
#--- case with variables and alternatives
p='a*'; case abc in $p) echo glob;; esac; case abc in "$p") echo no;; *) echo literal;; esac; case x in a|b|x) echo alt;; esac; case y in (y) echo paren;; esac; case A in [!a-z]) echo upper;; esac; case ab in ?) echo one;; ??) echo two;; esac
#--- arithmetic bases
echo $((0x1F)) $((010)) $((0xff & 15)) $((1<<4)) $((256>>2)) $((~0)) $((!5)) $((!0)); echo $((5 > 3 ? 10 : 20)) $((2**8)) $((7 % -3)) $((-7 / 2))
#--- arithmetic assignment
x=5; echo $((x += 3)) $((x *= 2)) $((x -= 1)) $((x /= 2)) $((x %= 4)) $((x <<= 3)) $((x |= 1)) $((x ^= 3)) $x; echo $((x++)) $x $((++x)) $((x--)) $((--x)) $x; y=$((z = 4, z + 1)); echo $y $z
#--- arithmetic with names
a=3; b=a; echo $((b + 1)) $((a*a)) $((unset_name + 1)) $(( $a + ${a} )); [ $((a == 3 && a < 5)) = 1 ] && echo yes; echo $((1 || 0)) $((0 && 1)); i=0; while [ $((i+=1)) -lt 4 ]; do echo $i; done
#--- parameter expansions
f=/usr/local/lib/x.tar.gz; echo ${f##*/} ${f%/*} ${f%%.*} ${f#*.} ${f%.*} ${#f}; v=; echo ${v:-d} ${v-e} ${u-f} ${v:+g} ${v+h} [${u+i}]; echo ${w:=set} $w; echo ${f:5:5} ${f: -2} ${f/x/y} ${f//l/L}
#--- prefix and suffix patterns
v=aXbXc; echo ${v%X*} ${v%%X*} ${v#*X} ${v##*X}; p='X*'; echo ${v%$p} "${v%"$p"}"; IMG=registry:5000/team/app:1.2; echo ${IMG##*:} ${IMG%:*} ${IMG%%/*}; e='a b'; echo ${e% b} "${e#a }"
#--- printf formats
printf '%5d|%-5d|%05d|%+d|%x|%X|%o\n' 42 42 42 42 255 255 8; printf '%s|%10s|%-10s|%.2s\n' abc abc abc abc; printf '%5.2f|%e|%g\n' 3.14159 1234.5 0.0001; printf '%c%c\n' abc def; printf '%%|%b|%s\n' 'a\tb' 'a\tb'; printf '%s-%s\n' a b c; printf '%d %s\n' 1 a 2 b; printf '\101\x42\n'; printf '%*d\n' 5 42; printf "%d\n" "'A" 0x10 010
#--- printf without arguments
printf 'no newline'; echo; printf '%s\n'; printf '%d\n'; printf '%s %s\n' one; printf '\n'; printf -- '-x\n'; printf '%d\n' abc; echo $?
#--- dates
date -u -d @0; date -u -d @1700000000 +%Y-%m-%dT%H:%M:%SZ; date -u -d @1700000000 '+%a %b %e %j %U %u %y %I %p %s'; date -u -d '2024-02-29 12:34:56' +%s; date -u -d @86399 +%T; date -u -d '2024-01-15' +%A; TZ=UTC date -d @60 +%H:%M; date -u -d @0 -R; date -u -d @0 -I; date -d nonsense; echo $?
#--- test operators
[ a = a ] && [ a != b ] && [ -n x ] && [ -z '' ] && echo 1; [ 1 -eq 1 -a 2 -gt 1 ] && echo 2; [ 1 -eq 2 -o 2 -ge 2 ] && echo 3; [ ! -e nofile ] && echo 4; touch f; [ -f f -a ! -d f ] && echo 5; mkdir d; [ -d d ] && echo 6; echo x > f; [ -s f ] && echo 7; [ -r f ] && [ -w f ] && echo 8; [ -x f ] || echo 9; ln -s f l; [ -L l ] && [ -h l ] && echo 10; [ f -nt nofile ] && echo 11; [ '(' a = a ')' ] && echo 12; [ a \< b ] && echo 13; [ abc ]; echo $?; [ ]; echo $?; [ 1 -eq x ]; echo $?; [ a = ; echo $?
#--- kill -l and names
kill -l 15; kill -l 9; kill -l TERM; kill -l 137; kill -l | head -n 3
#--- exit codes of signals
sh -c 'kill -9 $$'; echo $?; sh -c 'kill -TERM $$'; echo $?; sh -c 'kill -INT $$'; echo $?; sleep 5 & kill $!; wait $!; echo $?; timeout 0.1 sleep 5; echo $?; timeout -s KILL 0.1 sleep 5; echo $?; timeout 5 sh -c 'exit 3'; echo $?; timeout 1 nosuch; echo $?
#--- jobs in a script
sleep 0.1 & wait; echo $?; (exit 4) & wait $!; echo $?; sleep 0.05 & sleep 0.1 & wait; echo done; wait 99999; echo $?
#--- background in functions
f() { sleep 0.05; echo bg; }; f & wait; { echo g1; echo g2; } & wait; (echo s) & wait $!
#--- ulimit
ulimit -c; ulimit -n 100; ulimit -n
#--- eval and quoting
x='a b'; eval "y='$x'"; echo "$y"; eval 'for i in 1 2; do echo $i; done'; set -- 'a b' c; for i in "$@"; do echo "[$i]"; done; for i in $*; do echo "[$i]"; done; echo "$*"; IFS=-; echo "$*"
#--- getopts loop
f() { OPTIND=1; while getopts ab:c o; do case $o in a) echo A;; b) echo "B=$OPTARG";; c) echo C;; ?) echo bad;; esac; done; shift $((OPTIND-1)); echo "rest $*"; }; f -a -b x -c y z; f -bx -ac w; f -- -a
#--- sourcing and positional
printf 'echo "in $1 $#"; v=set; return 3; echo no\n' > lib; . ./lib; echo $? $v; set -- p q; . ./lib; echo $?
#--- redirections in use
{ echo out; echo err >&2; } > o 2> e; cat o e; { echo a; echo b >&2; } > both 2>&1; cat both; echo x 2>/dev/null >&2; exec 3< o; read l <&3; echo $l; exec 3<&-; : > o; wc -c < o; ls nofile > /dev/null 2>&1 || echo failed; cat < nofile; echo $?
#--- retry loop
n=0; until [ $n -ge 3 ] || false; do n=$((n+1)); echo try $n; [ $n = 2 ] && break; done; echo $n
#--- command -v and type
command -v ls > /dev/null && echo found; command -v nosuch || echo missing; type cd; type nosuch; command echo hi; f() { :; }; command -v f; unset -f f; command -v f; echo $?
#--- readonly and export
readonly R=1; (R=2; echo no); echo $?; export E=x; sh -c 'echo $E'; E=y sh -c 'echo $E'; echo $E; unset E; sh -c 'echo [$E]'; export -p | grep -c PATH
#--- until, continue and nested break
for i in 1 2 3; do for j in a b c; do [ $j = b ] && continue 2; [ $i = 3 ] && break 2; echo $i$j; done; done; i=0; while true; do i=$((i+1)); [ $i -lt 3 ] && continue; break; done; echo $i
#--- a script with usage
cat > s.sh <<'E'
#!/bin/sh
set -eu
usage() { echo "usage: $0 NAME" >&2; exit 64; }
[ $# -ge 1 ] || usage
name=${1:?}
printf 'Hello, %s\n' "$name"
E
chmod +x s.sh; sh s.sh; echo $?; sh s.sh World; echo $?
#--- lock with mkdir and mktemp
lock=./lock; mkdir $lock 2>/dev/null && echo locked; mkdir $lock 2>/dev/null || echo busy; rmdir $lock; t=$(mktemp ./t.XXXXXX); [ -f $t ] && echo made; rm -f $t; d=$(mktemp -d); [ -d $d ] && echo dir; rmdir $d
#--- alias and command substitution quoting
echo "$(echo "inner $(echo "deep")")"; echo "`echo \`echo nested\``"; x=$(printf 'a\n\n'); echo "[$x]"; echo $(printf 'a  b\nc'); echo "$(printf 'a  b\nc')"; y=$(cat <<E
doc
E
); echo $y
