import { type Certificate, makeCertificate } from '../../../simulator/certificate';
import type { SimulatorOptions } from '../../../simulator/simulator';
import { PodlabError } from '../../errors';
import type { Log } from '../../log';
import type { ClusterProvider, LabCluster, OpenRequest } from '../cluster-provider';
import { createKubeApi } from '../kube-api-client';
import { kubeconfigText } from '../kubeconfig-text';
import { ClusterWorker, type StartedWorker } from './cluster-worker';
import { createSnapshotFolder, type SnapshotFolder } from './snapshot-folder';

export interface EmbeddedOptions {
  /** Absolute; holds the state of open sessions' clusters. */
  folder: string;
  log: Log;
  /** Keeps a started cluster in reserve, so that the next lab is ready at once. Costs its memory. */
  spare?: boolean;
}

const learner = 'learner';
const grader = 'podlab-grader';
const users = { [learner]: { groups: ['system:masters'] }, [grader]: { groups: ['system:masters'] } };
const snapshotEveryMs = 30_000;

/** A simulated cluster per session, each in a worker thread, whose state outlives the server. */
export function createEmbeddedProvider({ folder, log, spare = true }: EmbeddedOptions): ClusterProvider {
  const unusable = (sessionId: string, error: unknown) =>
    log.warn('embedded-snapshot-unusable', { sessionId, error, consequence: 'The cluster starts anew.' });
  const snapshots = createSnapshotFolder(folder, unusable);
  const open = new Map<string, { worker: ClusterWorker; save: () => Promise<void>; cluster: LabCluster }>();
  let reserve: ClusterWorker | undefined;
  /** One for all: they listen on the same address, and their tokens tell them apart. */
  let certificate: Certificate | undefined;

  const newWorker = (options: Pick<SimulatorOptions, 'restore'> = {}) => {
    certificate ??= makeCertificate();
    return new ClusterWorker({ users, certificate, ...options }, (error) =>
      log.error('embedded-cluster-error', { error }),
    );
  };

  function takeWorker(restore: unknown): ClusterWorker {
    if (restore !== undefined) return newWorker({ restore });
    const taken = reserve ?? newWorker();
    reserve = undefined;
    return taken;
  }

  async function ready(worker: ClusterWorker) {
    try {
      return { worker, started: await worker.started };
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  function refillReserve(): void {
    if (!spare || reserve) return;
    const worker = newWorker();
    reserve = worker;
    worker.onLost(() => {
      if (reserve === worker) reserve = undefined;
    });
  }

  async function startWorker({ sessionId, progress }: OpenRequest) {
    const saved = await snapshots.read(sessionId);
    progress(
      saved === undefined
        ? 'Starting the embedded cluster'
        : 'Taking up the embedded cluster where it was left',
    );
    try {
      return await ready(takeWorker(saved));
    } catch (cause) {
      if (saved === undefined) throw unavailable(cause);
      // Damaged, or written by another version: a lab that starts anew is better than one that never starts.
      unusable(sessionId, cause);
    }
    return ready(takeWorker(undefined)).catch((cause) => {
      throw unavailable(cause);
    });
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
      const { worker, started } = await startWorker(request);
      if (signal.aborted) {
        await worker.stop();
        throw signal.reason;
      }
      const save = () => saveSnapshot(worker, snapshots, sessionId);
      const saving = setInterval(() => {
        save().catch((error) => log.warn('embedded-snapshot-failed', { sessionId, error }));
      }, snapshotEveryMs);
      saving.unref();
      const cluster = labCluster(started, worker, async () => {
        clearInterval(saving);
        open.delete(sessionId);
        await worker.stop();
        await snapshots.remove(sessionId);
      });
      worker.onLost(() => {
        clearInterval(saving);
        open.delete(sessionId);
      });
      open.set(sessionId, { worker, save, cluster });
      refillReserve();
      return cluster;
    },

    sweep: (keep) => snapshots.keepOnly(keep),

    async shutdown() {
      await Promise.all(
        [...open].map(async ([sessionId, { worker, save }]) => {
          await save().catch((error) => log.error('embedded-snapshot-failed', { sessionId, error }));
          await worker.stop();
        }),
      );
      open.clear();
      await reserve?.stop();
    },
  };
}

function labCluster(started: StartedWorker, worker: ClusterWorker, close: () => Promise<void>): LabCluster {
  const { port, caCertificate, tokens } = started;
  const own = `https://127.0.0.1:${port}`;
  const namespace = 'default';
  const api = createKubeApi({ server: own, ca: caCertificate, token: tokens[grader] ?? '' });
  let closing: Promise<void> | undefined;
  return {
    kind: 'embedded',
    title: 'Embedded cluster',
    namespace,
    version: 'v1.36.0',
    endpoint: { host: '127.0.0.1', port },
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
    close() {
      closing ??= (async () => {
        api.close();
        await close();
      })();
      return closing;
    },
  };
}

async function saveSnapshot(
  worker: ClusterWorker,
  snapshots: SnapshotFolder,
  sessionId: string,
): Promise<void> {
  const text = await worker.snapshot();
  if (text !== null) await snapshots.write(sessionId, text);
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
