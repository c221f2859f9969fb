import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../schema/types';
import { startTestCluster, type TestCluster } from '../../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({ scripts: { c: { onTerm: 0, stopsAfterMs: 5_000 } } });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const pod = () => cluster.client.get('pods', 'default', 'p') as Pod;
const create = (spec: object = {}) =>
  cluster.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', labels: { app: 'p' } },
    spec: { containers: [{ name: 'c', image: 'busybox' }], ...spec },
  });

describe('pods/binding', () => {
  it.each([
    ['bound to', true],
    ['made for', false],
  ])('a Pod that is %s a node is labelled with where that stands, and with nothing else of it', (_how, bound) => {
    const node = cluster.client.get('nodes', '', 'node-1') as Node;
    const labels = { 'topology.kubernetes.io/zone': 'east', disk: 'fast' };
    cluster.client.update('nodes', { ...node, metadata: { ...node.metadata, labels } });
    create(bound ? { schedulerName: 'nobody' } : { nodeName: 'node-1' });
    if (bound) cluster.client.bind('default', 'p', 'node-1');
    expect(pod().metadata.labels).toEqual({ app: 'p', 'topology.kubernetes.io/zone': 'east' });
  });
});

describe('pods/eviction', () => {
  const target = () => pod().status?.conditions?.find(({ type }) => type === 'DisruptionTarget');

  it.each([
    ['any version of the Pod', {}],
    ['the version that it has', 'resourceVersion'],
  ])('of %s lets the Pod say why it goes', async (_what, precondition) => {
    create();
    await cluster.clock.advance(3_000);
    const { resourceVersion = '' } = pod().metadata;
    const preconditions = precondition === 'resourceVersion' ? { resourceVersion } : {};
    cluster.client.evict('default', 'p', { preconditions });
    expect(target()).toMatchObject({ status: 'True', reason: 'EvictionByEvictionAPI' });
    expect(pod().metadata.deletionTimestamp).toBeDefined();
    await cluster.clock.advance(2_000);
    expect(target()?.message).toBe('Eviction API: evicting');
  });

  it('of another version, or another Pod, changes nothing', () => {
    create();
    for (const preconditions of [{ resourceVersion: '1' }, { uid: 'other' }])
      expect(() => cluster.client.evict('default', 'p', { preconditions })).toThrow('Operation cannot be');
    expect(target()).toBeUndefined();
  });
});
