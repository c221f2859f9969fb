import { type Certificate, makeCertificate } from '../../../simulator/certificate';
import type { SimulatorOptions } from '../../../simulator/simulator';
import { PodlabError } from '../../errors';
import type { Log } from '../../log';
import type { ClusterProvider, LabCluster, OpenRequest } from '../cluster-provider';
import { createKubeApi } from '../kube-api-client';
import { kubeconfigText } from '../kubeconfig-text';
import { beganAnew, type ClusterFaults, createClusterFaults, threw } from './cluster-faults';
import { ClusterWorker, type StartedWorker } from './cluster-worker';
import { createSnapshotFolder, type SnapshotFolder } from './snapshot-folder';

export interface EmbeddedOptions {
  /** Absolute; holds the state of open sessions' clusters. */
  folder: string;
  log: Log;
  /** Keeps a started cluster in reserve, so that the next lab is ready at once. Costs its memory. */
  spare?: boolean;
  /** The thread's first file, when it is not the bundle's. */
  workerFile?: string;
  /** How often what changed in a cluster is written down: so much a crash may lose. Milliseconds. */
  saveEveryMs?: number;
}

/** A worker, and what has gone wrong in it so far. */
interface Cluster {
  worker: ClusterWorker;
  faults: ClusterFaults;
}

/** The cluster of one session, and how it is written down. */
interface Open {
  worker: ClusterWorker;
  save: Saving;
  saving: NodeJS.Timeout;
  cluster: LabCluster;
}

const learner = 'learner';
const grader = 'podlab-grader';
const users = { [learner]: { groups: ['system:masters'] }, [grader]: { groups: ['system:masters'] } };

/** A simulated cluster per session, each in a worker thread, whose state outlives the server. */
export function createEmbeddedProvider({
  folder,
  log,
  spare = true,
  workerFile,
  saveEveryMs = 30_000,
}: EmbeddedOptions): ClusterProvider {
  const snapshots = createSnapshotFolder(folder);
  const open = new Map<string, Open>();
  let reserve: Cluster | undefined;
  /** One for all: they listen on the same address, and their tokens tell them apart. */
  let certificate: Certificate | undefined;

  const newCluster = (options: Pick<SimulatorOptions, 'restore'> = {}): Cluster => {
    certificate ??= makeCertificate();
    const faults = createClusterFaults();
    const onFault = (error: { message: string; stack?: string }) => {
      const sessionId = [...open].find(([, { worker: of }]) => of === worker)?.[0];
      log.error('embedded-cluster-error', { sessionId, error });
      faults.tell(threw(error.message));
    };
    const file = workerFile && { file: workerFile };
    const worker = new ClusterWorker({ users, certificate, ...options }, onFault, { ...file });
    return { worker, faults };
  };

  function takeCluster(restore: unknown): Cluster {
    if (restore !== undefined) return newCluster({ restore });
    const taken = reserve ?? newCluster();
    reserve = undefined;
    return taken;
  }

  async function ready(cluster: Cluster): Promise<Cluster & { started: StartedWorker }> {
    try {
      return { ...cluster, started: await cluster.worker.started };
    } catch (error) {
      await cluster.worker.stop();
      throw error;
    }
  }

  function refillReserve(): void {
    if (!spare || reserve) return;
    const cluster = newCluster();
    reserve = cluster;
    cluster.worker.onLost(() => {
      if (reserve === cluster) reserve = undefined;
    });
  }

  async function startCluster(request: OpenRequest) {
    const { sessionId, progress } = request;
    try {
      const saved = await snapshots.read(sessionId);
      if (saved !== undefined) {
        progress('Taking up the embedded cluster where it was left');
        return { ...(await ready(takeCluster(saved))), takenUp: true };
      }
    } catch (error) {
      return startAnew(request, error);
    }
    progress('Starting the embedded cluster');
    return startNew();
  }

  async function startNew() {
    const cluster = await ready(takeCluster(undefined)).catch((cause) => {
      throw unavailable(cause);
    });
    return { ...cluster, takenUp: false };
  }

  /** The saved state is damaged, or of another version: a lab that starts anew is better than one that never starts. */
  async function startAnew({ sessionId, progress }: OpenRequest, error: unknown) {
    log.warn('embedded-snapshot-unusable', { sessionId, error, consequence: 'The cluster starts anew.' });
    progress('The embedded cluster cannot be taken up where it was left: starting a new one');
    const cluster = await startNew();
    // Not before: where no cluster starts, the fault may not be the state's.
    await snapshots.putAside(sessionId).catch((cause) => {
      log.warn('embedded-snapshot-not-kept', { sessionId, error: cause });
    });
    cluster.faults.tell(beganAnew());
    return cluster;
  }

  refillReserve();

  return {
    kind: 'embedded',
    availability: async () => ({
      available: true,
      detail: 'A simulated cluster inside Podlab, ready at once.',
    }),

    async open(request) {
      const { sessionId, signal } = request;
      const known = open.get(sessionId);
      if (known) return known.cluster;
      const { worker, faults, started, takenUp } = await startCluster(request);
      if (signal.aborted) {
        await worker.stop();
        throw signal.reason;
      }
      const save = createSaving(worker, snapshots, sessionId);
      const saving = setInterval(() => {
        save().catch((error) => log.warn('embedded-snapshot-failed', { sessionId, error }));
      }, saveEveryMs);
      saving.unref();
      const cluster = labCluster({ ...started, takenUp }, { worker, faults }, async () => {
        clearInterval(saving);
        open.delete(sessionId);
        await worker.stop();
        // A state that is being written would come after its removal.
        await save.settled();
        await snapshots.remove(sessionId);
      });
      worker.onLost(() => {
        clearInterval(saving);
        open.delete(sessionId);
      });
      open.set(sessionId, { worker, save, saving, cluster });
      refillReserve();
      return cluster;
    },

    discard: (sessionId) => snapshots.remove(sessionId),

    sweep: (keep) => snapshots.keepOnly([...keep, ...open.keys()]),

    async shutdown() {
      await Promise.all(
        [...open].map(async ([sessionId, { worker, save, saving }]) => {
          clearInterval(saving);
          await save().catch((error) => log.error('embedded-snapshot-failed', { sessionId, error }));
          await worker.stop();
        }),
      );
      for (const { cluster } of open.values()) cluster.api.close();
      open.clear();
      await reserve?.worker.stop();
    },
  };
}

function labCluster(
  started: StartedWorker & { takenUp: boolean },
  { worker, faults }: Cluster,
  close: () => Promise<void>,
): LabCluster {
  const { port, caCertificate, tokens, takenUp } = started;
  const own = `https://127.0.0.1:${port}`;
  const namespace = 'default';
  const api = createKubeApi({ server: own, ca: caCertificate, token: tokens[grader] ?? '' });
  let closing: Promise<void> | undefined;
  let isLost = false;
  worker.onLost(() => {
    isLost = true;
  });
  return {
    kind: 'embedded',
    title: 'Embedded cluster',
    namespace,
    version: 'v1.36.0',
    takenUp,
    // Another program may get the port of one that is gone, and a sandbox must not reach that.
    get endpoint() {
      return { host: '127.0.0.1', port: isLost || closing ? 0 : port };
    },
    api,
    learnerKubeconfig: (server = own) =>
      kubeconfigText({
        server,
        caCertificate,
        token: tokens[learner] ?? '',
        user: learner,
        namespace,
        tlsServerName: '127.0.0.1',
      }),
    onLost: (run) => worker.onLost(run),
    onFault: (run) => faults.listen(run),
    close() {
      closing ??= (async () => {
        api.close();
        await close();
      })();
      return closing;
    },
  };
}

interface Saving {
  /** Writes down what has changed; what could not be written, because the disk was full for instance, the next time. */
  (): Promise<void>;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
}

function createSaving(worker: ClusterWorker, snapshots: SnapshotFolder, sessionId: string): Saving {
  let unwritten: string | null = null;
  let turn: Promise<void> = Promise.resolve();
  async function save(): Promise<void> {
    unwritten = (await worker.snapshot()) ?? unwritten;
    if (unwritten === null) return;
    await snapshots.write(sessionId, unwritten);
    unwritten = null;
  }
  return Object.assign(
    () => {
      turn = turn.catch(() => {}).then(save);
      return turn;
    },
    { settled: () => turn.catch(() => {}) },
  );
}

function unavailable(cause: unknown): PodlabError {
  return new PodlabError(
    'cluster-unavailable',
    'The embedded cluster did not start.',
    'Try again; if it happens again, look at the server log, or choose another cluster.',
    503,
    { cause },
  );
}
