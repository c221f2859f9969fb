import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccounts } from '../accounts/create-accounts';
import type { Course, LessonInfo } from '../content/lesson';
import type { LabReport, Verdict } from '../grading/verdict';
import { createProgressStore } from './create-progress-store';
import { type Database, openDatabase } from './database/open-database';
import { postgresqlPrograms, startPostgresql } from './database/postgresql-for-tests';
import { recordGrade } from './record-grade';

const lesson = (slug: string, labs: string[]): LessonInfo => {
  return { slug, labs, course: 'pods', number: 1, title: slug, summary: '', minutes: 5, objectives: [] };
};
const courses: Course[] = [
  { id: 'pods', title: 'Pods', summary: '', lessons: [lesson('what', ['first-pod'])] },
];

function report(earned: number, verdict: Verdict, at = '2026-01-01T10:00:00.000Z'): LabReport {
  const observed = [
    {
      kind: 'Pod',
      namespace: 'default',
      name: 'web',
      uid: 'u1',
      resourceVersion: '7',
      fields: { 'status.phase': 'Running' },
    },
  ];
  const check = {
    task: 't',
    check: 'c',
    says: 'it runs',
    points: 4,
    costly: false,
    verdict,
    observed,
    tookMs: 1,
  };
  const passed = earned === 4;
  const task = { id: 't', title: 'T', points: 4, earned, passed, checks: [check] };
  return { lab: 'first-pod', at, trigger: 'asked', points: 4, earned, passed, tasks: [task], tookMs: 1 };
}
const failed: Verdict = { kind: 'failed', message: 'the Pod is not there', differences: [] };

const programs = postgresqlPrograms();
if (!programs) console.warn('PostgreSQL is not installed: progress is tested on SQLite alone.');

const databases = {
  async SQLite() {
    const folder = mkdtempSync(join(tmpdir(), 'podlab-progress-'));
    return { url: `file:${join(folder, 'db')}`, stop: async () => rmSync(folder, { recursive: true }) };
  },
  ...(programs && { PostgreSQL: () => startPostgresql(programs) }),
};

describe.each(Object.entries(databases))('progress on %s', (name, start) => {
  let server: { url: string; stop(): Promise<void> };
  let database: Database;
  let learnerId: string;
  beforeAll(async () => {
    server = await start();
    database = await openDatabase({ url: server.url, prismaFolder: resolve('prisma') });
    learnerId = (await createAccounts(database.client).learnerOrGuest(null)).learner.id;
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  async function session(id: string): Promise<string> {
    await database.client.labSession.create({
      data: { id, learnerId, lab: 'first-pod', cluster: 'embedded', seed: 's', hints: {} },
    });
    return id;
  }
  const record = (sessionId: string, graded: LabReport) =>
    recordGrade(database.client, courses, { sessionId, learnerId, report: graded });

  it('knows a guest again by the cookie, of which only a hash is kept', async () => {
    const accounts = createAccounts(database.client);
    const { learner, setCookie } = await accounts.learnerOrGuest(null);
    expect(setCookie).toMatch(/^podlab_learner=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax/);
    const cookie = setCookie?.split(';')[0] ?? '';
    expect(await accounts.learner(`other=1; ${cookie}`)).toEqual(learner);
    expect(await accounts.learnerOrGuest(cookie)).toEqual({ learner, setCookie: null });
    const kept = await database.client.learnerCookie.findMany({ where: { learnerId: learner.id } });
    expect(JSON.stringify(kept)).not.toContain(cookie.split('=')[1]);
  });

  it.each([
    null,
    '',
    'podlab_learner=',
    'podlab_learner=short',
    `podlab_learner=${'x'.repeat(43)}`,
    'podlab_learner=a"b',
  ])('knows nobody by the cookie %j', async (cookie) => {
    expect(await createAccounts(database.client).learner(cookie)).toBeNull();
  });

  it('keeps how far a lesson was read, and never takes back that it was completed', async () => {
    const store = createProgressStore(database.client, courses);
    await store.saveLessonPosition(learnerId, 'what', 0.5, false);
    expect((await store.progress(learnerId)).resume).toEqual({ kind: 'lesson', id: 'what' });
    await store.saveLessonPosition(learnerId, 'what', 1, true);
    await store.saveLessonPosition(learnerId, 'what', 0.1, false);
    expect((await store.progress(learnerId)).lessons).toMatchObject([
      { lesson: 'what', position: 0.1, completed: true },
    ]);
  });

  it('keeps that a lesson was completed when two tabs save at once', async () => {
    const learner = (await createAccounts(database.client).learnerOrGuest(null)).learner.id;
    const store = createProgressStore(database.client, courses);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => store.saveLessonPosition(learner, 'what', i / 20, i === 7)),
    );
    expect((await store.progress(learner)).lessons).toMatchObject([{ lesson: 'what', completed: true }]);
  });

  it('sends an old cookie again, so that who comes back within a year stays known', async () => {
    const accounts = createAccounts(database.client);
    const { learner, setCookie } = await accounts.learnerOrGuest(null);
    const cookie = setCookie?.split(';')[0] ?? '';
    const old = new Date(Date.now() - 40 * 24 * 60 * 60 * 1000);
    await database.client.learnerCookie.updateMany({
      where: { learnerId: learner.id },
      data: { createdAt: old, lastSeenAt: new Date() },
    });
    expect(await accounts.learnerOrGuest(cookie)).toEqual({ learner, setCookie });
    expect(await accounts.learner(cookie)).toEqual(learner);
  });

  it('is brought up to date by two servers that start at once', async () => {
    const other = await start();
    try {
      const both = await Promise.all(
        [1, 2].map(() => openDatabase({ url: other.url, prismaFolder: resolve('prisma') })),
      );
      expect(await Promise.all(both.map(({ client }) => client.learner.count()))).toEqual([0, 0]);
      await Promise.all(both.map((one) => one.close()));
    } finally {
      await other.stop();
    }
  });

  it.runIf(name === 'PostgreSQL')('keeps to the schema that the URL names, beside another', async () => {
    const open = (user: string) =>
      openDatabase({
        url: `${server.url.replace('podlab@', `${user}@`)}?schema=Class_7b`,
        prismaFolder: resolve('prisma'),
      });
    const both = await Promise.all([open('podlab'), open('podlab')]);
    await createAccounts(database.client).learnerOrGuest(null);
    expect(await Promise.all(both.map(({ client }) => client.learner.count()))).toEqual([0, 0]);
    await Promise.all(both.map((one) => one.close()));
    // Where the schema is there, its user need not have the right to make one.
    for (const statement of [
      'CREATE ROLE teacher LOGIN',
      'GRANT USAGE ON SCHEMA "Class_7b" TO teacher',
      'GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA "Class_7b" TO teacher',
    ])
      await database.client.$executeRawUnsafe(statement);
    const again = await open('teacher');
    await createAccounts(again.client).learnerOrGuest(null);
    expect(await again.client.learner.count()).toBe(1);
    await again.close();
  });

  it('refuses a lesson that does not exist', async () => {
    const store = createProgressStore(database.client, courses);
    await expect(store.saveLessonPosition(learnerId, 'nosuch', 1, true)).rejects.toMatchObject({
      status: 404,
    });
  });

  it('keeps the best grade of a session, and every grade with what was observed', async () => {
    const id = await session('s1');
    await record(id, report(4, { kind: 'passed' }));
    await record(id, report(0, failed, '2026-01-01T10:05:00.000Z'));
    const attempt = await database.client.attempt.findUniqueOrThrow({
      where: { sessionId: id },
      include: { grades: { include: { checks: true }, orderBy: { at: 'asc' } } },
    });
    expect(attempt).toMatchObject({ earned: 4, passed: true });
    expect(attempt.grades.map(({ earned }) => earned)).toEqual([4, 0]);
    expect(attempt.grades[1]?.checks[0]).toMatchObject({
      verdict: 'failed',
      message: 'the Pod is not there',
      observed: { objects: [{ uid: 'u1', resourceVersion: '7', fields: { 'status.phase': 'Running' } }] },
    });
  });

  it('takes back a pass that did not hold, with the course that it completed, and not one that did', async () => {
    const learner = (await createAccounts(database.client).learnerOrGuest(null)).learner.id;
    const store = createProgressStore(database.client, courses);
    await store.saveLessonPosition(learner, 'what', 1, true);
    await database.client.labSession.create({
      data: { id: 's0', learnerId: learner, lab: 'first-pod', cluster: 'embedded', seed: 's', hints: {} },
    });
    const time = (second: number) => new Date(Date.UTC(2026, 0, 1, 10, 0, second));
    const at = async (second: number, earned: number, verdict: Verdict, since = time(0)) => {
      const graded = report(earned, verdict, time(second).toISOString());
      const grade = { sessionId: 's0', learnerId: learner, report: graded, since };
      await recordGrade(database.client, courses, grade);
      const { labs } = await store.progress(learner);
      const done = await database.client.courseCompletion.count({ where: { learnerId: learner } });
      return { ...labs[0], completed: done === 1 };
    };
    const unavailable: Verdict = { kind: 'unavailable', message: 'no answer', retryInMs: 1 };
    await at(0, 1, failed);
    expect(await at(1, 4, { kind: 'passed' })).toMatchObject({ earned: 4, passed: true, completed: true });
    expect(await at(2, 0, unavailable)).toMatchObject({ earned: 4, passed: true, completed: true });
    await at(3, 4, { kind: 'passed' });
    expect(await at(4, 1, failed)).toMatchObject({ earned: 1, passed: false, completed: false });
    // A cluster that is lost just then comes back with less in it: the learner has not undone it.
    await at(10, 4, { kind: 'passed' });
    expect(await at(12, 1, failed, time(11))).toMatchObject({ earned: 4, passed: true, completed: true });
    expect(await at(13, 0, failed, time(11))).toMatchObject({ earned: 4, passed: true });
    await at(20, 4, { kind: 'passed' });
    expect(await at(30, 1, failed)).toMatchObject({ earned: 4, passed: true, completed: true });
    expect(await at(31, 0, failed)).toMatchObject({ earned: 4, passed: true, completed: true });
  });

  it('counts attempts and shows the best of them', async () => {
    await record(await session('s2'), report(2, failed));
    const { labs } = await createProgressStore(database.client, courses).progress(learnerId);
    expect(labs).toMatchObject([{ lab: 'first-pod', earned: 4, points: 4, passed: true, attempts: 2 }]);
  });

  it('notes that a course is complete when its lessons are read and its labs passed', async () => {
    const done = await database.client.courseCompletion.findMany({
      where: { learnerId },
      select: { course: true },
    });
    expect(done).toEqual([{ course: 'pods' }]);
  });

  it('says that a grade was not saved, and why, when the database is gone', async () => {
    const id = await session('s3');
    await database.client.$executeRawUnsafe('ALTER TABLE "CheckRecord" RENAME TO "Gone"');
    await expect(record(id, report(4, { kind: 'passed' }))).rejects.toMatchObject({
      code: 'progress-not-saved',
      message: expect.stringContaining('Your progress was not saved'),
    });
    await database.client.$executeRawUnsafe('ALTER TABLE "Gone" RENAME TO "CheckRecord"');
    // All or nothing: no half of a grade is left.
    expect(await database.client.attempt.findUnique({ where: { sessionId: id } })).toBeNull();
  });
});
