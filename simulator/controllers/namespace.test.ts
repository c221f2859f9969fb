import { afterEach, describe, expect, it } from 'vitest';
import type { ConfigMap } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const conditions = () =>
  cluster.client
    .get('namespaces', '', 'shop')
    ?.status?.conditions?.filter(({ status }) => status === 'True')
    .map(({ type, message }) => `${type}: ${message}`);

async function shop(finalizers: string[] = []): Promise<void> {
  cluster = await startTestCluster({ scripts: { web: { onTerm: 0, stopsAfterMs: 3_000 } } });
  const { client, clock } = cluster;
  client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await clock.advance(100);
  client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'shop', finalizers },
  });
  client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { containers: [{ name: 'web', image: 'nginx:1' }] },
  });
  await clock.advance(2_000);
}

describe('a namespace that is deleted', () => {
  it('loses its Pods first, and what they may need only then', async () => {
    await shop();
    cluster.client.delete('namespaces', '', 'shop');
    await cluster.clock.advance(1_000);
    expect(cluster.client.get('pods', 'shop', 'web')?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.client.get('configmaps', 'shop', 'settings')).toBeDefined();
    await cluster.clock.advance(10_000);
    expect(cluster.client.get('namespaces', '', 'shop')).toBeUndefined();
  });

  it('says what keeps it', async () => {
    await shop(['example.com/keep']);
    cluster.client.delete('namespaces', '', 'shop');
    await cluster.clock.advance(20_000);
    expect(conditions()).toEqual([
      'NamespaceContentRemaining: Some resources are remaining: configmaps. has 1 resource instances',
      'NamespaceFinalizersRemaining: Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
    ]);
    const kept = cluster.client.get('configmaps', 'shop', 'settings') as ConfigMap;
    cluster.client.update('configmaps', { ...kept, metadata: { ...kept.metadata, finalizers: [] } });
    await cluster.clock.advance(2_000);
    expect(cluster.client.get('namespaces', '', 'shop')).toBeUndefined();
  });
});
