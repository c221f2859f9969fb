import { afterEach, describe, expect, it } from 'vitest';
import type { PodMetrics } from '../../metrics/usage-sampler';
import type { HorizontalPodAutoscaler, Pod } from '../../schema/types';
import { startTestCluster, type TestCluster } from '../../test-cluster';
import { bound, type Memory, stabilize } from './limits';
import { type Metric, recommend } from './recommend';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;

let cluster: TestCluster;
afterEach(() => {
  cluster?.components.stop();
  expect(cluster?.errors.map(String) ?? []).toEqual([]);
});

const utilization = (averageUtilization: number): Spec['metrics'] => [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } },
];

async function autoscaled(
  spec: Partial<Spec>,
  { uses = 200, replicas = 2, requests = { cpu: '100m' } as Record<string, string>, looks = 1 } = {},
): Promise<void> {
  cluster = await startTestCluster({ scripts: { web: { uses: { cpuMillis: uses, memoryBytes: 2 ** 26 } } } });
  cluster.client.create('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'nginx:1', resources: { requests } }] },
      },
    },
  });
  await cluster.clock.advance(20_000);
  cluster.client.create('horizontalpodautoscalers.autoscaling', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      ...spec,
    },
  });
  // The first look is a whole period away.
  await cluster.clock.advance(looks * 15_000 + 1_000);
}

const replicas = () => cluster.client.get('deployments.apps', 'default', 'web')?.spec?.replicas;
const status = () => cluster.client.get('horizontalpodautoscalers.autoscaling', 'default', 'web')?.status;
const condition = (type: string) => status()?.conditions?.find((each) => each.type === type);
const told = () =>
  cluster.client
    .list('events', { fieldSelector: 'involvedObject.kind=HorizontalPodAutoscaler' })
    .map(({ reason, message }) => `${reason}: ${message}`);

describe('a HorizontalPodAutoscaler', () => {
  it.each([
    ['twice the target: twice the replicas', { metrics: utilization(100) }, {}, 4],
    ['within a tenth of the target: no change', { metrics: utilization(190) }, {}, 2],
    [
      'as far as it shall be tolerated',
      { metrics: utilization(150), behavior: { scaleUp: { tolerance: '500m' } } },
      {},
      2,
    ],
    [
      'the least that is not tolerated',
      { metrics: utilization(190), behavior: { scaleUp: { tolerance: '0.05' } } },
      {},
      3,
    ],
    ['more than may be', { metrics: utilization(10), maxReplicas: 3 }, {}, 3],
    ['no faster than four Pods or twice as many', { metrics: utilization(10), maxReplicas: 99 }, {}, 6],
    ['fewer than shall be', { metrics: utilization(190), minReplicas: 3 }, {}, 3],
    [
      'an average amount',
      {
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '32Mi' } },
          },
        ],
      },
      {},
      4,
    ],
    ['nothing before it looked', { metrics: utilization(100), minReplicas: 3 }, { looks: 0 }, 2],
    ['less than the target: not before five minutes have passed', { metrics: utilization(400) }, {}, 2],
  ])('%s', async (_, spec, options, wanted) => {
    await autoscaled(spec as Partial<Spec>, options);
    expect(replicas()).toBe(wanted);
  });

  it('tells of what it did and saw', async () => {
    await autoscaled({ metrics: utilization(100) });
    expect(status()).toMatchObject({
      desiredReplicas: 4,
      currentMetrics: [{ resource: { current: { averageUtilization: 200, averageValue: '200m' } } }],
    });
    expect(condition('AbleToScale')).toMatchObject({
      reason: 'SucceededRescale',
      message: 'the HPA controller was able to update the target scale to 4',
    });
    expect(told()).toEqual([
      'SuccessfulRescale: New size: 4; reason: cpu resource utilization (percentage of request) above target',
    ]);
  });

  it('shrinks once nothing more was wished for five minutes', async () => {
    await autoscaled({ metrics: utilization(400) });
    expect(condition('AbleToScale')?.reason).toBe('ScaleDownStabilized');
    await cluster.clock.advance(330_000);
    expect(replicas()).toBe(1);
  });

  it('says what it lacks', async () => {
    await autoscaled({ metrics: utilization(50) }, { requests: {} });
    const [pod] = cluster.client.list('pods', { namespace: 'default' });
    const missing = `failed to get cpu utilization: missing request for cpu in container web of Pod ${pod?.metadata.name}`;
    expect(condition('ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message: `the HPA was unable to compute the replica count: ${missing}`,
    });
    expect(told().sort()).toEqual([
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${missing}`,
      `FailedGetResourceMetric: ${missing}`,
    ]);
  });

  it('says when there is nothing to scale', async () => {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'gone' };
    await autoscaled({ metrics: utilization(50), scaleTargetRef });
    expect(condition('AbleToScale')).toMatchObject({
      status: 'False',
      reason: 'FailedGetScale',
      message:
        'the HPA controller was unable to get the target\'s current scale: deployments.apps "gone" not found',
    });
  });
});

const spec = (behavior: Spec['behavior'] = {}): Spec => ({
  scaleTargetRef: { kind: 'Deployment', name: 'web' },
  minReplicas: 2,
  maxReplicas: 20,
  behavior,
});
const memory = (recommendations: Memory['recommendations'] = []): Memory => ({
  recommendations,
  changes: [],
});

describe('limits', () => {
  it.each([
    [{}, 4, 30, 8, 'ScaleUpLimit'],
    [{}, 15, 30, 20, 'TooManyReplicas'],
    [{}, 4, 1, 2, 'TooFewReplicas'],
    [{}, 4, 3, 3, 'DesiredWithinRange'],
    [{ scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } }, 4, 8, 5, 'ScaleUpLimit'],
    [{ scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } }, 8, 3, 7, 'ScaleDownLimit'],
    [{ scaleDown: { selectPolicy: 'Disabled' } }, 8, 3, 8, 'ScaleDownLimit'],
  ])('under %j, from %i to %i: %i, %s', (behavior, current, wished, replicas, reason) => {
    const found = bound(spec(behavior as Spec['behavior']), memory(), current, wished, 0);
    expect([found.replicas, found.note.reason]).toEqual([replicas, reason]);
  });

  it('hold to the highest of what was wished in the last five minutes', () => {
    const { replicas, note } = stabilize(spec(), memory([{ at: 0, replicas: 6 }]), 6, 3, 299_000);
    expect([replicas, note?.reason]).toEqual([6, 'ScaleDownStabilized']);
    expect(stabilize(spec(), memory([{ at: 0, replicas: 6 }]), 6, 3, 300_000).replicas).toBe(3);
  });
});

describe('Pods that count', () => {
  const at = Date.UTC(2026, 0, 1, 12);
  const time = (secondsBefore: number) => new Date(at - secondsBefore * 1_000).toISOString();
  /** A Pod that started and became (un)ready so many seconds ago, asking for 100m. */
  const pod = (name: string, started: number, turned: number, ready = true): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'web', resources: { requests: { cpu: '100m' } } }] },
    status: {
      phase: 'Running',
      startTime: time(started),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: time(turned) }],
    },
  });
  const uses = (name: string, cpuMillis: number): PodMetrics => ({
    namespace: 'default',
    pod: name,
    node: 'n',
    at,
    windowMs: 15_000,
    containers: [{ name: 'web', cpuNanoCores: cpuMillis * 1e6, memoryBytes: 0 }],
  });
  const [metric] = utilization(100) ?? [];

  it.each([
    ['all of them', [pod('a', 600, 590), pod('b', 600, 590)], [uses('a', 200), uses('b', 200)], 4],
    ['not one that starts', [pod('a', 600, 590), pod('b', 12, 10)], [uses('a', 200), uses('b', 900)], 2],
    [
      'one that was ready all the time',
      [pod('a', 600, 590), pod('b', 40, 20)],
      [uses('a', 200), uses('b', 200)],
      4,
    ],
    [
      'not one that never was ready',
      [pod('a', 600, 590), pod('b', 600, 590, false)],
      [uses('a', 50), uses('b', 900)],
      1,
    ],
    [
      'one that is missing as idle when there is too much',
      [pod('a', 600, 590), pod('b', 600, 590)],
      [uses('a', 400)],
      4,
    ],
    [
      'one that is missing as busy when there is too little',
      [pod('a', 600, 590), pod('b', 600, 590)],
      [uses('a', 10)],
      2,
    ],
  ])('%s', (_, pods, metrics, replicas) => {
    expect(recommend(metric as Metric, pods, 2, metrics).replicas).toBe(replicas);
  });

  it('says when none does', () => {
    expect(() => recommend(metric as Metric, [pod('a', 12, 10)], 1, [uses('a', 900)])).toThrow(
      'did not receive metrics for targeted pods (pods might be unready)',
    );
  });
});
