import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, PodDisruptionBudget } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({ scripts: { web: { onTerm: 0 }, slow: { onTerm: 0 } } });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const labels = { app: 'web' };
const spec = { containers: [{ name: 'web', image: 'nginx:1' }], terminationGracePeriodSeconds: 1 };
const budget = () => cluster.client.get('poddisruptionbudgets.policy', 'default', 'web')?.status;
const told = () =>
  cluster.client
    .list('events')
    .filter(({ involvedObject }) => involvedObject.kind === 'PodDisruptionBudget')
    .map(({ reason, message }) => `${reason}: ${message}`);

async function guard(rule: Partial<PodDisruptionBudget['spec']>): Promise<void> {
  cluster.client.create('poddisruptionbudgets.policy', {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { matchLabels: labels }, ...rule },
  });
  await cluster.clock.advance(3_000);
}

describe('a PodDisruptionBudget', () => {
  it('counts a Deployment in the middle of a rollout as what it is to have', async () => {
    cluster.client.create('deployments.apps', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas: 4, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    });
    await cluster.clock.advance(3_000);
    const deployment = cluster.client.get('deployments.apps', 'default', 'web') as Deployment;
    const stuck = { ...spec, containers: [{ name: 'web', image: 'gone.invalid/x:1' }] };
    cluster.client.update('deployments.apps', {
      ...deployment,
      spec: { ...deployment.spec, template: { metadata: { labels }, spec: stuck } } as Deployment['spec'],
    } as Deployment);
    await cluster.clock.advance(5_000);
    await guard({ maxUnavailable: '50%' as never });
    expect(budget()).toMatchObject({
      expectedPods: 4,
      desiredHealthy: 2,
      currentHealthy: 3,
      disruptionsAllowed: 1,
    });
  });

  it('says when there are no Pods', async () => {
    await guard({ minAvailable: 1 as never });
    expect(told()).toEqual(['NoPods: No matching pods found']);
    expect(budget()).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
  });

  it('says that Pods without a controller have no share', async () => {
    cluster.client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'alone', namespace: 'default', labels },
      spec,
    });
    await guard({ maxUnavailable: 1 as never });
    expect(told()[0]).toContain(
      'UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged.',
    );
    expect(budget()).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0 });
  });

  it('allows nothing when a controller cannot say how many there should be', async () => {
    cluster.client.create('jobs.batch', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'work', namespace: 'default' },
      spec: { template: { metadata: { labels }, spec: { ...spec, restartPolicy: 'Never' } } },
    });
    await cluster.clock.advance(1_000);
    await guard({ maxUnavailable: 1 as never });
    expect(budget()?.conditions?.[0]).toMatchObject({
      status: 'False',
      reason: 'SyncFailed',
      message: 'jobs.batch does not implement the scale subresource',
    });
  });
});
