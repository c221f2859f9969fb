import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock';
import { startSimulator } from '../index';
import type { Simulator } from '../simulator';
import { send } from './send';

const pods = '/api/v1/namespaces/default/pods';
const errors: unknown[] = [];
const onError = (error: unknown) => errors.push(error);
let neighbour: Simulator;
beforeAll(async () => {
  neighbour = await startSimulator({ onError });
});
afterAll(() => neighbour.stop());

/** Another cluster of the same process goes on as if nothing were. */
async function neighbourIsFine(): Promise<void> {
  for (let i = 0; i < 5; i++) expect((await send(neighbour, 'admin', 'GET', pods, {})).status).toBe(200);
}

interface Wanted {
  script: string;
  resources?: unknown;
  volume?: unknown;
}

function podOf(name: string, { script, resources, volume }: Wanted): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'c',
          image: 'busybox:1.36',
          command: ['sh', '-c', script],
          ...(resources ? { resources } : {}),
          ...(volume ? { volumeMounts: [{ name: 'v', mountPath: '/v' }] } : {}),
        },
      ],
      ...(volume ? { volumes: [{ name: 'v', ...volume }] } : {}),
    },
  };
}

/** A cluster whose time passes as fast as its programs allow. */
async function fastCluster() {
  const clock = new VirtualClock();
  const cluster = await startSimulator({ clock, onError });
  const get = async (path: string) => (await send(cluster, 'admin', 'GET', path, {})).json;
  return {
    create: (name: string, wanted: Wanted) =>
      send(cluster, 'admin', 'POST', pods, { body: podOf(name, wanted) }),
    remove: (name: string) =>
      send(cluster, 'admin', 'DELETE', `${pods}/${name}`, { body: { gracePeriodSeconds: 0 } }),
    log: async (name: string) => (await send(cluster, 'admin', 'GET', `${pods}/${name}/log`, {})).text,
    /** The Pod, once it is in one of these phases. */
    async inPhase(name: string, ...phases: string[]) {
      for (;;) {
        await clock.advance(500);
        const pod = await get(`${pods}/${name}`);
        if (phases.includes(pod.status?.phase)) return pod;
      }
    },
    events: async (reason: string) =>
      (await get('/api/v1/namespaces/default/events')).items.filter(
        (event: { reason: string }) => event.reason === reason,
      ),
    stop: () => cluster.stop(),
  };
}

let cluster: Awaited<ReturnType<typeof fastCluster>>;
beforeAll(async () => {
  cluster = await fastCluster();
});
afterAll(() => cluster.stop());

describe('a container that fills the disk', () => {
  it('is told that there is no space left, and has it again when it removes what it wrote', async () => {
    await cluster.create('filler', {
      script:
        'dd if=/dev/urandom of=/big bs=1M count=1024; echo "status $?"; rm /big; echo small > /file && cat /file',
    });
    await cluster.inPhase('filler', 'Succeeded', 'Failed');
    expect(await cluster.log('filler')).toMatch(/No space left on device[\s\S]*status 1\nsmall\n$/);
    await neighbourIsFine();
  });

  it('may write more of what repeats than would find room', async () => {
    await cluster.create('zeros', {
      script: 'dd if=/dev/zero of=/big bs=1M count=192 2>/dev/null; echo $?; du -m /big',
    });
    await cluster.inPhase('zeros', 'Succeeded', 'Failed');
    expect(await cluster.log('zeros')).toBe('0\n192\t/big\n');
  });

  const write = (path: string) => `dd if=/dev/zero of=${path} bs=1M count=30; sleep 1000000`;
  const limits = { limits: { 'ephemeral-storage': '20Mi' } };
  it.each<[string, Wanted, string]>([
    [
      'an emptyDir over its sizeLimit',
      { script: write('/v/big'), volume: { emptyDir: { sizeLimit: '20Mi' } } },
      'Usage of EmptyDir volume "v" exceeds the limit "20Mi". ',
    ],
    [
      'its own layer over its limit',
      { script: write('/big'), resources: limits },
      'Pod ephemeral local storage usage exceeds the total limit of containers 20Mi. ',
    ],
    [
      'an emptyDir over the limit of its container',
      { script: write('/v/big'), resources: limits, volume: { emptyDir: {} } },
      'Pod ephemeral local storage usage exceeds the total limit of containers 20Mi. ',
    ],
    [
      'its log over the limit',
      {
        script: 'dd if=/dev/zero bs=1M count=8; sleep 1000000',
        resources: { limits: { 'ephemeral-storage': '5Mi' } },
      },
      'Pod ephemeral local storage usage exceeds the total limit of containers 5Mi. ',
    ],
  ])('is evicted: %s', async (name, wanted, message) => {
    const pod = name.toLowerCase().replace(/\W+/g, '-');
    await cluster.create(pod, wanted);
    const { status } = await cluster.inPhase(pod, 'Failed');
    expect(status).toMatchObject({ reason: 'Evicted', message });
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', reason: 'TerminationByKubelet', message }),
    );
    expect(await cluster.events('Evicted')).toContainEqual(
      expect.objectContaining({
        type: 'Warning',
        message,
        involvedObject: expect.objectContaining({ name: pod }),
      }),
    );
  });

  it('stays within its limits as long as it writes less', async () => {
    await cluster.create('modest', {
      script: 'dd if=/dev/zero of=/v/x bs=1M count=10; sleep 60',
      resources: limits,
      volume: { emptyDir: { sizeLimit: '20Mi' } },
    });
    expect((await cluster.inPhase('modest', 'Succeeded', 'Failed')).status.phase).toBe('Succeeded');
  });
});

describe('a container that writes without end to its log', () => {
  it('keeps the latest of it, no more than a log file may hold', async () => {
    await cluster.create('talker', {
      script: 'dd if=/dev/zero bs=1M count=24 2>/dev/null; echo; echo end',
    });
    await cluster.inPhase('talker', 'Succeeded');
    const log = await cluster.log('talker');
    expect(log.length).toBeLessThanOrEqual(10 * 1024 * 1024);
    expect(log.slice(-5)).toBe('\nend\n');
    await neighbourIsFine();
  });
});

describe('a container that computes without end', () => {
  it.each([
    ['the shell', 'while :; do :; done'],
    ['arithmetic', 'i=0; while :; do i=$((i + 1)); done'],
    ['awk', "awk 'BEGIN { while (1) i++ }'"],
    ['sed', "echo a | sed ':a; s/a/b/; s/b/a/; ba'"],
    ['a regular expression', "yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | grep -E '(a+)+b'"],
    ['a regular expression in either case', "yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | sed -n '/\\(a*\\)*b/Ip'"],
    ['a pattern', 's=$(printf %060d 0); while :; do case $s in *0*0*0*0*0*0*0*0*0*1) ;; esac; done'],
    ['a pipe', 'yes | cat | cat > /dev/null'],
    ['random bytes', 'gzip < /dev/urandom > /dev/null'],
    ['programs', 'while :; do ls / > /dev/null; done'],
  ])('starves nobody: %s', async (name, script) => {
    const pod = name.toLowerCase().replace(/\W+/g, '-');
    await cluster.create(pod, { script });
    expect((await cluster.inPhase(pod, 'Running')).status.phase).toBe('Running');
    await neighbourIsFine();
    expect((await cluster.remove(pod)).status).toBe(200);
  });
});

it('none of them is a fault of the simulator', () => {
  expect(errors).toEqual([]);
});
