import type { KubeObject } from '../clusters/kube-api';

export const containerRoles = ['init', 'sidecar', 'main', 'ephemeral'] as const;
export type ContainerRole = (typeof containerRoles)[number];

/** `status.containerStatuses[]` and its sisters, as far as the grader reads them. */
export interface ContainerStatus {
  name: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  containerID?: string;
  state?: ContainerState;
  lastState?: ContainerState;
  [field: string]: unknown;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: {
    exitCode: number;
    reason?: string;
    message?: string;
    signal?: number;
    startedAt?: string;
    finishedAt?: string;
  };
}

/** A container of a Pod or of a Pod template, wherever it is, with its role and its entry in the status. */
export interface ContainerView {
  name: string;
  role: ContainerRole;
  status?: ContainerStatus;
  [field: string]: unknown;
}

interface PodSpecLike {
  initContainers?: { name: string; restartPolicy?: string }[];
  containers?: { name: string }[];
  ephemeralContainers?: { name: string }[];
}

/** The Pod spec of a Pod, of a workload's template or of a CronJob's. */
function podSpecOf(object: KubeObject): PodSpecLike | undefined {
  const spec = object.spec as Record<string, unknown> | undefined;
  if (object.kind === 'Pod') return spec as PodSpecLike | undefined;
  const outer = (spec?.jobTemplate as { spec?: Record<string, unknown> } | undefined)?.spec ?? spec;
  return (outer?.template as { spec?: PodSpecLike } | undefined)?.spec;
}

/** Kubernetes' rule: an init container with `restartPolicy: Always` is a sidecar. */
export function containersOf(object: KubeObject): ContainerView[] {
  const spec = podSpecOf(object);
  const status = object.kind === 'Pod' ? (object.status as Record<string, unknown> | undefined) : undefined;
  const view = (
    list: { name: string; restartPolicy?: string }[] | undefined,
    role: ContainerRole,
    statuses: unknown,
  ): ContainerView[] =>
    (list ?? []).map((container) => ({
      ...container,
      role: role === 'init' && container.restartPolicy === 'Always' ? 'sidecar' : role,
      status: ((statuses ?? []) as ContainerStatus[]).find((one) => one.name === container.name),
    }));
  return [
    ...view(spec?.initContainers, 'init', status?.initContainerStatuses),
    ...view(spec?.containers, 'main', status?.containerStatuses),
    ...view(spec?.ephemeralContainers, 'ephemeral', status?.ephemeralContainerStatuses),
  ];
}

/** The container that is meant when none is named: kubectl's rule (podutils.FindOrDefaultContainerByName). */
export function defaultContainerOf(pod: KubeObject): string | undefined {
  const all = containersOf(pod);
  const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  return (all.find(({ name }) => name === annotated) ?? all.find(({ role }) => role === 'main'))?.name;
}
