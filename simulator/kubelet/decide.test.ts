import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../runtime/container-runtime';
import type { Container, Pod } from '../schema/types';
import { containerHash } from './container-hash';
import { decide } from './decide';
import { type Attempt, emptyRuntimeState, type ProbeResult, type RuntimeState } from './pod-state';

const sandbox = { id: 'sandbox', ip: '10.0.0.1' } as Sandbox;
const image = 'busybox';

type Was = 'running' | 'created' | { exit: number } | { image: string };

/** `a` is a plain container, `a!` one that is restarted always: a sidecar among init containers. */
function containers(names: string): Container[] {
  return names
    .split(' ')
    .filter(Boolean)
    .map((name) =>
      name.endsWith('!') ? { name: name.slice(0, -1), image, restartPolicy: 'Always' } : { name, image },
    );
}

function pod(
  init: string,
  main: string,
  restartPolicy = 'Always',
  change: (pod: Pod) => void = () => {},
): Pod {
  const made: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', namespace: 'ns', uid: 'uid' },
    spec: { restartPolicy, initContainers: containers(init), containers: containers(main) },
  };
  change(made);
  return made;
}

function state(
  attempts: Record<string, Was> | 'nothing',
  probes: Record<string, ProbeResult> = {},
): RuntimeState {
  const made = emptyRuntimeState();
  if (attempts === 'nothing') return made;
  made.sandbox = sandbox;
  made.sandboxes = 1;
  for (const [name, was] of Object.entries(attempts)) {
    const exit = typeof was === 'object' && 'exit' in was ? was.exit : undefined;
    const ran = typeof was === 'object' && 'image' in was ? was.image : image;
    const attempt: Attempt = {
      name,
      id: name,
      number: 0,
      state: exit === undefined ? (was === 'created' ? 'created' : 'running') : 'exited',
      ...(exit === undefined ? {} : { exitCode: exit }),
      image,
      imageID: '',
      sandbox: 1,
      specHash: containerHash({ name, image: ran }),
    };
    made.current.set(name, attempt);
  }
  for (const [key, result] of Object.entries(probes)) {
    const [kind, name = ''] = key.split(' ');
    made.probes[kind as 'liveness'].set(name, result);
  }
  return made;
}

/** The decision in short: `sandbox`, `kill x (why)`, `init x`, `start x`, `end`. */
function summary(of: Pod, seen: RuntimeState): string[] {
  const actions = decide(of, seen);
  return [
    ...(actions.killPod ? ['end'] : []),
    ...actions.reset.map(({ name }) => `reset ${name}`),
    ...actions.kill.map(({ message }) => message),
    ...(actions.createSandbox ? ['sandbox'] : []),
    ...actions.startEphemeral.map(({ name }) => `debug ${name}`),
    ...actions.startInit.map(({ name }) => `init ${name}`),
    ...actions.start.map(({ name }) => `start ${name}`),
  ];
}

const withStartupProbe = (name: string) => (made: Pod) => {
  for (const each of [...made.spec!.initContainers!, ...made.spec!.containers]) {
    if (each.name === name) each.startupProbe = { exec: { command: ['true'] } };
  }
};

describe('decide', () => {
  it.each<[string, Pod, RuntimeState, string[]]>([
    // A new Pod
    [
      'makes a sandbox and starts all main containers',
      pod('', 'a b'),
      state('nothing'),
      ['sandbox', 'start a', 'start b'],
    ],
    ['starts with the first init container alone', pod('i j', 'a'), state('nothing'), ['sandbox', 'init i']],
    ['starts what has not been started', pod('', 'a b'), state({ a: 'running' }), ['start b']],
    ['does nothing when everything runs', pod('', 'a b'), state({ a: 'running', b: 'running' }), []],
    ['starts again what was created and never ran', pod('', 'a'), state({ a: 'created' }), ['start a']],

    // Init containers, in series
    ['waits for an init container', pod('i j', 'a'), state({ i: 'running' }), []],
    ['goes on to the next', pod('i j', 'a'), state({ i: { exit: 0 } }), ['init j']],
    [
      'starts the main containers after the last',
      pod('i', 'a b'),
      state({ i: { exit: 0 } }),
      ['start a', 'start b'],
    ],
    ['tries a failed one again', pod('i j', 'a'), state({ i: { exit: 1 } }), ['init i']],
    ['tries it again with OnFailure', pod('i', 'a', 'OnFailure'), state({ i: { exit: 1 } }), ['init i']],
    ['gives the Pod up with Never', pod('i', 'a', 'Never'), state({ i: { exit: 1 } }), ['end']],
    [
      'runs none of them again once main containers have run',
      pod('i', 'a'),
      state({ i: { exit: 0 }, a: { exit: 1 } }),
      ['start a'],
    ],

    // Native sidecars
    ['goes on as soon as a sidecar runs', pod('s! j', 'a'), state({ s: 'running' }), ['init j']],
    ['starts the main containers beside a sidecar', pod('s!', 'a'), state({ s: 'running' }), ['start a']],
    [
      'waits for its startup probe',
      pod('s! j', 'a', 'Always', withStartupProbe('s')),
      state({ s: 'running' }),
      [],
    ],
    [
      'goes on when that has succeeded',
      pod('s! j', 'a', 'Always', withStartupProbe('s')),
      state({ s: 'running' }, { 'startup s': 'success' }),
      ['init j'],
    ],
    [
      'restarts a sidecar whose startup probe failed',
      pod('s!', 'a', 'Never', withStartupProbe('s')),
      state({ s: 'running' }, { 'startup s': 'failure' }),
      ['Init container s failed startup probe', 'init s'],
    ],
    [
      'restarts a sidecar that ended, even with Never',
      pod('s!', 'a', 'Never'),
      state({ s: { exit: 0 }, a: 'running' }),
      ['init s'],
    ],
    [
      'keeps an early sidecar alive while later init containers run',
      pod('s! j', 'a'),
      state({ s: { exit: 1 }, j: 'running' }),
      ['init s'],
    ],
    [
      'lets a Pod end although its sidecar runs',
      pod('s!', 'a', 'Never'),
      state({ s: 'running', a: { exit: 0 } }),
      ['end'],
    ],
    [
      'waits for a sidecar that ended before it starts a main container again',
      pod('s!', 'a'),
      state({ s: { exit: 1 }, a: { exit: 1 } }),
      ['init s'],
    ],

    // Restart policies
    ['restarts with Always whatever the exit code', pod('', 'a'), state({ a: { exit: 0 } }), ['start a']],
    [
      'restarts with OnFailure what failed',
      pod('', 'a b', 'OnFailure'),
      state({ a: { exit: 0 }, b: { exit: 3 } }),
      ['start b'],
    ],
    [
      'ends with OnFailure when all succeeded',
      pod('', 'a b', 'OnFailure'),
      state({ a: { exit: 0 }, b: { exit: 0 } }),
      ['end'],
    ],
    ['restarts nothing with Never', pod('', 'a b', 'Never'), state({ a: { exit: 1 }, b: 'running' }), []],
    [
      'ends with Never when all have ended',
      pod('', 'a b', 'Never'),
      state({ a: { exit: 1 }, b: { exit: 0 } }),
      ['end'],
    ],
    [
      'follows a policy of the container’s own',
      pod('', 'a b', 'Always', (made) => {
        made.spec!.containers[0]!.restartPolicy = 'Never';
      }),
      state({ a: { exit: 1 }, b: { exit: 1 } }),
      ['start b'],
    ],
    [
      'follows its restart rules by exit code',
      pod('', 'a b', 'Never', (made) => {
        const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
        for (const each of made.spec!.containers)
          Object.assign(each, { restartPolicy: 'Never', restartPolicyRules: rules });
      }),
      state({ a: { exit: 42 }, b: { exit: 1 } }),
      ['start a'],
    ],

    [
      'starts everything anew for a rule that says so, what asked for it last',
      pod('i s!', 'a b', 'Never', (made) => {
        const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
        Object.assign(made.spec!.containers[0]!, { restartPolicy: 'Never', restartPolicyRules: rules });
      }),
      state({ i: { exit: 0 }, s: 'running', a: { exit: 42 }, b: 'running' }),
      ['reset b', 'reset i', 'reset s', 'reset a'],
    ],

    // Probes and changes
    [
      'restarts what its liveness probe finds dead',
      pod('', 'a'),
      state({ a: 'running' }, { 'liveness a': 'failure' }),
      ['Container a failed liveness probe, will be restarted', 'start a'],
    ],
    [
      'ends it for good with Never',
      pod('', 'a b', 'Never'),
      state({ a: 'running', b: 'running' }, { 'liveness a': 'failure' }),
      ['Container a failed liveness probe'],
    ],
    [
      'ends the whole Pod with its last container',
      pod('', 'a b', 'Never'),
      state({ a: 'running', b: { exit: 0 } }, { 'liveness a': 'failure' }),
      ['end', 'Container a failed liveness probe'],
    ],
    [
      'restarts what did not start in time',
      pod('', 'a'),
      state({ a: 'running' }, { 'startup a': 'failure' }),
      ['Container a failed startup probe, will be restarted', 'start a'],
    ],
    [
      'restarts a container whose image was changed',
      pod('', 'a b'),
      state({ a: { image: 'old' }, b: 'running' }),
      ['Container a definition changed, will be restarted', 'start a'],
    ],
    ['minds readiness not at all', pod('', 'a'), state({ a: 'running' }, { 'readiness a': 'failure' }), []],
  ])('%s', (_name, of, seen, wanted) => {
    expect(summary(of, seen)).toEqual(wanted);
  });

  it('starts ephemeral containers once, whatever else goes on', () => {
    const of = pod('i', 'a');
    of.spec!.ephemeralContainers = [{ name: 'debug', image }];
    expect(summary(of, state({ i: 'running' }))).toEqual(['debug debug']);
    expect(summary(of, state({ i: 'running', debug: { exit: 0 } }))).toEqual([]);
  });

  describe('without its sandbox, as after a restart of the node', () => {
    const rebooted = (attempts: Record<string, Was>): RuntimeState => {
      const made = state(attempts);
      delete made.sandbox;
      return made;
    };
    it.each<[string, Pod, RuntimeState, string[]]>([
      [
        'begins anew with the first init container',
        pod('i', 'a'),
        rebooted({ i: { exit: 0 }, a: { exit: 255 } }),
        ['sandbox', 'init i'],
      ],
      [
        'starts only what would be restarted',
        pod('', 'a b', 'OnFailure'),
        rebooted({ a: { exit: 0 }, b: { exit: 255 } }),
        ['sandbox', 'start b'],
      ],
      [
        'lets a Pod that is never restarted end',
        pod('', 'a', 'Never'),
        rebooted({ a: { exit: 255 } }),
        ['end'],
      ],
    ])('%s', (_name, of, seen, wanted) => {
      expect(summary(of, seen)).toEqual(wanted);
    });

    it('runs all init containers again in the new one, before the main containers', () => {
      const seen = state({ i: 'running', j: { exit: 0 }, a: { exit: 255 } });
      Object.assign(seen.current.get('j') ?? {}, { removed: true });
      expect(summary(pod('i j', 'a'), seen)).toEqual([]);
      Object.assign(seen.current.get('i') ?? {}, { state: 'exited', exitCode: 0 });
      expect(summary(pod('i j', 'a'), seen)).toEqual(['init j']);
    });
  });
});

describe('a resize', () => {
  const had = { requests: { cpu: '100m' }, limits: { cpu: '200m', memory: '64Mi' } };
  const resizePolicy = [
    { resourceName: 'cpu', restartPolicy: 'NotRequired' },
    { resourceName: 'memory', restartPolicy: 'RestartContainer' },
  ];

  it.each([
    { what: 'CPU, which a running container takes', limits: { cpu: '300m', memory: '64Mi' }, restarts: [] },
    { what: 'memory, which needs a restart', limits: { cpu: '200m', memory: '80Mi' }, restarts: ['a'] },
  ])('of $what', ({ limits, restarts }) => {
    const resized = pod('', 'a', 'Never', ({ spec }) =>
      Object.assign(spec?.containers[0] ?? {}, { resources: { ...had, limits }, resizePolicy }),
    );
    const was = state({ a: 'running' });
    Object.assign(was.current.get('a') ?? {}, { resources: had });
    const { kill, start, killPod } = decide(resized, was);
    expect(killPod).toBe(false);
    expect(start.map(({ name }) => name)).toEqual(restarts);
    expect(kill.map(({ message }) => message)).toEqual(
      restarts.map((name) => `Container ${name} resize requires restart`),
    );
  });
});
