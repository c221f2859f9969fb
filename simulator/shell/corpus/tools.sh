#--- expr arithmetic
expr 1 + 2; expr 7 - 10; expr 3 '*' 4; expr 7 / 2; expr 7 % 3; expr 2 + 3 '*' 4; expr '(' 2 + 3 ')' '*' 4; expr 007; expr 007 + 0; expr 1 - 1; echo $?; expr 0; echo $?; expr ''; echo $?
#--- expr comparison
expr 1 '<' 2; expr 10 '<' 9; expr abc '<' abd; expr a = a; expr a != a; echo $?; expr 10 = 10.0; expr 2 '>=' 2; expr '' '|' x; expr a '&' b; expr 0 '&' b; expr 0 '|' 0
#--- expr strings
expr abcdef : 'abc'; expr abcdef : 'x'; echo $?; expr abcdef : 'a\(.*\)f'; expr length hello; expr substr hello 2 3; expr index hello l; expr match hello 'h.*l'; expr quote length; expr v1.2.3 : 'v\([0-9]*\)'
#--- expr errors
expr 1 +; echo $?; expr a + 1; echo $?; expr 1 / 0; echo $?; expr 1 2; echo $?; expr '(' 1; echo $?
#--- expr in a loop
i=0; while [ $i -lt 3 ]; do i=$(expr $i + 1); echo $i; done
#--- diff
printf 'a\nb\nc\n' > x; printf 'a\nB\nc\nd\n' > y; diff x y; echo $?; diff x x; echo $?; diff -u x y; diff -q x y; echo $?; cp x z; diff -s x z; diff x nofile; echo $?
#--- diff far apart
seq 30 > x; sed -e '2s/.*/two/' -e '20s/.*/twenty/' -e '29d' x > y; diff x y; diff -U 1 x y; diff -U0 x y
#--- diff without newline
printf 'a\nb' > x; printf 'a\nb\n' > y; diff x y; printf 'a\nc' > z; diff x z; diff x x; printf '' > e; diff e y; diff y e
#--- diff options
printf 'a  b\n\nC\n' > x; printf 'a b\nc\n' > y; diff -b x y; diff -w x y; diff -i x y; diff -bBi x y; echo $?; diff -L one -L two x y; diff - y < x
#--- diff directories
mkdir a b a/s b/s; echo 1 > a/f; echo 2 > b/f; echo x > a/only; echo y > b/s/new; echo same > a/same; echo same > b/same; diff -r a b | grep -v '^diff'; diff -rq a b; echo $?; diff -rN a b | grep -v '^diff'; diff a b; diff a b/f
#--- diff of many lines
seq 1000 | awk '{print ($1*7919)%97}' > x; sed -e '100,110d' -e '500s/.*/new/' -e '900a added' x > y; diff x y; echo $?
#--- bc
echo '1+2*3' | bc; echo 'scale=2; 5/3' | bc; echo '2^10; 7/2; 7%3; -5/2; 1.5+1.25; 3>2; x=4; x*x; sqrt(2)' | bc; echo 'scale=5; sqrt(2); 1/3; 10/4' | bc
#--- bc bases and names
printf 'ibase=16\nFF\nobase=2\n5\n' | bc; echo '10.50/1; 010; .5; -.5; 0.10; 5 % 2.3; scale=3; 5 % 2.3; 2^-1' | bc; echo 'x=3; x+=4; x; x++; ++x; x' | bc; echo '"hi"; 1.0*2.55' | bc
#--- bc big numbers
echo '2^200; 123456789012345678901234567890*987654321' | bc
#--- bc fractions
x=$(echo '3.14 * 2' | bc); echo $x; echo 'scale=3; 22/7' | bc; echo '0.1+0.2' | bc; echo '1.5 > 1.4' | bc; echo '(1+2)*(3+4)' | bc; echo 'scale=10; 1/3*3' | bc; echo 'scale=2; 0/3' | bc; echo 'length(123.45); scale(1.25)' | bc; echo '!0; 1 && 0; 1 || 0' | bc
#--- bc quit
printf '1\nquit\n2\n' | bc; echo '5 /* comment */ + 1 # more' | bc
#--- strings
printf 'hello\000world!\001abc\000longer text\n' > f; strings f; strings -n 6 f; strings -f f; strings -t d f; strings -o f
#--- xxd
printf 'hello\000world!\001abc\n' > f; xxd f; xxd -p f; xxd -g 1 -c 8 f; xxd -l 5 f; xxd -s 6 f; echo 68656c6c6f0a | xxd -r -p; printf '1\n2\n' | xxd -i; seq 20 | xxd -p
#--- expand unexpand
printf 'a\tb\n\tc\n' | expand; printf 'a\tb\n' | expand -t 4; printf '\ta\tb\n' | expand -i; printf '        a        b\n' | unexpand; printf '        a       b\n' | unexpand -a; printf '    a\n' | unexpand -t 4
#--- dos2unix
printf 'a\r\nb\r\n' > d; dos2unix d; od -c d; printf 'x\ny\n' | unix2dos | od -c; printf 'a\r\n' | dos2unix
#--- factor
factor 1 12 97 100 1000003; echo 42 | factor
#--- cal
cal 2 2024; cal -m 9 2024; cal 12 1999; cal 2024
#--- shuf
shuf -i 1-5 | sort; seq 10 | shuf | sort -n | tr '\n' ' '; shuf -e a b c | sort; seq 10 | shuf -n 3 | wc -l; seq 3 | shuf -o f; sort f
#--- link unlink
echo x > f; link f g; cat g; unlink f; ls; unlink nofile; echo $?; link nofile h; echo $?; link g g; echo $?
#--- logname hostid
logname; echo $?; hostid | wc -c
#--- logger
logger hello; echo $?; logger -s -t tag hello there; echo msg | logger -s -t t
#--- readlink
mkdir d; echo > d/f; ln -s d e; ln -s e/f g; readlink g; readlink -f g | sed "s,$PWD,,"; readlink -f e/nofile | sed "s,$PWD,,"; readlink -f no/such/file; echo $?; readlink f; echo $?; readlink -n g; echo
#--- ls options in use
mkdir d; echo 12345 > b; echo 1 > a.txt; touch .h; chmod +x b; ls -1; ls -a; ls -A1; ls -F; ls -d */; ls -S; ls -rS; ls -p; ls -x; ls -C; ls *.txt; ls -la | awk 'NR>3{print $1, $2, $NF}'; ls -n a.txt | awk '{print $5}'; ls -sh >/dev/null; ls -i a.txt | awk '{print NF}'
#--- ls of links
ln -s nosuch l; mkdir d; ln -s d m; ls; ls -F; ls m; ls -d m; ls -l m | awk '{print $1,$(NF-2),$(NF-1),$NF}'; ls l; ls nofile; echo $?; ls -L l; echo $?
