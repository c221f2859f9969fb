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
#--- dumps
printf abcdef | od -j 2 -N 3 -c; head -c 64 /dev/zero | od; printf AB | od -t c -t x1; printf A | od -a; printf 'A' | od -A x -t o1; printf hello | od -w3 -c; printf ABCDEFGHIJKLMNOPQRST | od -A d -t x1; printf '\1\2\3\4' | od -An -tu4; printf AB | hexdump -c; printf AB | hexdump -b; printf ABC | hexdump -d; printf AB | hexdump -o; printf AB | hexdump -x; printf '' | hexdump; printf AB | hd; head -c 64 /dev/zero | hexdump -C
#--- archives of what is not there, and of links
mkdir d; echo 1 > d/a; ln d/a d/b; tar cf t.tar d/a d/b; tar tvf t.tar | awk '{print $1, $6, $7, $8}'; tar xf t.tar nosuch 2>/dev/null; echo $?; tar c > /dev/null; echo $?; tar cf r.tar /etc/passwd; tar tf r.tar
#--- modes and owners told
touch f; chmod -v 600 f; chmod -c 600 f; chmod -c 644 f; chown root.root f; stat -c %U:%G f; ln -sv f l; ln -sb d l; ls l*; stat -c '%04a|%10s|%-4n|%f' f; stat -c '%t %T' /dev/null
#--- dates of other forms
date -u -D '%Y%m%d' -d 20240229 +%F; date -u -d 202402291234 +%FT%R; date -u -d 2024.02.29-12:34 +%FT%R; date -u -d '2024-01-05 1:2:3' +%T; date -r nofile; echo $?; date x; echo $?; sleep -1; echo $?; id nobody; expr; echo $?
#--- one negation
sh -c '! ! true'; echo $?
#--- places of jobs
(sleep 0.05; exit 7) & wait $!; (sleep 0.1; exit 7) & (sleep 0.05; exit 8) & wait %2; echo $?; wait %1; echo $?
