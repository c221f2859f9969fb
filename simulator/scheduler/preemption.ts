import type { Pod, PodDisruptionBudget } from '../schema/types';
import { type ClusterView, type Misfit, misfit } from './filters';
import { selectorMatches } from './label-terms';
import type { NodeInfo } from './node-info';

export interface Preemption {
  node: NodeInfo;
  victims: Pod[];
  /** Victims that a PodDisruptionBudget would rather keep. */
  violations: number;
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
  const nominated = [...misfits].find(([{ name }]) => name === pod.status?.nominatedNodeName);
  // Those that were told to go for it are still on their way.
  if (nominated && !nominated[1].hopeless && nominated[0].pods.some((other) => makesRoomFor(pod, other)))
    return { message: 'not eligible due to a terminating pod on the nominated node.' };
  const options: Preemption[] = [];
  const reasons = new Map<string, number>();
  for (const [info, { hopeless }] of misfits) {
    const found = hopeless ? undefined : victimsOn(pod, info, view, budgets);
    if (found) options.push({ node: info, ...found });
    const reason = hopeless
      ? 'Preemption is not helpful for scheduling'
      : 'No preemption victims found for incoming pod';
    if (!found) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const [found] = options.sort(compare);
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
): Pick<Preemption, 'victims' | 'violations'> | undefined {
  const lower = info.pods.filter((other) => priority(other) < priority(pod));
  if (lower.length === 0) return undefined;
  const kept = info.pods.filter((other) => !lower.includes(other));
  const fits = (pods: Pod[]): boolean => {
    const trial = { ...info, pods };
    const nodes = view.nodes.map((each) => (each === info ? trial : each));
    return !misfit(pod, trial, { ...view, nodes });
  };
  if (!fits(kept)) return undefined;
  // Reprieve as many as possible, the guarded and the most important ones first.
  const ranked = [...lower].sort(byImportance);
  const violating = guarded(ranked, budgets);
  const order = [
    ...ranked.filter((each) => violating.has(each)),
    ...ranked.filter((each) => !violating.has(each)),
  ];
  const victims: Pod[] = [];
  for (const candidate of order) {
    if (fits([...kept, candidate])) kept.push(candidate);
    else victims.push(candidate);
  }
  return {
    victims: victims.sort(byImportance),
    violations: victims.filter((each) => violating.has(each)).length,
  };
}

/** Fewest violated budgets, then the least important victims, then the fewest, then those that ran the shortest (pickOneNode). */
function compare(left: Preemption, right: Preemption): number {
  const highest = ({ victims }: Preemption) => Math.max(...victims.map(priority));
  const sum = ({ victims }: Preemption) =>
    victims.reduce((total, each) => total + priority(each) + 2 ** 31, 0);
  // Of the most important ones only (GetEarliestPodStartTime); victims are in that order.
  const earliest = ({ victims: [first] }: Preemption) => (first ? startedAt(first) : 0);
  return (
    left.violations - right.violations ||
    highest(left) - highest(right) ||
    sum(left) - sum(right) ||
    left.victims.length - right.victims.length ||
    earliest(right) - earliest(left)
  );
}

/** Those, in this order, whose going a PodDisruptionBudget does not allow any more (filterPodsWithPDBViolation). */
function guarded(pods: Pod[], budgets: PodDisruptionBudget[]): Set<Pod> {
  const left = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]));
  return new Set(
    pods.filter(({ metadata }) => {
      const mine = budgets.filter(
        (budget) =>
          budget.metadata.namespace === metadata.namespace &&
          Object.keys(metadata.labels ?? {}).length > 0 &&
          selectorMatches(budget.spec?.selector, metadata.labels) &&
          budget.status?.disruptedPods?.[metadata.name ?? ''] === undefined,
      );
      for (const budget of mine) left.set(budget, (left.get(budget) ?? 0) - 1);
      return mine.some((budget) => (left.get(budget) ?? 0) < 0);
    }),
  );
}

function makesRoomFor(pod: Pod, other: Pod): boolean {
  const preempted = other.status?.conditions?.some(
    ({ type, status, reason }) =>
      type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );
  return priority(other) < priority(pod) && Boolean(other.metadata.deletionTimestamp && preempted);
}

/** Higher priority, then the longer it has run (MoreImportantPod). */
function byImportance(left: Pod, right: Pod): number {
  return priority(right) - priority(left) || startedAt(left) - startedAt(right);
}

function startedAt({ status, metadata }: Pod): number {
  return Date.parse(String(status?.startTime ?? metadata.creationTimestamp)) || 0;
}

function priority(pod: Pod): number {
  return pod.spec?.priority ?? 0;
}
