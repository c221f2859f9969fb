import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../log';
import { clusterProviderContract, type ProviderFixture } from './cluster-provider.contract';
import { ClusterWorker } from './embedded/cluster-worker';
import { createEmbeddedProvider } from './embedded/create-embedded-provider';
import { createKindProvider } from './kind/create-kind-provider';
import { dockerAnswers, kindAnswers, recordedCli } from './kind/recorded-cli';
import { createKubeconfigProvider } from './kubeconfig/create-kubeconfig-provider';
import { kubeconfigText } from './kubeconfig-text';

const log = createLog(() => {});

/** A whole cluster for the providers that share one, with the operator's kubeconfig in a file. */
async function sharedCluster() {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-providers-'));
  const worker = new ClusterWorker({ users: { admin: { groups: ['system:masters'] } } }, (error) =>
    console.error(error),
  );
  const { port, caCertificate, tokens } = await worker.started;
  const text = kubeconfigText({
    server: `https://127.0.0.1:${port}`,
    caCertificate,
    token: tokens['admin'] ?? '',
    user: 'admin',
    namespace: 'default',
  });
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, text);
  const dispose = async () => {
    await worker.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, file, text, dispose };
}

clusterProviderContract('embedded', async (): Promise<ProviderFixture> => {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-embedded-'));
  return {
    shared: false,
    provider: () => createEmbeddedProvider({ folder, log, spare: false }),
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  };
});

clusterProviderContract('kubeconfig', async () => {
  const { file, dispose } = await sharedCluster();
  return { shared: true, dispose, provider: () => createKubeconfigProvider({ file, installation: 'test' }) };
});

// kind's CLI as recorded, in front of a cluster that is really there.
clusterProviderContract('kind', async () => {
  const { folder, text, dispose } = await sharedCluster();
  const cli = recordedCli(
    dockerAnswers,
    kindAnswers,
    { command: 'kind get clusters', stdout: 'podlab\n' },
    { command: 'kind get nodes --name podlab', stdout: 'podlab-control-plane\n' },
    { command: 'kind get kubeconfig --name podlab', stdout: text },
  );
  const options = {
    cluster: 'podlab',
    kubeconfig: join(folder, 'kind.kubeconfig'),
    installation: 'test',
    log,
  };
  return { shared: true, dispose, provider: () => createKindProvider({ ...options, run: cli.run }) };
});
