import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLog } from '../log';
import { createShellHost } from './create-shell-host';
import { detectIsolation } from './detect-isolation';
import type { ShellHost } from './lab-shell';
import { labUser } from './lab-user';
import { look } from './viewer-for-tests';

const { isolation, ownUsers } = await detectIsolation('auto');
const mostProcesses = 512;

/** A learner who starts processes without end. Root's are not counted by the kernel, so there each lab has its own user. */
describe.runIf(isolation.kind === 'bubblewrap')('a learner who starts processes without end', () => {
  let root: string;
  let host: ShellHost;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'podlab-bomb-'));
    host = await createShellHost({
      folder: join(root, 'shells'),
      sandbox: 'bubblewrap',
      perSession: 9,
      idleMs: 3_600_000,
      abandonedMs: 3_600_000,
      log: createLog(() => {}),
    });
  });
  afterAll(async () => {
    await host.shutdown();
    await rm(root, { recursive: true, force: true });
  });

  async function open(sessionId: string) {
    const workingFolder = join(root, 'labs', sessionId);
    await mkdir(workingFolder, { recursive: true });
    await host.openSession({
      sessionId,
      workingFolder,
      kubeconfig: (server) => `server: ${server}\n`,
      endpoint: { host: '127.0.0.1', port: 9 },
      labTitle: sessionId,
      namespace: 'default',
    });
    return look(await host.createShell(sessionId));
  }

  it.runIf(process.getuid?.() === 0)('is a user of the lab’s own, not root', async () => {
    expect(ownUsers).toBe(true);
    const viewer = await open('neighbour');
    expect(await viewer.run('id -un; id -u')).toMatch(/^learner\s+1000$/);
    expect(await viewer.run('sleep 61239 & sleep 0; echo started')).toContain('started');
    expect((await processesOf(labUser('neighbour'))).length).toBeGreaterThan(1);
    expect(await viewer.run('touch ~/mine && echo to the file > /dev/stderr; ls -l ~ | tail -1')).toMatch(
      /to the file\s+.* learner learner .* mine$/,
    );
  });

  it.each([
    ['one after the other', "sh -c 'while :; do sleep 600 & done'"],
    ['each of which starts two', "sh -c 'bomb() { bomb | bomb & }; bomb'; sleep 600"],
  ])('%s: reaches a limit, and harms neither the server nor a neighbour', async (_, bomb) => {
    const neighbour = await open('neighbour');
    const bomber = await open('bomber');
    bomber.type(`${bomb}\r`);
    await bomber.until(() => /[Cc]annot fork/.test(bomber.live));
    expect(await neighbour.run('echo still here')).toBe('still here');
    expect(await (await open('neighbour')).run('echo a new one')).toBe('a new one');
    expect(spawnSync('true').status).toBe(0);
    if (ownUsers) expect((await processesOf(labUser('bomber'))).length).toBeLessThanOrEqual(mostProcesses);

    await host.closeSession('bomber');
    const left = () => processesOf(labUser('bomber'));
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 60_000, interval: 50 });
  });
});

/** Numbers of the host's processes that run as a user. */
async function processesOf(user: number): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (new RegExp(`^Uid:\\s+${user}\\s`, 'm').test(status)) found.push(pid);
  }
  return found;
}
