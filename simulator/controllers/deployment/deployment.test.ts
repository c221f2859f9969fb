import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../schema/types';
import { startTestCluster, type TestCluster } from '../../test-cluster';
import { proportional } from './rolling';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({ scripts: { web: { onTerm: 0, stopsAfterMs: 2_000 } } });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

type Spec = NonNullable<Deployment['spec']>;
const template = (image = 'nginx:1'): Spec['template'] => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image }] },
});
const get = (): Deployment => cluster.client.get('deployments.apps', 'default', 'web') as Deployment;
const change = (spec: Partial<Spec>) =>
  cluster.client.update('deployments.apps', { ...get(), spec: { ...get().spec, ...spec } as Spec });
const sets = () => cluster.client.list('replicasets.apps', { namespace: 'default' });
const conditions = () =>
  get().status?.conditions?.map(({ type, status, reason }) => `${type}=${status}:${reason}`);

async function deploy(spec: Partial<Spec> = {}): Promise<void> {
  cluster.client.create('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template(), ...spec },
  });
  await cluster.clock.advance(3_000);
}

describe('the revision of a Deployment', () => {
  const revision = 'deployment.kubernetes.io/revision';

  it.each([
    ['one that a double cannot hold', '3546343826724305832', '3546343826724305833'],
    ['one that is no number', 'last', '1'],
  ])('follows %s', async (_, before, after) => {
    await deploy();
    const [set] = sets();
    const { metadata } = set as ReplicaSet;
    const annotations = { ...metadata.annotations, [revision]: before };
    cluster.client.update('replicasets.apps', {
      ...(set as ReplicaSet),
      metadata: { ...metadata, annotations },
    });
    change({ template: template('nginx:2') });
    await cluster.clock.advance(3_000);
    expect(get().metadata.annotations?.[revision]).toBe(after);
  });
});

describe('the conditions of a Deployment', () => {
  it('do not tell of a new rollout because a Pod has to be replaced', async () => {
    await deploy({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 as never } } });
    const reasons = new Set<string | undefined>();
    cluster.client.watch('deployments.apps', {}, ({ object }) => {
      reasons.add(object.status?.conditions?.find(({ type }) => type === 'Progressing')?.reason);
    });
    const [pod] = cluster.client.list('pods', { namespace: 'default' });
    cluster.client.delete('pods', 'default', pod?.metadata.name ?? '');
    await cluster.clock.advance(10_000);
    expect([...reasons]).toEqual(['NewReplicaSetAvailable']);
    // What changed last comes last.
    expect(conditions()).toEqual([
      'Progressing=True:NewReplicaSetAvailable',
      'Available=True:MinimumReplicasAvailable',
    ]);
  });

  it('say nothing of progress without a deadline for it', async () => {
    await deploy({ progressDeadlineSeconds: 2_147_483_647 });
    expect(conditions()).toEqual(['Available=True:MinimumReplicasAvailable']);
  });

  it('stay timed out though the Deployment be paused, and know of a pause else', async () => {
    await deploy({ progressDeadlineSeconds: 20 });
    change({ paused: true });
    await cluster.clock.advance(1_000);
    expect(conditions()?.at(-1)).toBe('Progressing=Unknown:DeploymentPaused');
    change({ paused: false, template: template('gone.invalid/x:1') });
    await cluster.clock.advance(30_000);
    change({ paused: true });
    await cluster.clock.advance(1_000);
    expect(conditions()).toContain('Progressing=False:ProgressDeadlineExceeded');
  });

  it('say why no ReplicaSet can be made', async () => {
    cluster.client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'default' },
      spec: { hard: { 'count/replicasets.apps': '0' } },
    });
    await cluster.clock.advance(100);
    await deploy();
    const progressing = get().status?.conditions?.find(({ type }) => type === 'Progressing');
    expect(progressing).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError' });
    expect(progressing?.message).toMatch(
      /^Failed to create new replica set "web-\w+": replicasets\.apps .*exceeded quota/,
    );
    cluster.client.delete('resourcequotas', 'default', 'none');
    await cluster.clock.advance(70_000);
    expect(get().status?.readyReplicas).toBe(2);
  });
});

describe('a Deployment', () => {
  it('counts Pods that are still on their way out', async () => {
    await deploy();
    expect(get().status).toMatchObject({ terminatingReplicas: 0 });
    change({ replicas: 0 });
    await cluster.clock.advance(1_000);
    expect(get().status).toMatchObject({ terminatingReplicas: 2 });
    await cluster.clock.advance(5_000);
    expect(get().status).toMatchObject({ terminatingReplicas: 0 });
  });

  it('forgets the oldest revisions, not the oldest ReplicaSets', async () => {
    await deploy({ replicas: 1, revisionHistoryLimit: 1 });
    for (const image of ['nginx:2', 'nginx:1', 'nginx:3']) {
      change({ template: template(image) });
      await cluster.clock.advance(10_000);
    }
    const images = sets().map(({ spec }) => spec?.template?.spec?.containers[0]?.image);
    expect(images.sort()).toEqual(['nginx:1', 'nginx:3']);
  });

  it('finds another name for its ReplicaSet when somebody else has the first', async () => {
    await deploy({ replicas: 1 });
    cluster.client.delete('deployments.apps', 'default', 'web', { propagationPolicy: 'Orphan' });
    await cluster.clock.advance(2_000);
    const [left] = sets() as [ReplicaSet];
    cluster.client.update('replicasets.apps', {
      ...left,
      metadata: { ...left.metadata, labels: { app: 'other' } },
    });
    await deploy({ replicas: 1 });
    expect(get().status).toMatchObject({ readyReplicas: 1, collisionCount: 1 });
    expect(sets()).toHaveLength(2);
  });

  it('no longer waits for Pods to have been ready for a while when it is told so', async () => {
    await deploy({ minReadySeconds: 5 });
    await cluster.clock.advance(10_000);
    const { minReadySeconds: _before, ...spec } = get().spec as Spec;
    cluster.client.update('deployments.apps', { ...get(), spec });
    await cluster.clock.advance(1_000);
    expect(sets()[0]?.spec?.minReadySeconds).toBeUndefined();
  });
});

describe('a change of size in the middle of a rollout', () => {
  const set = (name: string, replicas: number, max: number, created: string) =>
    ({
      metadata: {
        name,
        creationTimestamp: `2026-01-01T00:00:0${created}Z`,
        annotations: { 'deployment.kubernetes.io/max-replicas': String(max) },
      },
      spec: { replicas },
    }) as unknown as ReplicaSet;
  const deployment = (replicas: number) =>
    ({
      spec: {
        replicas,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
      },
    }) as unknown as Deployment;

  // The example of Kubernetes' documentation, "Proportional scaling".
  it.each([
    [
      15,
      [
        ['old', 11],
        ['new', 7],
      ],
    ],
    [
      5,
      [
        ['old', 5],
        ['new', 3],
      ],
    ],
    [
      0,
      [
        ['old', 0],
        ['new', 0],
      ],
    ],
  ])('to %i', (replicas, wanted) => {
    const scaled = proportional(deployment(replicas), [set('old', 8, 13, '1'), set('new', 5, 13, '2')]);
    expect(scaled.map((each) => [each.set.metadata.name, each.replicas])).toEqual(wanted);
  });
});
