import type { Job, Pod } from '../../schema/types';
import { parseIndexes } from './indexes';

/** Which of a Job's completions a Pod works on. */
export const INDEX = 'batch.kubernetes.io/job-completion-index';
/** How often its index had failed before. */
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';

export function indexOf({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX] ?? 0);
}

/** Failures of an index, this Pod's included. */
export function failuresWith({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX_FAILURES] ?? 0) + 1;
}

/** The failed Pod of an index, or one that is told to go, that says most about it. */
export function lastFailed(pods: Pod[], index: number): Pod | undefined {
  return pods
    .filter(
      ({ status, metadata }) =>
        status?.phase === 'Failed' || (metadata.deletionTimestamp && status?.phase !== 'Succeeded'),
    )
    .filter((pod) => indexOf(pod) === index)
    .sort((left, right) => failuresWith(right) - failuresWith(left))[0];
}

/** The number of the first rule of `spec.successPolicy` that is met (job controller matchSuccessPolicy). */
export function metSuccessRule(job: Job, completed: ReadonlySet<number>): number | undefined {
  const rules = job.spec?.successPolicy?.rules ?? [];
  const index = rules.findIndex(({ succeededIndexes, succeededCount }) => {
    const wanted = succeededIndexes === undefined ? completed : parseIndexes(succeededIndexes);
    const met = [...wanted].filter((each) => completed.has(each)).length;
    return met >= (succeededCount ?? wanted.size) && met > 0;
  });
  return index < 0 ? undefined : index;
}
