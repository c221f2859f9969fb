import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../log';
import { createShellHost, type ShellHostOptions } from './create-shell-host';
import type { ShellHost, ShellRequest } from './lab-shell';
import { look } from './viewer-for-tests';

const log = createLog(() => {});
let root: string;
let api: Server;
let apiPort: number;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'podlab-shells-'));
  api = createServer((_, response) => response.end('the API server'));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  apiPort = (api.address() as AddressInfo).port;
});
afterAll(async () => {
  api.close();
  await rm(root, { recursive: true, force: true });
});

const hostWith = (folder: string, options: Partial<ShellHostOptions> = {}) =>
  createShellHost({
    folder: join(root, folder),
    sandbox: 'auto',
    perSession: 3,
    idleMs: 3_600_000,
    abandonedMs: 3_600_000,
    log,
    ...options,
  });

async function requestFor(sessionId: string): Promise<ShellRequest> {
  const workingFolder = join(root, 'labs', sessionId);
  await mkdir(workingFolder, { recursive: true });
  await writeFile(join(workingFolder, 'pod.yaml'), `kind: Pod # ${sessionId}\n`);
  return {
    sessionId,
    workingFolder,
    kubeconfig: (server) => `server: ${server ?? 'direct'}\n`,
    endpoint: { host: '127.0.0.1', port: apiPort },
    labTitle: 'First Pod',
    namespace: 'default',
  };
}

const canSandbox = (() => {
  try {
    execFileSync('bwrap', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

const ways = (['bubblewrap', 'none'] as const).filter((way) => way === 'none' || canSandbox);

describe.each(ways)('shells with sandbox %s', (sandbox) => {
  let host: ShellHost;
  beforeAll(async () => {
    process.env['PODLAB_TEST_SECRET'] = 'hunter2';
    host = await hostWith(`host-${sandbox}`, { sandbox });
  });
  afterAll(async () => {
    delete process.env['PODLAB_TEST_SECRET'];
    await host.shutdown();
  });

  async function shellIn(sessionId: string) {
    await host.openSession(await requestFor(`${sessionId}-${sandbox}`));
    return host.createShell(`${sessionId}-${sandbox}`);
  }

  it('says how far they are shut in', () => {
    expect(host.isolation.kind).toBe(sandbox);
    expect(host.isolation.sentence).toMatch(sandbox === 'none' ? /as the user/ : /shut in/);
  });

  it('start in the lab’s folder, with its kubeconfig, an alias, and nothing of the server’s environment', async () => {
    const viewer = await look(await shellIn('start'));
    expect(await viewer.run('cat pod.yaml')).toContain('kind: Pod # start');
    expect(await viewer.run('cat $KUBECONFIG')).toBe(
      `server: ${sandbox === 'none' ? 'direct' : 'https://127.0.0.1:6443'}`,
    );
    expect(await viewer.run('alias k')).toBe("alias k='kubectl'");
    expect(await viewer.run('env | cut -d= -f1 | sort | tr "\\n" " "')).toBe(
      'COLORTERM EDITOR HOME KUBECONFIG LANG LOGNAME PATH PWD SHELL SHLVL TAR_OPTIONS TERM USER _',
    );
  });

  it('keep a kubeconfig that the learner changed, until the lab’s own changes', async () => {
    const request = await requestFor(`kubeconfig-${sandbox}`);
    await host.openSession(request);
    const first = await look(await host.createShell(request.sessionId));
    await first.run('echo "# mine" >> $KUBECONFIG');
    const second = await look(await host.createShell(request.sessionId));
    expect(await second.run('grep -c mine $KUBECONFIG')).toBe('1');
    await host.openSession({ ...request, kubeconfig: () => 'server: elsewhere\n' });
    const third = await look(await host.createShell(request.sessionId));
    expect(await third.run('cat $KUBECONFIG')).toBe('server: elsewhere');
    // One that is open has it by its next prompt, and what the learner then makes of it stays.
    await host.openSession({ ...request, kubeconfig: () => 'server: renewed\n' });
    await first.run('true');
    expect(await first.run('cat $KUBECONFIG')).toBe('server: renewed');
    await first.run('echo "# mine" >> $KUBECONFIG');
    await host.openSession({ ...request, kubeconfig: () => 'server: renewed\n' });
    await first.run('true');
    expect(await first.run('cat $KUBECONFIG')).toContain('# mine');
  });

  it('are limited in number and have titles of their own, though all are asked for at once', async () => {
    const request = await requestFor(`at-once-${sandbox}`);
    await host.openSession(request);
    const asked = await Promise.allSettled(
      Array.from({ length: 12 }, () => host.createShell(request.sessionId)),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const titles = host.shells(request.sessionId).map(({ title }) => title);
    expect(titles.sort()).toEqual(['Terminal 1', 'Terminal 2', 'Terminal 3']);
  });

  it('are not left behind when the lab ends while they are being started', async () => {
    const request = await requestFor(`ending-${sandbox}`);
    await host.openSession(request);
    const starting = host.createShell(request.sessionId).catch((error) => error);
    await host.closeSession(request.sessionId);
    const shell = await starting;
    if (shell instanceof Error) expect(shell).toMatchObject({ code: 'session-not-open' });
    else expect(shell.state.kind).toBe('exited');
    expect(host.shells(request.sessionId)).toEqual([]);
  });

  it('find the kubectl that is named, whatever its file is called', async () => {
    const program = join(root, 'kubectl-of-another-name');
    await writeFile(program, '#!/bin/sh\necho "this one: $1"\n', { mode: 0o755 });
    const own = await hostWith(`named-${sandbox}`, { sandbox, kubectl: program });
    try {
      const request = await requestFor(`named-${sandbox}`);
      await own.openSession(request);
      const viewer = await look(await own.createShell(request.sessionId));
      expect(await viewer.run('kubectl get')).toBe('this one: get');
    } finally {
      await own.shutdown();
    }
  });

  it('say that there is no kubectl when the one that is named is not there, and open all the same', async () => {
    const lines: string[] = [];
    const nowhere = { kubectl: '/nowhere/kubectl', log: createLog((line) => lines.push(line)) };
    const own = await hostWith(`nowhere-${sandbox}`, { sandbox, ...nowhere });
    try {
      expect(lines.join('')).toMatch(/"event":"no-kubectl","wanted":"\/nowhere\/kubectl"/);
      const request = await requestFor(`nowhere-${sandbox}`);
      await own.openSession(request);
      const viewer = await look(await own.createShell(request.sessionId));
      await viewer.until(() => /There is no kubectl on this machine/.test(viewer.screen + viewer.live));
    } finally {
      await own.shutdown();
    }
  });

  it('complete kubectl and k on Tab', async () => {
    const viewer = await look(await shellIn('complete'));
    await viewer.run('true');
    viewer.type('k describe\x1b[D');
    viewer.type('\x05 po');
    viewer.type('\t');
    await new Promise((resolve) => setTimeout(resolve, 300));
    viewer.type('\x15');
    viewer.type('k desc\t');
    await viewer.until(() => /k describe /.test(viewer.live.slice(-40)));
    viewer.type('\x15');
  });

  it('obey Ctrl-C, Ctrl-Z and the window’s size', async () => {
    const viewer = await look(await shellIn('keys'), 90, 33);
    expect(await viewer.run('stty size')).toBe('33 90');
    viewer.resize(101, 20);
    expect(await viewer.run('stty size')).toBe('20 101');
    viewer.type('sleep 1000\r');
    await viewer.until(() => viewer.live.includes('sleep 1000'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    viewer.type('\x03');
    expect(await viewer.run('echo code $?')).toBe('code 130');
    viewer.type('sleep 1000\r');
    await new Promise((resolve) => setTimeout(resolve, 200));
    viewer.type('\x1a');
    await viewer.until(() => viewer.live.includes('Stopped'));
    expect(await viewer.run('jobs')).toContain('sleep 1000');
    await viewer.run('kill %1');
  });

  it('begin the prompt on a line of its own, also after output that ends none', async () => {
    const viewer = await look(await shellIn('prompt'), 40, 10);
    await viewer.run('true');
    viewer.type("printf 'a'bc\r");
    // Blanks up to the last column but one: they wrap unless the line was empty, and are wiped away.
    await viewer.until(() => viewer.live.includes(`abc${' '.repeat(39)}\r\x1b[K`));
  });

  it('show their screen again to whoever comes back', async () => {
    const shell = await shellIn('again');
    const before = await look(shell);
    await before.run('echo it is still here');
    before.detach();
    const after = await look(shell);
    await after.until(() => after.screen.includes('it is still here'));
    expect(await after.run('echo and works')).toBe('and works');
  });

  it('have one viewer at a time: the later one', async () => {
    const shell = await shellIn('one-viewer');
    const earlier = await look(shell);
    const later = await look(shell);
    expect(earlier.wasReplaced).toBe(true);
    earlier.type('echo from the earlier\r');
    expect(await later.run('echo from the later')).toBe('from the later');
    expect(later.screen + later.live).not.toContain('from the earlier');
  });

  it('tell how they ended', async () => {
    const viewer = await look(await shellIn('exit'));
    viewer.type('exit 3\r');
    await viewer.until(() => viewer.ended !== undefined);
    expect(viewer.ended).toEqual({ exitCode: 3, reason: 'The shell ended with exit code 3.' });
    const late = await look(host.shells(`exit-${sandbox}`)[0]!);
    await late.until(() => late.ended !== undefined);
  });

  it('end with all that they started, even what ignores the hang-up', async () => {
    const shell = await shellIn('end');
    const viewer = await look(shell);
    const marker = `31${Date.now() % 1_000_000}`;
    viewer.type(`trap "" HUP; (trap "" HUP; sleep ${marker}) & sleep ${marker}\r`);
    const sleeping = () => execFileSync('ps', ['axo', 'args']).toString().includes(`sleep ${marker}`);
    await viewer.until(sleeping);
    await shell.close('closed');
    await vi.waitFor(() => expect(sleeping()).toBe(false), 60_000);
    expect(viewer.ended?.reason).toBe('closed');
  });

  it('are limited in number, and named after the lowest free one', async () => {
    const id = `many-${sandbox}`;
    await host.openSession(await requestFor(id));
    for (const title of ['Terminal 1', 'Terminal 2', 'Terminal 3'])
      expect((await host.createShell(id)).title).toBe(title);
    await expect(host.createShell(id)).rejects.toMatchObject({ code: 'too-many-terminals', status: 409 });
    await host.closeShell(id, host.shells(id)[1]!.id);
    expect((await host.createShell(id)).title).toBe('Terminal 2');
    await host.closeSession(id);
    expect(host.shells(id)).toEqual([]);
    await expect(host.createShell(id)).rejects.toMatchObject({ code: 'session-not-open' });
  });

  it('come back with their screens after the server was stopped', async () => {
    const options = { sandbox };
    const first = await hostWith(`restart-${sandbox}`, options);
    const request = await requestFor(`restart-${sandbox}`);
    await first.openSession(request);
    const shell = await first.createShell(request.sessionId);
    shell.rename('logs');
    const before = await look(shell);
    await before.run('echo before the stop');
    await first.shutdown();
    expect(before.ended?.reason).toBe('Podlab was stopped.');

    const second = await hostWith(`restart-${sandbox}`, options);
    await second.openSession(request);
    const [restored] = second.shells(request.sessionId);
    expect(restored).toMatchObject({ id: shell.id, title: 'logs' });
    const after = await look(restored!);
    await after.until(() => after.screen.includes('before the stop'));
    expect(after.screen).toContain('Podlab was restarted: this is a new shell');
    expect(await after.run('echo works')).toBe('works');
    await second.shutdown();
    expect(await readdir(join(root, `restart-${sandbox}`, 'processes'))).toEqual([]);
  });

  it('come back with their screens after the server was killed', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const killed = await hostWith(`killed-${sandbox}`, { sandbox });
    const request = await requestFor(`killed-${sandbox}`);
    try {
      await killed.openSession(request);
      const viewer = await look(await killed.createShell(request.sessionId));
      await viewer.run('echo before the kill');
      const saved = join(root, `killed-${sandbox}`, 'screens', `${request.sessionId}.json`);
      await vi.advanceTimersByTimeAsync(30_000);
      await vi.waitFor(
        async () => expect(await readFile(saved, 'utf8')).toContain('before the kill'),
        60_000,
      );
    } finally {
      vi.useRealTimers();
    }
    const next = await hostWith(`killed-${sandbox}`, { sandbox });
    await next.openSession(request);
    const after = await look(next.shells(request.sessionId)[0]!);
    await after.until(() => after.screen.includes('before the kill'));
    await next.shutdown();
    await killed.shutdown();
  });

  it('tell whoever listens when one is opened, renamed, ends by itself, or is closed', async () => {
    const id = `listen-${sandbox}`;
    await host.openSession(await requestFor(id));
    const lists: string[] = [];
    const end = host.onShellsChanged(id, () =>
      lists.push(
        host
          .shells(id)
          .map(({ title, state }) => `${title} ${state.kind}`)
          .join(', '),
      ),
    );
    const shell = await host.createShell(id);
    shell.rename('logs');
    const viewer = await look(shell);
    viewer.type('exit\r');
    await viewer.until(() => viewer.ended !== undefined);
    await host.closeShell(id, shell.id);
    expect(lists).toEqual(['Terminal 1 running', 'logs running', 'logs exited', '']);
    end();
    await host.createShell(id);
    expect(lists).toHaveLength(4);
  });

  it('end when nobody looks at them', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'Date', 'performance'] });
    const own = await hostWith(`idle-${sandbox}`, { sandbox, abandonedMs: 60_000 });
    try {
      const request = await requestFor(`idle-${sandbox}`);
      await own.openSession(request);
      const [watched, abandoned] = [
        await own.createShell(request.sessionId),
        await own.createShell(request.sessionId),
      ];
      const viewer = await look(watched);
      // As after a laptop's sleep.
      vi.setSystemTime(Date.now() + 8 * 60 * 60 * 1000);
      vi.advanceTimersByTime(30_000);
      await viewer.run('sleep 0.3');
      expect(abandoned.state.kind).toBe('running');
      vi.advanceTimersByTime(60_000);
      await vi.waitFor(() => expect(abandoned.state.kind).toBe('exited'), { timeout: 60_000 });
      expect(abandoned.state).toMatchObject({
        reason: 'Nobody looked at this terminal for 1 minute, so it was ended.',
      });
      expect(watched.state.kind).toBe('running');
    } finally {
      vi.useRealTimers();
      await own.shutdown();
    }
  });
});

it('ends what a crashed server left behind, and no other process', async () => {
  const folder = join(root, 'crashed', 'processes');
  await mkdir(folder, { recursive: true });
  const [ours, another] = [0, 1].map(() => spawn('setsid', ['--wait', 'sleep', '1000'], { detached: true }));
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const startTime = (await readFile(`/proc/${ours!.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19];
  await writeFile(join(folder, 'a.json'), JSON.stringify({ pid: ours!.pid, startTime, boot }));
  await writeFile(join(folder, 'b.json'), JSON.stringify({ pid: another!.pid, startTime: '1', boot }));
  await writeFile(join(folder, 'c.json'), '{"pid":');
  const ended = new Promise<void>((resolve) => ours!.once('exit', () => resolve()));
  const host = await hostWith('crashed');
  await ended;
  expect(another!.exitCode).toBe(null);
  expect(another!.signalCode).toBe(null);
  process.kill(-another!.pid!, 'SIGKILL');
  await host.shutdown();
});
