import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAccounts } from '../accounts/create-accounts';
import { runCommand } from '../commands/run-command';
import { loadLab } from '../content/load-lab';
import { createLog } from '../log';
import { type Database, openDatabase } from '../progress/database/open-database';
import type { SessionEvent, SessionView } from './lab-session';
import { type SessionServer, startSessions } from './sessions-for-tests';

// The real worker, and beside it in the same thread something that throws when the test asks for it: what happens when
// a part of the simulator does.
const faultyWorker = `
const { parentPort } = require('node:worker_threads');
const answer = parentPort.postMessage.bind(parentPort);
parentPort.postMessage = (message) => {
  if (message.kind === 'started') {
    const orders = new BroadcastChannel('faults-of-' + message.port);
    orders.unref();
    orders.onmessage = ({ data }) => {
      if (data === 'throw') setTimeout(() => { throw new Error('a controller fell over'); });
      if (data === 'reject') Promise.reject(new Error('nobody caught this'));
      if (data === 'die') {
        process.removeAllListeners('uncaughtException');
        setTimeout(() => { throw new TypeError('the store is undefined'); });
      }
      if (data === 'exit') process.exit(7);
    };
  }
  answer(message);
};
require(${JSON.stringify(resolve('dist/simulator-worker.cjs'))});
`;

let folder: string;
let database: Database;
let server: SessionServer;
let learner: string;
let neighbour: string;
let neighbourSession: string;
const lines: string[] = [];
const logged = (event: string) =>
  lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-faults-'));
  const workerFile = join(folder, 'faulty-worker.cjs');
  writeFileSync(workerFile, faultyWorker);
  database = await openDatabase({ url: `file:${join(folder, 'db')}`, prismaFolder: resolve('prisma') });
  const accounts = createAccounts(database.client);
  learner = (await accounts.learnerOrGuest(null)).learner.id;
  neighbour = (await accounts.learnerOrGuest(null)).learner.id;
  const labs = [await loadLab(resolve('labs/first-pod'))];
  const log = createLog((line) => lines.push(line));
  server = await startSessions({ folder, database, labs, log, workerFile, saveEveryMs: 200 });
  neighbourSession = await startReady(neighbour);
  await kubectl(neighbourSession, 'create', 'configmap', 'theirs');
});
afterAll(async () => {
  await server.sessions.shutdown();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function settled(owner: string, id: string): Promise<SessionView> {
  return vi.waitFor(
    async () => {
      const view = await server.sessions.get(owner, id);
      expect(view.state.kind).not.toBe('starting');
      return view;
    },
    { timeout: 60_000, interval: 20 },
  );
}

async function startReady(owner: string, fresh = false): Promise<string> {
  const { id } = await server.sessions.start(owner, { lab: 'first-pod', fresh });
  expect((await settled(owner, id)).state).toEqual({ kind: 'ready' });
  return id;
}

async function kubectl(id: string, ...args: string[]) {
  const file = join(folder, `kubeconfig-${id}`);
  writeFileSync(file, server.clusters.get(id)?.learnerKubeconfig() ?? '');
  const ran = await runCommand('kubectl', args, { env: { ...process.env, KUBECONFIG: file } });
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  return ran.stdout;
}

function order(id: string, fault: 'throw' | 'reject' | 'die' | 'exit'): void {
  const channel = new BroadcastChannel(`faults-of-${server.clusters.get(id)?.endpoint.port}`);
  channel.postMessage(fault);
  channel.close();
}

/** Waits until the cluster's state on disk has these words. */
async function saved(id: string, ...words: string[]): Promise<void> {
  await vi.waitFor(
    () => {
      const text = readFileSync(join(folder, 'clusters', `${id}.json`), 'utf8');
      for (const word of words) expect(text).toContain(word);
    },
    { timeout: 60_000, interval: 50 },
  );
}

function savedGrades(sessionId: string) {
  const where = { attempt: { sessionId } };
  return database.client.grade.findMany({ where, include: { checks: true }, orderBy: { at: 'asc' } });
}

async function watch(id: string): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  await server.sessions.subscribe(learner, id, (event) => events.push(event));
  return events;
}

async function neighbourIsUntouched(): Promise<void> {
  expect(await kubectl(neighbourSession, 'get', 'configmap', 'theirs', '-o', 'name')).toBe(
    'configmap/theirs\n',
  );
  expect((await server.sessions.get(neighbour, neighbourSession)).state).toEqual({ kind: 'ready' });
}

describe('an embedded cluster that throws', () => {
  it.each([
    ['throw', 'a controller fell over'],
    ['reject', 'nobody caught this'],
  ] as const)('by %s goes on, says so to the learner once, and logs where', async (fault, message) => {
    const id = await startReady(learner, true);
    await kubectl(id, 'create', 'configmap', 'mine');
    const events = await watch(id);
    for (let times = 0; times < 3; times++) order(id, fault);
    await vi.waitFor(() => expect(events.some(({ name }) => name === 'error')).toBe(true), 60_000);
    expect(await kubectl(id, 'get', 'configmap', 'mine', '-o', 'name')).toBe('configmap/mine\n');
    await server.sessions.check(learner, id);

    expect(events.filter(({ name }) => name === 'error').map(({ data }) => data)).toEqual([
      {
        code: 'cluster-fault',
        message: `Something went wrong inside the embedded cluster, and it goes on: ${message}`,
        remedy: expect.stringContaining('restart the lab'),
      },
    ]);
    const told = logged('embedded-cluster-error').filter(({ error }) => error.message === message);
    expect(told).toMatchObject([{ level: 'error', sessionId: id, error: { stack: expect.any(String) } }]);
    expect((await server.sessions.get(learner, id)).state).toEqual({ kind: 'ready' });
    await neighbourIsUntouched();
  });

  it('tells who was not looking when they look', async () => {
    const id = await startReady(learner, true);
    order(id, 'throw');
    await vi.waitFor(
      () => expect(logged('embedded-cluster-error').at(-1)).toMatchObject({ sessionId: id }),
      60_000,
    );
    expect((await watch(id)).map(({ name }) => name)).toEqual(['session', 'error']);
    expect((await watch(id)).map(({ name }) => name)).toEqual(['session']);
  });
});

describe('an embedded cluster whose thread ends', () => {
  it.each([
    ['die', 'the store is undefined'],
    ['exit', 'exit code 7'],
  ] as const)('by %s fails its session with a remedy, which takes it up as it was saved', async (fault, why) => {
    const id = await startReady(learner, true);
    await kubectl(id, 'create', 'configmap', 'mine');
    await kubectl(id, 'run', 'hello', '--image=nginx:1.27-alpine', '--labels=app=hello');
    await kubectl(id, 'wait', '--for=condition=Ready', 'pod/hello', '--timeout=80s');
    await server.sessions.check(learner, id);
    const graded = await savedGrades(id);
    expect(graded.at(-1)?.earned).toBeGreaterThan(0);
    await saved(id, '"mine"', '"hello"');
    const events = await watch(id);
    order(id, fault);
    const failed = await vi.waitFor(() => {
      const event = events.findLast(({ name }) => name === 'session');
      expect(event).toHaveProperty('data.state.kind', 'failed');
      return (event?.data as SessionView).state;
    }, 120_000);

    expect(failed).toHaveProperty('error', {
      code: 'cluster-lost',
      message: expect.stringContaining(why),
      remedy: expect.stringContaining('Try again'),
    });
    expect(logged('session-failed').at(-1)).toMatchObject({
      sessionId: id,
      error: { code: 'cluster-lost', cause: { message: expect.stringContaining(why) } },
    });
    await expect(server.sessions.check(learner, id)).rejects.toMatchObject({ status: 409 });
    await neighbourIsUntouched();

    expect(await startReady(learner)).toBe(id);
    await kubectl(id, 'get', 'configmap', 'mine');
    await kubectl(id, 'wait', '--for=condition=Ready', 'pod/hello', '--timeout=80s');
    await server.sessions.check(learner, id);
    expect((await savedGrades(id)).slice(0, graded.length)).toEqual(graded);
  });
});
