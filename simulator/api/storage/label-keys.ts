import type { Pod, PodSpec } from '../../schema/types';

type PodTerm = NonNullable<
  NonNullable<
    NonNullable<PodSpec['affinity']>['podAffinity']
  >['requiredDuringSchedulingIgnoredDuringExecution']
>[number];
type Labels = Readonly<Record<string, string>>;

/** What a new Pod's terms want in common with it becomes part of their selectors (core/pod strategy mutatePodAffinity and its sibling). */
export function applyLabelKeys({ metadata: { labels = {} }, spec }: Pod): void {
  for (const affinity of [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity]) {
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const term of [...preferred.map(({ podAffinityTerm }) => podAffinityTerm), ...required])
      extend(term, labels);
  }
  for (const constraint of spec?.topologySpreadConstraints ?? []) extend(constraint, labels);
}

/** A term without a selector matches no Pod, whatever its keys. */
function extend(
  term: Pick<PodTerm, 'labelSelector' | 'matchLabelKeys' | 'mismatchLabelKeys'>,
  labels: Labels,
): void {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const wanted = (keys: readonly string[], operator: string) =>
    keys.flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const added = [...wanted(matchLabelKeys, 'In'), ...wanted(mismatchLabelKeys, 'NotIn')];
  if (labelSelector && added.length > 0)
    term.labelSelector = {
      ...labelSelector,
      matchExpressions: [...(labelSelector.matchExpressions ?? []), ...added],
    };
}
