#--- if chain
for n in 1 2 3; do if [ $n = 1 ]; then echo one; elif [ $n -eq 2 ]; then echo two; else echo many; fi; done
if false; then echo x; fi; echo $?
#--- while until
i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done; until [ $i -eq 0 ]; do i=$((i-1)); done; echo $i $?
#--- break continue
for i in 1 2 3 4 5; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done
for i in 1 2; do for j in a b; do [ $j = b ] && continue 2; echo $i$j; done; done
for i in 1 2; do while :; do break 2; done; echo no; done; echo end
#--- functions
f() { echo "f: $1 $#"; return 3; echo no; }; f a b; echo $?; g() (echo sub; exit 4); g; echo $?
fact() { if [ $1 -le 1 ]; then echo 1; else echo $(( $1 * $(fact $(($1-1))) )); fi; }; fact 6
#--- local
x=global; f() { local x=inner y; y=2; echo $x $y; g; }; g() { echo g:$x; x=changed; }; f; echo $x "$y"
#--- return at top
return 5; echo no
#--- exit in function
f() { exit 6; }; f; echo no
#--- and or lists
true && echo a || echo b; false && echo a || echo b; false || false || echo c; true && false; echo $?
! true; echo $?; ! false; echo $?
#--- subshell isolation
x=1; (x=2; cd /; echo $x); echo $x; (exit 9); echo $?; { x=3; }; echo $x
#--- pipeline status
true | false; echo $?; false | true; echo $?; set -o pipefail; false | true; echo $?; (exit 3) | (exit 0); echo $?
#--- errexit
set -e; false || echo saved; if false; then :; fi; ! true; false; echo no
#--- errexit function
set -e; f() { false; echo in; }; f || echo handled; f; echo no
#--- errexit subshell
set -e; (false; echo a) || echo b; x=$(false) || echo c; (exit 4); echo no
#--- errexit and list
set -e; true && false; echo still; false && true; echo still2; { false; }; echo no
#--- xtrace
set -x; x=1; echo a "b c" $x; [ 1 = 1 ]; for i in 1 2; do :; done; set +x; echo done
#--- xtrace in functions
PS4='T> '; set -x; f() { echo in; }; f; y="a b"; echo $y "$y"
#--- trap exit
trap 'echo bye $?' EXIT; echo hi; exit 3
#--- trap exit in subshell
trap 'echo outer' EXIT; (trap 'echo inner' EXIT; echo sub); echo end
#--- trap signal
trap 'echo got USR1' USR1; kill -USR1 $$; echo after; trap - USR1; trap
#--- trap listing
trap 'echo "x y"' INT TERM; trap; trap '' HUP; trap
#--- kill self
sh -c 'kill -TERM $$; echo no'; echo $?
#--- signal status
sh -c 'kill -TERM $$'; echo $?; sh -c 'kill -9 $$'; echo $?; sh -c 'exit 300'; echo $?
#--- background wait
sleep 0.1 & p=$!; wait $p; echo $?; (exit 5) & wait $!; echo $?; wait; echo $?; wait 99999; echo $?
#--- background output
{ sleep 0.1; echo late; } & echo early; wait; echo end
#--- kill background
sleep 100 & kill $!; wait $!; echo $?
#--- eval
x='echo $y'; y=1; eval "$x"; eval 'a=b; echo $a'; eval; echo $?; eval false; echo $?
#--- dot
echo 'echo in $1 $x; y=set; return 3; echo no' > lib; x=1; . ./lib; echo $? $y; . ./lib arg; echo $1
#--- dot missing
. ./missing; echo no
#--- exec
exec echo replaced; echo no
#--- exec missing
exec nosuchprogram; echo no
#--- exec redirect
exec 3>out; echo to3 >&3; exec 3>&-; cat out; exec > all; echo hidden; cat out >&2
#--- getopts
set -- -a -b val -c -- rest; while getopts ab:c o; do echo "$o ${OPTARG-none} $OPTIND"; done; shift $((OPTIND-1)); echo "$@"
#--- getopts grouped
while getopts xy:z o -xz -yfoo -y bar file; do echo "$o $OPTARG"; done; echo $OPTIND
#--- getopts errors
while getopts ab: o -q -b; do echo "$o $OPTARG"; done; OPTIND=1; while getopts :ab: o -q -b; do echo "$o $OPTARG"; done
#--- shift
set -- a b c; shift; echo $@; shift 2; echo $#; shift; echo $?; echo still
#--- set positional
set a b; echo $1 $2; set -- -x y; echo $1; set --; echo $#
#--- export
x=1; export x; y=2; sh -c 'echo $x $y'; export z=3; sh -c 'echo $z'; w=4 sh -c 'echo $w'; echo "[$w]"
#--- temporary assignment with function
f() { echo $v; }; v=1 f; echo "[$v]"; v=2 eval 'echo $v'; echo "[$v]"
#--- readonly
readonly r=1; echo $r; (r=2; echo no); echo $?; unset r; echo no
#--- unset
x=1; unset x; echo "${x-unset}"; f() { echo f; }; unset -f f; f; echo $?
#--- type and command
type cd echo if nosuch; command -v cd; command -v nosuch; echo $?; f() { :; }; type f; command -v f; command echo hi; command nosuch; echo $?
#--- alias
alias e='echo aliased'
e x
alias; unalias e
e y
#--- not found
nosuch; echo $?; ./nosuch; echo $?; /tmp; echo $?; touch noexec; ./noexec; echo $?
#--- script file
printf '#!/bin/sh\necho script $0 $1\n' > s; chmod +x s; ./s arg; printf 'echo plain $1\n' > p; chmod +x p; ./p x
#--- syntax error later
echo before
if true; then echo x
fi fi
echo after
#--- syntax error unterminated
echo "abc
#--- syntax error paren
echo a
echo )
#--- syntax eof
echo a; while true; do
#--- case fallthrough forms
case x in (x) echo paren;; esac; case y in x) ;; *) echo d; esac; case a in a) ;; esac; echo $?
#--- comments
echo a # comment
# whole line
echo b#notcomment '#' "# q"
#--- colon and true
: ignored $(echo side >&2); echo $?; true x; false y; echo $?
#--- umask
umask; umask 077; umask; touch f; ls -l f | cut -c1-10; umask -S; umask u=rwx,g=rx,o=; umask
#--- cd
mkdir -p a/b; cd a/b; pwd | sed 's,.*/,,'; cd ..; cd -  | sed 's,.*/a,a,'; cd nosuch; echo $?; cd /; pwd; cd; echo $?
#--- for without in
set -- p q; for x do echo $x; done; for x
do echo $x; done
#--- for newline in
for x in 1 \
 2
do
 echo $x
done
#--- nested loops with redirect
for i in 1 2; do echo $i; done > o; while read l; do echo "r$l"; done < o; { echo a; echo b; } > g; cat g; (echo s) >> g; wc -l < g
#--- redirections
echo out > f; echo err >&2; { echo o; echo e >&2; } > both 2>&1; cat both; ls nosuch 2> errs; wc -l < errs; echo app >> f; cat f; cat < f > f2; cat f2; : > f; wc -c < f
#--- redirection errors
echo x > /nonexistent/y; echo $?; cat < nofile; echo $?; echo x >&7; echo $?; echo x > .; echo $?
#--- fd juggling
{ echo to3 >&3; echo to1; } 3>&1 1>&2 | sed 's/^/piped: /'; echo a 3> x >&3; cat x
#--- noclobber
set -C; echo a > f; echo b > f; echo $?; echo c >| f; cat f
#--- printf
printf '%s\n' a b c; printf '%d %s\n' 1 x 2 y; printf '%5.2f|%-6s|%06d|%x|%o|%c\n' 3.14159 ab 42 255 8 xyz; printf '\t\x41\101\\n\n'; printf '%b\n' 'a\nb'; printf '%%|%5s|%.2s\n' abc abc; printf 'no args %s %d\n'
#--- printf errors
printf '%d\n' abc; echo $?; printf; echo $?; printf '%d %d\n' 0x1f 010; printf '%d\n' "'A"
#--- echo flags
echo -n no; echo; echo -e 'a\tb\nc\c'; echo x; echo -E 'a\tb'; echo -x; echo -; echo -- a; echo 'a\nb'; echo -ne 'q\n'
#--- test
[ a = a ] && echo 1; [ a != b ] && echo 2; [ 1 -lt 2 ] && echo 3; [ -z "" ] && echo 4; [ -n x ] && echo 5; [ ! -e nofile ] && echo 6; touch f; [ -f f ] && [ -e f ] && [ ! -s f ] && [ -r f ] && echo 7; [ -d . ] && echo 8; [ a = a -a b = b ] && echo 9; [ a = b -o b = b ] && echo 10; [ \( a = a \) ] && echo 11; [ "" ] || echo 12; [ x ] && echo 13; test 2 -gt 1; echo $?; [ a = ]; echo $?; [ 1 -eq x ]; echo $?; [ a; echo $?; [ -f ]; echo $?
#--- test double bracket
[[ abc == a* ]]; echo $?; [[ a = a && b = b ]] && echo y
#--- let
let x=1+2 y=x*2; echo $x $y; let 0; echo $?
#--- ppid and pid
[ $$ -gt 0 ] && echo ok; sh -c '[ $PPID -gt 0 ] && echo ok'; (echo $$) | grep -q "^$$\$" && echo same
#--- deep recursion
f() { [ $1 -eq 0 ] && return; f $(($1-1)); }; f 200; echo ok
#--- command substitution with case
x=$(case a in a) echo found;; esac); echo $x
#--- unusual separators
true;
{ echo a;echo b; };echo c
if true;then echo d;fi
f()
{
  echo e
}
f
#--- pipelines across lines
echo abc |
 tr a-c A-C &&
 echo ok ||
 echo no
#--- wait for several
(sleep 0.1; exit 1) & a=$!; (exit 2) & b=$!; wait $a $b; echo $?; wait $a; echo $?
#--- sigpipe
yes | head -n 1; echo ${?}; (echo a; echo b; echo c) | head -n 1
#--- times and hash
hash; type hash; times | wc -l
#--- a program with a redirection is the subshell
sh -c 'echo $PPID' >out & wait; test "$(cat out)" = $$ && echo same; (A=1 sh -c 'echo $PPID' >out); test "$(cat out)" = $$ && echo same
cat </dev/null >out & wait $!; echo $?; nosuch 2>/dev/null & wait $!; echo $?; (set -e; false >out; echo no); echo $?
