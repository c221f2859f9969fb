import { describe, expect, it } from 'vitest';
import type { RuntimeContainer } from '../../runtime/container-runtime';
import { ended, exec, logged, logOf, pod, run } from '../../runtime/pod-for-tests';

const idle = { command: ['sleep', '1000'] };
const sh = (script: string) => ['sh', '-c', script];

describe('/proc of a container', () => {
  it.each([
    ['cat /proc/1/comm', 'sleep\n'],
    ["cat /proc/1/cmdline | tr '\\0' ' '", 'sleep 1000 '],
    ["tr '\\0' '\\n' < /proc/1/environ | grep GREETING", 'GREETING=hello\n'],
    ['cat /proc/self/comm', 'cat\n'],
    ['readlink /proc/self/exe', '/bin/readlink\n'],
    ['readlink /proc/1/cwd /proc/1/root', '/\n/\n'],
    ['cat /proc/self/cgroup', '0::/\n'],
    ['cut -d" " -f1-5 /proc/1/stat', '1 (sleep) S 0 1\n'],
    ['grep -E "^(Name|State|Pid|PPid|Uid|NoNewPrivs|CapEff)" /proc/1/status', statusOfSleep()],
    [
      'grep "Max open files" /proc/self/limits',
      'Max open files            1048576              1048576              files     \n',
    ],
    ['grep " / " /proc/mounts', 'overlay / overlay rw,relatime 0 0\n'],
    [
      'grep cgroup /proc/self/mountinfo | cut -d" " -f3-',
      /\/sys\/fs\/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup ro\n$/,
    ],
    ['grep /dev/shm /proc/mounts', 'shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0\n'],
    ['cat /proc/1/oom_score_adj', '0\n'],
    [
      'ls /proc/self/ns | tr "\\n" " "',
      'cgroup ipc mnt net pid pid_for_children time time_for_children user uts ',
    ],
    ['readlink /proc/self/ns/net', /^net:\[\d{10}\]\n$/],
    ['cat /proc/sys/kernel/hostname', 'web\n'],
    ['cat /proc/sys/net/core/somaxconn', '1024\n'],
    ['head -1 /proc/meminfo', 'MemTotal:        1048576 kB\n'],
    ['grep -c ^processor /proc/cpuinfo', '2\n'],
    ['cat /proc/version', 'Linux version 6 1\n'],
    ['grep -c eth0 /proc/net/dev', '1\n'],
    ['head -1 /proc/net/route | cut -f1', 'Iface\n'],
    ['ls /proc | grep -x -e 1 -e self -e uptime', '1\nself\nuptime\n'],
    ['cat /proc/999/comm', "cat: can't open '/proc/999/comm': No such file or directory\n[1]"],
    [
      'echo 1 > /proc/sys/kernel/hostname',
      "sh: can't create /proc/sys/kernel/hostname: Read-only file system\n[1]",
    ],
    ['mkdir /proc/mine', "mkdir: can't create directory '/proc/mine': No such file or directory\n[1]"],
    ['echo out > /proc/self/fd/1', 'out\n'],
    ['grep ^Seccomp /proc/self/status', 'Seccomp:\t0\nSeccomp_filters:\t0\n'],
    ['cat /proc/self/uid_map /proc/1/gid_map', `${'         0          0 4294967295\n'.repeat(2)}`],
    ['sysctl net.core.somaxconn net/ipv4/ip_forward', 'net.core.somaxconn = 1024\nnet.ipv4.ip_forward = 1\n'],
    ['sysctl -n kernel.hostname', 'web\n'],
    ['sysctl -a | grep -c ^net.ipv4', /^[1-9]\d*\n$/],
    ['sysctl nosuch.key', "sysctl: error: 'nosuch.key' is an unknown key\n[1]"],
    [
      'sysctl -w net.core.somaxconn=1',
      "sysctl: error setting key 'net.core.somaxconn': Read-only file system\n[1]",
    ],
    ['ip link add dummy0 type dummy', 'ip: RTNETLINK answers: Operation not permitted\n[2]'],
    ['ls -l /proc/self/fd | grep -c pipe', '2\n'],
  ])('%s', async (script, expected) => {
    const env = [{ name: 'GREETING', value: 'hello' }];
    const container = run(pod(false, { 'net.core.somaxconn': '1024' }), { ...idle, env });
    const said = await exec(container, ...sh(script));
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  it('tells a seccomp filter', async () => {
    const container = run(pod(), { ...idle, seccomp: true });
    expect(await exec(container, 'grep', '^Seccomp', '/proc/1/status')).toBe(
      'Seccomp:\t2\nSeccomp_filters:\t1\n',
    );
  });

  it('lets dummy interfaces come and go with CAP_NET_ADMIN', async () => {
    const container = run(pod(), { ...idle, capabilities: { add: ['NET_ADMIN'], drop: [] } });
    const said = await exec(
      container,
      ...sh(
        'ip link add dummy0 type dummy; ip link show dummy0 | head -1; ip link add dummy0 type dummy; ip link del dummy0; ip link | grep -c dummy; ip addr add 10.0.0.1/8 dev lo',
      ),
    );
    expect(said).toBe(
      [
        '3: dummy0: <BROADCAST,NOARP> mtu 1500 qdisc noop qlen 1000',
        '0',
        'ip: RTNETLINK answers: File exists',
        'ip: the embedded cluster simulates changes of dummy interfaces alone; use a kind cluster for others',
        '[2]',
      ].join('\n'),
    );
  });

  it.each([
    [{}, '00000000a80425fb'],
    [{ capabilities: { add: ['NET_ADMIN', 'SYS_TIME'], drop: [] } }, '00000000aa0435fb'],
    [{ capabilities: { add: [], drop: ['ALL'] } }, '0000000000000000'],
    [{ privileged: true }, '000001ffffffffff'],
    [{ user: { uid: 1000, supplementalGroups: [] } }, '0000000000000000'],
  ])('tells the capabilities of %j', async (config, mask) => {
    const container = run(pod(), { ...idle, ...config });
    expect(await exec(container, 'grep', 'CapEff', '/proc/1/status')).toBe(`CapEff:\t${mask}\n`);
  });

  it('says whether a process may gain rights', async () => {
    const container = run(pod(), { ...idle, allowPrivilegeEscalation: false });
    expect(await exec(container, 'grep', 'NoNewPrivs', '/proc/1/status')).toBe('NoNewPrivs:\t1\n');
  });
});

describe('the namespaces of a Pod', () => {
  const links = (container: RuntimeContainer) =>
    exec(container, ...sh('for n in net ipc uts mnt cgroup pid user; do readlink /proc/self/ns/$n; done'));
  const same = async (share: boolean) => {
    const sandbox = pod(share);
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) => links(run(sandbox, { ...idle, name }))),
    );
    const others = new Set(two?.split('\n'));
    return (one ?? '')
      .trim()
      .split('\n')
      .flatMap((link) => (others.has(link) ? [link.split(':')[0]] : []));
  };

  it('are shared by its containers as far as Kubernetes shares them', async () => {
    expect(await same(false)).toEqual(['net', 'ipc', 'uts', 'user']);
    expect(await same(true)).toEqual(['net', 'ipc', 'uts', 'pid', 'user']);
  });
});

describe('a process namespace that containers share', () => {
  const ptrace = { capabilities: { add: ['SYS_PTRACE'], drop: [] } };

  it('leads to the files of the other container through /proc/<pid>/root', async () => {
    const sandbox = pod(true);
    const nginx = run(sandbox, { name: 'nginx', image: 'nginx:1.27-alpine' });
    await logged(nginx, 'start worker process');
    const shell = run(sandbox, { ...idle, name: 'shell', ...ptrace });
    const pid = (await exec(shell, 'pgrep', '-f', 'nginx: master')).trim();
    expect(await exec(shell, 'head', '-2', `/proc/${pid}/root/etc/nginx/nginx.conf`)).toContain(
      'user  nginx;',
    );
    expect(await exec(shell, ...sh(`cd /proc/${pid}/root/etc/nginx/../.. && ls docker-entrypoint.sh`))).toBe(
      'docker-entrypoint.sh\n',
    );
    expect(await exec(shell, ...sh(`echo new > /proc/${pid}/root/tmp/made`))).toBe('');
    expect(await exec(nginx, 'cat', '/tmp/made')).toBe('new\n');
    expect(
      await exec(
        shell,
        ...sh(`readlink /proc/${pid}/exe; cmp /proc/${pid}/exe /proc/${pid}/root/usr/sbin/nginx`),
      ),
    ).toBe('/usr/sbin/nginx\n');
  });

  it('keeps the files of another user from those without CAP_SYS_PTRACE', async () => {
    const sandbox = pod(true);
    run(sandbox, { ...idle, name: 'other', user: { uid: 1000, gid: 1000, supplementalGroups: [] } });
    const shell = run(sandbox, { ...idle, name: 'shell' });
    const pid = (await exec(shell, ...sh("ps -o pid,user,args | awk '$2 == 1000 {print $1}'"))).trim();
    expect(await exec(shell, 'ls', `/proc/${pid}/root/etc`)).toMatch(/Permission denied\n\[1\]$/);
  });
});

describe('/sys/fs/cgroup of a container', () => {
  it.each([
    ['memory.max', { memoryBytes: 64 << 20 }, '67108864\n'],
    ['memory.max', {}, 'max\n'],
    ['cpu.max', { cpuMillis: 500 }, '50000 100000\n'],
    ['cpu.max', {}, 'max 100000\n'],
    ['cpu.weight', {}, '1\n'],
    ['cpu.weight', { cpuShares: 102 }, '17\n'],
    ['cpu.weight', { cpuShares: 1024 }, '100\n'],
    ['cpu.weight', { cpuShares: 262_144 }, '10000\n'],
    ['pids.current', {}, '2\n'],
    ['memory.oom.group', {}, '1\n'],
  ])('%s with limits %j', async (file, limits, text) => {
    const container = run(pod(), { ...idle, limits });
    expect(await exec(container, 'cat', `/sys/fs/cgroup/${file}`)).toBe(text);
  });

  it('cannot be written', async () => {
    const container = run(pod(), idle);
    expect(await exec(container, ...sh('echo max > /sys/fs/cgroup/memory.max'))).toContain(
      'Read-only file system',
    );
  });
});

describe('a container that goes over its memory limit', () => {
  const limits = { memoryBytes: 16 << 20 };

  it.each([
    ['tail /dev/zero'],
    ['dd if=/dev/zero of=/dev/null bs=64M count=1'],
    ['x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done'],
    ['dd if=/dev/zero of=/dev/shm/file bs=1M count=32'],
    ['tail /dev/zero; echo survived'],
  ])('by %s is killed as a whole', async (script) => {
    const container = run(pod(), { command: sh(script), limits });
    await ended(container);
    expect([container.exitCode, container.oomKilled]).toEqual([137, true]);
    expect(logOf(container)).not.toContain('survived');
  });

  it('from an exec takes its main process along', async () => {
    const container = run(pod(), { ...idle, limits });
    expect(await exec(container, 'tail', '/dev/zero')).toContain('[137]');
    await ended(container);
    expect([container.exitCode, container.oomKilled]).toEqual([137, true]);
  });

  it('keeps what lies in files on disk out of the count', async () => {
    const container = run(pod(), { command: sh('dd if=/dev/zero of=/tmp/file bs=1M count=32'), limits });
    await ended(container);
    expect([container.exitCode, container.oomKilled]).toEqual([0, false]);
  });
});

function statusOfSleep(): string {
  return [
    'Name:\tsleep',
    'State:\tS (sleeping)',
    'Pid:\t1',
    'PPid:\t0',
    'Uid:\t0\t0\t0\t0',
    'CapEff:\t00000000a80425fb',
    'NoNewPrivs:\t0',
    '',
  ].join('\n');
}
