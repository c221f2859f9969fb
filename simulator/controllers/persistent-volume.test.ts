import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PersistentVolumeClaim } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({ nodes: ['one'], scripts: { app: { onTerm: 0 } } });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

function storageClass(name: string, provisioner: string, volumeBindingMode: string): void {
  cluster.client.create('storageclasses.storage.k8s.io', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode,
  });
}

function volume(name: string, claimRef?: object): void {
  cluster.client.create('persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'by-hand',
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: '/mnt' },
      ...(claimRef ? { claimRef } : {}),
    },
  });
}

function claim(name: string, spec: PersistentVolumeClaim['spec']): void {
  cluster.client.create('persistentvolumeclaims', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'by-hand',
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    },
  });
}

const phase = (name: string) => cluster.client.get('persistentvolumeclaims', 'default', name)?.status?.phase;
const told = () =>
  cluster.client
    .list('events', { namespace: 'default' })
    .filter(({ involvedObject }) => involvedObject.kind === 'PersistentVolumeClaim')
    .map(({ reason, message, count }) => `${reason} ${count}: ${message}`);

describe('a claim that waits', () => {
  const first = 'waiting for first consumer to be created before binding';
  it.each<[provisioner: string, mode: string, event: string]>([
    ['kubernetes.io/no-provisioner', 'WaitForFirstConsumer', `WaitForFirstConsumer 3: ${first}`],
    [
      'kubernetes.io/no-provisioner',
      'Immediate',
      'ProvisioningFailed 3: no volume plugin matched name: kubernetes.io/no-provisioner',
    ],
    [
      'kubernetes.io/aws-ebs',
      'Immediate',
      "ExternalProvisioning 3: Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    ],
  ])('for %s (%s) is told again every 15 seconds', async (provisioner, mode, event) => {
    storageClass('by-hand', provisioner, mode);
    claim('data', {});
    await cluster.clock.advance(40_000);
    volume('someone-elses', { namespace: 'default', name: 'other' });
    await cluster.clock.advance(100);
    expect(told()).toEqual([event]);
    expect(phase('data')).toBe('Pending');
  });

  it('says which Pod has no node yet', async () => {
    storageClass('by-hand', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer');
    cluster.client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'default' },
      spec: {
        containers: [{ name: 'c', image: 'app' }],
        volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }],
      },
    });
    claim('data', {});
    await cluster.clock.advance(1000);
    expect(told()).toEqual(['WaitForPodScheduled 1: waiting for pod p to be scheduled']);
  });
});

describe('a claim that names its volume', () => {
  it('is bound to it, which the controller did not choose', async () => {
    claim('data', { volumeName: 'disk' });
    await cluster.clock.advance(1000);
    expect(phase('data')).toBe('Pending');
    volume('disk');
    await cluster.clock.advance(20_000);
    expect(phase('data')).toBe('Bound');
    const bound = cluster.client.get('persistentvolumeclaims', 'default', 'data');
    expect(bound?.metadata.annotations).toEqual({ 'pv.kubernetes.io/bind-completed': 'yes' });
  });

  it('waits while it is another claim that has the volume', async () => {
    volume('disk');
    claim('first', { volumeName: 'disk' });
    await cluster.clock.advance(1000);
    claim('second', { volumeName: 'disk' });
    await cluster.clock.advance(20_000);
    expect([phase('first'), phase('second')]).toEqual(['Bound', 'Pending']);
  });

  it.each<[spec: PersistentVolumeClaim['spec'], why: string]>([
    [{ resources: { requests: { storage: '2Gi' } } }, 'requested PV is too small'],
    [{ storageClassName: '' }, 'storageClassName does not match'],
    [{ accessModes: ['ReadWriteMany'] }, 'incompatible accessMode'],
    [{ volumeMode: 'Block' }, 'incompatible volumeMode'],
  ])('with %j waits for another', async (spec, why) => {
    volume('disk');
    claim('data', { ...spec, volumeName: 'disk' });
    await cluster.clock.advance(1000);
    expect(phase('data')).toBe('Pending');
    expect(told()).toEqual([`VolumeMismatch 1: Cannot bind to requested volume "disk": ${why}`]);
  });

  it('that comes back is not given to the next of that name', async () => {
    volume('disk');
    claim('data', { volumeName: 'disk' });
    await cluster.clock.advance(1000);
    cluster.client.delete('persistentvolumeclaims', 'default', 'data');
    await cluster.clock.advance(1000);
    expect(cluster.client.get('persistentvolumes', '', 'disk')?.status?.phase).toBe('Released');
    claim('data', { volumeName: 'disk' });
    await cluster.clock.advance(20_000);
    expect(phase('data')).toBe('Pending');
  });
});
