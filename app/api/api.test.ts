import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../core/config/load-config';
import { createLog } from '../../core/log';
import { type Database, openDatabase } from '../../core/progress/database/open-database';
import { provideServices } from '../../core/services';
import { type Wired, wireServices } from '../../server/wire-services';
import { ApiClient } from './routes-for-tests';

/** Every route of the API with everything real behind it: what it answers who asks for what is not there, or not theirs. */
let folder: string;
let wired: Wired;
let database: Database;

/** The project with two labs: one that can be done, and one whose set-up the cluster refuses, so that it is never ready. */
function projectWithTwoLabs(): string {
  const project = join(folder, 'project');
  mkdirSync(join(project, 'labs'), { recursive: true });
  for (const name of ['prisma', 'lessons']) symlinkSync(resolve(name), join(project, name));
  const refused = join(project, 'labs', 'refused');
  for (const lab of ['first-pod', 'refused'])
    cpSync(resolve('labs/first-pod'), join(project, 'labs', lab), { recursive: true });
  const text = readFileSync(join(refused, 'lab.yaml'), 'utf8');
  writeFileSync(join(refused, 'lab.yaml'), text.replace('files: ', 'setup: [setup.yaml]\nfiles: '));
  const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: given, namespace: not-there}\n';
  writeFileSync(join(refused, 'setup.yaml'), object);
  return project;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-api-'));
  const project = projectWithTwoLabs();
  const config = loadConfig({ PODLAB_DATA: join(folder, 'data'), PODLAB_CLUSTER: 'embedded' }, project);
  wired = await wireServices(
    config,
    createLog(() => {}),
    project,
  );
  provideServices(wired.services);
  database = await openDatabase({ url: config.databaseUrl, prismaFolder: join(project, 'prisma') });
});
afterAll(async () => {
  await wired.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** How many rows each table has. */
async function rows() {
  const { client } = database;
  const [learners, cookies, lessons, sessions, attempts, grades] = await Promise.all([
    client.learner.count(),
    client.learnerCookie.count(),
    client.lessonRead.count(),
    client.labSession.count(),
    client.attempt.count(),
    client.grade.count(),
  ]);
  return { learners, cookies, lessons, sessions, attempts, grades };
}

async function startLab(client: ApiClient, lab: string, until: 'ready' | 'failed'): Promise<string> {
  const { status, body } = await client.ask('POST', '/api/sessions', { lab });
  expect(status).toBe(200);
  const { id } = body as { id: string };
  await vi.waitFor(
    async () =>
      expect((await client.ask('GET', `/api/sessions/${id}`)).body).toHaveProperty('state.kind', until),
    { timeout: 90_000, interval: 20 },
  );
  return id;
}

/** All that can be asked of a session: method, path below it, body. */
const ofSession: [string, string, unknown?][] = [
  ['GET', ''],
  ['DELETE', ''],
  ['GET', '/events'],
  ['POST', '/check', {}],
  ['POST', '/hints', { task: 'start' }],
  ['POST', '/terminals', {}],
  ['DELETE', '/terminals', { shell: 'abc' }],
];
const position = { position: 0.5, completed: false };

describe('who is not known', () => {
  const asked: [method: string, path: string, status: number, body?: unknown][] = [
    ['GET', '/api/me', 200],
    ['GET', '/api/progress', 200],
    ['GET', '/api/sessions', 200],
    ['GET', '/api/clusters', 200],
  ];
  for (const [method, path, body] of ofSession)
    asked.push([method, `/api/sessions/0123456789${path}`, 401, body]);

  it.each(asked)('%s %s leaves no trace: %i', async (method, path, status, body) => {
    const before = await rows();
    const client = new ApiClient();
    expect((await client.ask(method, path, body)).status).toBe(status);
    expect(client.cookie).toBeNull();
    expect(await rows()).toEqual(before);
  });

  it.each([
    ['POST', '/api/sessions', { lab: 'no-such-lab' }, 404, 'lab-not-found'],
    ['POST', '/api/sessions', { lab: 'no-such-lab', fresh: true, cluster: 'embedded' }, 404, 'lab-not-found'],
    ['POST', '/api/sessions', { lab: '' }, 400, 'body-invalid'],
    ['POST', '/api/sessions', { lab: 'first-pod', cluster: 'kubeconfig' }, 503, 'cluster-unavailable'],
    ['PUT', '/api/lessons/no-such-lesson/position', position, 404, 'lesson-not-found'],
    ['PUT', '/api/lessons/what-a-pod-is/position', { position: 2 }, 400, 'body-invalid'],
  ])('%s %s %j makes nobody a learner: %i %s', async (method, path, body, status, code) => {
    const before = await rows();
    const client = new ApiClient();
    expect(await client.ask(method, path, body)).toMatchObject({ status, body: { error: { code } } });
    expect(client.cookie).toBeNull();
    expect(await rows()).toEqual(before);
  });

  it('becomes a learner with the first thing worth keeping', async () => {
    const client = new ApiClient();
    expect((await client.ask('PUT', '/api/lessons/what-a-pod-is/position', position)).status).toBe(204);
    expect(client.cookie).toMatch(/^podlab_learner=/);
    expect((await client.ask('GET', '/api/me')).body).toMatchObject({
      learner: { name: null },
      progress: { lessons: [{ lesson: 'what-a-pod-is', position: 0.5 }] },
    });
  });
});

describe('a session that is another’s, or none at all', () => {
  let owner: ApiClient;
  let stranger: ApiClient;
  let id: string;
  beforeAll(async () => {
    owner = new ApiClient();
    stranger = new ApiClient();
    await stranger.ask('PUT', '/api/lessons/what-a-pod-is/position', position);
    id = await startLab(owner, 'first-pod', 'ready');
  });

  it.each(ofSession)('%s %s: 404, and nothing changes', async (method, path, body) => {
    const before = await rows();
    for (const unknown of [id, '0123456789abcdef01', 'x'.repeat(200), "' OR 1=1 --"])
      expect(
        await stranger.ask(method, `/api/sessions/${encodeURIComponent(unknown)}${path}`, body),
      ).toMatchObject({ status: 404, body: { error: { code: 'session-not-found' } } });
    expect(await rows()).toEqual(before);
    expect((await owner.ask('GET', `/api/sessions/${id}`)).body).toHaveProperty('state.kind', 'ready');
    expect(wired.shells.shells(id)).toHaveLength(1);
  });

  it('nor does one’s own session have what it has not', async () => {
    expect(await owner.ask('POST', `/api/sessions/${id}/hints`, { task: 'no-such-task' })).toMatchObject({
      status: 404,
      body: { error: { code: 'task-not-found' } },
    });
    // One that is closed already is closed.
    expect((await owner.ask('DELETE', `/api/sessions/${id}/terminals`, { shell: 'no-such' })).status).toBe(
      204,
    );
    expect(wired.shells.shells(id)).toHaveLength(1);
  });
});

describe('a lab that is not ready', () => {
  it('answers 409 with a remedy to what needs it, and is there to look at', async () => {
    const client = new ApiClient();
    const id = await startLab(client, 'refused', 'failed');
    for (const [method, path, body] of ofSession.filter(([method]) => method === 'POST'))
      expect(await client.ask(method, `/api/sessions/${id}${path}`, body)).toEqual({
        status: 409,
        body: {
          error: {
            code: 'session-not-ready',
            message: 'The lab is not ready.',
            remedy: 'Wait until it is, then try again.',
          },
        },
      });
    expect((await client.ask('GET', `/api/sessions/${id}`)).body).toMatchObject({
      state: { kind: 'failed', error: { code: 'lab-setup-failed' } },
    });
    expect((await client.ask('DELETE', `/api/sessions/${id}`)).status).toBe(204);
  });
});
