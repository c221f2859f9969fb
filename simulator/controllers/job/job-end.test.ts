import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../schema/types';
import { startTestCluster, type TestCluster } from '../../test-cluster';

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await startTestCluster({
    // One takes its time to stop, the other does not hear that it shall.
    scripts: { slow: { onTerm: 143, stopsAfterMs: 5_000 }, deaf: {} },
  });
});

afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

function create(container: string, spec: Partial<Job['spec']>): void {
  cluster.client.create('jobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', namespace: 'default' },
    spec: {
      ...spec,
      template: {
        spec: {
          restartPolicy: 'Never',
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
    expect(status()).toMatchObject({ terminating: 2 });
    expect(status()?.active).toBeUndefined();
    await cluster.clock.advance(takesMs);
    expect(conditions()).toEqual(['FailureTarget:DeadlineExceeded', 'Failed:DeadlineExceeded']);
    expect(status()).toMatchObject({ terminating: 0, failed: 2 });
    expect(cluster.client.list('pods', { namespace: 'default' })).toEqual([]);
  });
});
