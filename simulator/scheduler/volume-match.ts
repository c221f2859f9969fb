import { compareQuantities, parseQuantity } from '../schema/quantity';
import type { PersistentVolume, PersistentVolumeClaim } from '../schema/types';
import { meets, selectorMatches } from './label-terms';

/** Whether a volume keeps to nodes with these labels, or to none. */
export function reachesNode({ spec }: PersistentVolume, labels: Record<string, string>): boolean {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms;
  return (
    !terms || terms.some(({ matchExpressions = [] }) => matchExpressions.every((each) => meets(each, labels)))
  );
}

/** Set aside for this claim, by hand or by the scheduler. */
export function isReserved({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const ref = spec?.claimRef;
  const named = ref?.namespace === metadata.namespace && ref?.name === metadata.name;
  return named && (!ref?.uid || ref.uid === metadata.uid);
}

/**
 * The volume for a claim: one that is reserved for it, else the smallest of those that are free and suit (component-helpers
 * volume.FindMatchingVolume). `labels`: of the node that it has to be reached from.
 */
export function matchVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  labels?: Record<string, string>,
): PersistentVolume | undefined {
  const wanted = parseQuantity(claim.spec?.resources?.requests?.storage ?? '0');
  const sizeOf = ({ spec }: PersistentVolume) => parseQuantity(spec?.capacity?.storage ?? '0');
  const candidates = volumes.filter((volume) => {
    const { spec, metadata, status } = volume;
    if (metadata.deletionTimestamp || compareQuantities(sizeOf(volume), wanted) < 0) return false;
    if (labels && !reachesNode(volume, labels)) return false;
    if (spec?.claimRef) return isReserved(volume, claim);
    if (status?.phase === 'Released') return false;
    if ((spec?.storageClassName ?? '') !== (claim.spec?.storageClassName ?? '')) return false;
    if ((spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) return false;
    if (claim.spec?.selector && !selectorMatches(claim.spec.selector, metadata.labels)) return false;
    return (claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode));
  });
  const reserved = candidates.find(({ spec }) => spec?.claimRef);
  return reserved ?? candidates.sort((left, right) => compareQuantities(sizeOf(left), sizeOf(right)))[0];
}
