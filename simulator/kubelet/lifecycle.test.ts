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
