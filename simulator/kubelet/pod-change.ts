import { isDeepStrictEqual } from 'node:util';
import type { ContainerStatus, Pod, PodStatus } from '../schema/types';

/** Whether a change of a Pod is one that its kubelet has to act on: not one of the status that it wrote itself. */
export function concernsKubelet(before: Pod, after: Pod): boolean {
  return (
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.generation !== after.metadata.generation ||
    !isDeepStrictEqual(before.metadata.labels, after.metadata.labels) ||
    !isDeepStrictEqual(before.metadata.annotations, after.metadata.annotations) ||
    (after.spec?.readinessGates?.length ?? 0) > 0
  );
}

/** Statuses of init and main containers. */
export function allStatuses(status: PodStatus): ContainerStatus[] {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
}
