import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isPodlabError, PodlabError } from '../../errors';
import type { Availability, ClusterProvider } from '../cluster-provider';
import type { KubeApi } from '../kube-api';
import { createKubeApi } from '../kube-api-client';
import { readKubeconfig } from '../kubeconfig';
import { openNamespace, type SharedCluster, sweepNamespaces } from '../namespaced/open-namespace';

export interface KubeconfigOptions {
  /** Absolute path of the operator's kubeconfig; undefined when there is none. */
  file: string | undefined;
  installation: string;
}

/** Any cluster the operator names: a namespace of it per session. */
export function createKubeconfigProvider({ file, installation }: KubeconfigOptions): ClusterProvider {
  let connected: SharedCluster | undefined;

  async function connect(): Promise<SharedCluster> {
    if (connected) return connected;
    if (!file)
      throw new PodlabError(
        'cluster-unavailable',
        'No cluster is named.',
        'Set PODLAB_KUBECONFIG to the path of a kubeconfig file and start Podlab again.',
        503,
      );
    const text = await readFile(file, 'utf8').catch((cause) => {
      throw new PodlabError(
        'cluster-unavailable',
        `The kubeconfig ${file} cannot be read (${cause.code}).`,
        'Set PODLAB_KUBECONFIG to a file that this user may read.',
        503,
        { cause },
      );
    });
    const { server, context } = readKubeconfig(text, undefined, dirname(file));
    connected = {
      kind: 'kubeconfig',
      title: `cluster “${context}”`,
      admin: createKubeApi(server),
      server,
      installation,
    };
    return connected;
  }

  return {
    kind: 'kubeconfig',
    async availability() {
      try {
        const { admin, title } = await connect();
        return await answers(admin, `A namespace of its own on ${title}.`);
      } catch (error) {
        if (!isPodlabError(error)) throw error;
        return { available: false, reason: error.message, remedy: error.remedy };
      }
    },
    open: async (request) => openNamespace(await connect(), request),
    async sweep(keep) {
      if (!file) return;
      const { admin } = await connect();
      await sweepNamespaces(admin, installation, keep);
    },
    async shutdown() {
      connected?.admin.close();
      connected = undefined;
    },
  };
}

/** Whether an API server answers within 3 s. */
async function answers(admin: KubeApi, detail: string): Promise<Availability> {
  try {
    const { status } = await admin.request('GET', '/readyz', undefined, AbortSignal.timeout(2_800));
    if (status < 300) return { available: true, detail };
    return {
      available: false,
      reason: `The cluster’s API server answers with HTTP ${status}.`,
      remedy: 'Check the credentials in the kubeconfig (`kubectl get namespaces` must work with it).',
    };
  } catch (error) {
    return {
      available: false,
      reason: `The cluster’s API server does not answer: ${error instanceof Error ? error.message : error}`,
      remedy: 'Start the cluster, or correct the server address in the kubeconfig.',
    };
  }
}
