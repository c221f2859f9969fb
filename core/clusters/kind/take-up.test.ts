import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../log';
import type { ClusterProvider } from '../cluster-provider';
import { ClusterWorker } from '../embedded/cluster-worker';
import type { KubeApi } from '../kube-api';
import { createKubeApi } from '../kube-api-client';
import { kubeconfigText } from '../kubeconfig-text';
import { createKindProvider } from './create-kind-provider';
import { dockerAnswers, type RecordedCall, type RecordedCli, recordedCli } from './recorded-cli';

/** A kind cluster that is there already: its CLI as recorded, its API server real. */
let folder: string;
let worker: ClusterWorker;
let admin: KubeApi;
let whole: RecordedCall;
let cli: RecordedCli;
let kind: ClusterProvider;

beforeAll(async () => {
  worker = new ClusterWorker({ users: { admin: { groups: ['system:masters'] } } }, console.error);
  const { port, caCertificate, tokens } = await worker.started;
  const server = `https://127.0.0.1:${port}`;
  const token = tokens['admin'] ?? '';
  admin = createKubeApi({ server, ca: caCertificate, token });
  const text = kubeconfigText({ server, caCertificate, token, user: 'admin', namespace: 'default' });
  whole = { command: 'kind get kubeconfig --name podlab', stdout: text };
});
afterAll(async () => {
  admin.close();
  await worker.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podlab-take-up-'));
});
afterEach(async () => {
  await kind.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

const stopped: RecordedCall = {
  command: 'kind get kubeconfig --name podlab',
  exitCode: 1,
  stderr:
    'ERROR: failed to get cluster internal kubeconfig: command "docker exec --privileged podlab-control-plane cat /etc/kubernetes/admin.conf" failed with error: exit status 1\nCommand Output: Error response from daemon: container 5e1 is not running\n',
};

function start(of: { image?: string; engine?: string }, ...recordings: RecordedCall[]): void {
  cli = recordedCli(
    ...recordings,
    dockerAnswers,
    { command: /^podman info /, stdout: '5.4.2\n' },
    { command: 'kind get clusters', stdout: 'podlab\n' },
    { command: 'kind get nodes --name podlab', stdout: 'podlab-control-plane\npodlab-worker\n' },
    whole,
  );
  const options = { cluster: 'podlab', kubeconfig: join(folder, 'kubeconfig'), installation: 'test', ...of };
  kind = createKindProvider({ ...options, log: createLog(() => {}), run: (...call) => cli.run(...call) });
}

async function open(sessionId: string, images: string[] = []): Promise<string[]> {
  const lines: string[] = [];
  const { signal } = new AbortController();
  const cluster = await kind.open({ sessionId, images, signal, progress: (line) => lines.push(line) });
  await cluster.close();
  return lines;
}
const callsOf = (beginning: string) => cli.calls.filter((call) => call.startsWith(beginning));

describe('a kind cluster that is there', () => {
  it('is looked for once, however many sessions use it', async () => {
    start({});
    expect(await open('one')).toEqual(
      expect.arrayContaining(['Looking for a container engine and kind', 'Using the kind cluster “podlab”']),
    );
    const { length } = cli.calls;
    await open('two');
    expect(cli.calls).toHaveLength(length);
  });

  it('is started when a reboot has left its nodes stopped', async () => {
    start({}, stopped, {
      command: 'docker start podlab-control-plane podlab-worker',
      stdout: 'podlab-control-plane\npodlab-worker\n',
    });
    const { run } = cli;
    // What `docker start` changes.
    cli.run = async (program, args, options) => {
      if (args[0] === 'start') cli.prepend(whole);
      return run(program, args, options);
    };
    expect(await open('one')).toEqual(
      expect.arrayContaining(['Starting its nodes', 'Waiting for its API server']),
    );
    expect(callsOf('docker start')).toHaveLength(1);
    expect(callsOf('kind delete')).toEqual([]);
  });

  it('is swept of leftovers once it is started, when it was stopped as Podlab started', async () => {
    start({});
    const { signal } = new AbortController();
    const request = { images: [], signal, progress: () => {} };
    for (const sessionId of ['left', 'kept']) await kind.open({ ...request, sessionId });
    await kind.shutdown();

    start({}, stopped);
    await kind.sweep(['kept']);
    cli.prepend(whole);
    await open('new');
    const namespace = (name: string) =>
      admin.get({ group: '', version: 'v1', plural: 'namespaces' }, `podlab-${name}`);
    expect((await namespace('left'))?.metadata.deletionTimestamp ?? 'gone').toMatch(/./);
    expect((await namespace('kept'))?.metadata).not.toHaveProperty('deletionTimestamp');
  });

  it('says when it is of another version than a new one would be', async () => {
    start({ image: 'kindest/node:v1.33.1@sha256:0123' });
    expect(await open('one')).toContain(
      'It runs Kubernetes v1.36.0: PODLAB_KIND_IMAGE is for a new one, after `kind delete cluster --name podlab`',
    );
  });
});

describe('the images of a lab', () => {
  const has: RecordedCall = {
    command: /image inspect --format \{\{\.Id\}\} busybox:1\.36$/,
    stdout: 'sha256:0\n',
  };
  const hasNot: RecordedCall = { command: /image inspect/, exitCode: 1, stderr: 'No such image\n' };

  it('are loaded once when Docker has them, and left to the nodes when not', async () => {
    start({}, has, hasNot, { command: 'kind load docker-image busybox:1.36 --name podlab' });
    await Promise.all([open('one', ['busybox:1.36', 'nginx:1']), open('two', ['busybox:1.36'])]);
    await open('three', ['busybox:1.36']);
    expect(callsOf('kind load')).toHaveLength(1);
  });

  it('are not tried again when they cannot be loaded', async () => {
    start({}, has, {
      command: /^kind load /,
      exitCode: 1,
      stderr: 'ERROR: failed to load image: ctr: content digest sha256:1: not found\n',
    });
    expect(await open('one', ['busybox:1.36'])).toContain(
      'busybox:1.36 could not be loaded: the node will pull it',
    );
    await open('two', ['busybox:1.36']);
    expect(callsOf('kind load')).toHaveLength(1);
  });

  it('go by way of an archive from an engine that is not Docker, which kind would ask', async () => {
    start(
      { engine: 'podman' },
      has,
      { command: /^podman save -o / },
      { command: /^kind load image-archive / },
    );
    await open('one', ['busybox:1.36']);
    const archive = callsOf('podman save')[0]?.split(' ')[3];
    expect(callsOf('podman save')).toEqual([`podman save -o ${archive} busybox:1.36`]);
    expect(callsOf('kind load')).toEqual([`kind load image-archive ${archive} --name podlab`]);
    expect(callsOf('docker')).toEqual([]);
  });
});
