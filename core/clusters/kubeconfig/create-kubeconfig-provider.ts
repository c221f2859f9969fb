import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isPodlabError, PodlabError } from '../../errors';
import type { Availability, ClusterProvider } from '../cluster-provider';
import { createKubeApi } from '../kube-api-client';
import { readKubeconfig } from '../kubeconfig';
import type { SharedCluster } from '../namespaced/open-namespace';
import { createSessionPlaces } from '../namespaced/session-places';
import { within } from '../waiting';
import { missingRights } from './missing-rights';

export interface KubeconfigOptions {
  /** Absolute path of the operator's kubeconfig; undefined when there is none. */
  file: string | undefined;
  installation: string;
}

/** Shorter than the 3 s within which a provider says whether it is available. */
const answersWithinMs = 2_800;

/** Any cluster the operator names: a namespace of it per session. */
export function createKubeconfigProvider({ file, installation }: KubeconfigOptions): ClusterProvider {
  const places = createSessionPlaces();
  let connected: { text: string; cluster: SharedCluster } | undefined;
  /** Requests may still be under way over these. */
  const former: SharedCluster['admin'][] = [];

  /**
   * The file is read each time: when the operator renews credentials in it, open sessions get them too; when it names another
   * cluster, they stay on theirs.
   */
  async function connect(): Promise<SharedCluster> {
    if (!file) throw noCluster();
    const text = await readFile(file, 'utf8').catch((cause) => {
      throw unreadable(file, cause);
    });
    if (connected?.text === text) return connected.cluster;
    const { server, context } = readKubeconfig(text, undefined, dirname(file));
    if (!server.server.startsWith('https:')) throw notEncrypted(server.server);
    const admin = createKubeApi(server);
    const title = `cluster “${context}”`;
    if (connected) former.push(connected.cluster.admin);
    const now: SharedCluster = { kind: 'kubeconfig', title, admin, server, installation };
    const isTheSame = connected?.cluster.server.server === server.server;
    const cluster = connected && isTheSame ? Object.assign(connected.cluster, now) : now;
    connected = { text, cluster };
    return cluster;
  }

  return {
    kind: 'kubeconfig',
    async availability() {
      try {
        const late = () => new Error(`no answer within ${answersWithinMs / 1000} s`);
        return await within(answersWithinMs, connect().then(look), late);
      } catch (error) {
        const { message, remedy } = isPodlabError(error) ? error : silent(error);
        return { available: false, reason: message, remedy };
      }
    },
    open: async (request) => places.open(await connect(), request),
    async discard(sessionId) {
      if (file) await places.discard(await connect(), sessionId);
    },
    async sweep(keep) {
      if (file) await places.sweep(await connect(), keep);
    },
    async shutdown() {
      places.leave();
      for (const admin of former.splice(0)) admin.close();
      connected?.cluster.admin.close();
      connected = undefined;
    },
  };
}

/** Whether the API server answers, takes the credentials, and allows what every session needs. */
async function look({ admin, title }: SharedCluster): Promise<Availability> {
  const missing = await missingRights(admin, AbortSignal.timeout(answersWithinMs));
  if (missing.length === 0) return { available: true, detail: `A namespace of its own on ${title}.` };
  return {
    available: false,
    reason: `The user of the kubeconfig may not ${missing.join(', nor ')} on ${title}.`,
    remedy:
      'Give that user these rights (cluster-admin has them), or name another kubeconfig in PODLAB_KUBECONFIG.',
  };
}

function silent(error: unknown): { message: string; remedy: string } {
  const why = error instanceof Error ? error.message : String(error);
  return {
    message: `The cluster’s API server does not answer: ${why}.`,
    remedy: 'Start the cluster, or correct the server address in the kubeconfig.',
  };
}

function noCluster(): PodlabError {
  return unavailable(
    'No cluster is named.',
    'Set PODLAB_KUBECONFIG to the path of a kubeconfig file and start Podlab again.',
  );
}

function unreadable(file: string, cause: NodeJS.ErrnoException): PodlabError {
  return unavailable(
    `The kubeconfig ${file} cannot be read (${cause.code}).`,
    'Set PODLAB_KUBECONFIG to a file that this user may read.',
    { cause },
  );
}

function notEncrypted(server: string): PodlabError {
  return unavailable(
    `The API server ${server} speaks plain HTTP, over which kubectl sends no credentials.`,
    'Name its https address in the kubeconfig.',
  );
}

function unavailable(message: string, remedy: string, options?: { cause?: unknown }): PodlabError {
  return new PodlabError('cluster-unavailable', message, remedy, 503, options);
}
