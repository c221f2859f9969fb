import { describe, expect, it } from 'vitest';
import type { Pod } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';
import type { Script } from './scripted-runtime';

/** A Pod with one container `app`, as far as its case says otherwise. */
function podOf(container: object, spec: object = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', namespace: 'default' },
    spec: { containers: [{ name: 'app', image: 'busybox', ...container }], ...spec },
  } as Pod;
}

const status = ({ client }: TestCluster) => client.get('pods', 'default', 'pod')?.status;
const app = (cluster: TestCluster) => status(cluster)?.containerStatuses?.[0];

/** `Reason: message (count)` of everything that was told about the Pod by its kubelet. */
function told({ client }: TestCluster): string[] {
  return client
    .list('events', { namespace: 'default' })
    .filter(({ involvedObject, source }) => involvedObject.name === 'pod' && source?.component === 'kubelet')
    .map(({ reason, message, count }) => `${reason}: ${message} (${count})`);
}

const upperCase =
  'Failed to apply default image tag "NGINX": couldn\'t parse image name "NGINX": invalid reference format: repository name (library/NGINX) must be lowercase';

interface Case {
  name: string;
  container?: object;
  spec?: object;
  script?: Script;
  seconds: number;
  state: object;
  restarts?: number;
  events: string[];
}

const cases: Case[] = [
  {
    name: 'tells of an image name that is not in lower case, and pulls nothing',
    container: { image: 'NGINX' },
    seconds: 1,
    state: { waiting: { reason: 'InvalidImageName', message: upperCase } },
    events: [`InspectFailed: ${upperCase} (1)`, 'Failed: Error: InvalidImageName (1)'],
  },
  {
    name: 'starts without a pull secret that is not there, and says so',
    spec: { imagePullSecrets: [{ name: 'one' }, { name: 'two' }] },
    seconds: 1,
    state: { running: {} },
    events: [
      'FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (one, two); attempting to pull the image may not succeed. (1)',
    ],
  },
  {
    name: 'tries a command that cannot be run again at once, then backs off',
    script: { cannotStart: 'exec: "nosuch": executable file not found in $PATH' },
    seconds: 8,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    restarts: 1,
    events: ['Failed: Error: exec: "nosuch": executable file not found in $PATH (2)'],
  },
  {
    name: 'ends a container whose postStart hook fails, and names the hook',
    container: { lifecycle: { postStart: { exec: { command: ['false'] } } } },
    script: { onTerm: 0, exec: () => ({ exitCode: 1 }) },
    seconds: 3,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    restarts: 1,
    events: ['FailedPostStartHook: PostStartHook failed (2)', 'Killing: FailedPostStartHook (2)'],
  },
  {
    name: 'fails when its time is over',
    spec: { activeDeadlineSeconds: 3 },
    script: { onTerm: 0 },
    seconds: 5,
    state: { terminated: { exitCode: 0, reason: 'Completed' } },
    events: [
      'DeadlineExceeded: Pod was active on the node longer than specified deadline (1)',
      'Killing: Stopping container app (1)',
    ],
  },
];

describe('a Pod', () => {
  it.each(cases)('$name', async ({ container = {}, spec, script = {}, seconds, state, restarts, events }) => {
    const cluster = await startTestCluster({ scripts: { app: script } });
    cluster.client.create('pods', podOf(container, spec));
    await cluster.clock.advance(seconds * 1000);
    expect(app(cluster)?.state).toMatchObject(state);
    expect(app(cluster)?.restartCount).toBe(restarts ?? 0);
    expect(told(cluster)).toEqual(expect.arrayContaining(events));
    expect(cluster.errors).toEqual([]);
    cluster.components.stop();
  });
});

describe('a Pod that runs', () => {
  it('is ready as soon as its startup probe has passed, whatever the rhythm of its readiness probe', async () => {
    const exec = (command: string[], age: number) => ({
      exitCode: command[0] === 'ready' || age > 32_000 ? 0 : 1,
    });
    const cluster = await startTestCluster({ scripts: { app: { exec } } });
    const startupProbe = { exec: { command: ['started'] }, periodSeconds: 5, failureThreshold: 120 };
    const readinessProbe = { exec: { command: ['ready'] }, periodSeconds: 30 };
    cluster.client.create('pods', podOf({ startupProbe, readinessProbe }));
    await cluster.clock.advance(30_000);
    expect(app(cluster)).toMatchObject({ started: false, ready: false });
    await cluster.clock.advance(8_000);
    expect(app(cluster)).toMatchObject({ started: true, ready: true });
    cluster.components.stop();
  });

  it('ends when it is given a deadline that has passed', async () => {
    const cluster = await startTestCluster({ scripts: { app: { onTerm: 0 } } });
    cluster.client.create('pods', podOf({}));
    await cluster.clock.advance(10_000);
    const pod = cluster.client.get('pods', 'default', 'pod') as Pod;
    cluster.client.update('pods', { ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 12 } } as Pod);
    await cluster.clock.advance(1_000);
    expect(status(cluster)?.phase).toBe('Running');
    await cluster.clock.advance(2_000);
    expect(status(cluster)).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    cluster.components.stop();
  });

  it.each([
    1, 0,
  ])('is deleted within %i s, though a probe gave a container longer to stop', async (seconds) => {
    const exec = () => ({ exitCode: 1 });
    const cluster = await startTestCluster({ scripts: { app: { exec } } });
    const livenessProbe = { exec: { command: ['alive'] }, periodSeconds: 1, failureThreshold: 1 };
    cluster.client.create('pods', podOf({ livenessProbe }, { terminationGracePeriodSeconds: 500 }));
    await cluster.clock.advance(10_000);
    expect(told(cluster)).toContain('Killing: Container app failed liveness probe, will be restarted (1)');
    cluster.client.delete('pods', 'default', 'pod', { gracePeriodSeconds: seconds });
    await cluster.clock.advance(10_000);
    expect(cluster.client.get('pods', 'default', 'pod')).toBeUndefined();
    expect(cluster.runtime.containers.map(({ phase }) => phase)).toEqual(['exited']);
    expect(cluster.errors).toEqual([]);
    cluster.components.stop();
  });

  it.each([
    ['runc', 'Running', undefined],
    [
      'gvisor',
      'Pending',
      'FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for "gvisor" is configured (1)',
    ],
  ])('under the RuntimeClass handler %s', async (handler, phase, event) => {
    const cluster = await startTestCluster();
    cluster.client.create('runtimeclasses.node.k8s.io', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'special' },
      handler,
    });
    cluster.client.create('pods', podOf({}, { runtimeClassName: 'special' }));
    await cluster.clock.advance(3_000);
    expect(status(cluster)?.phase).toBe(phase);
    if (event) expect(told(cluster)).toContain(event);
    cluster.components.stop();
  });

  it('has the claim of its ephemeral volume for itself, and takes it along', async () => {
    const cluster = await startTestCluster({ scripts: { app: { onTerm: 0 } } });
    const claim = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate: claim } }];
    const volumeMounts = [{ name: 'scratch', mountPath: '/scratch' }];
    cluster.client.create('pods', podOf({ volumeMounts }, { volumes }));
    await cluster.clock.advance(10_000);
    expect(status(cluster)?.phase).toBe('Running');
    const found = () => cluster.client.get('persistentvolumeclaims', 'default', 'pod-scratch');
    const uid = cluster.client.get('pods', 'default', 'pod')?.metadata.uid;
    expect(found()?.metadata.ownerReferences).toEqual([
      { apiVersion: 'v1', kind: 'Pod', name: 'pod', uid, controller: true, blockOwnerDeletion: true },
    ]);
    cluster.client.delete('pods', 'default', 'pod');
    await cluster.clock.advance(60_000);
    expect(found()).toBeUndefined();
    cluster.components.stop();
  });

  it('is not given a claim of that name that is not its own', async () => {
    const cluster = await startTestCluster();
    cluster.client.create('persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'pod-scratch', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const claim = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } };
    const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate: claim } }];
    const volumeMounts = [{ name: 'scratch', mountPath: '/scratch' }];
    cluster.client.create('pods', podOf({ volumeMounts }, { volumes }));
    await cluster.clock.advance(10_000);
    expect(status(cluster)?.phase).toBe('Pending');
    cluster.components.stop();
  });

  it('is initialised anew after a restart of its node, one step after the other', async () => {
    const scripts = { one: { endsAfterMs: 2_000 }, two: { endsAfterMs: 2_000 }, app: { onTerm: 0 } };
    const cluster = await startTestCluster({ scripts });
    const initContainers = ['one', 'two'].map((name) => ({ name, image: 'busybox' }));
    cluster.client.create('pods', podOf({}, { initContainers, schedulerName: 'nobody' }));
    const pod = cluster.client.get('pods', 'default', 'pod') as Pod;
    const at = '2026-01-01T00:00:00Z';
    const ended = (name: string, exitCode: number) => ({
      name,
      image: 'busybox',
      imageID: '',
      restartCount: 0,
      ready: exitCode === 0,
      containerID: `containerd://${name}`,
      state:
        exitCode === 0
          ? { terminated: { containerID: `containerd://${name}`, exitCode, startedAt: at, finishedAt: at } }
          : { running: { startedAt: at } },
    });
    const seen = {
      phase: 'Running',
      podIP: '10.0.0.9',
      startTime: at,
      initContainerStatuses: [ended('one', 0), ended('two', 0)],
      containerStatuses: [ended('app', 1)],
    };
    cluster.client.updateStatus('pods', { ...pod, status: seen } as unknown as Pod);
    const started: string[] = [];
    cluster.client.watch('events', {}, ({ object }) => {
      if (object.reason === 'Started') started.push(object.involvedObject.fieldPath ?? '');
    });
    cluster.client.bind('default', 'pod', 'node-1');
    await cluster.clock.advance(1_000);
    expect(started).toEqual(['spec.initContainers{one}']);
    await cluster.clock.advance(9_000);
    expect(started).toEqual(['spec.initContainers{one}', 'spec.initContainers{two}', 'spec.containers{app}']);
    expect(status(cluster)?.initContainerStatuses?.map(({ restartCount }) => restartCount)).toEqual([1, 1]);
    expect(cluster.errors).toEqual([]);
    cluster.components.stop();
  });

  it('starts over in place when the end of a container asks for it (RestartAllContainers)', async () => {
    const script: Script = { endsAfterMs: 2_000, exitCode: 42 };
    const scripts = { first: { endsAfterMs: 1_000 }, helper: { onTerm: 0 }, app: script };
    const cluster = await startTestCluster({ scripts });
    const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } };
    const seen: string[] = [];
    cluster.client.watch('pods', {}, ({ object: { status: now } }) => {
      const restarting = now?.conditions?.find(({ type }) => type === 'AllContainersRestarting');
      const states = [...(now?.initContainerStatuses ?? []), ...(now?.containerStatuses ?? [])].map(
        ({ state }) =>
          Object.keys(state ?? {})[0] + (state?.waiting?.reason ? `:${state.waiting.reason}` : ''),
      );
      const line = `${now?.phase} ${restarting?.status}${restarting?.reason ? `:${restarting.reason}` : ''} ${states}`;
      if (seen.at(-1) !== line) seen.push(line);
    });
    cluster.client.create(
      'pods',
      podOf(
        { restartPolicy: 'Never', restartPolicyRules: [rule] },
        {
          restartPolicy: 'Never',
          initContainers: [
            { name: 'first', image: 'busybox' },
            { name: 'helper', image: 'busybox', restartPolicy: 'Always' },
          ],
        },
      ),
    );
    await cluster.clock.advance(2_000);
    const ip = status(cluster)?.podIP;
    // The next time it stays.
    script.endsAfterMs = 3_600_000;
    await cluster.clock.advance(18_000);
    expect(status(cluster)?.podIP).toBe(ip);
    expect(seen.slice(seen.indexOf('Running False terminated,running,running'))).toEqual([
      'Running False terminated,running,running',
      'Running True:RestartAllContainersStarted terminated,running,terminated',
      'Running False waiting:RestartingAllContainers,waiting:RestartingAllContainers,waiting:RestartingAllContainers',
      'Pending False running,waiting:RestartingAllContainers,waiting:RestartingAllContainers',
      'Running False terminated,waiting:RestartingAllContainers,waiting:RestartingAllContainers',
      'Running False terminated,running,waiting:RestartingAllContainers',
      'Running False terminated,running,running',
    ]);
    expect(app(cluster)).toMatchObject({
      restartCount: 1,
      ready: true,
      lastState: { terminated: { exitCode: 137, reason: 'RestartingAllContainers', finishedAt: null } },
    });
    expect(told(cluster)).toContain('Killing: killing (1)');
    expect(cluster.errors).toEqual([]);
    cluster.components.stop();
  });
});
