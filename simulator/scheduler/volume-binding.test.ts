import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersistentVolume, Pod } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({ nodes: ['plane', 'one', 'two'], scripts: { app: { onTerm: 0 } } });
  cluster.client.create('storageclasses.storage.k8s.io', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

function volume(name: string, node: string, { storage = '1Gi', mode = 'ReadWriteOnce' } = {}): void {
  const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }];
  cluster.client.create('persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage },
      accessModes: [mode],
      storageClassName: 'local',
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path: '/mnt/disk' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
    },
  });
}

async function claim(mode = 'ReadWriteOnce'): Promise<void> {
  cluster.client.create('persistentvolumeclaims', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: [mode], storageClassName: 'local', resources: { requests: { storage: '1Gi' } } },
  });
  await cluster.clock.advance(2_000);
}

async function run(name = 'db', spec: object = {}): Promise<Pod> {
  cluster.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      containers: [{ name: 'app', image: 'busybox' }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      ...spec,
    },
  } as Pod);
  await cluster.clock.advance(5_000);
  return cluster.client.get('pods', 'default', name) as Pod;
}

const phase = () => cluster.client.get('persistentvolumeclaims', 'default', 'data')?.status?.phase;
const why = (pod: Pod) => pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;

describe('a claim that waits for its first consumer', () => {
  it('is bound to a volume that is there once a Pod has a node, and not before', async () => {
    volume('small', 'two');
    volume('large', 'one', { storage: '9Gi' });
    await claim();
    expect(phase()).toBe('Pending');
    const pod = await run();
    expect(phase()).toBe('Bound');
    const bound = cluster.client.get('persistentvolumeclaims', 'default', 'data')?.spec?.volumeName ?? '';
    const { spec, metadata } = cluster.client.get('persistentvolumes', '', bound) as PersistentVolume;
    expect(metadata.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' });
    const [term] = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
    expect(term?.matchExpressions?.[0]?.values).toEqual([pod.spec?.nodeName]);
    expect(pod.status?.phase).toBe('Running');
  });

  it('goes with the Pod where that has to be', async () => {
    volume('small', 'two');
    volume('large', 'one', { storage: '9Gi' });
    await claim();
    const pod = await run('db', { nodeSelector: { 'kubernetes.io/hostname': 'one' } });
    expect(pod.spec?.nodeName).toBe('one');
    expect(cluster.client.get('persistentvolumeclaims', 'default', 'data')?.spec?.volumeName).toBe('large');
  });

  it('keeps its Pod waiting while there is no volume', async () => {
    await claim();
    expect(why(await run())).toContain("2 node(s) didn't find available persistent volumes to bind");
  });

  it('keeps later Pods to the node of its volume', async () => {
    volume('small', 'two');
    await claim();
    await run();
    const pod = await run('other', { nodeSelector: { 'kubernetes.io/hostname': 'one' } });
    expect(why(pod)).toMatch(/node\(s\) didn't match Pod's node affinity\/selector/);
    cluster.client.delete('pods', 'default', 'other');
    const node = cluster.client.get('nodes', '', 'two');
    if (node) cluster.client.update('nodes', { ...node, spec: { ...node.spec, unschedulable: true } });
    await cluster.clock.advance(1_000);
    expect(why(await run('other'))).toContain("1 node(s) didn't match PersistentVolume's node affinity");
  });

  it('is for one Pod alone when it says so', async () => {
    volume('small', 'two', { mode: 'ReadWriteOncePod' });
    await claim('ReadWriteOncePod');
    await run();
    expect(why(await run('other'))).toContain(
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
    );
  });
});
