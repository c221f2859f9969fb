import { describe, expect, it } from 'vitest';
import { ended, logOf, pod, run } from '../../runtime/pod-for-tests';

/** What a script prints in an image on both streams. */
async function output(script: string, image = 'debian:12'): Promise<string> {
  const container = run(pod(false, {}, [image]), { image, command: ['bash', '-c', script] });
  await ended(container);
  return logOf(container);
}

describe('utilities of Debian complain as GNU’s do', () => {
  it.each([
    ['cat /nope', 'cat: /nope: No such file or directory\n'],
    ['ls /nope; echo $?', "ls: cannot access '/nope': No such file or directory\n2\n"],
    ['rm /nope', "rm: cannot remove '/nope': No such file or directory\n"],
    ['rm /tmp', "rm: cannot remove '/tmp': Is a directory\n"],
    ['mkdir /tmp', "mkdir: cannot create directory '/tmp': File exists\n"],
    ['touch /nope/x', "touch: cannot touch '/nope/x': No such file or directory\n"],
    ['cp /nope /tmp', "cp: cannot stat '/nope': No such file or directory\n"],
    ['mv /nope /tmp', "mv: cannot stat '/nope': No such file or directory\n"],
    ['head /nope', "head: cannot open '/nope' for reading: No such file or directory\n"],
    ['tail /nope', "tail: cannot open '/nope' for reading: No such file or directory\n"],
    ['chmod 600 /nope', "chmod: cannot access '/nope': No such file or directory\n"],
    ['chown nobodyelse /tmp', "chown: invalid user: 'nobodyelse'\n"],
    ['sed p /nope', "sed: can't read /nope: No such file or directory\n"],
    ['stat /nope', "stat: cannot statx '/nope': No such file or directory\n"],
    ['find /nope', "find: '/nope': No such file or directory\n"],
    ['id nosuch', "id: 'nosuch': no such user\n"],
    ['sleep x', "sleep: invalid time interval 'x'\nTry 'sleep --help' for more information.\n"],
    ['timeout 1 nosuch', "timeout: failed to run command 'nosuch': No such file or directory\n"],
    ['cp', "cp: missing file operand\nTry 'cp --help' for more information.\n"],
    ['rmdir -z', "rmdir: invalid option -- 'z'\nTry 'rmdir --help' for more information.\n"],
    ['grep x /tmp', 'grep: /tmp: Is a directory\n'],
    ["echo hello | sed 's/.*/\\U&/'", 'HELLO\n'],
    ["seq 6 | sed -n '0~3p'", '3\n6\n'],
    ['printf "a b\\nc\\n" > /tmp/f; wc /tmp/f; wc -l < /tmp/f', '2 3 6 /tmp/f\n2\n'],
    ['cd /tmp; printf hello > f; chmod 640 f; ls -l f | cut -d" " -f1-5', '-rw-r----- 1 root root 5\n'],
  ])('%s', async (script, said) => {
    expect(await output(script)).toBe(said);
  });
});

describe('getent', () => {
  const hosts = 'printf "10.0.0.1 many\\n10.0.0.2 many\\n" >> /etc/hosts; ';

  it.each([
    ['debian:12', 'getent hosts many', '10.0.0.1        many\n10.0.0.2        many\n'],
    [
      'debian:12',
      'getent ahosts many | head -4',
      '10.0.0.1        STREAM many\n10.0.0.1        DGRAM  \n10.0.0.1        RAW    \n10.0.0.2        STREAM \n',
    ],
    ['debian:12', 'getent hosts 10.0.0.2', '10.0.0.2        many\n'],
    ['debian:12', 'getent hosts nope.invalid; echo $?', '2\n'],
    ['bash:5', 'getent hosts many', '10.0.0.1          many  many\n'],
    [
      'debian:12',
      'getent passwd 65534 nobody | wc -l; getent nothing; echo $?',
      '2\nUnknown database: nothing\n1\n',
    ],
  ])('%s: %s', async (image, script, said) => {
    expect(await output(hosts + script, image)).toBe(said);
  });
});

describe('ps of procps', () => {
  it.each([
    [
      'ps aux',
      /^USER +PID %CPU %MEM +VSZ +RSS TTY +STAT START +TIME COMMAND\nroot +1 +[\d.]+ +[\d.]+ +\d+ +\d+ \? +Ss? +\d\d:\d\d +0:00 bash -c ps aux; true\n/,
    ],
    [
      'ps -ef',
      /^UID +PID +PPID +C STIME TTY +TIME CMD\nroot +1 +0 +0 \d\d:\d\d \? +00:00:00 bash -c ps -ef; true\n/,
    ],
    ['ps', /^ +PID TTY +TIME CMD\n +1 \? +00:00:00 bash\n/],
  ])('%s', async (command, said) => {
    expect(await output(`${command}; true`, 'ubuntu:22.04')).toMatch(said);
  });
});
