import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CronJob, DaemonSet, PodTemplateSpec, StatefulSet } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
const START = Date.UTC(2026, 0, 1, 10, 3, 0);

beforeEach(async () => {
  cluster = await startTestCluster({
    start: START,
    nodes: ['plane', 'one', 'two'],
    scripts: { web: { onTerm: 0 }, work: { endsAfterMs: 1000 } },
  });
});

afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const template = (image = 'nginx:1'): PodTemplateSpec => ({
  metadata: { labels: { app: 'db' } },
  spec: { containers: [{ name: 'web', image }], terminationGracePeriodSeconds: 1 },
});
const pods = () => cluster.client.list('pods', { namespace: 'default' });
const names = () =>
  pods()
    .map(({ metadata }) => metadata.name)
    .sort();

describe('a StatefulSet', () => {
  const set = (spec: Partial<StatefulSet['spec']> = {}): StatefulSet => ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      serviceName: 'db',
      replicas: 3,
      selector: { matchLabels: { app: 'db' } },
      template: template(),
      ...spec,
    },
  });
  const stored = () => cluster.client.get('statefulsets.apps', 'default', 'db')!;

  it('takes over the Pods and revisions of one that left them behind', async () => {
    cluster.client.create('statefulsets.apps', set());
    await cluster.clock.advance(5000);
    cluster.client.delete('statefulsets.apps', 'default', 'db', { propagationPolicy: 'Orphan' });
    await cluster.clock.advance(1000);
    cluster.client.delete('pods', 'default', 'db-0');
    await cluster.clock.advance(3000);
    expect(names()).toEqual(['db-1', 'db-2']);
    cluster.client.create('statefulsets.apps', set({ replicas: 2 }));
    await cluster.clock.advance(8000);
    expect(names()).toEqual(['db-0', 'db-1']);
    expect(stored().status).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 });
    const uid = stored().metadata.uid;
    const owners = [...pods(), ...cluster.client.list('controllerrevisions.apps', { namespace: 'default' })];
    for (const { metadata } of owners) expect(metadata.ownerReferences).toMatchObject([{ uid }]);
  });

  it('makes its Pods in order, each when the one before is ready', async () => {
    const created: string[] = [];
    cluster.client.watch('pods', {}, ({ type, object }) => {
      const ready = pods().filter(({ status }) =>
        status?.containerStatuses?.every((each) => each.ready),
      ).length;
      if (type === 'ADDED') created.push(`${object.metadata.name} after ${ready}`);
    });
    cluster.client.create('statefulsets.apps', set());
    await cluster.clock.advance(5000);
    expect(created).toEqual(['db-0 after 0', 'db-1 after 1', 'db-2 after 2']);
    expect(stored().status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
    });
    expect(pods()[0]).toMatchObject({
      metadata: {
        labels: { 'statefulset.kubernetes.io/pod-name': 'db-0', 'apps.kubernetes.io/pod-index': '0' },
      },
      spec: { hostname: 'db-0', subdomain: 'db' },
    });
  });

  it('takes the highest away first, and gives a deleted one its name again', async () => {
    cluster.client.create('statefulsets.apps', set());
    await cluster.clock.advance(5000);
    cluster.client.delete('pods', 'default', 'db-0');
    await cluster.clock.advance(5000);
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    cluster.client.update('statefulsets.apps', { ...stored(), spec: { ...stored().spec!, replicas: 1 } });
    await cluster.clock.advance(10_000);
    expect(names()).toEqual(['db-0']);
  });

  it('updates from the highest down to the partition', async () => {
    cluster.client.create('statefulsets.apps', set());
    await cluster.clock.advance(5000);
    const rollingUpdate = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
    cluster.client.update('statefulsets.apps', {
      ...stored(),
      spec: { ...stored().spec!, template: template('nginx:2'), updateStrategy: rollingUpdate },
    });
    await cluster.clock.advance(20_000);
    expect(
      pods()
        .map(({ metadata, spec }) => `${metadata.name} ${spec?.containers[0]?.image}`)
        .sort(),
    ).toEqual(['db-0 nginx:1', 'db-1 nginx:2', 'db-2 nginx:2']);
  });

  it('leaves Pods alone that have its labels, but not its name', async () => {
    cluster.client.create('statefulsets.apps', set({ replicas: 1 }));
    cluster.client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'db-client', namespace: 'default', labels: { app: 'db' } },
      ...(template().spec ? { spec: template().spec } : {}),
    } as never);
    await cluster.clock.advance(5000);
    expect(cluster.client.get('pods', 'default', 'db-client')?.metadata.ownerReferences).toBeUndefined();
    expect(stored().status).toMatchObject({ replicas: 1, readyReplicas: 1 });
  });

  it('in parallel makes all at once, and replaces a failed one without waiting for others', async () => {
    cluster.client.create('statefulsets.apps', set({ podManagementPolicy: 'Parallel' }));
    await cluster.clock.advance(100);
    expect(names()).toEqual(['db-0', 'db-1', 'db-2']);
    await cluster.clock.advance(3000);
    const failed = cluster.client.get('pods', 'default', 'db-0')!;
    cluster.client.updateStatus('pods', { ...failed, status: { ...failed.status, phase: 'Failed' } });
    cluster.client.update('statefulsets.apps', { ...stored(), spec: { ...stored().spec!, replicas: 4 } });
    await cluster.clock.advance(100);
    expect(names()).toContain('db-3');
    await cluster.clock.advance(5000);
    expect(stored().status).toMatchObject({ readyReplicas: 4 });
  });

  it('under OnDelete waits for its Pods to be deleted, and its revision stays what it was', async () => {
    cluster.client.create('statefulsets.apps', set({ replicas: 1, updateStrategy: { type: 'OnDelete' } }));
    await cluster.clock.advance(3000);
    const first = stored().status?.currentRevision;
    cluster.client.update('statefulsets.apps', {
      ...stored(),
      spec: { ...stored().spec!, template: template('nginx:2') },
    });
    await cluster.clock.advance(3000);
    expect(pods()[0]?.spec?.containers[0]?.image).toBe('nginx:1');
    cluster.client.delete('pods', 'default', 'db-0');
    await cluster.clock.advance(5000);
    expect(pods()[0]?.spec?.containers[0]?.image).toBe('nginx:2');
    expect(stored().status).toMatchObject({ currentRevision: first, updatedReplicas: 1 });
  });

  it('gives each Pod a claim that is bound to a volume on its node', async () => {
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    const spec = set({ replicas: 1, volumeClaimTemplates: [claim] as never });
    spec.spec!.template.spec!.containers[0]!.volumeMounts = [{ name: 'data', mountPath: '/data' }];
    cluster.client.create('statefulsets.apps', spec);
    await cluster.clock.advance(10_000);
    expect(cluster.client.get('persistentvolumeclaims', 'default', 'data-db-0')?.status).toMatchObject({
      phase: 'Bound',
      capacity: { storage: '1Gi' },
    });
    expect(pods()[0]?.status?.phase).toBe('Running');
  });
});

describe('a DaemonSet', () => {
  const set: DaemonSet = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'db' } }, template: template() },
  };

  it('runs one Pod on every node that suits', async () => {
    cluster.client.create('daemonsets.apps', structuredClone(set));
    await cluster.clock.advance(3000);
    expect(
      pods()
        .map(({ spec }) => spec?.nodeName)
        .sort(),
    ).toEqual(['one', 'two']);
    const stored = cluster.client.get('daemonsets.apps', 'default', 'agent')!;
    expect(stored.status).toMatchObject({ desiredNumberScheduled: 2, numberReady: 2, numberAvailable: 2 });
  });

  it('replaces its Pods one node at a time', async () => {
    cluster.client.create('daemonsets.apps', structuredClone(set));
    await cluster.clock.advance(3000);
    const stored = cluster.client.get('daemonsets.apps', 'default', 'agent')!;
    cluster.client.update('daemonsets.apps', {
      ...stored,
      spec: { ...stored.spec!, template: template('nginx:2') },
    });
    await cluster.clock.advance(20_000);
    expect(pods().map(({ spec }) => spec?.containers[0]?.image)).toEqual(['nginx:2', 'nginx:2']);
  });
});

describe('a CronJob', () => {
  const cron = (spec: Partial<CronJob['spec']> = {}): CronJob => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default' },
    spec: {
      schedule: '*/5 * * * *',
      jobTemplate: {
        spec: {
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'busybox' }] } },
        },
      },
      ...spec,
    },
  });
  const jobs = () => cluster.client.list('jobs.batch').map(({ metadata }) => metadata.name);

  it('makes a Job when it is due, named by the minute, and keeps three', async () => {
    cluster.client.create('cronjobs.batch', cron());
    await cluster.clock.advance(60_000);
    expect(jobs()).toEqual([]);
    await cluster.clock.advance(70_000);
    expect(jobs()).toEqual([`tick-${Date.UTC(2026, 0, 1, 10, 5) / 60_000}`]);
    await cluster.clock.advance(20 * 60_000);
    expect(jobs()).toHaveLength(3);
    expect(cluster.client.get('cronjobs.batch', 'default', 'tick')?.status).toMatchObject({
      lastScheduleTime: '2026-01-01T10:25:00Z',
    });
  });

  it('makes none while it is suspended', async () => {
    cluster.client.create('cronjobs.batch', cron({ suspend: true }));
    await cluster.clock.advance(600_000);
    expect(jobs()).toEqual([]);
  });
});

describe('a PodDisruptionBudget', () => {
  it('says how many Pods can be spared, and is asked before an eviction', async () => {
    for (const name of ['a', 'b']) {
      const metadata = { name, namespace: 'default', labels: { app: 'db' } };
      cluster.client.create('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        ...{ spec: template().spec },
      } as never);
    }
    cluster.client.create('poddisruptionbudgets.policy', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'db', namespace: 'default' },
      spec: { minAvailable: 1 as never, selector: { matchLabels: { app: 'db' } } },
    });
    await cluster.clock.advance(3000);
    const budget = () => cluster.client.get('poddisruptionbudgets.policy', 'default', 'db')?.status;
    expect(budget()).toMatchObject({
      disruptionsAllowed: 1,
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
    });
    cluster.client.evict('default', 'a');
    await cluster.clock.advance(5000);
    expect(budget()).toMatchObject({ disruptionsAllowed: 0 });
    expect(() => cluster.client.evict('default', 'b')).toThrow("would violate the pod's disruption budget");
  });
});
