import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job, Pod, PodStatus } from '../../schema/types';
import { startTestCluster, type TestCluster } from '../../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const stored = () => cluster.client.get('jobs.batch', 'default', 'job') as Job;
const pods = () => cluster.client.list('pods', { namespace: 'default' });
const indexOf = ({ metadata }: Pod) => metadata.labels?.['batch.kubernetes.io/job-completion-index'];
const active = () =>
  pods()
    .filter(({ metadata, status }) => status?.phase === 'Pending' && !metadata.deletionTimestamp)
    .map(indexOf)
    .sort();

/** Its Pods find no scheduler: they end when and as the test says. */
async function create(spec: Partial<Job['spec']>): Promise<void> {
  cluster.client.create('jobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', namespace: 'default' },
    spec: {
      completionMode: 'Indexed',
      ...spec,
      template: {
        spec: {
          restartPolicy: 'Never',
          schedulerName: 'nobody',
          containers: [{ name: 'c', image: 'busybox' }],
        },
      },
    },
  });
  await cluster.clock.advance(1_000);
}

async function end(index: number, status: PodStatus): Promise<void> {
  const pod = pods().find(
    (each) => indexOf(each) === String(index) && each.status?.phase === 'Pending',
  ) as Pod;
  cluster.client.updateStatus('pods', { ...pod, status: { ...pod.status, ...status } });
  await cluster.clock.advance(100);
}

async function resize(size: number): Promise<void> {
  const spec = { ...stored().spec, parallelism: size, completions: size } as Job['spec'];
  cluster.client.update('jobs.batch', { ...stored(), ...(spec ? { spec } : {}) });
  await cluster.clock.advance(1_000);
}

describe('an indexed Job', () => {
  it('that is made smaller gives up the indexes beyond, done or not', async () => {
    await create({ parallelism: 4, completions: 4 });
    await end(3, { phase: 'Succeeded' });
    expect(stored().status).toMatchObject({ completedIndexes: '3', succeeded: 1 });
    await resize(2);
    expect(active()).toEqual(['0', '1']);
    expect(stored().status?.completedIndexes).toBeUndefined();
    expect(stored().status?.conditions).toBeUndefined();
    await resize(4);
    expect(active()).toEqual(['0', '1', '2', '3']);
  });

  it('leaves the place of a Pod that is on its way out, when it says so', async () => {
    await create({ parallelism: 2, completions: 2, podReplacementPolicy: 'Failed' });
    cluster.client.delete('pods', 'default', pods()[0]?.metadata.name ?? '');
    await resize(3);
    expect(active()).toEqual(['1', '2']);
  });

  it('that counts failures by index begins no later index while an earlier one waits', async () => {
    await create({ parallelism: 1, completions: 2, backoffLimitPerIndex: 1 });
    await end(0, { phase: 'Failed' });
    await cluster.clock.advance(5_000);
    expect(active()).toEqual([]);
    await cluster.clock.advance(6_000);
    expect(active()).toEqual(['0']);
  });

  it('tells failures that its policy ignores from those that count', async () => {
    const onPodConditions = [{ type: 'DisruptionTarget', status: 'True' }];
    const rules = [{ action: 'Ignore', onPodConditions }];
    await create({ completions: 1, backoffLimitPerIndex: 1, podFailurePolicy: { rules } });
    const counts = () => {
      const { annotations = {} } = pods().find(({ status }) => status?.phase === 'Pending')?.metadata ?? {};
      return ['failure', 'ignored-failure'].map(
        (what) => annotations[`batch.kubernetes.io/job-index-${what}-count`],
      );
    };
    expect(counts()).toEqual(['0', undefined]);
    await end(0, { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    await cluster.clock.advance(11_000);
    expect(counts()).toEqual(['0', '1']);
    await end(0, { phase: 'Failed' });
    await cluster.clock.advance(21_000);
    expect(counts()).toEqual(['1', '1']);
  });

  it('of any size costs no more than the indexes that it works on', async () => {
    await create({ parallelism: 2, completions: 2_147_483_647 });
    cluster.client.updateStatus('jobs.batch', {
      ...stored(),
      status: { ...stored().status, completedIndexes: '7-2147483000' },
    });
    await cluster.clock.advance(1_000);
    expect(active()).toEqual(['0', '1']);
  });
});
