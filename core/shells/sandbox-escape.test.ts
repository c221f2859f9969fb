import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../commands/run-command';
import { createLog } from '../log';
import { createShellHost } from './create-shell-host';
import { detectIsolation } from './detect-isolation';
import { startSandbox } from './lab-sandbox';
import type { ShellHost } from './lab-shell';
import { hiddenAmong, inside, readHostLayout } from './sandbox-arguments';
import { look, type Viewer } from './viewer-for-tests';

const { isolation } = await detectIsolation('auto');

/** A learner who tries to get out. Only where bubblewrap works; elsewhere the page says that there is no sandbox. */
describe.runIf(isolation.kind === 'bubblewrap')('a learner in a sandbox', () => {
  let root: string;
  let host: ShellHost;
  let api: Server;
  let other: Server;
  let port: (server: Server) => number;
  let viewer: Viewer;
  const run = (line: string) => viewer.run(line);
  const secret = `secret-${Date.now()}`;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'podlab-escape-'));
    const answering = (text: string) => createServer((_, answer) => answer.end(text));
    api = answering('the API server');
    other = answering('another server');
    port = (server) => (server.address() as AddressInfo).port;
    for (const server of [api, other])
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await writeFile(join(root, 'host-secret'), secret);
    process.env['PODLAB_TEST_SECRET'] = secret;
    host = await createShellHost({
      folder: join(root, 'shells'),
      sandbox: 'bubblewrap',
      perSession: 4,
      idleMs: 3_600_000,
      abandonedMs: 3_600_000,
      log: createLog(() => {}),
    });
    for (const id of ['mine', 'theirs']) {
      const workingFolder = join(root, 'labs', id);
      await mkdir(workingFolder, { recursive: true });
      await host.openSession({
        sessionId: id,
        workingFolder,
        kubeconfig: (server) => `server: ${server}\ntoken: ${id}-${secret}\n`,
        endpoint: { host: '127.0.0.1', port: port(api) },
        labTitle: id,
        namespace: 'default',
      });
    }
    await writeFile(join(root, 'labs', 'theirs', 'answer'), secret);
    viewer = await look(await host.createShell('mine'));
    const neighbour = await look(await host.createShell('theirs'));
    neighbour.type('sleep 98765\r');
  });
  afterAll(async () => {
    delete process.env['PODLAB_TEST_SECRET'];
    await host.shutdown();
    api.close();
    other.close();
    await rm(root, { recursive: true, force: true });
  });

  it('sees no file of the host but its programs', async () => {
    expect(await run(`cat ${root}/host-secret`)).toContain('No such file');
    expect(await run(`cat ${process.cwd()}/package.json`)).toContain('No such file');
    expect(
      await run('cat /etc/shadow /root/.bashrc /var/log/syslog /proc/1/root/etc/shadow 2>&1 | grep -c :'),
    ).toBe('4');
    expect(await run('ls /')).toBe(
      'bin dev etc home lib lib64 opt proc run sbin tmp usr'.split(' ').join('  '),
    );
    expect(await run('ls /home /run /opt | tr "\\n" " "')).toBe('/home: learner  /opt: podlab  /run: podlab');
  });

  it('sees nothing of Podlab that lies among the host’s programs, and kubectl all the same', async () => {
    // As in a container whose image has Podlab in /usr/src/app: bubblewrap shows /usr as it is.
    const layout = { links: [], folders: [] };
    const among = [
      '/usr/src/app/.podlab/shells',
      '/usr/src/app',
      '/usr/src/app/.podlab',
      '/srv/podlab',
      '/usrs',
    ];
    expect(hiddenAmong(among, layout)).toEqual(['/usr/src/app']);
    expect(hiddenAmong(['/lib/podlab'], { links: [], folders: ['lib'] })).toEqual(['/lib/podlab']);
    const plan = { home: root, share: root, run: root, etc: join(root, 'shells', 'etc'), user: undefined };
    const inUsr = '/usr/share';
    const host = readHostLayout();
    const hidden = hiddenAmong([`${inUsr}/doc`, inUsr, `${inUsr}/man`], host);
    const sandbox = await startSandbox(
      { ...plan, kubectl: `${inUsr}/doc`, layout: host, hidden },
      'sleep 60',
    );
    try {
      const look = sandbox.wrap({
        program: 'sh',
        args: [
          '-c',
          `ls -A ${inUsr} | wc -l; touch ${inUsr}/x 2>&1 | grep -c Read-only; ls -d ${inside.kubectl}`,
        ],
        folder: '/',
        env: { PATH: inside.path },
      });
      const { stdout } = await runCommand(look.program, look.args, { env: { PATH: inside.path } });
      expect(stdout).toBe(`0\n1\n${inside.kubectl}\n`);
    } finally {
      await sandbox.close();
    }
  });

  it('can write nowhere but in its home and /tmp', async () => {
    expect(
      await run(
        'for d in / /etc /usr /usr/bin /opt/podlab/share /run /run/podlab /dev /proc/sys /home; do touch $d/x 2>/dev/null && echo $d; done',
      ),
    ).toBe('');
    expect(await run('touch ~/x /tmp/x && echo yes')).toBe('yes');
    expect(await run('head -c 200M /dev/zero > /tmp/big; ls -s --block-size=M /tmp/big')).toMatch(
      /No space left[\s\S]*12\dM/,
    );
    await run('rm /tmp/big');
  });

  it('sees no other lab: neither its folder nor its kubeconfig', async () => {
    expect(
      await run(
        `grep -rl ${secret} / --include=answer --include=kubeconfig --include=config 2>/dev/null | sort | tr "\\n" " "`,
      ),
    ).toBe('/home/learner/.kube/config /run/podlab/kubeconfig');
    expect(await run('cat /run/podlab/kubeconfig')).not.toContain('theirs');
  });

  it('sees no process but its own', async () => {
    expect(await run('ps axo args')).not.toMatch(/98765|vitest|node /);
    expect(await run('kill -9 1; echo still here')).toContain('still here');
  });

  it('finds nothing of the server in any environment or command line', async () => {
    const found = await run('cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr "\\0" "\\n"');
    expect(found).toContain('HOME=/home/learner');
    for (const hidden of [secret, root, 'PODLAB_TEST', process.cwd()]) expect(found).not.toContain(hidden);
  });

  it('reaches its API server and no other port, address or socket', async () => {
    expect(await run('curl -s --max-time 3 http://127.0.0.1:6443')).toBe('the API server');
    expect(await run(`curl -s --max-time 2 http://127.0.0.1:${port(other)}; echo $?`)).toBe('7');
    expect(await run('curl -s --max-time 2 http://192.0.2.1; echo $?')).toBe('7');
    expect(await run('ls /var/run/docker.sock /run/docker.sock 2>&1 | grep -c "No such file"')).toBe('2');
    expect(await run('cat /proc/net/dev | grep -c :')).toBe('1');
  });

  it('does not reach what has got the port of an API server that is gone', async () => {
    const endpoint = { host: '127.0.0.1', port: port(other) };
    const workingFolder = join(root, 'labs', 'lost');
    await mkdir(workingFolder, { recursive: true });
    const request = { sessionId: 'lost', workingFolder, kubeconfig: () => '', labTitle: '', namespace: '' };
    await host.openSession({
      ...request,
      get endpoint() {
        return endpoint;
      },
    });
    const lost = await look(await host.createShell('lost'));
    const get = 'curl -s --retry 5 --retry-connrefused --max-time 9 http://127.0.0.1:6443; echo $?';
    expect(await lost.run(get)).toBe('another server0');
    endpoint.port = 0;
    expect(await lost.run('curl -s --max-time 3 http://127.0.0.1:6443; echo $?')).toMatch(/^(52|56)$/);
  });

  it('has no privilege and can get none', async () => {
    expect(
      await run(
        'grep -h -e CapEff -e CapPrm -e CapBnd -e NoNewPrivs /proc/self/status | cut -f2 | tr "\\n" " "',
      ),
    ).toBe('0000000000000000 0000000000000000 0000000000000000 1');
    expect(await run('unshare --user true 2>&1 | grep -c failed')).toBe('1');
    expect(await run('unshare --mount true 2>&1 | grep -c failed')).toBe('1');
    expect(
      await run(
        'bwrap --ro-bind / / true 2>&1 | grep -ci -e "no space" -e "not permitted" -e "creating new namespace"',
      ),
    ).toBe('1');
    expect(await run('mount -t tmpfs none /tmp; echo $?')).toMatch(/[1-9]\d*$/);
    expect(
      await run('umount /proc/sys 2>/dev/null; echo 5 > /proc/sys/user/max_user_namespaces; echo $?'),
    ).toMatch(/1$/);
    expect(await run('chroot / true; echo $?')).toMatch(/125$/);
  });

  it('cannot change the kernel’s settings, even of a server run as root', async () => {
    const settings =
      '/proc/sys/kernel/core_pattern /proc/sys/vm/swappiness /proc/sys/net/ipv4/ip_forward /proc/sysrq-trigger';
    expect(await run(`for f in ${settings}; do (exec 3>>$f) 2>/dev/null && echo $f; done`)).toBe('');
  });

  it('shares loopback, /tmp and processes among the terminals of its lab', async () => {
    const second = await look(await host.createShell('mine'));
    await run('echo shared > /tmp/between; (sleep 4321 &)');
    expect(await second.run('cat /tmp/between')).toBe('shared');
    expect(await second.run('ps axo args | grep -c "[s]leep 4321"')).toBe('1');
  });

  it('leaves the server’s files alone that it laid links over', async () => {
    await run(`rm -rf ~/.kube && ln -s ${root} ~/.kube`);
    const again = await look(await host.createShell('mine'));
    await again.run('true');
    expect(await readFile(join(root, 'host-secret'), 'utf8')).toBe(secret);
    expect(execFileSync('ls', [root]).toString()).not.toContain('config');
    await again.run('rm ~/.kube');
  });

  it('gets a new sandbox after having ended everything in the old one', async () => {
    viewer.type('kill -9 -1\r');
    await viewer.until(() => viewer.ended !== undefined);
    const ask = 'curl -s --retry 5 --retry-connrefused --retry-delay 1 http://127.0.0.1:6443';
    let printed = '';
    // A shell that is opened while the old sandbox is still ending goes with it.
    while (!printed.includes('all-said')) {
      const fresh = await look(await host.createShell('mine'));
      fresh.type(`${ask}; echo all-"said"\r`);
      await fresh.until(() => fresh.ended !== undefined || fresh.live.includes('all-said'));
      printed = fresh.live;
    }
    expect(printed).toContain('the API server');
  });
});
