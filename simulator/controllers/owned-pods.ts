import { ApiError } from '../api/errors';
import type { EventRecorder } from '../events/event-recorder';
import { selectorMatches } from '../scheduler/label-terms';
import type { KubeObject, Pod, PodTemplateSpec } from '../schema/types';
import { type ControllerContext, controllerOf, controllerRef, isPodReady } from './controller';

type Selector = Parameters<typeof selectorMatches>[0];

/** So many Pods are made or deleted in one go (burstReplicas, MaxPodCreateDeletePerSync): fewer than upstream, as others wait meanwhile. */
export const POD_BURST = 50;

/**
 * The Pods that belong to an owner: matching ones without a controller are adopted, own ones that no longer match released
 * (controller PodControllerRefManager). `isMember`: what a Pod has to be besides.
 */
export function claimPods(
  { client }: ControllerContext,
  owner: KubeObject,
  selector: Selector,
  isMember: (pod: Pod) => boolean = () => true,
): Pod[] {
  const namespace = owner.metadata.namespace ?? '';
  const claimed: Pod[] = [];
  for (const pod of client.list('pods', { namespace })) {
    const ref = controllerOf(pod);
    const matches = isMember(pod) && selectorMatches(selector, pod.metadata.labels);
    if (ref) {
      if (ref.uid !== owner.metadata.uid) continue;
      if (matches) claimed.push(pod);
      else if (!owner.metadata.deletionTimestamp) setOwners(client, pod, owner, false);
    } else if (matches && !owner.metadata.deletionTimestamp && !pod.metadata.deletionTimestamp) {
      claimed.push(setOwners(client, pod, owner, true));
    }
  }
  return claimed;
}

function setOwners(client: ControllerContext['client'], pod: Pod, owner: KubeObject, adopt: boolean): Pod {
  const others = (pod.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  const ownerReferences = adopt ? [...others, controllerRef(owner)] : others;
  return client.update('pods', { ...pod, metadata: { ...pod.metadata, ownerReferences } });
}

/** A Pod made from a template (controller GetPodFromTemplate). `extra` is merged into its metadata. */
export function podFromTemplate(
  owner: KubeObject,
  template: PodTemplateSpec,
  extra: Pod['metadata'] = {},
): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const named = extra.name
    ? { name: extra.name }
    : { generateName: generatePrefix(owner.metadata.name ?? '') };
  return structuredClone({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...named,
      namespace: owner.metadata.namespace ?? '',
      ...(labels || extra.labels ? { labels: { ...labels, ...extra.labels } } : {}),
      ...(annotations || extra.annotations ? { annotations: { ...annotations, ...extra.annotations } } : {}),
      ...(finalizers || extra.finalizers
        ? { finalizers: [...(finalizers ?? []), ...(extra.finalizers ?? [])] }
        : {}),
      ownerReferences: [controllerRef(owner)],
      ...(extra.generateName ? { generateName: extra.generateName } : {}),
    },
    spec: template.spec ?? { containers: [] },
  }) as Pod;
}

/** `name-`, or without the dash when the result would be no name. */
function generatePrefix(name: string): string {
  return `${name}-`;
}

/** Creates a Pod and tells of it; throws what the API says when it refuses. */
export function createPod(
  { client }: ControllerContext,
  events: EventRecorder,
  owner: KubeObject,
  pod: Pod,
): Pod {
  try {
    const created = client.create('pods', pod);
    events.record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    return created;
  } catch (error) {
    // In a namespace that is going away nothing can be created, and nobody needs to hear of it.
    const going =
      error instanceof ApiError &&
      error.details.causes?.some((each) => each.reason === 'NamespaceTerminating');
    if (error instanceof ApiError && !going) {
      events.record(owner, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
    }
    throw error;
  }
}

export function deletePod(
  { client }: ControllerContext,
  events: EventRecorder,
  owner: KubeObject,
  pod: Pod,
): void {
  client.delete('pods', pod.metadata.namespace ?? '', pod.metadata.name ?? '');
  events.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}

/** Milliseconds until a Pod counts as available: 0 when it does, undefined while it is not ready (podutil.IsPodAvailable). */
export function untilAvailable(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isPodReady(pod)) return undefined;
  const since = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  const at = Date.parse(String(since ?? '')) + minReadySeconds * 1000;
  return minReadySeconds === 0 ? 0 : Math.max(0, at - now);
}

/** Those to be deleted first come first (controller ActivePodsWithRanks). */
export function byDeletionOrder(pods: Pod[]): Pod[] {
  const perNode = new Map<string, number>();
  for (const { spec } of pods) {
    const node = spec?.nodeName ?? '';
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const phases = { Pending: 0, Unknown: 1, Running: 2 } as Record<string, number>;
  const keys = (pod: Pod): number[] => [
    pod.spec?.nodeName ? 1 : 0,
    phases[pod.status?.phase ?? 'Pending'] ?? 0,
    isPodReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0),
    -(perNode.get(pod.spec?.nodeName ?? '') ?? 0),
    -readySince(pod),
    -Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)),
    -Date.parse(String(pod.metadata.creationTimestamp)),
  ];
  return [...pods].sort((left, right) => {
    const [a, b] = [keys(left), keys(right)];
    const index = a.findIndex((value, at) => value !== b[at]);
    return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
  });
}

function readySince(pod: Pod): number {
  const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True');
  return Date.parse(String(ready?.lastTransitionTime ?? '')) || 0;
}
