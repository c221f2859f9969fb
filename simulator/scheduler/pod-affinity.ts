import type { Namespace, Pod } from '../schema/types';
import { selectorMatches } from './label-terms';
import type { NodeInfo } from './node-info';

type Affinity = NonNullable<NonNullable<Pod['spec']>['affinity']>;
export type PodTerm = NonNullable<
  NonNullable<Affinity['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number];

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** The reason why inter-Pod affinity rules the node out; undefined when it does not (plugin InterPodAffinity). */
export function podAffinityFailure(
  pod: Pod,
  info: NodeInfo,
  nodes: NodeInfo[],
  namespaces: Namespace[],
): { reason: string; hopeless: boolean } | undefined {
  const affinity = pod.spec?.affinity;
  const terms = affinity?.podAffinity?.[REQUIRED] ?? [];
  if (!terms.every((term) => satisfied(term, pod, info, nodes, namespaces, terms))) {
    return { reason: "node(s) didn't match pod affinity rules", hopeless: true };
  }
  const anti = affinity?.podAntiAffinity?.[REQUIRED] ?? [];
  if (anti.some((term) => matchingInDomain(term, pod, info, nodes, namespaces))) {
    return { reason: "node(s) didn't match pod anti-affinity rules", hopeless: false };
  }
  if (repelled(pod, info, nodes, namespaces)) {
    return { reason: "node(s) didn't satisfy existing pods anti-affinity rules", hopeless: false };
  }
  return undefined;
}

/** Sum of the weights of the preferred terms, those of anti-affinity counting against the node. */
export function podAffinityScore(
  pod: Pod,
  info: NodeInfo,
  nodes: NodeInfo[],
  namespaces: Namespace[],
): number {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  let score = 0;
  for (const { weight, podAffinityTerm } of podAffinity?.[PREFERRED] ?? []) {
    if (matchingInDomain(podAffinityTerm, pod, info, nodes, namespaces)) score += weight;
  }
  for (const { weight, podAffinityTerm } of podAntiAffinity?.[PREFERRED] ?? []) {
    if (matchingInDomain(podAffinityTerm, pod, info, nodes, namespaces)) score -= weight;
  }
  return score;
}

/** Satisfied also when nothing in the cluster matches yet and the Pod matches its own terms: else a first Pod could never start. */
function satisfied(
  term: PodTerm,
  pod: Pod,
  info: NodeInfo,
  nodes: NodeInfo[],
  namespaces: Namespace[],
  all: PodTerm[],
): boolean {
  if (info.labels[term.topologyKey] === undefined) return false;
  if (matchingInDomain(term, pod, info, nodes, namespaces)) return true;
  const anywhere = nodes.some((node) =>
    node.pods.some((other) => all.every((each) => matches(each, pod, other, namespaces))),
  );
  return !anywhere && all.every((each) => matches(each, pod, pod, namespaces));
}

function matchingInDomain(
  term: PodTerm,
  owner: Pod,
  info: NodeInfo,
  nodes: NodeInfo[],
  namespaces: Namespace[],
): boolean {
  const domain = info.labels[term.topologyKey];
  if (domain === undefined) return false;
  return nodes.some(
    (node) =>
      node.labels[term.topologyKey] === domain &&
      node.pods.some((other) => !other.metadata.deletionTimestamp && matches(term, owner, other, namespaces)),
  );
}

/** Whether a Pod that is there keeps the new one out of its domain. */
function repelled(pod: Pod, info: NodeInfo, nodes: NodeInfo[], namespaces: Namespace[]): boolean {
  return nodes.some((node) =>
    node.pods.some((other) =>
      (other.spec?.affinity?.podAntiAffinity?.[REQUIRED] ?? []).some((term) => {
        const domain = node.labels[term.topologyKey];
        return (
          domain !== undefined &&
          info.labels[term.topologyKey] === domain &&
          matches(term, other, pod, namespaces)
        );
      }),
    ),
  );
}

/** A term belongs to `owner`: without namespaces of its own it means the owner's. */
function matches(term: PodTerm, owner: Pod, other: Pod, namespaces: Namespace[]): boolean {
  const { namespace = '', labels = {} } = other.metadata;
  const named = term.namespaces ?? [];
  const selected = term.namespaceSelector
    ? namespaces.some(
        ({ metadata }) =>
          metadata.name === namespace && selectorMatches(term.namespaceSelector, metadata.labels),
      )
    : named.length === 0 && owner.metadata.namespace === namespace;
  if (!selected && !named.includes(namespace)) return false;
  if (!selectorMatches(term.labelSelector, labels)) return false;
  const own = owner.metadata.labels ?? {};
  return (
    (term.matchLabelKeys ?? []).every((key) => own[key] === undefined || own[key] === labels[key]) &&
    (term.mismatchLabelKeys ?? []).every((key) => own[key] === undefined || own[key] !== labels[key])
  );
}
