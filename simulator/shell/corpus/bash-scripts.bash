#--- what set -x shows
set -x; a='x y'; echo "$a" "it's" ""; x=$(echo $(echo hi)); [[ $a == x* && -n $x ]]; [[ $x =~ h. ]]; arr=(1 b); arr[3]=z; ((n=1+1)); for ((i=0;i<2;i++)); do :; done; for i in p q; do echo $i; done; case a in a) :;; esac; b= c=d; e=1 true; n+=5; f() { local q=1; return 0; }; f z; if [ 1 = 1 ]; then echo t; fi; set +x 2>/dev/null
#--- transformations
x="it's a test"; echo ${x@Q} ${x@U} ${x@u} ${x@L}; y=$'a\nb'; echo ${y@Q}; e=; echo ${e@Q}; unset n; echo [${n@Q}]; z='a\tb'; echo "${z@E}"; declare -i num=5; echo ${num@a} ${num@A}; arr=(1 "b c"); echo "${arr[@]@Q}"; AB_1=1 AB_2=2; echo ${!AB_*}; for n in "${!AB_@}"; do echo $n; done
#--- letters and numbers of variables
declare -l low=ABC; echo $low; low=XyZ; echo $low; declare -u up=abc; up+=def; echo $up; declare -p low up; declare -ua arr=(a b); arr[1]=zz; echo ${arr[@]}; declare -ia m=(1+1 2*3); m[0]+=5; echo ${m[@]}; declare -A k=([a b]=1 [c]=2); echo "${k[a b]}" ${#k[@]}
#--- read and mapfile
read -N 3 x <<< 'abcdef'; echo $x; printf 'ab\ncd' | { read -N 4 y; echo "$y"; }; mapfile -tn 2 b < <(seq 5); echo ${b[@]}; mapfile -t -s 3 c < <(seq 5); echo ${c[@]}; mapfile -d : -t d <<< 'x:y:z'; echo ${#d[@]} ${d[1]}; e=(0 1 2 3 4 5); mapfile -t -O 4 e < <(echo n); echo ${e[@]}; mapfile f <<< 'keep'; printf '[%s]' "${f[@]}"
#--- menus
select x in one two three; do echo "chose $x ($REPLY)"; [ "$x" = three ] && break; done <<< $'1\n9\n\n3'
select y in a b; do echo no; done < /dev/null; echo $?
PS3='pick> '; select z in $(seq 30); do echo $z; break; done <<< 7; set -- p q; select w; do echo $w; break; done <<< 2
#--- directories one on the other
cd /; pushd /tmp; dirs; popd; popd; echo $?; dirs -v; pushd /nonexistent; echo $?; pushd /tmp > /dev/null; pushd; dirs -p
#--- traps of bash
trap 'echo "dbg $x"' DEBUG; x=1; echo a; trap - DEBUG; echo b; trap 'echo err $?' ERR; false; (exit 3); if false; then :; fi; false || true; f() { false; }; f; trap - ERR; false; trap 'echo "exit $?"' EXIT; exit 7
#--- descriptors of one command
exec {a}>one {b}>two; echo 1 >&$a; echo 2 >&$b; exec {a}>&- {b}>&-; cat one two; for f in <(echo a) <(echo b); do cat $f; done
#--- patterns of directories
shopt -s globstar; mkdir -p a/b/c; touch a/1 a/b/2 a/b/c/3; echo **; echo a/**/3; echo **/2; echo a/**; shopt nullglob; shopt -q globstar; echo $?
#--- jobs of a script
sleep 9 & jobs; kill %1; wait; sleep 5 & kill %1; wait $!; echo $?; { time -p true; } 2>&1 | cut -d. -f1; TIMEFORMAT='%%'; { time true; } 2>&1; echo $-; echo $_
#--- what builtins do not find
type nosuch; declare -p nosuch; command nosuch; nosuch:x y; ./a:b; (exec nosuch2); command -V nosuch; hash nosuch; unset -f q; export 1x; local x; . nosuchfile; cd nosuchdir; read 1x; [ 1 -eq x ]; shift 5; echo $?; alias nosuch; unalias nosuch; let; printf; kill; umask x; set -o nosuch; trap x NOSUCH; eval 'nosuch3'; pushd
