#--- process substitution
cat <(echo a) <(echo b); while read x; do echo "r $x"; done < <(printf '1\n2\n'); wc -l < <(seq 5); n=0; while read x; do n=$((n+x)); done < <(seq 4); echo $n; cat < <(echo "quoted 'x'" | tr x y); f() { cat "$1"; }; f <(echo in function); diff <(printf '1\n2\n') <(printf '1\n3\n') | tail -n +3
#--- process substitution as output
echo tee | tee >(tr a-z A-Z > up) > /dev/null; until [ -s up ]; do sleep 0.01; done; cat up
#--- jobs seen from a pipeline
sleep 0.2 & sleep 0.3 & jobs | wc -l; jobs; jobs -p | grep -c $!; kill %1; kill %9; echo $?; wait
#--- exec and the traps
trap 'echo bye' EXIT; (trap 'echo sub' EXIT; exec true); exec true
#--- line and function
f() { echo $FUNCNAME; }; f; echo "[$FUNCNAME]" $LINENO
echo $LINENO; set -o nosuch; echo on
#--- read without end
read -t 0.1 x < /dev/zero; echo $?; read -t x y; echo $?
#--- redirections with long numbers
echo a 10>h 1>&10; cat h; exec 12<h; read l <&12; echo $l
#--- noexec from within
set -n; echo no
#--- files that read alike in tests
[ '' -eq 0 ]; echo $?; [ -N f ]; echo $?; printf '%c|%c\n' '' x | od -c; printf '%.0f %.0f %.1f\n' 0.5 1.5 0.25; printf '%q\n' x; echo $?
#--- sed as BusyBox has it
echo hello | sed 's/.*/\U&/'; printf '#n\np\n' > q.sed; echo a | sed -f q.sed; sed --version; seq 2 | sed -n l; echo $?; seq 2 | sed Q; echo $?; echo abc | sed y/abc/x/
#--- awk numbers and functions
echo 0x10 | awk '{print $1+0}'; awk 'BEGIN{print and(6,3), or(6,3), xor(6,3), lshift(1,4), rshift(16,2), substr("abc",2.5); print srand(5), srand(6)}'; printf 'a\n' | awk '{print FILENAME}'; printf 'atb\n' | awk -Ft '{print $2}'; awk 'BEGIN{print "to cat" | "cat"; print "direct"}'; awk 'BEGIN{print > "/nodir/x"}'; echo $?; awk '{print}' nofile; echo $?; awk 'BEGIN{print strftime("%Y-%m-%d", 86400)}'
#--- gzip tests, uniq writes, tr ranges
echo x > f; gzip f; gzip -t f.gz; echo $?; ls; printf 'a\na\n' > g; uniq g o; cat o; echo abc | tr c-a x; printf 'a1b\n' | cut -d12 -f1; echo 1 | xargs sh -c 'kill -9 $$'; echo $?; printf 'a\nb\nc\n' > l; xargs -a l echo; xargs -E b echo < l; sort -kx l; echo $?
