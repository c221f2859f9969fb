import type { Job, Pod, PodTemplateSpec } from '../../schema/types';
import { podFromTemplate } from '../owned-pods';
import { failureAction } from './failure-policy';
import { parseRanges } from './indexes';
import { FINALIZER } from './tracking';

/** Which of a Job's completions a Pod works on. */
const INDEX = 'batch.kubernetes.io/job-completion-index';
/** How often its index had failed before, and how often in a way that does not count. */
const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const INDEX_IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';

export function indexOf({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX] ?? 0);
}

/** Failures of an index, this Pod's included. */
export function failuresWith({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX_FAILURES] ?? 0) + 1;
}

/** The same with those that the failure policy ignores: they, too, make the next wait longer (getIndexAbsoluteFailureCount). */
export function attemptsWith(pod: Pod): number {
  return failuresWith(pod) + ignoredBefore(pod);
}

function ignoredBefore({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX_IGNORED] ?? 0);
}

/** The failed Pod of an index, or one that is told to go, that says most about it. */
export function lastFailed(pods: Pod[], index: number): Pod | undefined {
  return pods
    .filter(
      ({ status, metadata }) =>
        status?.phase === 'Failed' || (metadata.deletionTimestamp && status?.phase !== 'Succeeded'),
    )
    .filter((pod) => indexOf(pod) === index)
    .sort((left, right) => attemptsWith(right) - attemptsWith(left))[0];
}

/** The Pod that works on an index; `before`: the last one of it that failed. */
export function podForIndex(
  job: Job,
  template: PodTemplateSpec,
  index: number,
  before: Pod | undefined,
): Pod {
  const name = `${job.metadata.name}-${index}`;
  const pod = podFromTemplate(job, template, {
    generateName: `${name}-`,
    finalizers: [FINALIZER],
    annotations: { [INDEX]: String(index), ...failureCounts(job, before) },
    labels: { [INDEX]: String(index) },
  });
  if (!pod.spec) return pod;
  pod.spec.hostname = name;
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    const fieldRef = { fieldPath: `metadata.labels['${INDEX}']` };
    container.env = [...(container.env ?? []), { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }];
  }
  return pod;
}

/** Kept where failures are counted by index (addIndexFailureCountAnnotation). */
function failureCounts(job: Job, before: Pod | undefined): Record<string, string> {
  if (job.spec?.backoffLimitPerIndex === undefined) return {};
  if (!before) return { [INDEX_FAILURES]: '0' };
  const ignored = failureAction(job, before).action === 'Ignore' ? 1 : 0;
  const sum = ignoredBefore(before) + ignored;
  return {
    [INDEX_FAILURES]: String(failuresWith(before) - ignored),
    ...(sum > 0 ? { [INDEX_IGNORED]: String(sum) } : {}),
  };
}

/** The number of the first rule of `spec.successPolicy` that is met (job controller matchSuccessPolicy). */
export function metSuccessRule(job: Job, completed: ReadonlySet<number>): number | undefined {
  const rules = job.spec?.successPolicy?.rules ?? [];
  const index = rules.findIndex(({ succeededIndexes, succeededCount }) => {
    const ranges = succeededIndexes === undefined ? undefined : parseRanges(succeededIndexes);
    const met = [...completed].filter(
      (each) => !ranges || ranges.some(([first, last]) => first <= each && each <= last),
    ).length;
    const all = ranges?.reduce((sum, [first, last]) => sum + last - first + 1, 0) ?? completed.size;
    return met >= (succeededCount ?? all) && met > 0;
  });
  return index < 0 ? undefined : index;
}
