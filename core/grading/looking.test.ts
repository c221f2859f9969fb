import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../clusters/kube-api';
import type { CheckBody } from './check-schema';
import { evaluateLook } from './evaluate-check';
import { at, context, isReady, pod, running, runningPod, said, stuckPod, verdict } from './pods-for-tests';
import { settlingOf } from './settling';
import { textProblem } from './text-match';

/** Checks that only look are functions of a picture: their rules in tables, without a cluster. */
describe('passed, failed or waiting', () => {
  test.each<[string, CheckBody, KubeObject[], number, string]>([
    ['a Pod that is ready', isReady, [runningPod()], 100, 'passed'],
    ['no such Pod', isReady, [], 100, 'failed: There is no Pod web; the namespace lab has no Pods.'],
    [
      'a Pod with nearly that name',
      isReady,
      [runningPod('wbe')],
      100,
      'failed: There is no Pod web; there is Pod wbe.',
    ],
    [
      'a Pod that a Deployment made',
      isReady,
      [
        pod(
          'web-5d8f',
          {},
          { ownerReferences: [{ kind: 'ReplicaSet', name: 'web-5d8', uid: 'r', controller: true }] },
        ),
      ],
      100,
      'failed: There is no Pod web; there is Pod web-5d8f (made by ReplicaSet web-5d8).',
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
      'failed: The containers of Pod web are being created, and nothing has happened for 61 seconds: see `kubectl describe pod web`.',
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
      'a program that is not there',
      isReady,
      [
        stuckPod(
          { waiting: { reason: 'CrashLoopBackOff' } },
          {
            lastState: {
              terminated: {
                exitCode: 128,
                reason: 'StartError',
                message:
                  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "tick": executable file not found in $PATH',
              },
            },
          },
        ),
      ],
      100,
      'failed: Container main of Pod web cannot be started: its image has no program `tick`; see `kubectl describe pod web`.',
    ],
    [
      'too little memory, again and again',
      isReady,
      [
        stuckPod(
          { waiting: { reason: 'CrashLoopBackOff' } },
          { lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
        ),
      ],
      100,
      'failed: Container main of Pod web does not run, because it ends again and again (last exit code 137, OOMKilled: it needed more memory than its limit): see `kubectl logs web -c main --previous`.',
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
    [
      'none of a kind, with what every namespace has left out',
      { configMap: 'finding' },
      [{ ...pod('kube-root-ca.crt'), kind: 'ConfigMap' }],
      100,
      'failed: There is no ConfigMap finding; the namespace lab has no ConfigMaps.',
    ],
    [
      'none of a kind with another plural',
      { kind: 'NetworkPolicy', expect: {} },
      [],
      100,
      'failed: There are no NetworkPolicies.',
    ],
    [
      'none of a kind that is in no namespace',
      { kind: 'PersistentVolume', name: 'disk', expect: {} },
      [],
      100,
      'failed: There is no PersistentVolume disk; the cluster has no PersistentVolumes.',
    ],
    [
      'a label that nearly is there',
      { pod: 'web', expect: { metadata: { labels: { App: 'web' } } } },
      [runningPod()],
      100,
      'failed: Pod web › labels › App: expected web, there is nothing, but app: web.',
    ],
    ['a count of at least', { kind: 'Pod', count: { min: 1 } }, [runningPod()], 5000, 'passed'],
  ] as [string, CheckBody, KubeObject[], number, string][])('%s', (_name, check, objects, age, expected) =>
    expect(said(check, objects, age)).toBe(expected));

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
    expect(settlingOf(object, wait)).toMatchObject({ kind: 'on-its-way', says }));
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
      'failed: There is no ConfigMap c; the namespace lab has no ConfigMaps.',
    ],
    ['all of a kind', { kind: 'Pod', cel: 'objects.size() == 1' }, 'passed'],
    ['none that is selected', { pod: { selector: 'app=x' }, cel: 'objects.size() == 0' }, 'passed'],
    [
      'none that is selected, and one is needed',
      { pod: { selector: 'app=x' }, cel: 'object.spec.hostNetwork' },
      'failed: There are no Pods with app=x.',
    ],
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
