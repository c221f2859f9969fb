import type { Pod } from '../schema/types';
import { selectorMatches } from './label-terms';
import { fitsNodeAffinity } from './node-affinity';
import type { NodeInfo } from './node-info';
import { untolerated } from './taints';

type Constraint = NonNullable<NonNullable<Pod['spec']>['topologySpreadConstraints']>[number];

/** The reason why spreading rules the node out; undefined when it does not (plugin PodTopologySpread). */
export function spreadFailure(
  pod: Pod,
  info: NodeInfo,
  nodes: NodeInfo[],
): { reason: string; hopeless: boolean } | undefined {
  for (const constraint of constraints(pod, 'DoNotSchedule')) {
    const domain = info.labels[constraint.topologyKey];
    if (domain === undefined) {
      const reason = "node(s) didn't match pod topology spread constraints (missing required label)";
      return { reason, hopeless: true };
    }
    const counts = countByDomain(pod, constraint, nodes);
    const enough = counts.size >= (constraint.minDomains ?? 1);
    const least = enough ? Math.min(...counts.values()) : 0;
    const self = selectorMatches(constraint.labelSelector, pod.metadata.labels) ? 1 : 0;
    if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew) {
      return { reason: "node(s) didn't match pod topology spread constraints", hopeless: false };
    }
  }
  return undefined;
}

/** The fewer matching Pods in the node's domains, the better: at most 0. */
export function spreadScore(pod: Pod, info: NodeInfo, nodes: NodeInfo[]): number {
  let score = 0;
  for (const constraint of constraints(pod, 'ScheduleAnyway')) {
    const domain = info.labels[constraint.topologyKey];
    if (domain !== undefined) score -= countByDomain(pod, constraint, nodes).get(domain) ?? 0;
  }
  return score;
}

function constraints(pod: Pod, action: string): Constraint[] {
  return (pod.spec?.topologySpreadConstraints ?? []).filter((each) => each.whenUnsatisfiable === action);
}

function countByDomain(pod: Pod, constraint: Constraint, nodes: NodeInfo[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const domain = node.labels[constraint.topologyKey];
    if (domain === undefined) continue;
    if (constraint.nodeAffinityPolicy !== 'Ignore' && !fitsNodeAffinity(pod, node)) continue;
    const tainted = untolerated(pod, node.node, ['NoSchedule', 'NoExecute']).length > 0;
    if (constraint.nodeTaintsPolicy === 'Honor' && tainted) continue;
    counts.set(domain, (counts.get(domain) ?? 0) + matchingPods(pod, constraint, node));
  }
  return counts;
}

function matchingPods(pod: Pod, constraint: Constraint, node: NodeInfo): number {
  const own = pod.metadata.labels ?? {};
  return node.pods.filter(({ metadata }) => {
    if (metadata.namespace !== pod.metadata.namespace || metadata.deletionTimestamp) return false;
    const same = (constraint.matchLabelKeys ?? []).every((key) => own[key] === metadata.labels?.[key]);
    return same && selectorMatches(constraint.labelSelector, metadata.labels);
  }).length;
}
