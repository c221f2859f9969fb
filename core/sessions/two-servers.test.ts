import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAccounts } from '../accounts/create-accounts';
import { loadLab } from '../content/load-lab';
import { type Database, openDatabase } from '../progress/database/open-database';
import { type SessionServer, startSessions } from './sessions-for-tests';

/** Two servers, each with a data folder of its own, on one database: as several behind a load balancer are. */
let folder: string;
let database: Database;
let learner: string;
const servers: SessionServer[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-two-'));
  database = await openDatabase({ url: `file:${join(folder, 'db')}`, prismaFolder: resolve('prisma') });
});
beforeEach(async () => {
  learner = (await createAccounts(database.client).learnerOrGuest(null)).learner.id;
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.sessions.shutdown();
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(owner: string, idleMs = 3_600_000): Promise<SessionServer> {
  const labs = [await loadLab(resolve('labs/first-pod'))];
  const server = await startSessions({ folder: join(folder, owner), database, labs, owner, idleMs });
  servers.push(server);
  await server.sessions.recover();
  return server;
}

async function stop(server: SessionServer): Promise<void> {
  servers.splice(servers.indexOf(server), 1);
  await server.sessions.shutdown();
}

async function startReady({ sessions }: SessionServer): Promise<string> {
  const { id } = await sessions.start(learner, { lab: 'first-pod' });
  await untilReady(sessions, id);
  return id;
}

const untilReady = (sessions: SessionServer['sessions'], id: string) =>
  vi.waitFor(async () => expect((await sessions.get(learner, id)).state).toEqual({ kind: 'ready' }), {
    timeout: 60_000,
    interval: 20,
  });

describe('servers that share a database', () => {
  it('leave each other’s sessions alone, and say where they are', async () => {
    const [one, other] = [await start('one'), await start('other')];
    const id = await startReady(one);
    expect(await other.sessions.list(learner)).toEqual([]);
    await expect(other.sessions.get(learner, id)).rejects.toMatchObject({
      status: 410,
      code: 'session-elsewhere',
      message: 'This lab session runs on another Podlab server.',
      remedy: expect.stringContaining('starts on this one'),
    });
    await expect(other.sessions.get('a-stranger', id)).rejects.toMatchObject({ status: 404 });

    const there = await startReady(other);
    expect(there).not.toBe(id);
    await other.sessions.end(learner, there);
    await untilReady(one.sessions, id);
    expect((await one.sessions.check(learner, id)).lab).toBe('first-pod');
  });

  it('take up their own alone when they are started again', async () => {
    const [one, other] = [await start('one'), await start('other')];
    const id = await startReady(one);
    await stop(one);
    await stop(other);
    const otherAgain = await start('other');
    expect(await otherAgain.sessions.list(learner)).toEqual([]);
    const oneAgain = await start('one');
    await untilReady(oneAgain.sessions, id);
    expect(otherAgain.clusters.size).toBe(0);
  });

  it('end what a server left that is gone for long', async () => {
    const one = await start('one');
    const id = await startReady(one);
    await stop(one);
    await start('other', 1);
    const back = await start('one');
    await expect(back.sessions.get(learner, id)).rejects.toMatchObject({
      status: 410,
      message: 'This lab session has ended. The Podlab server that it ran on is gone.',
    });
  });

  it('take over sessions of a time when they had no owner', async () => {
    const one = await start('one');
    const id = await startReady(one);
    await stop(one);
    await database.client.labSession.update({ where: { id }, data: { owner: null } });
    const again = await start('one');
    await untilReady(again.sessions, id);
  });
});
