import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, Job, PodTemplateSpec } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await startTestCluster({
    scripts: {
      web: { onTerm: 0 },
      work: { endsAfterMs: 1000 },
      fails: { endsAfterMs: 100, exitCode: 1 },
      helper: { onTerm: 0 },
    },
  });
});

afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const template = (name: string, image = 'nginx:1'): PodTemplateSpec => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name, image }], terminationGracePeriodSeconds: 1 },
});

function deployment(replicas: number, spec: Partial<Deployment['spec']> = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template('web'), ...spec },
  };
}

const get = (): Deployment => cluster.client.get('deployments.apps', 'default', 'web')!;
const pods = () => cluster.client.list('pods', { namespace: 'default' });
const messages = (name: string) =>
  cluster.client
    .list('events', { namespace: 'default' })
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ message }) => message?.replace(/web-[a-z0-9]{5,10}\b/g, 'web-HASH'));

describe('a Deployment', () => {
  it('makes a ReplicaSet that makes Pods, and says when they are available', async () => {
    cluster.client.create('deployments.apps', deployment(2));
    await cluster.clock.advance(3000);
    expect(get().status).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    expect(
      get().status?.conditions?.map(({ type, status, reason }) => `${type}=${status}:${reason}`),
    ).toEqual(['Available=True:MinimumReplicasAvailable', 'Progressing=True:NewReplicaSetAvailable']);
    expect(get().metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
  });

  it('rolls a new template out within surge and unavailability, and keeps the old ReplicaSet', async () => {
    cluster.client.create('deployments.apps', deployment(3));
    await cluster.clock.advance(3000);
    let most = 0;
    let fewest = 3;
    cluster.client.watch('pods', {}, () => {
      const alive = pods().filter(({ metadata }) => !metadata.deletionTimestamp);
      most = Math.max(most, alive.length);
      const ready = alive.filter(({ status }) => status?.containerStatuses?.every((each) => each.ready));
      fewest = Math.min(fewest, ready.length);
    });
    cluster.client.update('deployments.apps', {
      ...get(),
      spec: { ...get().spec!, template: template('web', 'nginx:2') },
    });
    await cluster.clock.advance(20_000);
    expect(most).toBe(4);
    expect(fewest).toBe(3);
    const sets = cluster.client.list('replicasets.apps');
    expect(sets.map(({ spec, status }) => [spec?.replicas, status?.readyReplicas ?? 0]).sort()).toEqual([
      [0, 0],
      [3, 3],
    ]);
    expect(messages('web')).toEqual([
      'Scaled up replica set web-HASH from 0 to 3',
      'Scaled up replica set web-HASH from 0 to 1',
      'Scaled down replica set web-HASH from 3 to 2',
      'Scaled up replica set web-HASH from 1 to 2',
      'Scaled down replica set web-HASH from 2 to 1',
      'Scaled up replica set web-HASH from 2 to 3',
      'Scaled down replica set web-HASH from 1 to 0',
    ]);
  });

  it('goes back to an old template under a new revision of the same ReplicaSet', async () => {
    cluster.client.create('deployments.apps', deployment(1));
    await cluster.clock.advance(3000);
    cluster.client.update('deployments.apps', {
      ...get(),
      spec: { ...get().spec!, template: template('web', 'nginx:2') },
    });
    await cluster.clock.advance(10_000);
    cluster.client.update('deployments.apps', {
      ...get(),
      spec: { ...get().spec!, template: template('web') },
    });
    await cluster.clock.advance(10_000);
    const revisions = cluster.client
      .list('replicasets.apps')
      .map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision']);
    expect(revisions.sort()).toEqual(['2', '3']);
  });

  it('is made large some Pods at a time, so that others have their turn', async () => {
    const { metadata, spec } = template('web');
    const unscheduled = { metadata, spec: { containers: [], ...spec, schedulerName: 'nobody' } };
    cluster.client.create('deployments.apps', deployment(120, { template: unscheduled }));
    const sizes = [0];
    const sample = () => {
      sizes.push(pods().length);
      if (sizes.at(-1) !== 120 && sizes.length < 1000) cluster.clock.after(0, sample);
    };
    sample();
    await cluster.clock.advance(1000);
    const steps = sizes.slice(1).map((size, at) => size - (sizes[at] ?? 0));
    expect([sizes.at(-1), Math.max(...steps)]).toEqual([120, 50]);
  });

  it('does nothing to its Pods while it is paused', async () => {
    cluster.client.create('deployments.apps', deployment(1));
    await cluster.clock.advance(3000);
    cluster.client.update('deployments.apps', {
      ...get(),
      spec: { ...get().spec!, paused: true, template: template('web', 'nginx:2') },
    });
    await cluster.clock.advance(5000);
    expect(cluster.client.list('replicasets.apps')).toHaveLength(1);
    cluster.client.update('deployments.apps', { ...get(), spec: { ...get().spec!, paused: false } });
    await cluster.clock.advance(10_000);
    expect(pods().map(({ spec }) => spec?.containers[0]?.image)).toEqual(['nginx:2']);
  });

  it('says that it has stopped progressing once its deadline is over', async () => {
    const broken = deployment(1, {
      progressDeadlineSeconds: 30,
      template: template('web', 'gone.invalid/x:1'),
    });
    cluster.client.create('deployments.apps', broken);
    await cluster.clock.advance(60_000);
    expect(get().status?.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
    });
  });

  it('takes its ReplicaSets and Pods with it, or leaves them when told to', async () => {
    cluster.client.create('deployments.apps', deployment(2));
    await cluster.clock.advance(3000);
    cluster.client.delete('deployments.apps', 'default', 'web', { propagationPolicy: 'Orphan' });
    await cluster.clock.advance(3000);
    expect(pods()).toHaveLength(2);
    cluster.client.create('deployments.apps', deployment(2));
    await cluster.clock.advance(3000);
    expect(pods()).toHaveLength(2);
    cluster.client.delete('deployments.apps', 'default', 'web', { propagationPolicy: 'Foreground' });
    await cluster.clock.advance(5000);
    expect(pods()).toEqual([]);
    expect(get()).toBeUndefined();
  });

  it('replaces all at once with Recreate', async () => {
    cluster.client.create('deployments.apps', deployment(2, { strategy: { type: 'Recreate' } }));
    await cluster.clock.advance(3000);
    let together = false;
    cluster.client.watch('pods', {}, () => {
      together ||= new Set(pods().map(({ spec }) => spec?.containers[0]?.image)).size > 1;
    });
    cluster.client.update('deployments.apps', {
      ...get(),
      spec: { ...get().spec!, template: template('web', 'nginx:2') },
    });
    await cluster.clock.advance(10_000);
    expect(together).toBe(false);
    expect(pods().map(({ spec }) => spec?.containers[0]?.image)).toEqual(['nginx:2', 'nginx:2']);
  });
});

describe('a Job', () => {
  const job = (container: string, spec: Partial<Job['spec']> = {}, restartPolicy = 'Never'): Job => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', namespace: 'default' },
    spec: {
      template: { spec: { restartPolicy, containers: [{ name: container, image: 'busybox' }] } },
      ...spec,
    },
  });
  const status = () => cluster.client.get('jobs.batch', 'default', 'job')?.status;
  const conditions = () => status()?.conditions?.map(({ type, reason }) => `${type}:${reason}`);

  it('runs as many Pods as it needs, no more at once than it may', async () => {
    cluster.client.create('jobs.batch', job('work', { completions: 3, parallelism: 2 }));
    await cluster.clock.advance(500);
    expect(status()?.active).toBe(2);
    await cluster.clock.advance(5000);
    expect(status()).toMatchObject({ succeeded: 3 });
    expect(conditions()).toEqual(['SuccessCriteriaMet:CompletionsReached', 'Complete:CompletionsReached']);
    expect(pods().every(({ metadata }) => !metadata.finalizers?.length)).toBe(true);
  });

  it('gives up after its back-off limit, waiting longer each time', async () => {
    cluster.client.create('jobs.batch', job('fails', { backoffLimit: 1 }));
    await cluster.clock.advance(5000);
    expect(status()).toMatchObject({ failed: 1 });
    await cluster.clock.advance(10_000);
    expect(status()).toMatchObject({ failed: 2 });
    expect(conditions()).toEqual(['FailureTarget:BackoffLimitExceeded', 'Failed:BackoffLimitExceeded']);
    expect(messages('job')).toContain('Job has reached the specified backoff limit');
  });

  it('finishes although its Pods have a sidecar', async () => {
    const withSidecar = job('work');
    withSidecar.spec!.template.spec!.initContainers = [
      { name: 'helper', image: 'busybox', restartPolicy: 'Always' },
    ];
    cluster.client.create('jobs.batch', withSidecar);
    await cluster.clock.advance(5000);
    expect(conditions()?.at(-1)).toBe('Complete:CompletionsReached');
  });

  it('numbers its Pods when it is indexed', async () => {
    cluster.client.create(
      'jobs.batch',
      job('work', { completions: 3, parallelism: 3, completionMode: 'Indexed' }),
    );
    await cluster.clock.advance(500);
    expect(
      pods()
        .map(({ spec }) => spec?.hostname)
        .sort(),
    ).toEqual(['job-0', 'job-1', 'job-2']);
    await cluster.clock.advance(5000);
    expect(status()?.completedIndexes).toBe('0-2');
  });

  it('makes no Pods while it is suspended', async () => {
    cluster.client.create('jobs.batch', job('work', { suspend: true }));
    await cluster.clock.advance(3000);
    expect(pods()).toEqual([]);
    expect(conditions()).toEqual(['Suspended:JobSuspended']);
  });

  it('goes a while after it has finished when it says so', async () => {
    cluster.client.create('jobs.batch', job('work', { ttlSecondsAfterFinished: 20 }));
    await cluster.clock.advance(10_000);
    expect(status()).toBeDefined();
    await cluster.clock.advance(20_000);
    expect(status()).toBeUndefined();
    expect(pods()).toEqual([]);
  });
});
