#--- the longest match
echo foobar | grep -oE 'foo|foobar'; echo aab | sed -E 's/(a*)(ab)?/[\1][\2]/'; echo xabcd | sed -E 's/(a|ab)(c|bcd)(d*)/[\1][\2][\3]/'; echo 'one two' | sed 's/\(one\|one two\)/[&]/'; echo ab | awk '{gsub(/a|ab/,"[&]"); print}'; expr foobar : '\(foo\|foobar\)'; expr abc : 'a\|abc'; echo abab | sed -E 's/(a|b)*/[\1]/'
#--- groups that take no part
echo xay | sed -E 's/(x)|(a)/[\1\2]/g'; echo 'aaa bbb' | sed 's/\(^\|[^b]\)b/\1X/g'; echo abc | sed -E 's/(b)?(c)?/<\1\2>/g'
#--- what repeats nothing is text
echo '*a' | grep '*a'; echo '*x' | grep '^*x'; echo 'a{1' | grep -E 'a{1'; echo 'a{x}' | grep -E 'a{x}'; echo aaa | grep -oE 'a{,2}'; echo 'a)' | grep -E 'a)'; echo 'a^b$c' | grep 'a^b$c'; echo 'a\b' | grep 'a[\]b'; echo 'a]b' | grep '[]]'
#--- expressions that cannot be read
echo x | grep 'a\('; echo $?; grep 'a\(' /dev/null; echo $?; echo x | sed 's/\(/y/'; echo $?; echo x | sed 's/x\{1/y/'; echo $?; echo x | grep '[[:foo:]]'; echo $?; echo x | grep '[z-a]'; echo $?; echo x | grep -E 'a{3,1}'; echo $?; echo x | awk '/(/'; echo $?
#--- whole words and lines
echo 'foobar foo' | grep -w foo; echo foobar | grep -w foo; echo $?; echo 'a-b' | grep -w a; echo x | grep -w ''; echo $?; echo 'foo_bar foo' | grep -wo foo; echo foo | grep -xE 'fo|foo'; printf 'foo foo\nfoo\n' | grep -xF foo; echo 'foo bar' | grep '\<bar\>'; echo foobar | grep -c '\bbar'
#--- several patterns
printf 'a b\n' | grep -o -e b -e a; printf 'apple\nbanana\n' | grep -o -e apple -e banana; printf 'abc\nxyz\n' | grep -c -e z -e a; echo abc | grep -e 'a
b'
#--- back-references
printf 'abab\nabba\n' | grep '\(ab\)\1'; echo aab | grep -E '(a)\1b'; echo abcabc | grep -E '^(.*)\1$'; echo 'word word' | grep -oE '\b([a-z]+) \1\b'; printf 'a\na\nb\n' | sed '$!N;/^\(.*\)\n\1$/!P;D'
#--- find by expression
touch ab abc; find . -regex './a.*c'; find . -regex './ab\|./abc' | sort; find . -regex 'ab'; find . -type z; echo $?; find . -maxdepth x; echo $?; find . -executable -type d; find ab -samefile ab
#--- directories and links in grep
mkdir -p d/e; echo hit > d/f; echo hit > d/e/g; ln -s f d/s; grep -r hit d | sort; grep hit d; echo $?
