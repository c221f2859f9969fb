import { describe, expect, it } from 'vitest';
import { ended, logOf, pod, run } from '../../runtime/pod-for-tests';

async function output(image: string, command: string[], args: string[] = []): Promise<string> {
  const container = run(pod(false, {}, [image]), { image, ...(command.length > 0 ? { command } : {}), args });
  await ended(container);
  return `${logOf(container)}[${container.exitCode}]`;
}

describe('distributions', () => {
  it.each([
    ['debian:12', ['bash', '-c', '. /etc/os-release; echo $ID $VERSION_ID {1..3}'], 'debian 12 1 2 3\n[0]'],
    ['ubuntu:22.04', ['bash', '-c', '. /etc/os-release; echo $ID $VERSION_CODENAME'], 'ubuntu jammy\n[0]'],
    ['ubuntu', ['/bin/bash', '-c', 'exit 7'], '[7]'],
    ['debian', ['sh', '-c', 'nosuch'], 'sh: 1: nosuch: not found\n[127]'],
    ['debian', ['bash', '-c', 'nosuch'], 'bash: line 1: nosuch: command not found\n[127]'],
    ['debian', ['apt-get', 'update'], /does not simulate package installation/],
    ['nginx:1.25', ['bash', '-c', 'echo ${BASH_VERSION%%.*}; type -t curl'], '5\nfile\n[0]'],
    [
      'nginx:1.25',
      ['bash', '-c', 'exec 3<> /dev/tcp/127.0.0.1/9'],
      /^bash: connect: Connection refused\nbash: line 1: \/dev\/tcp\/127.0.0.1\/9: Connection refused\n\[1\]$/,
    ],
    ['nicolaka/netshoot', ['zsh'], /does not simulate zsh; name another command/],
  ])('%s runs %j', async (image, command, said) => {
    const text = await output(image, command);
    if (typeof said === 'string') expect(text).toBe(said);
    else expect(text).toMatch(said);
  });

  it.each([
    [['-c', 'echo "$0"'], 'bash\n[0]'],
    [['echo', 'hi'], 'hi\n[0]'],
  ])('the entrypoint of bash takes %j', async (args, said) => {
    expect(await output('bash:5', [], args)).toBe(said);
  });

  it('talks over /dev/tcp', async () => {
    const script =
      'echo answer | nc -l -p 7777 & until exec 3<>/dev/tcp/localhost/7777; do sleep 0.05; done 2>/dev/null; read -r line <&3; echo "got $line"';
    expect(await output('nginx:1.25', ['bash', '-c', `type nc >/dev/null 2>&1 || exit 9; ${script}`])).toBe(
      '[9]',
    );
    expect(await output('nicolaka/netshoot', ['bash', '-c', script])).toBe('got answer\n[0]');
  });

  it('nc -w gives up on whoever stays silent', async () => {
    const script =
      'sleep 100 | nc -l -p 7777 >/dev/null & until echo x | nc -w 1 127.0.0.1 7777; do sleep 0.05; done 2>/dev/null; echo over';
    expect(await output('busybox', ['sh', '-c', script])).toBe('over\n[0]');
  });
});

describe('perl', () => {
  it.each([
    [['-Mbignum=bpi', '-wle', 'print bpi(30)'], '3.14159265358979323846264338328\n[0]'],
    [['-e', 'print "hi\\n"'], 'hi\n[0]'],
    [['-e', 'open F, "x"'], /simulates perl only to print/],
  ])('%j', async (args, said) => {
    const text = await output('perl:5.34', ['perl'], args);
    if (typeof said === 'string') expect(text).toBe(said);
    else expect(text).toMatch(said);
  });
});

describe('stress', () => {
  it('uses processor time for as long as it is told, and says so', async () => {
    expect(await output('polinux/stress', ['stress'], ['--cpu', '1', '--timeout', '1s'])).toBe(
      'stress: info: [1] dispatching hogs: 1 cpu, 0 io, 0 vm, 0 hdd\nstress: info: [1] successful run completed in 1s\n[0]',
    );
  });

  it.each([
    ['polinux/stress', ['stress', '--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1']],
    [
      'vish/stress',
      ['/stress', '-mem-total', '250Mi', '-mem-alloc-size', '100Mi', '-mem-alloc-sleep', '1ms'],
    ],
  ])('%s over its limit is killed', async (image, command) => {
    const container = run(pod(false, {}, [image]), { image, command, limits: { memoryBytes: 100 << 20 } });
    await ended(container);
    expect(container.exitCode).toBe(137);
  });
});
