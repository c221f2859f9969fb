import type { EventRecorder } from '../events/event-recorder';
import { selectorMatches } from '../scheduler/label-terms';
import { resourceByKind } from '../schema/resources';
import type { OwnerReference, Pod, PodDisruptionBudget } from '../schema/types';
import {
  type ControllerContext,
  controllerOf,
  isPodReady,
  keyOf,
  recorder,
  type StopController,
  splitKey,
  timestamp,
} from './controller';
import { resolve } from './deployment/rolling';
import { WorkQueue } from './work-queue';

/** An eviction that was granted counts until its Pod is on its way, or this long. */
const GRANTED_MS = 120_000;

/** Controllers of Pods that can say how many there should be. */
const SCALED = {
  'v1/ReplicationController': 'replicationcontrollers',
  'apps/ReplicaSet': 'replicasets.apps',
  'apps/StatefulSet': 'statefulsets.apps',
} as const;

type Status = NonNullable<PodDisruptionBudget['status']>;

type Selector = NonNullable<NonNullable<PodDisruptionBudget['spec']>['selector']>;

interface Expectation {
  expected: number;
  desired: number;
}

/** Nobody can say how many Pods there should be. */
class ScaleError extends Error {}

/** Works out how many Pods each PodDisruptionBudget can spare (disruption controller). */
export function startDisruptionController(context: ControllerContext): StopController {
  const { client } = context;
  const events = recorder(context, 'controllermanager');
  const queue: WorkQueue = new WorkQueue(
    context.clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const budget = client.get('poddisruptionbudgets.policy', namespace, name);
      if (budget) new BudgetSync(context, events, budget).sync((ms) => queue.addAfter(key, ms));
    },
    context.onError,
  );
  const enqueue = (namespace: string): void => {
    for (const budget of client.list('poddisruptionbudgets.policy', { namespace })) queue.add(keyOf(budget));
  };
  const stops = [
    client.watch('poddisruptionbudgets.policy', {}, ({ object }) => queue.add(keyOf(object))),
    client.watch('pods', {}, ({ object }) => enqueue(object.metadata.namespace ?? '')),
    ...Object.values(SCALED).map((resource) =>
      client.watch(resource, {}, ({ object }) => enqueue(object.metadata.namespace ?? '')),
    ),
    client.watch('deployments.apps', {}, ({ object }) => enqueue(object.metadata.namespace ?? '')),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

class BudgetSync {
  private readonly now: number;

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly budget: PodDisruptionBudget,
  ) {
    this.now = context.clock.now();
  }

  sync(again: (ms: number) => void): void {
    const { client } = this.context;
    const { selector } = this.budget.spec ?? {};
    const pods = client
      .list('pods', { namespace: this.budget.metadata.namespace ?? '' })
      .filter((pod) => selectorMatches(selector, pod.metadata.labels));
    if (pods.length === 0) this.events.record(this.budget, 'Normal', 'NoPods', 'No matching pods found');
    try {
      this.report(pods, this.expected(pods), again);
    } catch (error) {
      if (!(error instanceof ScaleError)) throw error;
      this.fail(error.message);
    }
  }

  private report(pods: Pod[], { expected, desired }: Expectation, again: (ms: number) => void): void {
    const granted = Object.entries(this.budget.status?.disruptedPods ?? {}).filter(([name, at]) => {
      const pod = pods.find(({ metadata }) => metadata.name === name);
      return pod && !pod.metadata.deletionTimestamp && Date.parse(String(at)) + GRANTED_MS >= this.now;
    });
    if (granted.length > 0) {
      const first = Math.min(...granted.map(([, at]) => Date.parse(String(at))));
      again(Math.max(0, first + GRANTED_MS - this.now) + 1);
    }
    const disrupted = new Set(granted.map(([name]) => name));
    const healthy = pods.filter(
      (pod) => isPodReady(pod) && !pod.metadata.deletionTimestamp && !disrupted.has(pod.metadata.name ?? ''),
    ).length;
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    this.write({
      ...(granted.length > 0 ? { disruptedPods: Object.fromEntries(granted) } : {}),
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: [
        allowed > 0
          ? this.condition('True', 'SufficientPods', '')
          : this.condition('False', 'InsufficientPods', ''),
      ],
    });
  }

  /** Nothing may be disrupted while nobody knows how many Pods there should be (failSafe). */
  private fail(why: string): void {
    const message = `Failed to calculate the number of expected pods: ${why}`;
    this.events.record(this.budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
    const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0, ...status } = this.budget.status ?? {};
    this.write({
      ...status,
      currentHealthy,
      desiredHealthy,
      expectedPods,
      disruptionsAllowed: 0,
      conditions: [this.condition('False', 'SyncFailed', why)],
    });
  }

  private write(status: Omit<Status, 'observedGeneration'>): void {
    this.context.client.updateStatus('poddisruptionbudgets.policy', {
      ...this.budget,
      status: { ...status, observedGeneration: this.budget.metadata.generation ?? 0 },
    });
  }

  private condition(status: string, reason: string, message: string) {
    const before = this.budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
    const same = before?.status === status && before.lastTransitionTime;
    return {
      type: 'DisruptionAllowed',
      status,
      reason,
      message,
      observedGeneration: this.budget.metadata.generation ?? 0,
      lastTransitionTime: same ? before.lastTransitionTime : timestamp(this.now),
    };
  }

  /** How many Pods there should be, and how many of them healthy (getExpectedPodCount). Throws ScaleError. */
  private expected(pods: Pod[]): Expectation {
    const { minAvailable, maxUnavailable } = this.budget.spec ?? {};
    if (maxUnavailable !== undefined) {
      const expected = this.scale(pods);
      return { expected, desired: Math.max(0, expected - resolve(maxUnavailable, expected, Math.ceil)) };
    }
    const byScale = String(minAvailable ?? '').endsWith('%');
    const expected = byScale ? this.scale(pods) : pods.length;
    return { expected, desired: resolve(minAvailable ?? 0, expected, Math.ceil) };
  }

  /** The replicas that the controllers of the Pods want together (getExpectedScale). */
  private scale(pods: Pod[]): number {
    const scales = new Map<string, number>();
    let unmanaged = false;
    for (const pod of pods) {
      const ref = controllerOf(pod);
      if (!ref) unmanaged = true;
      else if (!scales.has(ref.uid)) {
        const { uid, replicas } = this.scaleOf(pod, ref);
        scales.set(ref.uid, 0);
        scales.set(uid, replicas);
      }
    }
    if (unmanaged) {
      const selector = goText(this.budget.spec?.selector);
      this.events.record(
        this.budget,
        'Warning',
        'UnmanagedPods',
        `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
      );
    }
    return [...scales.values()].reduce((total, replicas) => total + replicas, 0);
  }

  /** A ReplicaSet of a Deployment stands for the Deployment: in a rollout there are two of them. */
  private scaleOf(pod: Pod, ref: OwnerReference): { uid: string; replicas: number } {
    const { client } = this.context;
    const namespace = pod.metadata.namespace ?? '';
    const group = ref.apiVersion.split('/')[0];
    const resource = (SCALED as Partial<Record<string, (typeof SCALED)[keyof typeof SCALED]>>)[
      `${group}/${ref.kind}`
    ];
    if (!resource) {
      const kind = resourceByKind(ref.apiVersion, ref.kind);
      throw new ScaleError(
        kind
          ? `${kind.name} does not implement the scale subresource`
          : `found no controllers for pod ${JSON.stringify(pod.metadata.name)}`,
      );
    }
    const found = client.get(resource, namespace, ref.name);
    if (!found || found.metadata.uid !== ref.uid)
      throw new ScaleError(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
    const above = controllerOf(found);
    const deployment =
      above?.kind === 'Deployment' ? client.get('deployments.apps', namespace, above.name) : undefined;
    const counted = deployment?.metadata.uid === above?.uid && deployment ? deployment : found;
    return { uid: counted.metadata.uid ?? '', replicas: counted.spec?.replicas ?? 0 };
  }
}

/** A selector as Go prints the message (LabelSelector.String). */
function goText({ matchLabels = {}, matchExpressions = [] }: Selector = {}): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
