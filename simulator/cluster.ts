import { connect } from 'node:net';
import { admit, review } from './api/admission/index';
import { applyDefaults } from './api/defaults/index';
import type { Extensions } from './api/extension-points';
import { StaticTokens } from './api/http/authentication';
import { InProcessClient } from './api/in-process-client';
import { decodeProtobuf } from './api/protobuf/index';
import { ApiServer } from './api/server';
import { ServiceAccountTokens, type TokenSubject } from './api/service-account-tokens';
import { ObjectStorage } from './api/storage/object-storage';
import { createStreamHandler } from './api/streams/index';
import { renderTable } from './api/tables/index';
import { validateCreate, validateUpdate } from './api/validation/index';
import { bootstrap, nodeAddress } from './bootstrap';
import { type Authority, makeAuthority, makeCertificate } from './certificate';
import { RealClock } from './clock/real-clock';
import { startComponents } from './components';
import { Catalogue } from './images/catalogue';
import { ImageStore } from './images/image-store';
import { allImages, findProgram } from './images/index';
import { preloadedImages } from './images/preloaded';
import { kubeconfigText } from './kubeconfig';
import { duplexStream } from './network/duplex-stream';
import { SimulatedNetwork } from './network/simulated-network';
import { SimulatedRuntime } from './runtime/simulated-runtime';
import type { ResourceName } from './schema/types';
import { boundRegularExpressions } from './shell/bounded-regexp';
import type { Simulator, SimulatorOptions } from './simulator';
import { Store, type StoreSnapshot } from './store/store';

const DEFAULT_HOST = '127.0.0.1';

/** What `snapshot()` gives and `restore` takes. */
interface ClusterSnapshot {
  format: 1;
  tokens: Record<string, string>;
  tokenKey: string;
  /** Absent in what was saved before users had certificates. */
  authority?: Authority;
  store: StoreSnapshot;
  components: unknown;
}

/**
 * Images are the same for every cluster of this process: their files are built once, and never changed. Their code is loaded with
 * the first Pod (scripts/bundle-worker.mjs): nothing here may need it sooner.
 */
const images = new Catalogue(() => allImages());

const TOKEN_SUBJECTS: Readonly<Record<TokenSubject, ResourceName>> = {
  ServiceAccount: 'serviceaccounts',
  Pod: 'pods',
  Secret: 'secrets',
  Node: 'nodes',
};

const extensions: Extensions = {
  applyDefaults,
  admit,
  review,
  validateCreate,
  validateUpdate,
  renderTable,
  decodeProtobuf,
};

/** Wires a cluster: store, API, and the components that live on them. Rejects when the port cannot be had. */
export async function startCluster(options: SimulatorOptions): Promise<Simulator> {
  boundRegularExpressions();
  const clock = options.clock ?? new RealClock();
  const onError = options.onError ?? (() => {});
  const host = options.host ?? DEFAULT_HOST;
  const names = options.nodes ?? ['podlab-control-plane'];
  const users = options.users ?? { admin: { groups: ['system:masters'] } };
  const restored = readSnapshot(options.restore);
  const certificate = options.certificate ?? makeCertificate();
  // Of this cluster alone: the server's certificate may be that of several.
  const authority = restored?.authority ?? options.authority ?? makeAuthority();

  // What is stored, and the rules by which it changes.
  const store = new Store(restored?.store);
  const storage: ObjectStorage = new ObjectStorage({ store, clock, extensions, client: () => system });
  const clientOf = (user: string, fieldManager: string, ...groups: string[]): InProcessClient =>
    new InProcessClient(storage, { name: user, groups: [...groups, 'system:authenticated'] }, fieldManager);
  const system = clientOf('system:apiserver', 'kube-apiserver', 'system:masters');
  const nodes = names.map((name, index) => ({ name, ip: nodeAddress(index) }));
  bootstrap(system, { nodes: names, caCertificate: certificate.ca, now: clock.now() });

  // Who may ask.
  const tokens = new StaticTokens(users, restored?.tokens);
  const accountTokens = new ServiceAccountTokens(clock, restored?.tokenKey, {
    exists: (kind, namespace, name, uid) =>
      store.get(TOKEN_SUBJECTS[kind], namespace, name)?.metadata.uid === uid,
    nodeOf: (namespace, pod) => {
      const name = system.get('pods', namespace, pod)?.spec?.nodeName ?? '';
      const uid = store.get('nodes', '', name)?.metadata.uid;
      return uid ? { name, uid } : undefined;
    },
  });

  // The machines: a network, and a runtime on every node.
  let port = 0;
  const network = new SimulatedNetwork({
    client: system,
    clock,
    apiServer: async () => duplexStream(connect({ host, port, allowHalfOpen: true })),
  });
  const bootedAtMs = clock.now();
  const components = startComponents({
    client: (component) => clientOf(`system:${component}`, component, 'system:masters'),
    clock,
    caCertificate: certificate.ca,
    authority,
    nodes,
    newRuntime: (_node, disk) =>
      new SimulatedRuntime({
        clock,
        disk,
        network,
        images: new ImageStore(images, clock, preloadedImages),
        machine: {
          kernelRelease: '6.12.0-podlab',
          kernelVersion: '#1 SMP PREEMPT_DYNAMIC',
          architecture: 'x86_64',
          cpus: 8,
          memoryBytes: 16 * 2 ** 30,
          bootedAtMs,
        },
        program: (name) => findProgram(name),
        onError,
      }),
    issueToken: ({ namespace, serviceAccount, audience, expirationSeconds, pod }) =>
      accountTokens.issue({
        namespace,
        serviceAccount: {
          name: serviceAccount,
          uid: store.get('serviceaccounts', namespace, serviceAccount)?.metadata.uid ?? '',
        },
        ...(audience ? { audiences: [audience] } : {}),
        expirationSeconds,
        boundTo: { kind: 'Pod', ...pod },
      }).token,
    ...(restored ? { restore: restored.components } : {}),
    onError,
  });

  // The front door.
  const server = new ApiServer({
    storage,
    extensions,
    tokens: accountTokens,
    readToken: (token, audiences) => tokens.find(token) ?? accountTokens.read(token, audiences),
    metrics: () => components.metrics.pods(),
    streams: createStreamHandler({ client: system, agents: components.agents, network, clock }),
    certificate: { ...certificate, ca: authority.cert },
    onError,
  });
  try {
    port = await server.listen(host, options.port ?? 0);
  } catch (error) {
    components.stop();
    network.close();
    throw error;
  }

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
    snapshot: (): ClusterSnapshot => ({
      format: 1,
      tokens: tokens.all(),
      tokenKey: accountTokens.key,
      authority,
      store: store.snapshot(),
      components: components.snapshot(),
    }),
    stop: async () => {
      components.stop();
      network.close();
      await server.close();
    },
  };
}

function readSnapshot(value: unknown): ClusterSnapshot | undefined {
  if (value === undefined || value === null) return undefined;
  const snapshot = value as Partial<ClusterSnapshot>;
  if (snapshot.format !== 1 || !holdsObjects(snapshot.store)) {
    throw new Error(
      'This snapshot of an embedded cluster was made by another version and cannot be restored.',
    );
  }
  return snapshot as ClusterSnapshot;
}

function holdsObjects(store: Partial<StoreSnapshot> | undefined): boolean {
  const { objects, resourceVersion } = store ?? {};
  return (
    typeof resourceVersion === 'number' &&
    typeof objects === 'object' &&
    objects !== null &&
    Object.values(objects).every(Array.isArray)
  );
}
