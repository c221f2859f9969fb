import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../commands/run-command';
import type { ClusterProvider, LabCluster } from './cluster-provider';

/** What is around a provider in a test: a fresh one for each "server process" over the same clusters and folder. */
export interface ProviderFixture {
  /** A provider as a newly started server makes it. */
  provider(): ClusterProvider;
  /** Whether the learner shares the cluster with others, and so must be kept in a namespace. */
  shared: boolean;
  dispose(): Promise<void>;
}

/** What every implementation of `ClusterProvider` must do, told with the real kubectl. */
export function clusterProviderContract(name: string, makeFixture: () => Promise<ProviderFixture>): void {
  describe(`ClusterProvider ${name}`, () => {
    let fixture: ProviderFixture;
    let provider: ClusterProvider;
    let folder: string;
    const opened: LabCluster[] = [];

    beforeAll(async () => {
      fixture = await makeFixture();
    });
    afterAll(() => fixture.dispose());
    beforeEach(() => {
      provider = fixture.provider();
      folder = mkdtempSync(join(tmpdir(), 'podlab-contract-'));
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((cluster) => cluster.close()));
      await provider.shutdown();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(sessionId: string, from = provider): Promise<LabCluster> {
      const { signal } = new AbortController();
      const cluster = await from.open({ sessionId, images: [], progress: () => {}, signal });
      opened.push(cluster);
      return cluster;
    }

    /** What kubectl prints for the learner of a cluster. */
    async function kubectl(cluster: LabCluster, ...args: string[]) {
      const file = join(folder, `${opened.indexOf(cluster)}.kubeconfig`);
      writeFileSync(file, cluster.learnerKubeconfig());
      const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: file };
      return runCommand('kubectl', args, { env });
    }

    const pods = (cluster: LabCluster) => ({
      group: '',
      version: 'v1',
      plural: 'pods',
      namespace: cluster.namespace,
    });
    const names = async (cluster: LabCluster) =>
      (await cluster.api.list(pods(cluster))).items.map(({ metadata }) => metadata.name);

    it('can be used, and says how', async () => {
      expect(await provider.availability()).toMatchObject({
        available: true,
        detail: expect.stringMatching(/\w/),
      });
    });

    it('gives a place in which the learner’s kubectl and the grader see the same', async () => {
      const cluster = await open('one');
      const created = await kubectl(cluster, 'run', 'web', '--image=busybox:1.36', '--', 'sleep', '3600');
      expect(created).toMatchObject({ exitCode: 0, stdout: 'pod/web created\n' });
      const waited = await kubectl(cluster, 'wait', '--for=condition=Ready', 'pod/web', '--timeout=60s');
      expect(waited.stderr).toBe('');
      expect(await names(cluster)).toEqual(['web']);
      expect(await cluster.api.exec(cluster.namespace, 'web', { command: ['echo', 'hello'] })).toMatchObject({
        stdout: 'hello\n',
        exitCode: 0,
      });
      expect(cluster.version).toMatch(/^v1\.\d+/);
    });

    it('keeps sessions apart', async () => {
      const [one, two] = [await open('one'), await open('two')];
      await kubectl(one, 'run', 'web', '--image=busybox:1.36', '--', 'sleep', '3600');
      expect(await names(two)).toEqual([]);
      expect((await kubectl(two, 'get', 'pods')).stdout).toBe('');
      expect((await kubectl(two, 'get', 'pod', 'web')).stderr).toContain('NotFound');
    });

    it('lets the learner do nothing in the place of another', async () => {
      if (!fixture.shared) return;
      const [one, two] = [await open('one'), await open('two')];
      const status = ['--subresource=status', '-p', '{"status":{"podIP":"10.0.0.1"}}'];
      const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' };
      const file = join(folder, 'slice.json');
      writeFileSync(file, JSON.stringify({ ...slice, metadata: { name: 'out' }, endpoints: [] }));
      await kubectl(two, 'run', 'mine', '--image=busybox:1.36', '--', 'sleep', '3600');
      for (const args of [
        // Addresses that the API server's proxy would then ask.
        ['patch', 'pod', 'mine', ...status],
        ['create', '-f', file],
        ['get', 'pods', '-n', one.namespace],
        ['run', 'x', '--image=busybox:1.36', '-n', one.namespace],
        ['get', 'secrets', '-n', 'kube-system'],
        ['get', 'serviceaccounts', '-n', 'podlab-system'],
        ['get', 'namespaces'],
        ['create', 'namespace', 'mine'],
        ['delete', 'resourcequota', 'podlab'],
        ['delete', 'rolebinding', 'podlab-learner'],
        ['label', 'namespace', two.namespace, 'pod-security.kubernetes.io/enforce=privileged', '--overwrite'],
      ])
        expect(await kubectl(two, ...args), args.join(' ')).toMatchObject({
          exitCode: 1,
          stderr: expect.stringContaining('forbidden'),
        });
    });

    it('bounds what the learner may use', async () => {
      if (!fixture.shared) return;
      const cluster = await open('one');
      const privileged = {
        spec: { containers: [{ name: 'x', image: 'busybox:1.36', securityContext: { privileged: true } }] },
      };
      const refused = await kubectl(
        cluster,
        'run',
        'x',
        '--image=busybox:1.36',
        `--overrides=${JSON.stringify(privileged)}`,
      );
      expect(refused.stderr).toContain('violates PodSecurity "baseline:latest"');
      expect((await kubectl(cluster, 'get', 'resourcequota', 'podlab')).exitCode).toBe(0);
    });

    it('takes a session up again after a restart of the server, with what was in it', async () => {
      const before = await open('one');
      await kubectl(before, 'create', 'configmap', 'kept', '--from-literal=a=b');
      await provider.shutdown();
      opened.length = 0;
      provider = fixture.provider();
      const after = await open('one');
      expect([before.takenUp, after.takenUp]).toEqual([false, true]);
      const { stdout } = await kubectl(after, 'get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}');
      expect(stdout).toBe('b');
    });

    it('takes everything back at the end, as often as it is asked', async () => {
      const cluster = await open('one');
      await kubectl(cluster, 'create', 'configmap', 'mine', '--from-literal=a=b');
      await Promise.all([cluster.close(), cluster.close()]);
      opened.length = 0;
      const again = await open('one');
      expect((await kubectl(again, 'get', 'configmap', 'mine')).stderr).toContain('NotFound');
    });

    it('removes what is left of a session that nobody took up again', async () => {
      const left = await open('left');
      await kubectl(left, 'create', 'configmap', 'mine', '--from-literal=a=b');
      await provider.shutdown();
      opened.length = 0;
      provider = fixture.provider();
      await provider.discard('left');
      await provider.discard('never-there');
      const again = await open('left');
      expect(again.takenUp).toBe(false);
      expect((await kubectl(again, 'get', 'configmap', 'mine')).stderr).toContain('NotFound');
    });

    it('removes nothing of a session that was opened since', async () => {
      const fresh = await open('fresh');
      await kubectl(fresh, 'create', 'configmap', 'mine', '--from-literal=a=b');
      await provider.sweep([]);
      expect((await kubectl(fresh, 'get', 'configmap', 'mine')).exitCode).toBe(0);
    });

    it('removes what a crash left behind, and keeps what is still open', async () => {
      const [kept, gone] = [await open('kept'), await open('gone')];
      for (const cluster of [kept, gone])
        await kubectl(cluster, 'create', 'configmap', 'mine', '--from-literal=a=b');
      await provider.shutdown();
      opened.length = 0;
      provider = fixture.provider();
      await provider.sweep(['kept']);
      const [keptAgain, goneAgain] = [await open('kept'), await open('gone')];
      expect((await kubectl(keptAgain, 'get', 'configmap', 'mine')).exitCode).toBe(0);
      expect((await kubectl(goneAgain, 'get', 'configmap', 'mine')).stderr).toContain('NotFound');
    });

    it('leaves nothing behind when the learner does not wait', async () => {
      const gone = new AbortController();
      gone.abort(new Error('left'));
      const opening = provider.open({
        sessionId: 'one',
        images: [],
        progress: () => {},
        signal: gone.signal,
      });
      await expect(opening).rejects.toThrow('left');
      const cluster = await open('one');
      expect(await names(cluster)).toEqual([]);
    });
  });
}
