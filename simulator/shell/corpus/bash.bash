#--- braces
echo {1..5} {a,b}{1,2} x{,y}z {01..03} {5..1..2} {a..e} {1} {a} "{1,2}" {-2..2} a{b,{c,d}}e
mkdir -p d/{x,y,z}; ls d
for i in {1..3}; do echo "n$i"; done
x={1,2}; echo $x
#--- indexed arrays
a=(one "two words" three); echo ${a[0]} "${a[1]}" ${#a[@]} ${a[-1]} ${#a[1]}
for e in "${a[@]}"; do echo "[$e]"; done
a+=(four); a[7]=eight; echo ${!a[@]} "${a[*]}" $a
unset a[1]; echo ${#a[@]}; echo "${a[@]:1:2}"; i=2; echo ${a[i]} ${a[$i+1]}
IFS=,; echo "${a[*]}"
#--- associative arrays
declare -A m=([x]=1 [y]="two words"); m[z]=3; echo ${m[x]} "${m[y]}" ${#m[@]} ${m[z]}
for k in x y z; do echo "$k=${m[$k]}"; done
#--- arithmetic commands
x=3; ((x++)); echo $x; ((x > 5)) || echo small; if ((x == 4)); then echo four; fi
for ((i = 0; i < 3; i++)); do echo $i; done
for ((i=0, j=10; i<j; i+=3, j-=3)); do echo $i $j; done
let y=x*2; echo $y; a=(1 2 3); ((a[1] += 5)); echo ${a[1]} $((a[0] + a[2]))
while (( x-- > 2 )); do echo loop $x; done
#--- conditional
f=a.txt; [[ $f == *.txt ]] && echo text; [[ $f == "*.txt" ]] || echo literal
[[ -n $f && ( 1 -lt 2 || 2 -lt 1 ) ]] && echo both; [[ ! -e /nope ]] && echo none
[[ abc < abd ]] && echo less; [[ 10 -gt 9 ]] && echo more
v="a b"; [[ $v = "a b" ]] && echo unsplit; [[ -z $unset ]] && echo empty
if [[ 3 -eq 3 &&
  1 -ne 2 ]]; then echo lines; fi
#--- regular expressions
if [[ "pod-12-x" =~ ^([a-z]+)-([0-9]+)(-.*)?$ ]]; then echo ${BASH_REMATCH[1]} ${BASH_REMATCH[2]} ${#BASH_REMATCH[@]}; fi
r='^[0-9]+$'; [[ 123 =~ $r ]] && echo number; [[ 12a =~ $r ]] || echo not; [[ "a.b" =~ a"."b ]] && echo dot
#--- case and substring
s=Hello; echo ${s^^} ${s,,} ${s:1:3} ${s: -2} ${s/l/L} ${s//l/L}; t=word; echo ${t^} ${s,}
#--- indirect
name=target; target=value; echo ${!name}
#--- here string
cat <<< "a $((1+1))"; read -r x y <<< "one two three"; echo "$y|$x"
#--- append
s=a; s+=b; s+="c d"; echo "$s"
#--- mapfile and read -a
printf 'l1\nl2\n' > f; mapfile -t lines < f; echo ${#lines[@]} ${lines[1]}
read -ra w <<< "x y z"; echo ${w[2]} ${#w[@]}
IFS=: read -ra p <<< "a:b:c"; echo "${p[@]}"
#--- pipe status
false | true | (exit 3); echo ${PIPESTATUS[@]}; set -o pipefail; false | true; echo $?
#--- errors of both streams
{ echo out; echo err >&2; } |& sort; ls /nope &> all; wc -l < all; echo more &>> all; wc -l < all
#--- functions
function f { local x=1; local -a l=(a b c); echo $x ${#l[@]} "$@"; return 3; }; f p q; echo $?
g() { declare y=2; echo $y; }; g; echo "[$y]"
#--- declare
declare -i n=3; n+=4; echo $n; declare -r k=1; declare -x E=env; env | grep '^E='; declare -p n; typeset z=5; echo $z
#--- printf -v
printf -v out '%03d-%s' 7 x; echo $out
#--- not found
nosuch; echo $?
cat < /nope; echo $?
cd /nope; echo $?
./nope.sh; echo $?
#--- unset variable
set -u; echo ${nope:-ok}; echo $nope; echo not reached
#--- trap on error
trap 'echo failed' ERR; false; if false; then :; fi; false || true; echo end
#--- errexit with trap
set -e; trap 'echo bye' EXIT; echo a; false; echo not reached
#--- strict mode
set -euo pipefail; x=$(echo hi | tr a-z A-Z); echo "$x"; echo ${#x}
#--- select of positional
set -- a b c d; echo "${@:2}" "${@:2:2}" ${*: -1} $#
#--- dollar quotes
printf '%s\n' $'tab\tend' $'it\'s'
#--- nested arrays in loops
pods=(web db); for p in "${pods[@]}"; do for n in {0..1}; do echo "$p-$n"; done; done | sort | head -3
#--- list operators
a=("${@:-none}"); echo ${a[@]/none/some} ${a[@]#n}; b=(x.txt y.txt); echo ${b[@]%.txt} "${b[@]^^}"
#--- while read
i=0; while IFS== read -r k v; do echo "$k -> $v"; ((i++)); done <<'EOF'
a=1
b=2
EOF
echo $i
#--- arithmetic for without test
for ((;;)); do ((++n >= 3)) && break; done; echo $n
#--- source with arrays
echo 'conf=(1 2)' > c.sh; source ./c.sh; . ./c.sh; echo ${conf[@]}
#--- type
type cd echo if; type -t nothing; command -v bash > /dev/null && echo found
#--- readonly
readonly R=1; R=2; echo not reached
#--- ternary and bases
echo $((16#ff)) $((2**10)) $((5 > 3 ? 1 : 0)) $((1 << 4)) $((7 % 3)) $((-7 / 2))
