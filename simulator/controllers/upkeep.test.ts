import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job, PodTemplateSpec, StatefulSet } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({
    scripts: {
      web: { onTerm: 0 },
      work: { endsAfterMs: 1000 },
      fails: { endsAfterMs: 100, exitCode: 1 },
    },
  });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const template = (name: string, spec: object = {}): PodTemplateSpec => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name, image: 'nginx:1' }], terminationGracePeriodSeconds: 1, ...spec },
});

describe('a ReplicaSet whose Pods are refused', () => {
  it('tries again at growing intervals, and tells of it once', async () => {
    cluster.client.create('deployments.apps', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: template('web', { serviceAccountName: 'nobody' }),
      },
    });
    await cluster.clock.advance(1000);
    const version = () => {
      const [set] = cluster.client.list('replicasets.apps', { namespace: 'default' });
      expect(set?.status?.conditions?.[0]).toMatchObject({ type: 'ReplicaFailure', reason: 'FailedCreate' });
      return set?.metadata.resourceVersion;
    };
    const before = version();
    await cluster.clock.advance(60_000);
    expect(version()).toBe(before);
  });
});

describe('an Indexed Job that counts failures by index', () => {
  const job = (spec: Partial<Job['spec']>, name = 'fails'): Job => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default' },
    spec: {
      completions: 3,
      parallelism: 3,
      completionMode: 'Indexed',
      ...spec,
      template: template(name, { restartPolicy: 'Never' }),
    },
  });
  const status = () => cluster.client.get('jobs.batch', 'default', 'work')?.status;

  it('tries each as often as it says, and fails with the indexes that failed', async () => {
    cluster.client.create('jobs.batch', job({ backoffLimitPerIndex: 1 }));
    await cluster.clock.advance(5000);
    expect(status()).toMatchObject({ failed: 3, failedIndexes: '' });
    await cluster.clock.advance(30_000);
    expect(status()).toMatchObject({ failed: 6, failedIndexes: '0-2' });
    expect(status()?.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'FailedIndexes',
      message: 'Job has failed indexes',
    });
  });

  it('is over when more indexes have failed than may', async () => {
    cluster.client.create('jobs.batch', job({ backoffLimitPerIndex: 0, maxFailedIndexes: 1 }));
    await cluster.clock.advance(5000);
    expect(status()?.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'MaxFailedIndexesExceeded',
      message: 'Job has exceeded the specified maximal number of failed indexes',
    });
  });

  it('is complete when its success policy is met', async () => {
    const successPolicy = { rules: [{ succeededIndexes: '0' }] };
    cluster.client.create('jobs.batch', job({ parallelism: 1, successPolicy }, 'work'));
    await cluster.clock.advance(5000);
    expect(status()).toMatchObject({ succeeded: 1, completedIndexes: '0' });
    expect(status()?.conditions?.at(-1)).toMatchObject({
      type: 'Complete',
      reason: 'SuccessPolicy',
      message: 'Matched rules at index 0',
    });
  });
});

describe('the claims of a StatefulSet', () => {
  const set = (policy: object): StatefulSet => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: { app: 'web' } },
      persistentVolumeClaimRetentionPolicy: policy,
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
      template: template('web'),
    },
  });
  const claims = () =>
    cluster.client
      .list('persistentvolumeclaims', { namespace: 'default' })
      .map(({ metadata }) => metadata.name);

  it.each([
    [{}, ['data-db-0', 'data-db-1'], ['data-db-0', 'data-db-1']],
    [{ whenScaled: 'Delete' }, ['data-db-0'], ['data-db-0']],
    [{ whenDeleted: 'Delete' }, ['data-db-0', 'data-db-1'], []],
    [{ whenScaled: 'Delete', whenDeleted: 'Delete' }, ['data-db-0'], []],
  ])('under %j: %j once scaled to 1, %j once deleted', async (policy, scaled, deleted) => {
    const { client, clock } = cluster;
    const created = client.create('statefulsets.apps', set(policy));
    await clock.advance(20_000);
    const stored = client.get('statefulsets.apps', 'default', 'db') ?? created;
    if (stored.spec) client.update('statefulsets.apps', { ...stored, spec: { ...stored.spec, replicas: 1 } });
    await clock.advance(20_000);
    expect(claims()).toEqual(scaled);
    client.delete('statefulsets.apps', 'default', 'db', { propagationPolicy: 'Background' });
    await clock.advance(20_000);
    expect(claims()).toEqual(deleted);
  });
});
