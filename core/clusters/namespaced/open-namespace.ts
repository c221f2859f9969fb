import { setTimeout as delay } from 'node:timers/promises';
import { PodlabError } from '../../errors';
import type { ClusterKind, LabCluster, OpenRequest } from '../cluster-provider';
import { type KubeApi, KubeApiError, type ResourceRef } from '../kube-api';
import { createKubeApi } from '../kube-api-client';
import type { KubeServer } from '../kube-http';
import { kubeconfigText } from '../kubeconfig-text';
import {
  installationLabel,
  namespaceObject,
  sessionLabel,
  sessionNames,
  sessionObjects,
  systemNamespace,
  systemObjects,
} from './session-objects';
import { watchHealth } from './watch-health';

export interface SharedCluster {
  kind: ClusterKind;
  title: string;
  /** The operator's own access. */
  admin: KubeApi;
  server: KubeServer;
  installation: string;
}

const namespaces: ResourceRef = { group: '', version: 'v1', plural: 'namespaces' };
const serviceAccounts: ResourceRef = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  namespace: systemNamespace,
};
/** A lab's day; API servers may shorten it. A session that is taken up again gets new ones. */
const tokenSeconds = 24 * 60 * 60;

/** A namespace with bounds, and two accounts with rights in it alone. Leaves nothing behind when it throws. */
export async function openNamespace(
  cluster: SharedCluster,
  { sessionId, progress, signal }: OpenRequest,
): Promise<LabCluster> {
  const { admin, installation } = cluster;
  const names = sessionNames(sessionId);
  try {
    const there = await admin.get(namespaces, names.namespace, signal);
    if (there?.metadata.deletionTimestamp) await untilGone(admin, names.namespace, signal);
    progress(
      there && !there.metadata.deletionTimestamp
        ? 'Taking up the namespace where it was left'
        : 'Making a namespace for this lab',
    );
    for (const object of [...systemObjects(), namespaceObject(sessionId, installation)])
      await admin.apply(object, systemNamespace, signal);
    progress('Setting its bounds and your rights in it');
    for (const object of sessionObjects(sessionId, installation))
      await admin.apply(object, names.namespace, signal);
    await untilReady(admin, names.namespace, signal);
    const [learnerToken, graderToken, version] = await Promise.all([
      createToken(admin, names.learner, signal),
      createToken(admin, names.grader, signal),
      serverVersion(admin, signal),
    ]);
    return labCluster(cluster, names.namespace, { learnerToken, graderToken, version }, () =>
      removeNamespace(admin, names.namespace),
    );
  } catch (error) {
    await removeNamespace(admin, names.namespace).catch(() => {});
    if (signal.aborted) throw signal.reason;
    throw unavailable(cluster.title, error);
  }
}

/** Removes what sessions of this installation left behind, except those in `keep`. */
export async function sweepNamespaces(
  admin: KubeApi,
  installation: string,
  keep: readonly string[],
): Promise<void> {
  const kept = new Set(keep.map((id) => sessionNames(id).namespace));
  const { items } = await admin.list(namespaces);
  for (const { metadata } of items) {
    const session = metadata.labels?.[sessionLabel];
    if (!session || metadata.labels?.[installationLabel] !== installation) continue;
    if (!kept.has(session)) await removeNamespace(admin, session);
  }
}

async function removeNamespace(admin: KubeApi, namespace: string): Promise<void> {
  await admin.delete(namespaces, namespace);
  // Nobody is there for whom a Pod could end in order: a namespace full of `sleep` would take half a minute to go.
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  await admin.request('DELETE', pods, { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 1 });
  const id = namespace.slice('podlab-'.length);
  for (const name of [`learner-${id}`, `grader-${id}`]) await admin.delete(serviceAccounts, name);
}

function labCluster(
  { kind, title, server }: SharedCluster,
  namespace: string,
  { learnerToken, graderToken, version }: { learnerToken: string; graderToken: string; version: string },
  remove: () => Promise<void>,
): LabCluster {
  const { ca, tlsServerName, insecure } = server;
  const url = new URL(server.server);
  const api = createKubeApi({ server: server.server, ca, tlsServerName, insecure, token: graderToken });
  const health = watchHealth(api);
  let closing: Promise<void> | undefined;
  return {
    kind,
    title,
    namespace,
    version,
    endpoint: { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443) },
    api,
    learnerKubeconfig: (relay) =>
      kubeconfigText({
        server: relay ?? server.server,
        caCertificate: ca,
        tlsServerName: tlsServerName ?? (relay ? url.hostname : undefined),
        insecureSkipTlsVerify: insecure,
        token: learnerToken,
        user: 'learner',
        namespace,
      }),
    onLost: health.onLost,
    close() {
      closing ??= (async () => {
        health.stop();
        api.close();
        await remove();
      })();
      return closing;
    },
  };
}

/** TokenRequest (authentication.k8s.io/v1): a token that ends by itself and is stored nowhere. */
async function createToken(admin: KubeApi, account: string, signal: AbortSignal): Promise<string> {
  const path = `/api/v1/namespaces/${systemNamespace}/serviceaccounts/${account}/token`;
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: tokenSeconds },
  };
  const reply = await admin.request('POST', path, body, signal);
  const token = (reply.body as { status?: { token?: string } } | undefined)?.status?.token;
  if (reply.status >= 300 || !token)
    throw new KubeApiError(
      reply.status,
      'TokenRequest',
      `no token for ${account}: ${JSON.stringify(reply.body).slice(0, 300)}`,
    );
  return token;
}

async function serverVersion(admin: KubeApi, signal: AbortSignal): Promise<string> {
  const { body } = await admin.request('GET', '/version', undefined, signal);
  return (body as { gitVersion?: string } | undefined)?.gitVersion ?? 'unknown';
}

/** Pods are refused until the namespace has its default ServiceAccount. */
async function untilReady(admin: KubeApi, namespace: string, signal: AbortSignal): Promise<void> {
  const accounts: ResourceRef = { group: '', version: 'v1', plural: 'serviceaccounts', namespace };
  for (let waited = 0; waited < 30_000; waited += 100) {
    if (await admin.get(accounts, 'default', signal)) return;
    await delay(100, undefined, { signal });
  }
  throw new Error('the namespace got no default ServiceAccount within 30 s');
}

async function untilGone(admin: KubeApi, namespace: string, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < 120_000; waited += 500) {
    if (!(await admin.get(namespaces, namespace, signal))) return;
    await delay(500, undefined, { signal });
  }
  throw new Error(`the namespace ${namespace} of an earlier session is still being deleted after 2 minutes`);
}

function unavailable(title: string, cause: unknown): PodlabError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const forbidden = cause instanceof KubeApiError && (cause.code === 401 || cause.code === 403);
  return new PodlabError(
    'cluster-unavailable',
    `No place could be made on ${title}: ${why}`,
    forbidden
      ? 'Give Podlab’s kubeconfig the rights to make namespaces, roles and service accounts (cluster-admin has them).'
      : 'Check that the cluster answers (`kubectl get namespaces`), or choose another one for this lab.',
    503,
    { cause },
  );
}
