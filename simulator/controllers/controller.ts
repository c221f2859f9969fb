import type { Client } from '../api/client';
import type { Authority } from '../certificate';
import type { Clock } from '../clock/clock';
import { EventRecorder } from '../events/event-recorder';
import type { PodMetrics } from '../metrics/usage-sampler';
import type { KubeObject, OwnerReference, Pod } from '../schema/types';

/** What every controller works with. */
export interface ControllerContext {
  client: Client;
  clock: Clock;
  onError: (error: unknown) => void;
  /** PEM of the cluster's authority: the content of kube-root-ca.crt. */
  caCertificate: string;
  /** Signs the certificates of users. */
  authority: Authority;
  /** The resource metrics API: what running Pods use. */
  metrics: () => PodMetrics[];
}

/** A controller that runs; calling it ends it. */
export type StopController = () => void;

export type StartController = (context: ControllerContext) => StopController;

/** `namespace/name`: the key under which an object waits in a queue; `name` for cluster-scoped ones. */
export function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata.name ?? '');
}

export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
}

/** The one owner that manages the object (metav1.GetControllerOf). */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}

/** metav1.NewControllerRef. */
export function controllerRef({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return {
    apiVersion,
    kind,
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function recorder({ client, clock }: ControllerContext, component: string): EventRecorder {
  return new EventRecorder(client, clock, component);
}

/** metav1.Time: seconds, in UTC. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** podutil.IsPodReady. */
export function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Neither finished nor on its way out (controller.IsPodActive). */
export function isPodActive({ status, metadata }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed' && !metadata.deletionTimestamp;
}
