import { describe, expect, test } from 'vitest';
import type { KubeApi, KubeObject } from '../clusters/kube-api';
import type { CheckContext } from './check-context';
import type { CheckBody, Fact } from './check-schema';
import { evaluateLook, expectFacts } from './evaluate-check';
import { FactRecorder } from './fact-recorder';
import { podTrouble, settlingOf } from './settling';
import { textProblem } from './text-match';

/** Checks that only look are functions of a picture: their rules in tables, without a cluster. */
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

function pod(name: string, rest: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'lab',
      uid: `uid-${name}`,
      resourceVersion: '5',
      creationTimestamp: at(0),
      labels: { app: name },
      ...metadata,
    },
    spec: {
      containers: [{ name: 'main', image: 'nginx' }],
      ...('spec' in rest ? (rest.spec as object) : {}),
    },
    status: 'status' in rest ? rest.status : {},
  };
}

const ready = { type: 'Ready', status: 'True' };
const scheduled = { type: 'PodScheduled', status: 'True' };
const running = (startedAt = at(0)) => ({ running: { startedAt } });
const runningPod = (name = 'web', more: object = {}) =>
  pod(name, {
    status: {
      phase: 'Running',
      conditions: [scheduled, ready],
      containerStatuses: [{ name: 'main', ready: true, restartCount: 0, state: running(), ...more }],
    },
  });
const stuckPod = (state: object, more: object = {}) =>
  pod('web', {
    status: {
      phase: 'Pending',
      conditions: [scheduled],
      containerStatuses: [{ name: 'main', ready: false, restartCount: 0, state, ...more }],
    },
  });

function context(objects: KubeObject[], ageMs = 100_000, facts = new FactRecorder()): CheckContext {
  return {
    api: {} as KubeApi,
    namespace: 'lab',
    picture: {
      objects: ({ kind }) => objects.filter((one) => one.kind === kind),
      ageOf: () => ageMs,
    },
    facts,
    values: { namespace: 'lab', port: 8080 },
    reveal: true,
    withinMs: 60_000,
    signal: new AbortController().signal,
    refresh: () => Promise.reject(new Error('nothing follows here')),
  };
}

function verdict(check: CheckBody, objects: KubeObject[], ageMs?: number) {
  return evaluateLook(check, context(objects, ageMs), false).verdict;
}
function said(check: CheckBody, objects: KubeObject[], ageMs?: number): string {
  const result = verdict(check, objects, ageMs);
  return `${result.kind}${'message' in result ? `: ${result.message}` : ''}`;
}

const isReady: CheckBody = {
  pod: 'web',
  expect: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
};

describe('passed, failed or waiting', () => {
  test.each<[string, CheckBody, KubeObject[], number, string]>([
    ['a Pod that is ready', isReady, [runningPod()], 100, 'passed'],
    ['no such Pod', isReady, [], 100, 'failed: There is no Pod web.'],
    [
      'a Pod with nearly that name',
      isReady,
      [runningPod('wbe')],
      100,
      'failed: There is no Pod web; there is Pod wbe.',
    ],
    [
      'a Pod being created',
      isReady,
      [stuckPod({ waiting: { reason: 'ContainerCreating' } })],
      1000,
      'waiting: The containers of Pod web are being created.',
    ],
    [
      '… for too long',
      isReady,
      [stuckPod({ waiting: { reason: 'ContainerCreating' } })],
      61_000,
      'failed: The containers of Pod web are being created, and nothing has happened for 61 seconds.',
    ],
    [
      'an image that cannot be pulled',
      isReady,
      [stuckPod({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "nginy"' } })],
      100,
      'failed: Container main of Pod web does not run, because its image cannot be pulled (Back-off pulling image "nginy"): see `kubectl describe pod web`.',
    ],
    [
      'a crash loop',
      isReady,
      [
        stuckPod(
          { waiting: { reason: 'CrashLoopBackOff' } },
          { restartCount: 3, lastState: { terminated: { exitCode: 7 } } },
        ),
      ],
      100,
      'failed: Container main of Pod web does not run, because it ends again and again (last exit code 7): see `kubectl logs web -c main --previous`.',
    ],
    [
      'a crash just now',
      isReady,
      [stuckPod({ terminated: { exitCode: 1, reason: 'Error' } })],
      100,
      'failed: Container main of Pod web has ended with exit code 1 (Error): see `kubectl logs web -c main`.',
    ],
    [
      'ready again right after a crash',
      isReady,
      [
        runningPod('web', {
          restartCount: 1,
          lastState: { terminated: { exitCode: 1 } },
          state: running(new Date().toISOString()),
        }),
      ],
      100,
      'waiting: Container main of Pod web has just been restarted; Podlab looks whether it stays up.',
    ],
    [
      'ready for long after a crash',
      isReady,
      [runningPod('web', { restartCount: 1, lastState: { terminated: { exitCode: 1 } } })],
      100,
      'passed',
    ],
    [
      'a Pod being deleted',
      isReady,
      [pod('web', {}, { deletionTimestamp: at(9) })],
      100,
      'waiting: Pod web is being deleted.',
    ],
    [
      'a wrong spec is settled at once',
      { pod: 'web', expect: { spec: { hostNetwork: true } } },
      [stuckPod({ waiting: { reason: 'ContainerCreating' } })],
      0,
      'failed: Pod web › hostNetwork: expected true, there is nothing.',
    ],
    [
      'a container that is missing',
      { pod: 'web', containers: { helper: {} } },
      [runningPod()],
      100,
      'failed: Pod web: expected a container helper, found containers main.',
    ],
    [
      'a container in another role',
      { pod: 'web', containers: { main: { role: 'init' } } },
      [runningPod()],
      100,
      'failed: Pod web › container main: expected init container, found main container.',
    ],
    ['absent, and it is', { pod: 'web', absent: true }, [], 0, 'passed'],
    [
      'absent, and it is not',
      { pod: 'web', absent: true },
      [runningPod()],
      0,
      'failed: Pod web should not be there, but is.',
    ],
    [
      'absent, and it is going',
      { pod: 'web', absent: true },
      [pod('web', {}, { deletionTimestamp: at(9) })],
      0,
      'waiting: Pod web is being deleted.',
    ],
    [
      'every of several',
      { pod: { selector: 'app in (a,b)' }, expect: isReady.expect },
      [runningPod('a'), stuckPod({})],
      100,
      'passed',
    ],
    [
      'a count that is wrong',
      { kind: 'Pod', count: 2 },
      [runningPod()],
      5000,
      'failed: Pods: expected 2, found 1.',
    ],
    ['a count of at least', { kind: 'Pod', count: { min: 1 } }, [runningPod()], 5000, 'passed'],
  ] as [string, CheckBody, KubeObject[], number, string][])('%s', (_name, check, objects, age, expected) =>
    expect(said(check, objects, age)).toBe(expected),
  );

  test('what is not to be revealed is not', () => {
    const check: CheckBody = { pod: 'web', expect: { spec: { hostname: 'secret' } } };
    const { verdict: result } = evaluateLook(check, { ...context([runningPod()]), reveal: false }, false);
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(result).toMatchObject({ differences: [{ where: 'Pod web › hostname', actual: 'nothing' }] });
  });

  test('the record says which object was seen and which fields were compared', () => {
    const { observed } = evaluateLook(isReady, context([runningPod()]), false);
    expect(observed).toEqual([
      {
        kind: 'Pod',
        namespace: 'lab',
        name: 'web',
        uid: 'uid-web',
        resourceVersion: '5',
        fields: { 'status.conditions[Ready].type': 'Ready', 'status.conditions[Ready].status': 'True' },
      },
    ]);
  });
});

describe('workloads settle', () => {
  const deployment = (status: object, metadata: object = {}): KubeObject => ({
    ...pod('api', {}, { generation: 2, ...metadata }),
    kind: 'Deployment',
    spec: { replicas: 3 },
    status: { observedGeneration: 2, ...status },
  });
  const wait = { ageMs: 100, withinMs: 60_000 };
  test.each([
    [
      'new pods are missing',
      deployment({ replicas: 3, updatedReplicas: 1, availableReplicas: 3 }),
      'Deployment api is rolling out: 1 of 3 Pods are ready',
    ],
    [
      'the change was not seen yet',
      deployment({ observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3 }),
      'Deployment api is rolling out: 3 of 3 Pods are ready',
    ],
    [
      'old pods are left',
      deployment({ replicas: 4, updatedReplicas: 3, availableReplicas: 3 }),
      'Deployment api is rolling out: 3 of 3 Pods are ready',
    ],
  ])('%s', (_name, object, says) =>
    expect(settlingOf(object, wait)).toMatchObject({ kind: 'on-its-way', says }),
  );
  test('rolled out', () =>
    expect(
      settlingOf(deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 3 }), {
        ...wait,
        ageMs: 5000,
      }),
    ).toEqual({ kind: 'settled' }));
  test('given up', () =>
    expect(
      settlingOf(
        deployment({
          replicas: 1,
          conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }],
        }),
        { ...wait, ageMs: 5000 },
      ),
    ).toEqual({ kind: 'settled' }));
});

test('no node takes a Pod', () => {
  const message = '0/1 nodes are available: 1 node(s) didn’t match';
  const unscheduled = pod('web', {
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    },
  });
  expect(podTrouble(unscheduled)).toBe(`No node takes Pod web: ${message}`);
  expect(podTrouble(unscheduled, 100)).toBeUndefined();
});

describe('CEL', () => {
  const service: KubeObject = {
    ...pod('web'),
    kind: 'Service',
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  };
  test.each<[string, CheckBody, string]>([
    ['true', { pod: 'web', cel: 'object.spec.containers.size() == 1' }, 'passed'],
    [
      'false without a message',
      { pod: 'web', cel: 'object.spec.containers.size() == 2' },
      'failed: Pod web is not as it should be yet.',
    ],
    [
      'false with a message',
      { pod: 'web', cel: 'false', message: "'it has ' + object.spec.containers.map(c, c.name).join(', ')" },
      'failed: It has main.',
    ],
    [
      'a key that is missing',
      { pod: 'web', cel: 'object.spec.hostname == "x"' },
      'failed: Pod web does not have what this check looks for: there is no `hostname`.',
    ],
    [
      'quantities',
      {
        pod: 'web',
        cel: "quantity('1Gi').isGreaterThan(quantity('1000Mi')) && quantity('0.5').compareTo(quantity('500m')) == 0",
      },
      'passed',
    ],
    [
      'the session’s variables',
      { pod: 'web', cel: "vars.port == 8080 && vars.namespace == 'lab'" },
      'passed',
    ],
    [
      'containers by name, with role and status',
      {
        pod: 'web',
        cel: "container(object, 'main').role == 'main' && container(object, 'main').status.ready",
      },
      'passed',
    ],
    [
      'several objects',
      {
        service: 'web',
        with: { pods: { pod: { selector: 'app=web' } } },
        cel: 'pods.all(p, object.spec.selector.all(k, p.metadata.labels[k] == object.spec.selector[k]))',
      },
      'passed',
    ],
    [
      'a further object that is missing',
      { service: 'web', with: { other: { configMap: 'c' } }, cel: 'true' },
      'failed: There is no ConfigMap c.',
    ],
    ['all of a kind', { kind: 'Pod', cel: 'objects.size() == 1' }, 'passed'],
  ])('%s', (_name, check, expected) => expect(said(check, [runningPod(), service])).toBe(expected));

  test('an expression without end is ours to answer for', () => {
    const many = Array.from({ length: 400 }, (_, i) => runningPod(`p${i}`));
    const check: CheckBody = {
      kind: 'Pod',
      cel: 'objects.all(a, objects.all(b, objects.all(c, a.metadata.name != "x")))',
    };
    expect(verdict(check, many).kind).toBe('unavailable');
  });
});

describe('history', () => {
  const order: Fact[] = [
    { container: 'init', is: 'finished' },
    { container: 'main', is: 'started' },
  ];
  const check: CheckBody = { history: { pod: 'web', order } };
  const states = {
    created: { init: { waiting: {} }, main: { waiting: {} } },
    initDone: {
      init: { terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(5) } },
      main: { waiting: {} },
    },
    mainEarly: { init: { running: { startedAt: at(1) } }, main: running(at(2)) },
    both: {
      init: { terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(5) } },
      main: running(at(5)),
    },
    bothWrong: {
      init: { terminated: { exitCode: 0, startedAt: at(1), finishedAt: at(5) } },
      main: running(at(2)),
    },
  };
  const seen = (state: { init: object; main: object }, uid = 'u1') =>
    pod(
      'web',
      {
        spec: { initContainers: [{ name: 'init' }] },
        status: {
          phase: 'Running',
          conditions: [scheduled, ready],
          initContainerStatuses: [{ name: 'init', state: state.init }],
          containerStatuses: [{ name: 'main', ready: true, state: state.main }],
        },
      },
      { uid },
    );
  const play = (body: CheckBody, objects: KubeObject[], before = false) => {
    const facts = new FactRecorder();
    expectFacts(body, facts);
    for (const object of objects) facts.see(object);
    return evaluateLook(body, context(objects.slice(-1), 100_000, facts), before).verdict;
  };

  test.each([
    ['seen one after the other', [states.created, states.initDone, states.both], 'passed'],
    ['seen together, by the cluster’s times', [states.both], 'passed'],
    ['seen the wrong way round', [states.mainEarly, states.both], 'failed'],
    ['seen together, times the wrong way round', [states.bothWrong], 'failed'],
    ['the second not yet', [states.initDone], 'failed'],
  ])('%s', (_name, sequence, kind) =>
    expect(
      play(
        check,
        sequence.map((one) => seen(one)),
      ).kind,
    ).toBe(kind),
  );

  test('what an earlier process saw is believed until the contrary is seen', () => {
    expect(play(check, [seen(states.created)], true).kind).toBe('passed');
    expect(play(check, [seen(states.mainEarly)], true).kind).toBe('failed');
  });

  test('a new Pod starts a new history', () =>
    expect(play(check, [seen(states.both), seen(states.mainEarly, 'u2')]).kind).toBe('failed'));

  test.each([
    [true, ['u1'], 'failed'],
    [true, ['u1', 'u2'], 'passed'],
    [false, ['u1'], 'passed'],
    [false, ['u1', 'u2'], 'failed'],
  ])('replaced: %s with uids %j is %s', (replaced, uids, kind) =>
    expect(
      play(
        { history: { pod: 'web', replaced } },
        uids.map((uid) => seen(states.both, uid)),
      ).kind,
    ).toBe(kind),
  );

  test('ever and never', () => {
    const fact: Fact = { container: 'main', is: 'restarted' };
    const restarted = pod('web', {
      status: {
        phase: 'Running',
        containerStatuses: [{ name: 'main', ready: true, restartCount: 1, state: running() }],
      },
    });
    expect(play({ history: { pod: 'web', ever: fact } }, [runningPod()]).kind).toBe('failed');
    expect(play({ history: { pod: 'web', ever: fact } }, [runningPod(), restarted]).kind).toBe('passed');
    expect(play({ history: { pod: 'web', never: fact } }, [runningPod()]).kind).toBe('passed');
    expect(play({ history: { pod: 'web', never: fact } }, [restarted, runningPod()]).kind).toBe('failed');
  });
});

describe('events belong to the object that is there now', () => {
  const event = (uid: string): KubeObject => ({
    ...pod('e'),
    kind: 'Event',
    involvedObject: { kind: 'Pod', name: 'web', uid },
    reason: 'Unhealthy',
    type: 'Warning',
    message: 'Readiness probe failed: connection refused',
  });
  const check: CheckBody = {
    events: { about: { pod: 'web' }, reason: 'Unhealthy', message: { contains: 'refused' } },
  };
  test.each([
    ['its own', 'uid-web', 'passed'],
    ['its predecessor’s', 'uid-old', 'failed'],
  ])('%s', (_name, uid, kind) => expect(verdict(check, [runningPod(), event(uid)]).kind).toBe(kind));
  test('absent', () =>
    expect(said({ events: { ...check.events, absent: true } }, [runningPod(), event('uid-web')])).toContain(
      'There is an event Unhealthy',
    ));
});

describe('texts', () => {
  test.each([
    ['a', 'cab', undefined],
    [{ contains: ['a', 'z'] }, 'cab', 'does not contain "z"'],
    [{ lacks: 'error' }, 'an error', 'contains "error"'],
    [{ equals: 'x' }, ' x\n', undefined],
    [{ matches: '^b' }, 'a\nb', undefined],
    [{ matches: '^c' }, 'a\nb', 'does not match ^c'],
  ])('%j in %j', (match, text, problem) => expect(textProblem(match, text, true)).toBe(problem));
  test('a pattern that backtracks without end is stopped', () =>
    expect(() => textProblem({ matches: '^(a+)+$' }, `${'a'.repeat(50)}b`, true)).toThrow('longer than'));
});
