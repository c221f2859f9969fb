import type { Pod } from '../schema/types';
import type { ClusterView } from './filters';
import { nodeAffinityScore } from './node-affinity';
import { type NodeInfo, requested, requestsOf } from './node-info';
import { podAffinityScore } from './pod-affinity';
import { untolerated } from './taints';
import { spreadScore } from './topology-spread';

/** Weights of the default profile; NodeResourcesFit and BalancedAllocation, of weight 1 each, are computed as they are. */
const WEIGHTS = { taints: 3, nodeAffinity: 2, podAffinity: 2, spread: 2 };

/** The best of the nodes that fit; the emptier, then the first by name, when several are as good. */
export function bestNode(pod: Pod, candidates: NodeInfo[], view: ClusterView): NodeInfo | undefined {
  if (candidates.length < 2) return candidates[0];
  const normalised = [
    scale(candidates, WEIGHTS.taints, (info) => -untolerated(pod, info.node, ['PreferNoSchedule']).length),
    scale(candidates, WEIGHTS.nodeAffinity, (info) => nodeAffinityScore(pod, info)),
    scale(candidates, WEIGHTS.podAffinity, (info) =>
      podAffinityScore(pod, info, view.nodes, view.namespaces),
    ),
    scale(candidates, WEIGHTS.spread, (info) => spreadScore(pod, info, view.nodes)),
  ];
  const scored = candidates.map((info, index) => ({
    info,
    score: leastAllocated(pod, info) + normalised.reduce((sum, scores) => sum + (scores[index] ?? 0), 0),
  }));
  scored.sort(
    (left, right) =>
      right.score - left.score ||
      left.info.pods.length - right.info.pods.length ||
      (left.info.name < right.info.name ? -1 : 1),
  );
  return scored[0]?.info;
}

/** Raw scores onto 0–100, times the weight (NormalizeScore). */
function scale(candidates: NodeInfo[], weight: number, score: (info: NodeInfo) => number): number[] {
  const raw = candidates.map(score);
  const least = Math.min(...raw);
  const most = Math.max(...raw);
  return raw.map((each) => (most === least ? 0 : ((each - least) / (most - least)) * 100 * weight));
}

/** The share of CPU and memory that stays free, and how evenly (NodeResourcesFit LeastAllocated, BalancedAllocation). */
function leastAllocated(pod: Pod, info: NodeInfo): number {
  const used = requested(info.pods);
  const own = requestsOf(pod);
  const [cpu = 0, memory = 0] = ['cpu', 'memory'].map((name) => {
    const total = Number(info.allocatable.get(name) ?? 0n);
    return total === 0 ? 1 : Number((used.get(name) ?? 0n) + (own.get(name) ?? 0n)) / total;
  });
  return ((1 - cpu + (1 - memory)) / 2) * 100 + (1 - Math.abs(cpu - memory) / 2) * 100;
}
