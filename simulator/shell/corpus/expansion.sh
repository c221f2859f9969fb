#--- defaults
unset u; e=; s=set
echo "${u-a}" "${u:-b}" "${e-c}" "${e:-d}" "${s-x}" "${s+y}" "${u+z}" "${e:+w}"
echo ${u:=assigned} $u ${e:=now} $e
#--- error when unset
unset x; echo ${x:?}
echo not reached
#--- error message
echo ${x?custom message here}
#--- error in subshell
(echo ${x?oops}); echo $?
#--- trim
f=/usr/local/lib/libfoo.so.1
echo ${f#*/} ${f##*/} ${f%/*} ${f%%/*} ${f%.*} ${f%%.*} "${f##*.}" ${f#/usr}
#--- trim patterns
x=aaabbbccc; echo ${x#a*b} ${x##a*b} ${x%b*c} ${x%%b*c} ${x#[ab]} ${x%?} ${x#nomatch}
#--- length
x=hello; echo ${#x} ${#} ${#nothing}; set -- a b c; echo ${#} ${#@} ${#*}
#--- substring
x=abcdefgh; echo ${x:2} ${x:2:3} ${x: -3} ${x: -3:2} ${x:0:1} "${x:20}" ${x:1:-2}
#--- replace
x=foo.bar.baz; echo ${x/./-} ${x//./-} ${x/o/} ${x//[aeiou]/_} ${x/#foo/X} ${x/%baz/Y}
#--- nested defaults
a=; b=; echo ${a:-${b:-deep}} "${a:-"quoted deep"}" ${a:-'single quoted'}
#--- positional
set -- one "two words" three
for i in "$@"; do echo "[$i]"; done
for i in $@; do echo "[$i]"; done
for i in "$*"; do echo "[$i]"; done
IFS=,; echo "$*"; unset IFS; echo $#
#--- empty at
f() { echo $#; }; set --; f "$@"; f "$*"; f $@; f "a$@b"; f ""$@
#--- at with text
set -- a b; f() { for x; do echo "<$x>"; done; }; f "x$@y"; f x"$@"y z
#--- splitting
x="  a  b   c "; f() { echo $#; for a; do echo "<$a>"; done; }; f $x; f "$x"; f a$x; f $x$x
#--- splitting by colon
IFS=:; x=a::b:c:; f() { echo $#; for a; do echo "<$a>"; done; }; f $x; x=:a; f $x; IFS=' :'; x=' a : b '; f $x
#--- empty IFS
IFS=; x="a b c"; f() { echo $#; }; f $x
#--- quoting
echo 'a  b' "c  d" e\ \ f g"h"i'j' "\$x \`y\` \\ \" \a"
#--- dollar single
echo $'a\tb\nc\x41\101\'q'
#--- command substitution
echo "$(echo one; echo two)" $(echo 'a   b') `echo back \`echo nested\``
x=$(printf 'a\n\n\n'); echo "[$x]"
echo "$(echo "inner "quotes"")"
#--- substitution status
x=$(false); echo $?; x=$(exit 7); echo $?; echo $(exit 3) $?; x=$(true) ; echo $?
#--- arithmetic
echo $((1+2*3)) $((10/3)) $((10%3)) $((-7/2)) $((-7%3)) $((1<<10)) $((0xff)) $((010)) $((!0)) $((~5))
echo $((5>3)) $((5<3)) $((5==5)) $((5!=5)) $((1&&0)) $((1||0)) $((5&3)) $((5|3)) $((5^3)) $((1?2:3)) $((2**10))
x=5; echo $((x++)) $x $((++x)) $((x--)) $((--x)) $((x+=10)) $x $((x*=2)) $((y=3)) $y $(( (1+2)*3 )) $((x,y))
#--- arithmetic big
echo $((9223372036854775807)) $((9223372036854775807+1)) $((1000000007*1000000007)) $((-9223372036854775807-1))
#--- arithmetic variables
a=b; b=7; echo $((a+1)) $(($b+1)) $((a*b)); n=""; echo $((n+1)) $((undefined+1))
#--- divide by zero
echo $((1/0)); echo no
#--- bad arithmetic
echo $((1+)); echo no
#--- glob
mkdir d; touch a.txt b.txt c.log d/e.txt .hidden; echo *; echo *.txt; echo */*; echo [ab].txt; echo ?.log; echo *.none; echo .h*; echo [!a]*; echo "*.txt" '*'; echo d/*.txt
#--- glob in variables
touch x1 x2; p='x*'; echo $p "$p"; set -f; echo $p; set +f; echo $p
#--- tilde
HOME=/my/home; echo ~ ~/x "~" a~ x=~ ~root/y ~nosuchuser; x=~/z; echo $x; y=a:~/b; echo $y
#--- special parameters
echo $# $? "$0" "${0}"; set -- a b c d e f g h i j k; echo $1 ${10} ${11} $10; true; echo $?; false; echo $?
#--- case patterns
for x in abc "a b" 123 '*' xyz ''; do case $x in a*c) echo 1;; "a b") echo 2;; [0-9]*) echo 3;; '*') echo star;; x?z|foo) echo 4;; '') echo empty;; *) echo other;; esac; done
#--- heredoc
x=val; cat <<END
plain $x $(echo sub) $((1+1)) \$x "quotes" 'single' `echo bq`
  indented \
continued
END
cat <<'END'
raw $x \n
END
cat <<-END
	tabs gone
		two
	END
#--- heredoc two
cat <<A; cat <<B
first
A
second
B
#--- heredoc in pipeline
cat <<E | tr a-z A-Z
hello
E
#--- assignment forms
a=1 b=2; echo $a$b; a="x y" ; b=$a; echo "$b"; c=$(echo q) d=`echo r`; echo $c$d; e=a\ b; echo "$e"; f=*; echo "$f"
#--- unset variable nounset
set -u; echo "${x-ok}"; echo $nope; echo no
#--- nested quotes in braces
x=; echo "${x:-a b}" ${x:-"a  b"} "${x:-'q'}"; y="it's"; echo "${y%\'s}"
#--- backslash newline
echo one \
two; x=ab\
cd; echo $x
#--- read splitting
echo "a b  c d" | { read x y z; echo "[$x][$y][$z]"; }
echo "  lead trail  " | { read x; echo "[$x]"; }
echo 'back\slash\n' | { read x; echo "[$x]"; }
echo 'back\slash\n' | { read -r x; echo "[$x]"; }
echo "a:b:c" | { IFS=: read x y; echo "[$x][$y]"; }
printf 'no newline' | { read x; echo "$? [$x]"; }
printf 'l1\nl2\nl3\n' | while read l; do echo "<$l>"; done
#--- read from file
printf '1 a\n2 b\n' > f; while read n l; do echo $l$n; done < f; read a < f; echo $a; read x y < nofile; echo $?
#--- brace text is plain
echo {a,b} {1..3} a{b
#--- escapes in unquoted
echo a\*b \$x \\ \' \"  \;  \& \|
