import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAccounts } from '../accounts/create-accounts';
import { runCommand } from '../commands/run-command';
import type { Lab } from '../content/lab';
import { loadLab } from '../content/load-lab';
import { type Database, openDatabase } from '../progress/database/open-database';
import type { SessionEvent, SessionView } from './lab-session';
import { type SessionServer, startSessions } from './sessions-for-tests';

/** Lab sessions with everything real around them: cluster, kubectl, shells, grader, database. */
let folder: string;
let database: Database;
let server: SessionServer;
let firstPod: Lab;
let learner: string;

function startServer(options: { idleMs?: number; most?: number } = {}): Promise<SessionServer> {
  // A lab whose set-up needs a namespace that only the test makes.
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'given', namespace: 'late' } };
  const broken = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'broken' },
    data: { port: 'wrong' },
  };
  const labs = [
    firstPod,
    { ...firstPod, id: 'needs-late', setup: [config] },
    { ...firstPod, id: 'repair', setup: [broken] },
  ];
  return startSessions({ folder, database, labs, ...options });
}

beforeAll(async () => {
  firstPod = await loadLab(resolve('labs/first-pod'));
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-sessions-'));
  database = await openDatabase({ url: `file:${join(folder, 'db')}`, prismaFolder: resolve('prisma') });
  learner = (await createAccounts(database.client).learnerOrGuest(null)).learner.id;
  server = await startServer();
});
afterEach(async () => {
  await server.sessions.shutdown();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function settled(id: string): Promise<SessionView> {
  return vi.waitFor(
    async () => {
      const view = await server.sessions.get(learner, id);
      expect(view.state.kind).not.toBe('starting');
      return view;
    },
    { timeout: 60_000, interval: 20 },
  );
}

async function startReady(lab = 'first-pod'): Promise<string> {
  const { id } = await server.sessions.start(learner, { lab });
  expect((await settled(id)).state).toEqual({ kind: 'ready' });
  return id;
}

async function kubectl(id: string, ...args: string[]) {
  const file = join(folder, `kubeconfig-${id}`);
  writeFileSync(file, server.clusters.get(id)?.learnerKubeconfig() ?? '');
  return runCommand('kubectl', args, { env: { ...process.env, KUBECONFIG: file } });
}

const runHello = ['run', 'hello', '--image=nginx:1.27-alpine', '--labels=app=hello'];

describe('a lab session', () => {
  it('grades what kubectl changed, and has the grade in the database before it is reported', async () => {
    const id = await startReady();
    const seen: { event: SessionEvent; inDatabase: Promise<number> }[] = [];
    await server.sessions.subscribe(learner, id, (event) => {
      const inDatabase = database.client.attempt
        .findUnique({ where: { sessionId: id } })
        .then((attempt) => attempt?.earned ?? 0);
      seen.push({ event, inDatabase });
    });

    expect((await kubectl(id, ...runHello)).exitCode).toBe(0);
    const earned = await vi.waitFor(
      () => {
        const report = seen.find(({ event }) => event.name === 'report' && event.data.earned >= 3);
        expect(report).toBeDefined();
        return report!.inDatabase;
      },
      { timeout: 60_000, interval: 20 },
    );
    expect(earned).toBeGreaterThanOrEqual(3);
    expect(seen[0]!.event).toMatchObject({ name: 'session', data: { id, state: { kind: 'ready' } } });
    await vi.waitFor(() => expect(seen.map(({ event }) => event.name)).toContain('saved'), 60_000);
  });

  it('is one, however often it is started at once', async () => {
    const views = await Promise.all(
      [1, 2, 3].map(() => server.sessions.start(learner, { lab: 'first-pod' })),
    );
    expect(new Set(views.map(({ id }) => id)).size).toBe(1);
    await settled(views[0]!.id);
  });

  it('is refused when all places are taken, and leaves nothing behind; those that are open go on', async () => {
    await server.sessions.shutdown();
    server = await startServer({ most: 1 });
    const id = await startReady();
    const { learner: other } = await createAccounts(database.client).learnerOrGuest(null);
    await expect(server.sessions.start(other.id, { lab: 'first-pod' })).rejects.toMatchObject({
      code: 'too-many-sessions',
      status: 503,
    });
    expect(await server.sessions.list(other.id)).toEqual([]);
    expect((await server.sessions.get(learner, id)).state).toEqual({ kind: 'ready' });
    await server.sessions.end(learner, id);
    await server.sessions.start(other.id, { lab: 'first-pod' });
  });

  it('has the last place alone, though two want it at once, and keeps it when it is started anew', async () => {
    await server.sessions.shutdown();
    server = await startServer({ most: 1 });
    const { learner: other } = await createAccounts(database.client).learnerOrGuest(null);
    const both = [learner, other.id];
    const starts = await Promise.allSettled(
      both.map((id) => server.sessions.start(id, { lab: 'first-pod' })),
    );
    expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [got, not] = starts[0]?.status === 'fulfilled' ? both : [...both].reverse();
    expect(await server.sessions.list(not!)).toEqual([]);

    const again = server.sessions.start(got!, { lab: 'first-pod', fresh: true });
    const inBetween = await Promise.allSettled(
      [0, 1, 2].map(() => server.sessions.start(not!, { lab: 'first-pod' })),
    );
    expect(inBetween.every(({ status }) => status === 'rejected')).toBe(true);
    expect((await again).lab).toBe('first-pod');
  });

  it('ends when the lab is started anew', async () => {
    const id = await startReady();
    const states: unknown[] = [];
    await server.sessions.subscribe(
      learner,
      id,
      ({ name, data }) => name === 'session' && states.push(data.state),
    );
    const again = await server.sessions.start(learner, { lab: 'first-pod', fresh: true });
    expect(again.id).not.toBe(id);
    expect(states.at(-1)).toEqual({ kind: 'ended', reason: 'You started this lab anew.' });
    await settled(again.id);
  });

  it('does not exist for another learner', async () => {
    const { id } = await server.sessions.start(learner, { lab: 'first-pod' });
    const { learner: other } = await createAccounts(database.client).learnerOrGuest(null);
    for (const ask of [
      () => server.sessions.get(other.id, id),
      () => server.sessions.check(other.id, id),
      () => server.sessions.end(other.id, id),
      () => server.sessions.authorise(other.id, id),
      () => server.sessions.subscribe(other.id, id, () => {}),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'session-not-found', status: 404 });
    expect(await server.sessions.list(other.id)).toEqual([]);
    await settled(id);
  });

  it('says that it has ended, and why', async () => {
    const id = await startReady();
    await server.sessions.end(learner, id);
    await expect(server.sessions.get(learner, id)).rejects.toMatchObject({
      status: 410,
      message: 'This lab session has ended. You ended this lab.',
    });
    expect(server.shells.shells(id)).toEqual([]);
  });

  it('ends when nobody looks at it for long', async () => {
    const id = await startReady();
    await server.sessions.shutdown();
    server = await startServer({ idleMs: 1 });
    await server.sessions.recover();
    await expect(server.sessions.get(learner, id)).rejects.toMatchObject({
      status: 410,
      message: 'This lab session has ended. Nobody was here for 1 minute.',
    });
  });
});

describe('a restart of the server', () => {
  it('finds the session as it was: objects, and hints that were taken', async () => {
    const id = await startReady();
    await kubectl(id, 'create', 'configmap', 'mine', '--from-literal=a=b');
    await server.sessions.hint(learner, id, 'start');
    await server.sessions.shutdown();

    server = await startServer();
    await server.sessions.authorise(learner, id);
    const view = await settled(id);
    expect(view.state).toEqual({ kind: 'ready' });
    expect(view.hints['start']?.taken).toEqual([firstPod.tasks[0]!.hints[0]!.text]);
    expect((await kubectl(id, 'get', 'configmap', 'mine')).exitCode).toBe(0);
  });

  it('leaves what the learner has repaired as it is: a lab is set up once', async () => {
    const id = await startReady('repair');
    const port = ['get', 'configmap', 'broken', '-o', 'jsonpath={.data.port}'];
    expect((await kubectl(id, ...port)).stdout).toBe('wrong');
    await kubectl(id, 'patch', 'configmap', 'broken', '-p', '{"data":{"port":"right"}}');
    await server.sessions.shutdown();

    server = await startServer();
    await server.sessions.authorise(learner, id);
    expect((await settled(id)).state).toEqual({ kind: 'ready' });
    expect((await kubectl(id, ...port)).stdout).toBe('right');
  });

  it('sets a lab up again whose cluster was never written down', async () => {
    const id = await startReady('repair');
    await server.sessions.shutdown();
    rmSync(join(folder, 'clusters'), { recursive: true });
    server = await startServer();
    await server.sessions.authorise(learner, id);
    await settled(id);
    const { stdout } = await kubectl(id, 'get', 'configmap', 'broken', '-o', 'name');
    expect(stdout).toBe('configmap/broken\n');
  });

  it('leaves nothing of a session that is ended before anybody looked at it again', async () => {
    const id = await startReady();
    await server.sessions.shutdown();
    server = await startServer();
    const { id: next } = await server.sessions.start(learner, { lab: 'first-pod', fresh: true });
    await settled(next);
    expect(server.clusters.has(id)).toBe(false);
    expect(readdirSync(join(folder, 'clusters')).filter((name) => name.startsWith(id))).toEqual([]);
    expect(readdirSync(join(folder, 'sessions'))).toEqual([next]);
  });
});

describe('a session in trouble', () => {
  it('fails with what was refused when its lab cannot be set up, and starts when that is mended', async () => {
    const { id } = await server.sessions.start(learner, { lab: 'needs-late' });
    const { state } = await settled(id);
    expect(state).toMatchObject({ kind: 'failed', error: { code: 'lab-setup-failed' } });
    expect(state).toHaveProperty('error.message', expect.stringContaining('ConfigMap given was refused'));
    await expect(server.sessions.check(learner, id)).rejects.toMatchObject({ status: 409 });

    await kubectl(id, 'create', 'namespace', 'late');
    expect((await server.sessions.start(learner, { lab: 'needs-late' })).id).toBe(id);
    expect((await settled(id)).state).toEqual({ kind: 'ready' });
  });

  it('fails with a remedy when its cluster is lost, and starts again', async () => {
    const id = await startReady();
    await server.lose(id, new Error('the worker ended'));
    expect(server.clusters.get(id)?.endpoint.port).toBe(0);
    const { state } = await server.sessions.get(learner, id);
    expect(state).toMatchObject({ kind: 'failed', error: { code: 'cluster-lost' } });
    expect(state).toHaveProperty('error.remedy', expect.stringContaining('Try again'));

    await server.sessions.start(learner, { lab: 'first-pod' });
    expect((await settled(id)).state).toEqual({ kind: 'ready' });
    expect((await kubectl(id, ...runHello)).exitCode).toBe(0);
  });

  it('is not called ready because of a try whose cluster was lost, when it is tried again meanwhile', async () => {
    const { openSession } = server.shells;
    let reached = () => {};
    let goOn = () => {};
    const underWay = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    server.shells.openSession = async (request) => {
      reached();
      await held;
      return openSession(request);
    };
    const { id } = await server.sessions.start(learner, { lab: 'first-pod' });
    await underWay;
    await server.lose(id, new Error('the worker ended'));
    const lost = server.clusters.get(id);
    const readyOn: unknown[] = [];
    await server.sessions.subscribe(learner, id, ({ name, data }) => {
      if (name === 'session' && data.state.kind === 'ready') readyOn.push(server.clusters.get(id));
    });
    await server.sessions.start(learner, { lab: 'first-pod' });
    goOn();
    expect((await settled(id)).state).toEqual({ kind: 'ready' });
    expect(readyOn).not.toContain(lost);
    expect((await kubectl(id, ...runHello)).exitCode).toBe(0);
  });

  it('shows a grade that could not be saved, and never calls it saved', async () => {
    const id = await startReady();
    await server.sessions.check(learner, id);
    const events: string[] = [];
    await database.client.$executeRawUnsafe('ALTER TABLE "CheckRecord" RENAME TO "Elsewhere"');
    await server.sessions.subscribe(learner, id, ({ name }) => events.push(name));
    await server.sessions.check(learner, id);
    expect(events).toContain('report');
    expect(events).toContain('error');
    expect(events).not.toContain('saved');
    await database.client.$executeRawUnsafe('ALTER TABLE "Elsewhere" RENAME TO "CheckRecord"');
    await server.sessions.check(learner, id);
    expect(events).toContain('saved');
  });
});
