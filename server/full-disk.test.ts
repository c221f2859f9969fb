import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../app/api/routes-for-tests';
import { loadConfig } from '../core/config/load-config';
import { createLog } from '../core/log';
import { openDatabase } from '../core/progress/database/open-database';
import { provideServices } from '../core/services';
import { startServer } from './server-for-tests';
import { type Wired, wireServices } from './wire-services';

const folder = mkdtempSync(join(tmpdir(), 'podlab-full-'));
const run = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
/** A file system of its own, so small that it can be filled. Only root may mount one, and not in every container. */
const mounted = run('mount', '-t', 'tmpfs', '-o', 'size=12m', 'podlab-test', folder);
const cannot =
  mounted.status === 0 ? undefined : (mounted.stderr || String(mounted.error)).trim() || 'mount failed';
if (cannot)
  console.warn(`SKIPPED: the tests of a full data folder need to mount a tmpfs, and here ${cannot}.`);

const filler = join(folder, 'filler');
/** Writes until there is no room for one byte more. */
function fill(): void {
  const file = openSync(filler, 'a');
  try {
    for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 2))
      for (const piece = Buffer.alloc(size); ; ) if (writeSync(file, piece) < size) break;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
}
const free = () => rmSync(filler, { force: true });

afterAll(() => {
  if (!cannot) run('umount', '--lazy', folder);
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(cannot)('a data folder on a full disk', () => {
  const data = join(folder, 'data');
  const lines: string[] = [];
  const log = createLog((line) => lines.push(line));
  let wired: Wired;
  const client = new ApiClient();
  let id: string;

  async function start(): Promise<void> {
    const config = loadConfig({ PODLAB_DATA: data, PODLAB_CLUSTER: 'embedded' }, resolve('.'));
    wired = await wireServices(config, log, resolve('.'));
    provideServices(wired.services);
  }
  beforeAll(async () => {
    await start();
    id = await startLab(client);
  });
  afterAll(async () => {
    free();
    await wired.close();
  });

  async function startLab(as: ApiClient): Promise<string> {
    const { body } = await as.ask('POST', '/api/sessions', { lab: 'first-pod' });
    const session = (body as { id: string }).id;
    await vi.waitFor(
      async () =>
        expect((await as.ask('GET', `/api/sessions/${session}`)).body).toHaveProperty('state.kind', 'ready'),
      { timeout: 60_000, interval: 20 },
    );
    return session;
  }

  /** The names of the session's events as they come, until `stop`. */
  async function listen(): Promise<{ text(): string; stop(): void }> {
    const abort = new AbortController();
    const stream = await client.fetch('GET', `/api/sessions/${id}/events`, undefined, abort.signal);
    expect(stream.status).toBe(200);
    let text = '';
    const read = async () => {
      for await (const chunk of stream.body ?? []) text += Buffer.from(chunk).toString();
    };
    read().catch(() => {});
    return { text: () => text, stop: () => abort.abort() };
  }
  const full = (message: RegExp) => ({
    status: 503,
    body: {
      error: {
        code: 'progress-not-saved',
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(/Free some space.*PODLAB_DATA/),
      },
    },
  });
  const position = (at: number) => ({ position: at, completed: false });
  const savedPosition = async () =>
    ((await client.ask('GET', '/api/progress')).body as { lessons: { position: number }[] }).lessons;

  it('refuses what it cannot save with 503 and a remedy, and saves it when there is room again', async () => {
    const lesson = '/api/lessons/what-a-pod-is/position';
    expect((await client.ask('PUT', lesson, position(0.25))).status).toBe(204);
    fill();
    expect(await client.ask('PUT', lesson, position(0.5))).toMatchObject(full(/was not saved.*is full/));
    expect(await savedPosition()).toMatchObject([{ position: 0.25 }]);
    free();
    expect((await client.ask('PUT', lesson, position(0.5))).status).toBe(204);
    expect(await savedPosition()).toMatchObject([{ position: 0.5 }]);
  });

  it('makes no learner and no session, and both when there is room again', async () => {
    fill();
    const newcomer = new ApiClient();
    expect(await newcomer.ask('POST', '/api/sessions', { lab: 'first-pod' })).toMatchObject(full(/is full/));
    expect(newcomer.cookie).toBeNull();
    free();
    await newcomer.ask('DELETE', `/api/sessions/${await startLab(newcomer)}`);
  });

  it('shows a grade without calling it saved, and saves it by itself when there is room', async () => {
    fill();
    const events = await listen();
    const before = lines.length;
    expect((await client.ask('POST', `/api/sessions/${id}/check`, {})).status).toBe(200);
    await vi.waitFor(() => expect(events.text()).toContain('event: problem'), 60_000);
    expect(events.text()).toMatch(/event: report\n[\s\S]*event: problem\ndata: .*is full.*Free some space/);
    expect(events.text()).not.toContain('event: saved');
    expect(lines.slice(before).join('')).toMatch(
      /"event":"grade-not-saved".*(SQLITE_FULL|is full|disk I\/O)/,
    );
    free();
    await vi.waitFor(() => expect(events.text()).toContain('event: saved'), 60_000);
    events.stop();
  });

  it('keeps the state that a cluster had when there was room, and the newer one once there is again', async () => {
    const state = join(data, 'clusters', `${id}.json`);
    await wired.close();
    const saved = readFileSync(state, 'utf8');
    await start();
    await client.ask('GET', `/api/sessions/${id}`);
    await vi.waitFor(
      async () =>
        expect((await client.ask('GET', `/api/sessions/${id}`)).body).toHaveProperty('state.kind', 'ready'),
      { timeout: 60_000, interval: 20 },
    );
    fill();
    await wired.close();
    expect(lines.join('')).toMatch(/"event":"embedded-snapshot-failed".*ENOSPC/);
    expect(readFileSync(state, 'utf8')).toBe(saved);
    free();
    await start();
    await vi.waitFor(
      async () =>
        expect((await client.ask('GET', `/api/sessions/${id}`)).body).toHaveProperty('state.kind', 'ready'),
      { timeout: 60_000, interval: 20 },
    );
    expect(await savedPosition()).toMatchObject([{ position: 0.5 }]);
  });
});

describe.skipIf(cannot)('a start', () => {
  const refusal = async (env: Record<string, string>) => {
    const ended = await startServer(env);
    if ('origin' in ended) await ended.stop('SIGKILL');
    expect(ended).toMatchObject({ exitCode: 1 });
    return 'stderr' in ended ? ended.stderr : '';
  };

  it('on a full disk is refused with a remedy, whether the folder is there or not', async () => {
    fill();
    for (const name of ['data', 'data-that-is-new'])
      expect(await refusal({ PODLAB_DATA: join(folder, name) })).toMatch(
        `Podlab cannot start: The disk that holds the data folder ${join(folder, name)} is full. Free some space, or set PODLAB_DATA to a folder on another disk.\n`,
      );
    free();
  });

  it('on a read-only disk, too', async () => {
    const readOnly = mkdtempSync(join(tmpdir(), 'podlab-read-only-'));
    expect(run('mount', '--bind', folder, readOnly)).toMatchObject({ status: 0 });
    try {
      expect(run('mount', '-o', 'remount,bind,ro', readOnly)).toMatchObject({ status: 0 });
      for (const name of ['data', 'data-that-is-new'])
        expect(await refusal({ PODLAB_DATA: join(readOnly, name) })).toMatch(
          `Podlab cannot start: Podlab may not write to its data folder ${join(readOnly, name)}. Make it writable for this user, or set PODLAB_DATA to a folder that is.\n`,
        );
    } finally {
      run('umount', '--lazy', readOnly);
      rmSync(readOnly, { recursive: true, force: true });
    }
  });

  it('with its database on a full disk, too', async () => {
    const url = `file:${join(folder, 'elsewhere.db')}`;
    const open = () => openDatabase({ url, prismaFolder: resolve('prisma') });
    const isFull = { code: 'data-folder-full', remedy: expect.stringMatching(/Free some space/) };
    fill();
    await expect(open()).rejects.toMatchObject(isFull);
    free();
    // What was left half made is made whole.
    const database = await open();
    expect(await database.client.learner.count()).toBe(0);
    await database.close();
  });
});
