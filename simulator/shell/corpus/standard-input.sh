#--- a script through a pipe
printf 'echo hi\nx=1\necho $x\n' | sh; cat <<'E' | sh
for i in 1 2; do
  echo $i
done
cat <<X
inner $((1+1))
X
E
echo 'exit 3' | sh; echo $?; echo 'echo $0 $1 $#' | sh -s a b; printf 'echo no newline' | sh
#--- what is buffered is gone for the commands of the script
printf 'read x\nhello\necho got $x\n' | sh; echo $?
#--- commands read what is beyond the buffer
(printf 'cat\n'; i=0; while [ $i -lt 1018 ]; do printf '#'; i=$((i+1)); done; echo; echo beyond) > s; sh < s
#--- a slow writer
(echo echo one; sleep 0.1; echo echo two; sleep 0.1; echo 'if true'; sleep 0.1; echo 'then echo three; fi') | sh
#--- commands run before a syntax error
printf 'echo hi\nfoo(\necho x\n' | sh; echo $?; printf 'echo a\nif true\n' | sh; echo $?; printf 'echo "open\n' | sh; echo $?
#--- sh -e from standard input
printf 'echo a\nfalse\necho b\n' | sh -e; echo $?; printf 'set -x\necho a b\n' | sh
#--- aliases from standard input
printf 'alias hi="echo hello"\nhi there\n' | sh
#--- continued lines
printf 'echo a \\\n  b\nx=$(echo 1\necho 2)\necho "$x"\ncase a in\na) echo A;;\nesac\n' | sh
#--- functions and traps from standard input
printf 'trap "echo bye" EXIT\nf() {\n echo in $1\n return 4\n}\nf x\necho $?\nexit 7\n' | sh; echo $?
#--- here-document that never ends
printf 'cat <<E\nabc\n' | sh; echo $?
#--- sh from a file and redirected
printf 'echo file $0\n' > s; sh < s; sh s; sh ./s; . ./s; sh nofile; echo $?; sh -c 'echo $0 $1' name arg
#--- exec from standard input
printf 'exec echo done\necho never\n' | sh; printf 'exec 3>out; echo x >&3; cat out\n' | sh
#--- sh -n reads only
printf 'echo a\nif true; then echo b; fi\n' | sh -n; echo $?; echo 'if true' | sh -n; echo $?
