import type { Pod, PodDisruptionBudget } from '../schema/types';
import { type ClusterView, type Misfit, misfit } from './filters';
import { selectorMatches } from './label-terms';
import type { NodeInfo } from './node-info';

export interface Preemption {
  node: NodeInfo;
  victims: Pod[];
}

/** What preemption came to: a node to make room on, or the sentence that says why there is none. */
export type PreemptionResult = { found: Preemption } | { message: string };

/**
 * Pods of lower priority whose going would make room: as few and as unimportant as possible, those guarded by a
 * PodDisruptionBudget last (plugin DefaultPreemption).
 */
export function preempt(
  pod: Pod,
  misfits: Map<NodeInfo, Misfit>,
  view: ClusterView,
  budgets: PodDisruptionBudget[],
): PreemptionResult {
  if (pod.spec?.preemptionPolicy === 'Never') {
    return { message: 'not eligible due to preemptionPolicy=Never.' };
  }
  const options: Preemption[] = [];
  const reasons = new Map<string, number>();
  for (const [info, { hopeless }] of misfits) {
    const victims = hopeless ? undefined : victimsOn(pod, info, view, budgets);
    if (victims) options.push({ node: info, victims });
    const reason = hopeless
      ? 'Preemption is not helpful for scheduling'
      : 'No preemption victims found for incoming pod';
    if (!victims) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const [found] = options.sort((left, right) => compare(left, right, budgets));
  if (found) return { found };
  return { message: `0/${view.nodes.length} nodes are available: ${histogram(reasons)}.` };
}

/** `1 Insufficient cpu, 2 Insufficient memory`: counts with their reasons, sorted as text (FitError). */
export function histogram(reasons: Map<string, number>): string {
  return [...reasons]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

function victimsOn(
  pod: Pod,
  info: NodeInfo,
  view: ClusterView,
  budgets: PodDisruptionBudget[],
): Pod[] | undefined {
  const lower = info.pods.filter((other) => priority(other) < priority(pod));
  if (lower.length === 0) return undefined;
  const kept = info.pods.filter((other) => !lower.includes(other));
  const fits = (pods: Pod[]): boolean => {
    const trial = { ...info, pods };
    const nodes = view.nodes.map((each) => (each === info ? trial : each));
    return !misfit(pod, trial, { ...view, nodes });
  };
  if (!fits(kept)) return undefined;
  // Reprieve as many as possible, the most important and the guarded ones first.
  const order = [...lower].sort(
    (left, right) =>
      Number(guarded(right, budgets)) - Number(guarded(left, budgets)) || priority(right) - priority(left),
  );
  const victims: Pod[] = [];
  for (const candidate of order) {
    if (fits([...kept, candidate])) kept.push(candidate);
    else victims.push(candidate);
  }
  return victims;
}

/** Fewest violated budgets, then the least important victims, then the fewest. */
function compare(left: Preemption, right: Preemption, budgets: PodDisruptionBudget[]): number {
  const violations = ({ victims }: Preemption) => victims.filter((each) => guarded(each, budgets)).length;
  const highest = ({ victims }: Preemption) => Math.max(...victims.map(priority));
  return (
    violations(left) - violations(right) ||
    highest(left) - highest(right) ||
    left.victims.length - right.victims.length
  );
}

function guarded({ metadata }: Pod, budgets: PodDisruptionBudget[]): boolean {
  return budgets.some(
    (budget) =>
      budget.metadata.namespace === metadata.namespace &&
      selectorMatches(budget.spec?.selector, metadata.labels) &&
      (budget.status?.disruptionsAllowed ?? 0) <= 0,
  );
}

function priority(pod: Pod): number {
  return pod.spec?.priority ?? 0;
}
