#--- numbers out of range
echo a | xargs -n 0; echo $?; echo abc | fold -w 0; echo $?; echo abc | fold -w x; echo $?; echo abc | expand -t 0; echo $?;
#--- subshells in the background are one process
(trap 'echo child term; exit 1' TERM; : > r1; while :; do sleep 0.05; done) & p=$!; until [ -f r1 ]; do sleep 0.02; done; kill $p; wait $p; echo $?; (trap '' TERM; : > r2; sleep 20; echo no) & p=$!; until [ -f r2 ]; do sleep 0.02; done; kill $p; sleep 0.1; kill -0 $p && echo alive; kill -9 $p; wait $p; echo $?; (echo in; exit 3) | cat; (exit 3) & wait $!; echo $?
#--- several tests in double brackets
a=abc; b=; [[ $a = a* && -n $a ]] && echo both; [[ -n $a && $a = a* ]] && echo turned; [[ -z $b || $a = x* ]] && echo or; [[ $a =~ ^a.c$ && $a != b* ]] && echo re; [[ $a = b* ]] || echo no
#--- ties of exponents
printf '%.3e %.0e %.1e %.2g %g\n' 1234.5 2.5 0.25 0.125 1e10
#--- a loop as it is written to a shared volume
mkdir -p shared; i=0; while [ $i -lt 3 ]; do echo "$i $(date +%Y | wc -c)" >> shared/log; i=$((i+1)); done; cat shared/log; (sleep 0.05; echo ready > shared/flag) & until [ -f shared/flag ]; do sleep 0.02; done; cat shared/flag
#--- retries, locks and counters
try() { n=$((n+1)); [ $n -ge 3 ]; }; n=0; d=1; until try; do echo "attempt $n failed, waiting $d"; d=$((d*2)); done; for i in 1 2; do if mkdir lock 2>/dev/null; then echo got; else echo busy; fi; done; n=$(cat count 2>/dev/null || echo 0); echo $((n+1)) > count; cat count; trap 'rm -f pid; echo cleaned' EXIT; echo 1 > pid; ls
#--- calculators
echo '2 3 + p' | dc; echo '10 3 / p 2 k 10 3 / p' | dc; echo '5 sa la la * p 2 3 ^ p c z p' | dc; echo '_3 4 * p 16 v p f' | dc; dc -e '1 2 r - p'; echo 'sqrt(0); sqrt(2); scale=20; sqrt(2)' | bc; echo 'obase=2; 10; obase=16; 255' | bc
#--- who is there
who; w; last; id 99999; echo $?; fallocate -l 100 h; wc -c < h; fallocate -l 50 h; wc -c < h; shred -u h; ls h; echo $?
#--- arguments that are too long
/bin/true $(seq 400000); echo $?; echo $(seq 400000) | wc -w
