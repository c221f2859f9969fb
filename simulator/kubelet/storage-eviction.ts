import { addQuantities, formatQuantity, parseQuantity, quantityValue } from '../schema/quantity';
import type { Container, Pod } from '../schema/types';
import type { PodRun } from './pod-run';

const RESOURCE = 'ephemeral-storage';

/** Whether the Pod says how much of the node's disk it may use. */
export function hasStorageLimit({ spec }: Pod): boolean {
  return (
    (spec?.volumes ?? []).some(
      ({ emptyDir }) => emptyDir?.sizeLimit && emptyDir.sizeLimit !== '0' && emptyDir.medium !== 'Memory',
    ) || containersOf(spec).some((container) => limitOf(container) !== undefined)
  );
}

/**
 * Why the Pod has to go: an emptyDir over its sizeLimit, all its files over the sum of its containers' limits, or one container's
 * layer and log over its own (kubelet localStorageEviction, in its order and words).
 */
export function storageExcess({ pod, volumes, state }: PodRun): string | undefined {
  const overVolume = volumes.overLimit(pod);
  if (overVolume) return overVolume;
  const used = new Map<string, number>();
  for (const [name, { container }] of state.current) used.set(name, container?.usage().diskBytes ?? 0);
  const total = [...used.values()].reduce((sum, bytes) => sum + bytes, volumes.diskUsage(pod));
  const limits = (pod.spec?.containers ?? []).flatMap((container) => limitOf(container) ?? []);
  if (limits.length > 0) {
    const limit = limits.map(parseQuantity).reduce(addQuantities);
    if (total > quantityValue(limit))
      return `Pod ephemeral local storage usage exceeds the total limit of containers ${formatQuantity(limit)}. `;
  }
  for (const container of containersOf(pod.spec)) {
    const limit = limitOf(container);
    if (limit !== undefined && (used.get(container.name) ?? 0) > bytesOf(limit))
      return `Container ${container.name} exceeded its local ephemeral storage limit ${JSON.stringify(limit)}. `;
  }
  return undefined;
}

function containersOf(spec: Pod['spec']): Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

function limitOf({ resources }: Container): string | undefined {
  return resources?.limits?.[RESOURCE];
}

function bytesOf(limit: string): number {
  return quantityValue(parseQuantity(limit));
}
