import type { Pod } from '../../schema/types';

const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 600_000;

/** How often Pods of a Job have failed since one last succeeded, and when last (job controller backoffRecord). */
export interface BackoffRecord {
  failures: number;
  lastFailureAt: number;
}

/** The record once Pods that have ended lately are in it. Pure. */
export function recordEnds(before: BackoffRecord, succeeded: Pod[], failed: Pod[]): BackoffRecord {
  const failures = failed.map(finishedAt);
  if (succeeded.length === 0) {
    if (failed.length === 0) return before;
    return { failures: before.failures + failed.length, lastFailureAt: Math.max(...failures) };
  }
  const lastSuccess = Math.max(...succeeded.map(finishedAt));
  const later = failures.filter((at) => at > lastSuccess);
  return { failures: later.length, lastFailureAt: Math.max(0, ...later) };
}

/** Milliseconds until the next Pod may be made: 10 s after the first failure, doubling up to ten minutes (getRemainingTime). */
export function remaining({ failures, lastFailureAt }: BackoffRecord, now: number): number {
  if (failures === 0) return 0;
  const delay = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
  return Math.max(0, lastFailureAt + delay - now);
}

/**
 * When a Pod ended: with the last of its containers and sidecars, else when it ceased to be ready, else when it was told to go
 * (getFinishedTime).
 */
export function finishedAt({ spec, status, metadata }: Pod): number {
  const sidecars = new Set(
    (spec?.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  const ends = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ].map(({ state }) => at(state?.terminated?.finishedAt));
  if (ends.length > 0 && ends.every((end) => end > 0)) return Math.max(...ends);
  const ready = status?.conditions?.find(({ type, status: value }) => type === 'Ready' && value === 'False');
  const grace = (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  const deleted = metadata.deletionTimestamp ? at(metadata.deletionTimestamp) - grace : 0;
  return at(ready?.lastTransitionTime) || deleted || at(metadata.creationTimestamp);
}

function at(time: unknown): number {
  return Date.parse(String(time ?? '')) || 0;
}
