import { setTimeout as delay } from 'node:timers/promises';
import { PodlabError } from '../../errors';
import type { ClusterKind, LabCluster, OpenRequest } from '../cluster-provider';
import { type KubeApi, KubeApiError, type ResourceRef } from '../kube-api';
import { createKubeApi } from '../kube-api-client';
import type { KubeServer } from '../kube-http';
import { kubeconfigText } from '../kubeconfig-text';
import { demandPodSecurity } from './pod-security';
import {
  namespaceObject,
  type SessionNames,
  sessionNames,
  sessionObjects,
  systemNamespace,
  systemObjects,
} from './session-objects';
import { keepTokens, type SessionTokens } from './session-tokens';
import { watchHealth } from './watch-health';

export interface SharedCluster {
  kind: ClusterKind;
  title: string;
  /** The operator's own access; replaced when the operator's credentials are. */
  admin: KubeApi;
  server: KubeServer;
  installation: string;
}

/** A session's place, and how this process lets go of it without removing it. */
export interface Place {
  cluster: LabCluster;
  leave(): void;
}

export const namespaces: ResourceRef = { group: '', version: 'v1', plural: 'namespaces' };

/**
 * A namespace with bounds, and two accounts with rights in it alone. When it throws it leaves nothing new behind; what an
 * earlier process has made stays.
 */
export async function openNamespace(
  cluster: SharedCluster,
  request: OpenRequest,
  onClose: () => void,
): Promise<Place> {
  const { sessionId, signal } = request;
  const { admin } = cluster;
  const names = sessionNames(sessionId);
  let takenUp = true;
  try {
    takenUp = await isThere(admin, names.namespace, signal);
    await makeObjects(cluster, request, takenUp);
    await untilReady(admin, names.namespace, signal);
    const [version] = await Promise.all([
      serverVersion(admin, signal),
      demandPodSecurity(admin, names.namespace, cluster.title, signal),
    ]);
    // Last: they are renewed from then on.
    const tokens = await keepTokens(() => cluster.admin, [names.learner, names.grader], signal);
    return placeOf(cluster, names, tokens, { version, takenUp, onClose });
  } catch (error) {
    if (!takenUp) await removeNamespace(admin, names.namespace).catch(() => {});
    if (signal.aborted) throw signal.reason;
    throw unavailable(cluster.title, error);
  }
}

/** Whether an earlier process has made it. One that is being removed is waited for. */
async function isThere(admin: KubeApi, namespace: string, signal: AbortSignal): Promise<boolean> {
  const there = await admin.get(namespaces, namespace, signal);
  if (there?.metadata.deletionTimestamp) await untilGone(admin, namespace, signal);
  return there !== undefined && !there.metadata.deletionTimestamp;
}

async function makeObjects(
  { admin, installation }: SharedCluster,
  { sessionId, progress, signal }: OpenRequest,
  takenUp: boolean,
): Promise<void> {
  progress(takenUp ? 'Taking up the namespace where it was left' : 'Making a namespace for this lab');
  for (const object of [...systemObjects(), namespaceObject(sessionId, installation)])
    await admin.apply(object, systemNamespace, signal);
  progress('Setting its bounds and your rights in it');
  for (const object of sessionObjects(sessionId, installation))
    await admin.apply(object, sessionNames(sessionId).namespace, signal);
}

export async function removeNamespace(admin: KubeApi, namespace: string): Promise<void> {
  await admin.delete(namespaces, namespace);
  // Nobody is there for whom a Pod could end in order: a namespace full of `sleep` would take half a minute to go.
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  await admin.request('DELETE', pods, { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 1 });
  const id = namespace.slice('podlab-'.length);
  const accounts: ResourceRef = {
    group: '',
    version: 'v1',
    plural: 'serviceaccounts',
    namespace: systemNamespace,
  };
  for (const name of [`learner-${id}`, `grader-${id}`]) await admin.delete(accounts, name);
}

function placeOf(
  shared: SharedCluster,
  names: SessionNames,
  tokens: SessionTokens,
  { version, takenUp, onClose }: { version: string; takenUp: boolean; onClose: () => void },
): Place {
  const { kind, title, server } = shared;
  const { namespace } = names;
  const { ca, tlsServerName, insecure } = server;
  const url = new URL(server.server);
  const path = url.pathname.replace(/\/$/, '');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const api = createKubeApi({
    server: server.server,
    ca,
    tlsServerName,
    insecure,
    credentials: async () => ({ token: tokens.of(names.grader) }),
  });
  const health = watchHealth(api);
  const leave = () => {
    health.stop();
    tokens.stop();
    api.close();
  };
  let closing: Promise<void> | undefined;
  const cluster: LabCluster = {
    kind,
    title,
    namespace,
    version,
    takenUp,
    endpoint: { host, port: Number(url.port || 443) },
    api,
    learnerKubeconfig: (relay) =>
      kubeconfigText({
        server: relay === undefined ? server.server : relay + path,
        caCertificate: ca,
        tlsServerName: tlsServerName ?? (relay ? host : undefined),
        insecureSkipTlsVerify: insecure,
        token: tokens.of(names.learner),
        user: 'learner',
        namespace,
      }),
    onRenewed: tokens.onRenewed,
    onLost: health.onLost,
    close() {
      closing ??= (async () => {
        leave();
        onClose();
        await removeNamespace(shared.admin, namespace);
      })();
      return closing;
    },
  };
  return { cluster, leave };
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

/** Says what was refused, and who can mend it. */
function unavailable(title: string, cause: unknown): PodlabError {
  if (cause instanceof PodlabError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new PodlabError(
    'cluster-unavailable',
    `No place could be made on ${title}: ${why}`,
    remedyOf(cause instanceof KubeApiError ? cause.code : 0, why),
    503,
    { cause },
  );
}

function remedyOf(code: number, why: string): string {
  if (code === 401)
    return 'The credentials in Podlab’s kubeconfig are not accepted, or have expired: renew them (`kubectl get namespaces` must work with it).';
  if (/exceeded quota/.test(why))
    return 'Remove leftovers of other labs or of other programs there, or raise the quota.';
  if (code === 403 && /escalat|attempting to grant RBAC permissions not currently held/.test(why))
    return 'Podlab can give learners no right that it has not: give the user of its kubeconfig cluster-admin, or `escalate` and `bind` on roles.';
  if (code === 403 && /admission webhook|pod-security/i.test(why))
    return 'A policy of the cluster refuses Podlab’s namespaces: let the user of its kubeconfig make ones with Pod Security labels, or choose another cluster.';
  if (code === 403)
    return 'Give the user of Podlab’s kubeconfig the rights to make namespaces, quotas, roles and service accounts (cluster-admin has them).';
  return 'Check that the cluster answers (`kubectl get namespaces`), or choose another one for this lab.';
}
