#--- awk fields
printf 'a b c\nd e f\n' > f; awk '{print $2}' f; awk '{print NR, NF, $0}' f; awk 'END {print NR}' f; awk '/d/' f; awk '$1 == "a" {print $3}' f; awk -F: '{print $1}' /dev/null; echo a:b | awk -F: '{print $2}'; awk '{$2 = "X"; print}' f; awk '{print $NF}' f; awk 'NR==2' f; awk 'BEGIN {OFS="-"} {print $1, $2}' f; awk '{ $1=""; print }' f
#--- awk arithmetic
awk 'BEGIN { print 1+2*3, 7/2, 7%3, -3, 1e3, 0.1+0.2, 10/3, 1/4 }'; awk 'BEGIN { x = 5; x++; x += 2; print x, x--, ++x, !x, "a" "b" }'; seq 10 | awk '{s += $1} END {print s, s/NR}'
#--- awk control
awk 'BEGIN { for (i = 0; i < 3; i++) print i; while (i > 0) { i--; if (i == 1) continue; print "w" i }; do { i++ } while (i < 5); print i; exit 3 }'; echo $?; seq 5 | awk '$1 % 2 { next } { print }'; seq 5 | awk 'NR==2,NR==4'
#--- awk arrays
printf 'a 1\nb 2\na 3\n' | awk '{c[$1] += $2} END { print c["a"], c["b"], length(c); if ("a" in c) print "yes"; delete c["a"]; if (!("a" in c)) print "gone" }'; awk 'BEGIN { n = split("x:y:z", a, ":"); print n, a[1], a[3]; a[1,2] = 5; for (k in a) n2++; print n2 }'
#--- awk strings
awk 'BEGIN { s = "hello world"; print length(s), substr(s, 1, 5), substr(s, 7), index(s, "wor"), toupper(s), tolower("ABC"); gsub(/o/, "0", s); print s; sub(/l+/, "[&]", s); print s; print match("foobar", /o+/), RSTART, RLENGTH; print "a" < "b", 10 < 9, "10" < "9" }'
#--- awk printf
awk 'BEGIN { printf "%d %5.2f|%-5s|%05d|%x|%c|%s\n", 3.9, 3.14159, "ab", 42, 255, "xyz", "end"; printf("%s %s\n", "a", "b"); x = sprintf("%03d", 7); print x }'
#--- awk functions
awk 'function f(n) { return n <= 1 ? 1 : n * f(n-1) } BEGIN { print f(5) } function g(a, k) { a[k] = 1 } BEGIN { g(arr, "z"); for (k in arr) print k }'
#--- awk variables
awk -v x=5 -v 's=a\tb' 'BEGIN { print x + 1, s }'; echo 1 | awk '{ print v $1 }' v=3 -; A=env awk 'BEGIN { print ENVIRON["A"] }'; echo 'a,b;c' | awk -F'[,;]' '{ print $3, NF }'; printf 'a b\n\nc\n' | awk 'NF'; awk 'BEGIN { print substr("hello", 0, 2) "|" substr("hello", -1) "|" length() }'
#--- awk io
awk 'BEGIN { print "x" > "o"; print "y" >> "o"; close("o"); while ((getline l < "o") > 0) print "got " l; "echo cmd" | getline z; print z; print "b\na" | "sort"; close("sort"); system("echo sys"); print "err" > "/dev/stderr" }'; seq 3 | awk '{ getline; print }'
#--- awk uninitialized
awk 'BEGIN { if (!x) print "unset"; print x + 0, "[" x "]"; print length(y); print 1 == 1.0, "a" ~ /a/, "abc" ~ "b" }'; echo '10 9' | awk '{ print ($1 > $2) }'; echo | awk '{ print NF }'
