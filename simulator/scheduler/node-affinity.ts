import type { Node, Pod } from '../schema/types';
import { meets } from './label-terms';
import type { NodeInfo } from './node-info';

type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>;
type NodeTerm = NonNullable<
  NonNullable<Affinity['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number];

/** nodeSelector and required node affinity (component-helpers nodeaffinity.GetRequiredNodeAffinity). */
export function fitsNodeAffinity(pod: Pod, { node, labels }: Pick<NodeInfo, 'node' | 'labels'>): boolean {
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (!selector.every(([key, value]) => labels[key] === value)) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** The nodes that every required term names, as those of the Pods of a DaemonSet do; undefined when one names none. */
export function namedNodes(pod: Pod): Set<string> | undefined {
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const named = required?.nodeSelectorTerms.map(({ matchFields = [] }) => {
    const lists = matchFields
      .filter(({ key, operator }) => key === 'metadata.name' && operator === 'In')
      .map(({ values = [] }) => values);
    const [first, ...others] = lists;
    return first?.filter((name) => others.every((list) => list.includes(name)));
  });
  if (!named || named.some((names) => names === undefined)) return undefined;
  return new Set(named.flatMap((names) => names ?? []));
}

/** Sum of the weights of the preferred terms that match. */
export function nodeAffinityScore(pod: Pod, { node }: NodeInfo): number {
  const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  let score = 0;
  for (const { weight, preference } of preferred) if (matchesTerm(preference, node)) score += weight;
  return score;
}

/** A term without requirements matches no node. */
function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeTerm, node: Node): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields = { 'metadata.name': node.metadata.name ?? '' };
  return (
    matchExpressions.every((each) => meets(each, node.metadata.labels ?? {})) &&
    matchFields.every((each) => meets(each, fields))
  );
}
