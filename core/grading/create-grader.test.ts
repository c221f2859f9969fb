import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../clusters/cluster-provider';
import { createEmbeddedProvider } from '../clusters/embedded/create-embedded-provider';
import type { CheckSpec, Lab } from '../content/lab';
import { createLog } from '../log';
import type { Check } from './check-schema';
import { createGrader } from './create-grader';
import type { Grader } from './grader';
import type { LabReport, Verdict } from './verdict';

/** The grader against the embedded cluster: live, asked, and in trouble. */
let folder: string;
let provider: ReturnType<typeof createEmbeddedProvider>;
let cluster: LabCluster;
let api: LabCluster['api'];
let namespace: string;
let configMaps: { group: string; version: string; plural: string; namespace: string };
let pods: typeof configMaps;

function open(sessionId: string): Promise<LabCluster> {
  return provider.open({ sessionId, images: [], progress: () => {}, signal: AbortSignal.timeout(30_000) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlab-grader-'));
  provider = createEmbeddedProvider({ folder, log: createLog(() => {}), spare: false });
  cluster = await open('grader');
  ({ api, namespace } = cluster);
  configMaps = { group: '', version: 'v1', plural: 'configmaps', namespace };
  pods = { ...configMaps, plural: 'pods' };
});
afterAll(async () => {
  await cluster.close();
  await provider.shutdown();
  await rm(folder, { recursive: true });
});

function lab(checks: Check[], hints: Lab['tasks'][number]['hints'] = []): Lab {
  const points = checks.length;
  return {
    id: 'a-lab',
    title: 'A lab',
    intro: '',
    minutes: 1,
    objectives: [],
    domain: 'services-and-networking',
    folder: '/nowhere',
    files: {},
    setup: [],
    images: [],
    variables: {},
    solutions: [],
    mistakes: {},
    tasks: [
      {
        id: 'task',
        title: 'Task',
        text: '',
        points,
        hints,
        checks: checks.map((check): CheckSpec => ({ ...check, points: 1 })),
      },
    ],
  };
}

const graders: Grader[] = [];
function grade(what: Lab, on: LabCluster = cluster): Grader {
  const grader = createGrader({ lab: what, cluster: on, seed: 's' });
  graders.push(grader);
  return grader;
}
afterAll(() => {
  for (const grader of graders) grader.close();
});

/** Resolves with the first report that satisfies the condition. */
function report(grader: Grader, wanted: (report: LabReport) => boolean): Promise<LabReport> {
  return new Promise((resolve) => {
    if (grader.report && wanted(grader.report)) return resolve(grader.report);
    const end = grader.onReport((next) => {
      if (!wanted(next)) return;
      end();
      resolve(next);
    });
  });
}
const kinds = (of: LabReport): Verdict['kind'][] =>
  of.tasks.flatMap((t) => t.checks.map((c) => c.verdict.kind));
const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const shell = (name: string, script: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'main', image: 'busybox:1.36', command: ['sh', '-c', script] }],
    ...more,
  },
});

test('follows the cluster: a check turns with the object it reads, unasked', async () => {
  const grader = grade(
    lab([{ id: 'colour', says: 'x', configMap: 'live', expect: { data: { colour: 'green' } } }]),
  );
  await report(grader, (one) => kinds(one)[0] === 'failed');
  await api.apply(configMap('live', { colour: 'red' }), namespace);
  const wrong = await report(grader, (one) => JSON.stringify(one).includes('red'));
  expect(wrong.tasks[0]?.checks[0]?.verdict).toEqual({
    kind: 'failed',
    message: 'ConfigMap live › data › colour: expected green, found red.',
    differences: [{ where: 'ConfigMap live › data › colour', expected: 'green', actual: 'red' }],
  });
  await api.apply(configMap('live', { colour: 'green' }), namespace);
  const right = await report(grader, (one) => one.passed);
  expect(right).toMatchObject({ trigger: 'live', earned: 1, points: 1 });
  await api.delete(configMaps, 'live');
  expect(kinds(await report(grader, (one) => !one.passed))).toEqual(['failed']);
});

test('"check my work" sees what was done just before, and two at once share one evaluation', async () => {
  const grader = grade(lab([{ id: 'there', says: 'x', configMap: 'asked', expect: { data: { a: '1' } } }]));
  await api.apply(configMap('asked', { a: '1' }), namespace);
  const [first, second] = await Promise.all([grader.check(), grader.check()]);
  expect(first).toMatchObject({ trigger: 'asked', passed: true });
  expect(second).toBe(first);
});

test('runs, reads logs, and follows up with a word that could not be prepared', async () => {
  const grader = grade(
    lab([
      { id: 'ready', says: 'x', pod: 'worker', expect: { status: { phase: 'Running' } } },
      { id: 'log', says: 'x', logs: { pod: 'worker', contains: 'hello' } },
      {
        id: 'echo',
        says: 'x',
        exec: { pod: 'worker', script: 'echo ${nonce} > /tmp/word' },
        // biome-ignore lint/suspicious/noThenProperty: a word of the lab format
        then: { exec: { pod: 'worker', command: ['cat', '/tmp/word'], stdout: { equals: '${nonce}' } } },
      },
      { id: 'fails', says: 'x', exec: { pod: 'worker', script: 'echo oh no >&2; exit 3' } },
      { id: 'no-program', says: 'x', exec: { pod: 'worker', command: ['nginx', '-v'] } },
    ]),
  );
  const { spec, ...worker } = shell('worker', 'echo hello; sleep 3600');
  // Who names no container means the first, as with kubectl: a second one is the learner's own business.
  const helper = { name: 'helper', image: 'nginx:1.27-alpine' };
  await api.apply({ ...worker, spec: { ...spec, containers: [...spec.containers, helper] } }, namespace);
  // Costly checks act by themselves once the cheap one passes.
  const live = await report(
    grader,
    (one) => kinds(one)[1] === 'passed' && kinds(one)[2] === 'passed' && kinds(one)[3] !== 'waiting',
  );
  expect(live.trigger).toBe('live');
  const asked = await grader.check();
  expect(kinds(asked).slice(0, 3)).toEqual(['passed', 'passed', 'passed']);
  const [, , echo, fails, noProgram] = asked.tasks[0]?.checks ?? [];
  expect(echo?.observed).toHaveLength(2);
  expect(echo?.observed[1]?.fields.stdout).toMatch(/^[a-z0-9]{10}\n$/);
  expect(fails?.verdict).toMatchObject({ message: expect.stringContaining('ended with exit code 3: oh no') });
  expect(noProgram?.verdict).toMatchObject({
    message: '`nginx -v` in Pod worker did not run: its image has no program `nginx`.',
  });
  await api.delete(pods, 'worker');
});

test('finds what was printed last in a log of more than a mebibyte', async () => {
  const grader = grade(
    lab([
      { id: 'end', says: 'x', logs: { pod: 'chatty', contains: 'the-end' } },
      { id: 'start', says: 'x', logs: { pod: 'chatty', contains: 'the-start' } },
    ]),
  );
  const flood = 'yes "a line that is long enough to fill a mebibyte before long" | head -n 25000';
  await api.apply(shell('chatty', `echo the-start; ${flood}; echo the-end; sleep 3600`), namespace);
  let asked = await grader.check();
  // While it is being printed, its end is not there.
  while (!asked.passed) asked = await grader.check();
  expect(kinds(asked)).toEqual(['passed', 'passed']);
  await api.delete(pods, 'chatty');
});

test('does not wait for what the Pod that is there can never bring', async () => {
  const logs = { pod: 'alone', container: 'shipper', contains: 'x' };
  const grader = grade(
    lab([
      // biome-ignore lint/suspicious/noThenProperty: a word of the lab format
      { id: 'log', says: 'x', exec: { pod: 'alone', command: ['true'] }, then: { logs, within: 3600 } },
    ]),
  );
  await api.apply(shell('alone', 'sleep 3600'), namespace);
  await report(grader, (one) => kinds(one)[0] !== 'waiting');
  expect((await grader.check()).tasks[0]?.checks[0]?.verdict).toMatchObject({
    message: 'Pod alone has no container shipper; it has main.',
  });
  await api.delete(pods, 'alone');
});

test('asks a web server through the cluster, and from a container', async () => {
  const grader = grade(
    lab([
      { id: 'pod', says: 'x', http: { pod: 'site', body: { contains: 'Welcome to nginx' } } },
      {
        id: 'service',
        says: 'x',
        http: { service: 'site', path: '/', headers: { 'content-type': 'text/html' } },
      },
      { id: 'missing', says: 'x', http: { pod: 'site', path: '/no', status: 404 } },
      { id: 'from', says: 'x', http: { from: { pod: 'site' }, url: 'http://site/no', status: 404 } },
      { id: 'closed', says: 'x', http: { pod: 'site', port: 81 } },
      { id: 'nobody', says: 'x', http: { service: 'nobody' } },
      { id: 'other-port', says: 'x', http: { service: 'site', port: 8080 } },
    ]),
  );
  const service = (name: string, app: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app }, ports: [{ port: 80 }] },
  });
  await api.apply(service('site', 'site'), namespace);
  await api.apply(service('nobody', 'nobody'), namespace);
  await api.apply(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'site', labels: { app: 'site' } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.27-alpine' }] },
    },
    namespace,
  );
  let asked = await grader.check();
  while (kinds(asked).includes('waiting')) asked = await grader.check();
  expect(kinds(asked)).toEqual(['passed', 'passed', 'passed', 'passed', 'failed', 'failed', 'failed']);
  const said = (at: number) => asked.tasks[0]?.checks[at]?.verdict;
  expect(said(4)).toMatchObject({
    message: expect.stringMatching(/port 81, does not answer: .*connection refused/),
  });
  expect(said(5)).toMatchObject({
    message:
      'Service nobody, asked for / on port 80, has no ready endpoints: it selects Pods with app=nobody, and there is none.',
  });
  expect(said(6)).toMatchObject({ message: 'Service site, asked for / on port 8080, has no such port.' });
  await api.delete(pods, 'site');
});

test('waits for the Pods behind a Service, and looks for a line in the logs of all of them', async () => {
  const behind = { selector: 'app=slow' };
  const grader = grade(
    lab([
      { id: 'service', says: 'x', http: { service: 'slow' } },
      { id: 'one', says: 'x', logs: { pod: behind, contains: 'second' } },
      { id: 'none', says: 'x', logs: { pod: behind, lacks: 'second' } },
    ]),
  );
  const labelled = (name: string, script: string, more: object = {}) => {
    const { metadata, ...rest } = shell(name, script, more);
    return { ...rest, metadata: { ...metadata, labels: { app: 'slow' } } };
  };
  const initContainers = [{ name: 'wait', image: 'busybox:1.36', command: ['sleep', '3600'] }];
  await api.apply(
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'slow' },
      spec: { selector: { app: 'slow' }, ports: [{ port: 80 }] },
    },
    namespace,
  );
  await api.apply(labelled('slow-1', 'true', { initContainers }), namespace);
  expect((await grader.check()).tasks[0]?.checks[0]?.verdict).toMatchObject({ kind: 'waiting' });
  await api.delete(pods, 'slow-1');
  await api.apply(labelled('slow-2', 'echo first; sleep 3600'), namespace);
  await api.apply(labelled('slow-3', 'echo second; sleep 3600'), namespace);
  const logs = (report: LabReport) => kinds(report).slice(1);
  let asked = await grader.check();
  // Until both have printed: no time is said.
  while (logs(asked).join() !== 'passed,failed') asked = await grader.check();
  expect(asked.tasks[0]?.checks[2]?.verdict).toMatchObject({
    message: expect.stringContaining('container main of Pod slow-3 contains "second"'),
  });
  for (const name of ['slow-2', 'slow-3']) await api.delete(pods, name);
});

test('remembers what happened: an init container first, another Pod under the same name', async () => {
  const order: Check = {
    id: 'order',
    says: 'x',
    history: {
      pod: 'steps',
      order: [
        { container: 'first', is: 'finished' },
        { container: 'main', is: 'started' },
      ],
    },
  };
  const grader = grade(
    lab([order, { id: 'replaced', says: 'x', history: { pod: 'steps', replaced: true } }]),
  );
  await grader.check();
  const pod = shell('steps', 'echo main; wait', {
    restartPolicy: 'Never',
    initContainers: [{ name: 'first', image: 'busybox:1.36', command: ['sh', '-c', 'echo first'] }],
  });
  await api.apply(pod, namespace);
  await report(grader, (one) => kinds(one)[0] === 'passed' && kinds(one)[1] === 'failed');
  await api.delete(pods, 'steps');
  await api.apply(pod, namespace).catch(() => {});
  while (!(await api.get(pods, 'steps'))) await api.apply(pod, namespace).catch(() => {});
  while ((await api.get(pods, 'steps'))?.metadata.deletionTimestamp)
    await new Promise((done) => setTimeout(done, 50));
  while (!(await api.get(pods, 'steps'))) await api.apply(pod, namespace).catch(() => {});
  await report(grader, (one) => one.passed);
  await api.delete(pods, 'steps');
});

test('hints cost what they say, never below nothing, and come one by one', async () => {
  await api.apply(configMap('hints', { a: '1' }), namespace);
  const hints = [
    { text: 'one', cost: 0.5 },
    { text: 'two', cost: 2 },
  ];
  const grader = grade(
    lab([{ id: 'a', says: 'x', configMap: 'hints', expect: { data: { a: '1' } } }], hints),
  );
  expect((await grader.check()).earned).toBe(1);
  expect(grader.takeHint('task', 0)).toEqual({ index: 0, text: 'one', cost: 0.5 });
  // Asked for again (a double click), it is the same one, and costs nothing more.
  expect(grader.takeHint('task', 0)).toEqual({ index: 0, text: 'one', cost: 0.5 });
  expect(grader.report).toMatchObject({ earned: 0.5, passed: true });
  expect(grader.takeHint('task')).toMatchObject({ index: 1 });
  expect(grader.report?.earned).toBe(0);
  expect(grader.takeHint('task')).toBeUndefined();
  expect(grader.takeHint('no such task')).toBeUndefined();
  expect([...grader.hintsTaken]).toEqual([['task', 2]]);
});

describe('trouble of ours costs nothing', () => {
  test('a cluster that is gone: "absent" does not pass because nobody answers', async () => {
    const mine = await open('doomed');
    const grader = grade(
      lab([
        { id: 'absent', says: 'x', configMap: 'nothing', absent: true },
        { id: 'exec', says: 'x', exec: { pod: 'nobody', command: ['true'] } },
      ]),
      mine,
    );
    expect(kinds(await grader.check())).toEqual(['passed', 'failed']);
    await mine.close();
    const asked = await grader.check();
    expect(kinds(asked)).toEqual(['unavailable', 'unavailable']);
    expect(asked.tasks[0]?.checks[0]?.verdict).toMatchObject({
      message: expect.stringContaining('does not answer'),
    });
  });

  test('a kind that the cluster does not know', async () => {
    const grader = grade(
      lab([{ id: 'a', says: 'x', kind: 'Widget', apiVersion: 'example.com/v1', name: 'w', absent: true }]),
    );
    expect((await grader.check()).tasks[0]?.checks[0]?.verdict).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('does not know example.com/v1 Widget'),
    });
  });

  test('a closed grader is silent', async () => {
    const grader = grade(lab([{ id: 'a', says: 'x', configMap: 'late', expect: {} }]));
    await grader.check();
    let told = 0;
    grader.onReport(() => told++);
    grader.close();
    await api.apply(configMap('late', { a: '1' }), namespace);
    await new Promise((done) => setTimeout(done, 100));
    expect(told).toBe(0);
  });
});
