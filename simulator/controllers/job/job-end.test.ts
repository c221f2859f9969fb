import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../schema/types';
import { startTestCluster, type TestCluster } from '../../test-cluster';

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await startTestCluster({
    scripts: {
      // One takes its time to stop, the other does not hear that it shall.
      slow: { onTerm: 143, stopsAfterMs: 5_000 },
      deaf: {},
      polite: { onTerm: 0, stopsAfterMs: 1_000 },
      fails: { endsAfterMs: 500, exitCode: 1 },
    },
  });
});

afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

function create(container: string, spec: Partial<Job['spec']>, restartPolicy = 'Never'): void {
  cluster.client.create('jobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', namespace: 'default' },
    spec: {
      ...spec,
      template: {
        spec: {
          restartPolicy,
          terminationGracePeriodSeconds: 30,
          containers: [{ name: container, image: 'busybox' }],
        },
      },
    },
  });
}

const status = () => cluster.client.get('jobs.batch', 'default', 'job')?.status;
const conditions = () => status()?.conditions?.map(({ type, reason }) => `${type}:${reason}`) ?? [];

/** KEP-3939: a Job is over once its last Pod has ended; what made it end is told before. */
describe('the end of a Job', () => {
  it.each([
    ['slow', 6_000],
    ['deaf', 31_000],
  ])('waits for Pods that are %s', async (container, takesMs) => {
    create(container, { activeDeadlineSeconds: 20, parallelism: 2 });
    await cluster.clock.advance(21_000);
    expect(conditions()).toEqual(['FailureTarget:DeadlineExceeded']);
    expect(status()).toMatchObject({ terminating: 2, failed: 2 });
    expect(status()?.active).toBeUndefined();
    await cluster.clock.advance(takesMs);
    expect(conditions()).toEqual(['FailureTarget:DeadlineExceeded', 'Failed:DeadlineExceeded']);
    expect(status()).toMatchObject({ terminating: 0, failed: 2 });
    expect(cluster.client.list('pods', { namespace: 'default' })).toEqual([]);
  });
});

const pods = () => cluster.client.list('pods', { namespace: 'default' });

describe('a Pod of a Job that somebody deletes', () => {
  it.each([
    ['TerminatingOrFailed', 1, undefined],
    ['Failed', undefined, 1],
  ])('counts as failed under %s: %s at once', async (podReplacementPolicy, failed, terminating) => {
    create('polite', { podReplacementPolicy });
    await cluster.clock.advance(2_000);
    cluster.client.delete('pods', 'default', pods()[0]?.metadata.name ?? '');
    await cluster.clock.advance(100);
    expect(status()?.failed).toBe(failed);
    expect(status()?.terminating).toBe(1);
    if (terminating) expect(pods()).toHaveLength(1);
    // Though it ends well, a Pod that was told to end has done no work, where that is what the Job says.
    await cluster.clock.advance(5_000);
    expect(status()?.succeeded).toBe(podReplacementPolicy === 'Failed' ? 1 : undefined);
  });

  it('has a successor after the back-off', async () => {
    create('polite', {});
    await cluster.clock.advance(2_000);
    cluster.client.delete('pods', 'default', pods()[0]?.metadata.name ?? '');
    await cluster.clock.advance(8_000);
    expect(pods()).toEqual([]);
    await cluster.clock.advance(4_000);
    expect(pods()).toHaveLength(1);
  });
});

describe('a Job', () => {
  it.each([
    [0, 1],
    [2, 2],
  ])('with the back-off limit %i under OnFailure ends with restart %i', async (backoffLimit, restarts) => {
    create('fails', { backoffLimit }, 'OnFailure');
    const seen: number[] = [];
    cluster.client.watch('pods', {}, ({ object }) => {
      seen.push(object.status?.containerStatuses?.[0]?.restartCount ?? 0);
    });
    await cluster.clock.advance(120_000);
    expect(Math.max(...seen)).toBe(restarts);
    expect(conditions().at(-1)).toBe('Failed:BackoffLimitExceeded');
  });

  it('is left to whoever it names', async () => {
    create('polite', { managedBy: 'example.com/queue' });
    await cluster.clock.advance(5_000);
    expect(pods()).toEqual([]);
    expect(status()).toEqual({});
  });

  it('lets Pods go that belong to another of its name', async () => {
    create('deaf', {});
    await cluster.clock.advance(2_000);
    cluster.client.delete('jobs.batch', 'default', 'job', { propagationPolicy: 'Background' });
    create('polite', {});
    await cluster.clock.advance(60_000);
    expect(pods().map(({ spec }) => spec?.containers[0]?.name)).toEqual(['polite']);
  });
});
