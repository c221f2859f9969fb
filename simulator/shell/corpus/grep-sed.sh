#--- grep basics
printf 'apple\nBanana\ncherry\napple pie\n' > f; grep apple f; grep -i banana f; grep -v apple f; grep -c apple f; grep -n an f; grep -l apple f; grep -q apple f; echo $?; grep nothing f; echo $?; grep -o 'pp' f; grep -w apple f; grep -x apple f; grep -e app -e che f; grep apple nofile; echo $?; grep -s x nofile; echo $?
#--- grep files
echo a > x; echo a > y; grep a x y; grep -h a x y; grep -H a x; grep -L a x y; grep -c a x y; mkdir d; echo a > d/z; grep -r a d; grep -rl a . | sort
#--- grep regex
printf 'abc\na.c\naac\nac\nabbc\n' > f; grep 'a.c' f; grep 'a\.c' f; grep 'ab*c' f; grep -E 'ab+c' f; grep -E 'ab?c' f; grep '^a' f; grep 'c$' f; grep -E 'a(b|a)c' f; grep 'a\(b\|a\)c' f; grep '[a-b]bc' f; grep -E '^.{3}$' f; grep 'b\{2\}' f; grep -F a.c f; grep '[[:alpha:]]\.' f; echo 'foo(bar)' | grep 'foo(bar)'; echo 'a+b' | grep 'a+b'; echo 'x*' | grep '*'
#--- grep context
seq 10 | grep -A1 5; seq 10 | grep -B1 5; seq 10 | grep -C1 -e 3 -e 8; seq 10 | grep -m2 1
#--- grep backreference
printf 'abab\nabba\n' | grep '\(ab\)\1'; printf 'aa\nab\n' | grep -E '(.)\1'
#--- egrep fgrep
echo 'a|b' | fgrep '|'; echo abc | egrep 'x|b'; echo abc | grep -E ''; printf 'a\n\nb\n' | grep -c ''; printf 'a\n\nb\n' | grep -v '^$'
#--- sed substitute
echo hello world | sed 's/o/0/'; echo hello world | sed 's/o/0/g'; echo hello | sed 's/l/L/2'; echo a/b | sed 's,/,-,'; echo hello | sed 's/\(h\)\(e\)/\2\1/'; echo hello | sed -E 's/(h)(e)/\2\1/'; echo hello | sed 's/h.*l/[&]/'; echo Hello | sed 's/hello/x/i'; echo aaa | sed 's/a/b/3'; echo abc | sed 's/x*/-/g'; echo 'a b' | sed 's/ /\n/'
#--- sed addresses
seq 5 | sed 2d; seq 5 | sed -n 2p; seq 5 | sed -n '2,4p'; seq 5 | sed '$d'; seq 5 | sed -n '$p'; seq 5 | sed '/3/d'; seq 5 | sed -n '/2/,/4/p'; seq 5 | sed '2!d'; seq 5 | sed -n '2,+1p'; seq 5 | sed '2q'; seq 3 | sed -n '/2/='
#--- sed text commands
seq 2 | sed '1a after'; seq 2 | sed '2i before'; seq 3 | sed '2c changed'; seq 2 | sed 'a\
x'; seq 2 | sed 'y/12/ab/'
#--- sed scripts
seq 3 | sed -e 1d -e 's/3/three/'; seq 4 | sed '1d;3d'; seq 3 | sed '/2/{s/2/two/;s/$/!/}'; printf 'a\nb\n' | sed 'N;s/\n/+/'; seq 3 | sed -n 'H;${x;s/\n/,/g;p}'; seq 3 | sed '1!G;h;$!d'; echo aXbX | sed ':a;s/X/-/;ta'; seq 6 | sed 'n;d'; echo x | sed 's/x/a/;tend;s/a/b/;:end'
#--- sed in place
printf 'a\nb\n' > f; sed -i 's/a/A/' f; cat f; sed -i.bak 's/b/B/' f; cat f f.bak; sed s/x/y/ nofile; echo $?
#--- sed special
echo 'path=/a/b' | sed 's#/a#/z#'; echo 'a.b' | sed 's/\./-/'; echo "it's" | sed "s/'/\"/"; echo ab | sed 's/\(a\)\(b\)/\2 \1/'; printf 'x' | sed 's/x/y/'; echo; echo foo | sed 's/\bf/F/'; echo 'a  b' | sed 's/[[:space:]]\{1,\}/_/'; echo hello | sed 's/l\+/L/'; echo ab12 | sed 's/[0-9]//g'
#--- sed errors
echo x | sed 's/a'; echo $?; echo x | sed k; echo $?
#--- sed print and quiet
printf 'a\nb\n' | sed p; printf 'a\nb\n' | sed -n 's/a/X/p'; printf 'a b\n' | sed 's/a/x/w out'; cat out; seq 3 | sed -n '2{p;q}'
