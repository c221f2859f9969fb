import { applyDefaults } from './api/defaults/index';
import type { Admit, Extensions } from './api/extension-points';
import { StaticTokens } from './api/http/authentication';
import { InProcessClient } from './api/in-process-client';
import { notSimulated } from './api/refusals';
import { ApiServer } from './api/server';
import { ObjectStorage } from './api/storage/object-storage';
import { renderTable } from './api/tables/index';
import { bootstrap } from './bootstrap';
import { makeCertificate } from './certificate';
import { RealClock } from './clock/real-clock';
import { kubeconfigText } from './kubeconfig';
import type { Simulator, SimulatorOptions } from './simulator';
import { Store, type StoreSnapshot } from './store/store';

const DEFAULT_HOST = '127.0.0.1';

/** What `snapshot()` gives and `restore` takes. */
interface ClusterSnapshot {
  format: 1;
  tokens: Record<string, string>;
  store: StoreSnapshot;
}

const noAdmission: Admit = () => {};

const extensions: Extensions = {
  applyDefaults,
  admit: noAdmission,
  validateCreate: () => [],
  validateUpdate: () => [],
  renderTable,
  decodeProtobuf: () => {
    throw notSimulated('protobuf bodies');
  },
};

/** Wires a cluster: store, API, and the components that live on them. Rejects when the port cannot be had. */
export async function startCluster(options: SimulatorOptions): Promise<Simulator> {
  const clock = options.clock ?? new RealClock();
  const onError = options.onError ?? (() => {});
  const host = options.host ?? DEFAULT_HOST;
  const nodes = options.nodes ?? ['podlab-control-plane'];
  const users = options.users ?? { admin: { groups: ['system:masters'] } };
  const restored = options.restore as ClusterSnapshot | undefined;
  const certificate = options.certificate ?? (await makeCertificate());

  const store = new Store(restored?.store);
  const storage: ObjectStorage = new ObjectStorage({ store, clock, extensions, client: () => system });
  const system = new InProcessClient(storage, { name: 'system:apiserver', groups: ['system:masters'] });
  const tokens = new StaticTokens(users, restored?.tokens);
  const server = new ApiServer({
    storage,
    extensions,
    readToken: (token) => tokens.find(token),
    authorize: () => {},
    streams: undefined,
    certificate,
    onError,
  });
  const port = await server.listen(host, options.port ?? 0);
  bootstrap(system, { nodes, caCertificate: certificate.ca, now: clock.now(), port });

  const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    url,
    port,
    caCertificate: certificate.ca,
    token: (user) => tokens.tokenOf(user),
    kubeconfig: (user, namespace) =>
      kubeconfigText({
        server: url,
        caCertificate: certificate.ca,
        user,
        token: tokens.tokenOf(user),
        ...(namespace ? { namespace } : {}),
      }),
    snapshot: (): ClusterSnapshot => ({ format: 1, tokens: tokens.all(), store: store.snapshot() }),
    stop: async () => {
      await server.close();
    },
  };
}
