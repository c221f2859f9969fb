#--- process substitution
diff <(echo a) <(echo a) && echo same; cat <(echo 1) <(echo 2); while read x; do echo "p $x"; done < <(seq 2); paste <(seq 2) <(seq 3 4); n=0; while read x; do ((n+=x)); done < <(seq 3); echo $n; wc -l < <(seq 3); mapfile -t a < <(printf '1\n2\n'); echo ${#a[@]} ${a[1]}
#--- cases that go on
case x in x) echo a;;& [a-z]) echo b;;& y) echo c;; *) echo d;; esac; case a in a) echo 1;& b) echo 2;; c) echo 3;; esac
#--- substitution tied to an end
x=hello; echo ${x/#h/J} ${x/%o/0} ${x/#x/y} ${x/#/pre-} ${x/%/-post}
#--- mistakes go on
unset -z 2>/dev/null; echo $?; . ./nosuch; echo $?; return; echo $?; cd a b; echo $?; cd -; echo $?; type nosuch 2>/dev/null; echo $?; readonly r=1; unset r; echo $?; kill abc; echo $?; test 1 -eq a; echo $?
((1+)) 2>/dev/null; echo $?
echo next line
#--- patterns of files
shopt -s nullglob; echo *.none; shopt -u nullglob; echo *.none; shopt -s dotglob; touch .h; echo *; shopt -q dotglob; echo $?
#--- descriptors by name and number
exec {fd}>g; echo x >&$fd; exec {fd}>&-; cat g; echo a 10>h 1>&10; cat h
#--- fields of read -a
IFS=, read -ra p <<< 'a,b,,c'; echo ${#p[@]} "${p[3]}"; IFS=: read -ra q <<< ':x'; echo ${#q[@]}; read -ra w <<< '  a  b '; echo ${#w[@]}
#--- printf of bash
printf '%q ' 'a b' "it's" '' $'a\nb' 'x$y' a/b.c; echo; printf '%(%Y)T\n' 0; printf '%d\n' abc; echo $?
#--- where one is
f() { echo "${FUNCNAME[0]} from ${FUNCNAME[1]}"; }; g() { f; }; g; echo ${#FUNCNAME[@]} ${BASH_SOURCE[0]} $LINENO ${BASH_VERSINFO[0]}
echo $LINENO; declare -F f; type -P nosuch; echo $?; builtin echo b; declare -A m=([a]=1); [[ -v m[a] ]] && echo has; [[ -v m[b] ]] || echo not
#--- time
{ time true; } 2>&1 | grep -c '^real.0m0'
#--- a wrong token and its line
echo before
if then; fi
