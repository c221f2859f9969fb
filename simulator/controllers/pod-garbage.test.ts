import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job, PodSpec } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({ nodes: ['plane', 'one', 'two'], scripts: { c: { onTerm: 0 } } });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const pods = () => cluster.client.list('pods', { namespace: 'default' });
const spec = (more: Partial<PodSpec> = {}): PodSpec => ({
  containers: [{ name: 'c', image: 'busybox' }],
  restartPolicy: 'Never',
  ...more,
});

describe('a Pod whose node is not there', () => {
  it.each(['that has gone', 'that never was'])('is given up after a while: a node %s', async (what) => {
    const gone = what === 'that has gone';
    cluster.client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: spec({ nodeName: gone ? 'one' : 'nowhere' }),
    });
    await cluster.clock.advance(gone ? 5_000 : 0);
    if (gone) cluster.client.delete('nodes', '', 'one');
    await cluster.clock.advance(35_000);
    expect(pods()[0]?.status?.phase).toBe(gone ? 'Running' : 'Pending');
    const told: unknown[] = [];
    cluster.client.watch('pods', {}, ({ object: { status } }) => {
      const { reason } = status?.conditions?.find(({ type }) => type === 'DisruptionTarget') ?? {};
      told.push(`${status?.phase} ${reason}`);
    });
    await cluster.clock.advance(10_000);
    expect(told).toContain('Failed DeletionByPodGC');
    expect(pods()).toEqual([]);
  });

  it('fails for a Job that waits for that, which makes another', async () => {
    cluster.client.create('jobs.batch', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'job', namespace: 'default' },
      spec: { podReplacementPolicy: 'Failed', template: { spec: spec() } },
    } as Job);
    await cluster.clock.advance(5_000);
    const [before] = pods();
    cluster.client.delete('nodes', '', before?.spec?.nodeName ?? '');
    await cluster.clock.advance(60_000);
    const [other] = pods();
    expect(other?.metadata.name).not.toBe(before?.metadata.name);
    expect(other?.status?.phase).toBe('Running');
    expect(cluster.client.get('jobs.batch', 'default', 'job')?.status).toMatchObject({
      failed: 1,
      active: 1,
    });
  });
});
