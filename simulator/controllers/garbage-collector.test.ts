import { describe, expect, it } from 'vitest';
import type { ConfigMap } from '../schema/types';
import { startTestCluster } from '../test-cluster';

type Cluster = Awaited<ReturnType<typeof startTestCluster>>;

function make({ client }: Cluster, name: string, ...owners: string[]): void {
  client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
  });
  own({ client } as Cluster, name, ...owners);
}

function own({ client }: Cluster, name: string, ...owners: string[]): void {
  const object = client.get('configmaps', 'default', name) as ConfigMap;
  const ownerReferences = owners.map((owner) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: owner,
    uid: client.get('configmaps', 'default', owner)?.metadata.uid ?? '',
    blockOwnerDeletion: true,
  }));
  client.update('configmaps', { ...object, metadata: { ...object.metadata, ownerReferences } });
}

/** What there is, with the owners of each. */
function left({ client }: Cluster): Record<string, string[]> {
  return Object.fromEntries(
    client
      .list('configmaps', { namespace: 'default' })
      .filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
      .map(({ metadata }) => [metadata.name, (metadata.ownerReferences ?? []).map(({ name }) => name)]),
  );
}

describe('garbage collector', () => {
  it.each<[policy: 'Foreground' | 'Background' | 'Orphan', left: Record<string, string[]>]>([
    ['Foreground', { other: [], shared: ['other'] }],
    ['Background', { other: [], shared: ['other'] }],
    ['Orphan', { mine: [], other: [], shared: ['other'] }],
  ])('%s deletion of an owner leaves what another keeps', async (propagationPolicy, wanted) => {
    const cluster = await startTestCluster();
    make(cluster, 'owner');
    make(cluster, 'other');
    make(cluster, 'mine', 'owner');
    make(cluster, 'shared', 'owner', 'other');
    await cluster.clock.advance(1_000);
    cluster.client.delete('configmaps', 'default', 'owner', { propagationPolicy });
    await cluster.clock.advance(5_000);
    expect(left(cluster)).toEqual(wanted);
    cluster.components.stop();
  });

  it('is not held up by owners in a circle', async () => {
    const cluster = await startTestCluster();
    for (const name of ['a', 'b', 'c']) make(cluster, name);
    own(cluster, 'a', 'c');
    own(cluster, 'b', 'a');
    own(cluster, 'c', 'b');
    await cluster.clock.advance(1_000);
    cluster.client.delete('configmaps', 'default', 'a', { propagationPolicy: 'Foreground' });
    await cluster.clock.advance(10_000);
    expect(left(cluster)).toEqual({});
    cluster.components.stop();
  });
});
