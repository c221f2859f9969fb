import { selectorMatches } from '../scheduler/label-terms';
import type { Pod, PodDisruptionBudget } from '../schema/types';
import {
  type ControllerContext,
  controllerOf,
  isPodReady,
  keyOf,
  type StopController,
  splitKey,
  timestamp,
} from './controller';
import { resolve } from './deployment/rolling';
import { WorkQueue } from './work-queue';

/** An eviction that was granted counts until its Pod is on its way, or this long. */
const GRANTED_MS = 120_000;

/** Works out how many Pods each PodDisruptionBudget can spare (disruption controller). */
export function startDisruptionController(context: ControllerContext): StopController {
  const { client } = context;
  const queue: WorkQueue = new WorkQueue(
    context.clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const budget = client.get('poddisruptionbudgets.policy', namespace, name);
      if (budget) reconcile(context, budget, (ms) => queue.addAfter(key, ms));
    },
    context.onError,
  );
  const enqueue = (namespace: string): void => {
    for (const budget of client.list('poddisruptionbudgets.policy', { namespace })) queue.add(keyOf(budget));
  };
  const stops = [
    client.watch('poddisruptionbudgets.policy', {}, ({ object }) => queue.add(keyOf(object))),
    client.watch('pods', {}, ({ object }) => enqueue(object.metadata.namespace ?? '')),
    client.watch('replicasets.apps', {}, ({ object }) => enqueue(object.metadata.namespace ?? '')),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

function reconcile(
  context: ControllerContext,
  budget: PodDisruptionBudget,
  again: (ms: number) => void,
): void {
  const { client, clock } = context;
  const namespace = budget.metadata.namespace ?? '';
  const now = clock.now();
  const pods = client
    .list('pods', { namespace })
    .filter((pod) => selectorMatches(budget.spec?.selector, pod.metadata.labels))
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  const granted = Object.entries(budget.status?.disruptedPods ?? {}).filter(([name, at]) => {
    const pod = pods.find(({ metadata }) => metadata.name === name);
    return pod && !pod.metadata.deletionTimestamp && Date.parse(String(at)) + GRANTED_MS > now;
  });
  const disrupted = new Set(granted.map(([name]) => name));
  const healthy = pods.filter(
    (pod) => isPodReady(pod) && !pod.metadata.deletionTimestamp && !disrupted.has(pod.metadata.name ?? ''),
  ).length;
  const expected = expectedPods(context, budget, pods);
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const desired =
    maxUnavailable !== undefined
      ? Math.max(0, expected - resolve(maxUnavailable, expected, Math.ceil))
      : resolve(minAvailable ?? 0, expected, Math.ceil);
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
  if (granted.length > 0) again(GRANTED_MS);
  const sufficient = allowed > 0;
  const before = budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const status = sufficient ? 'True' : 'False';
  client.updateStatus('poddisruptionbudgets.policy', {
    ...budget,
    status: {
      observedGeneration: budget.metadata.generation ?? 0,
      ...(granted.length > 0 ? { disruptedPods: Object.fromEntries(granted) } : {}),
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: [
        {
          type: 'DisruptionAllowed',
          status,
          reason: sufficient ? 'SufficientPods' : 'InsufficientPods',
          message: '',
          observedGeneration: budget.metadata.generation ?? 0,
          lastTransitionTime:
            before?.status === status && before.lastTransitionTime
              ? before.lastTransitionTime
              : timestamp(now),
        },
      ],
    },
  });
}

/** What the Pods' controllers want, except with a plain number of minAvailable (getExpectedPodCount). */
function expectedPods({ client }: ControllerContext, budget: PodDisruptionBudget, pods: Pod[]): number {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const byScale = maxUnavailable !== undefined || String(minAvailable ?? '').endsWith('%');
  if (!byScale) return pods.length;
  const namespace = budget.metadata.namespace ?? '';
  const counted = new Map<string, number>();
  for (const pod of pods) {
    const ref = controllerOf(pod);
    if (ref?.kind === 'ReplicaSet') {
      counted.set(ref.uid, client.get('replicasets.apps', namespace, ref.name)?.spec?.replicas ?? 0);
    } else if (ref?.kind === 'StatefulSet') {
      counted.set(ref.uid, client.get('statefulsets.apps', namespace, ref.name)?.spec?.replicas ?? 0);
    }
  }
  return [...counted.values()].reduce((total, replicas) => total + replicas, 0);
}
