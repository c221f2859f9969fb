import { ApiError } from '../../api/errors';
import type { EventRecorder } from '../../events/event-recorder';
import { selectorMatches } from '../../scheduler/label-terms';
import type { HorizontalPodAutoscaler, KubeObject, ResourceName } from '../../schema/types';
import {
  type ControllerContext,
  keyOf,
  recorder,
  type StopController,
  splitKey,
  timestamp,
} from '../controller';
import { WorkQueue } from '../work-queue';
import { bound, type Memory, type Note, stabilize } from './limits';
import { MetricError, type Proposal, recommend, tolerancesOf } from './recommend';

/** --horizontal-pod-autoscaler-sync-period */
const PERIOD_MS = 15_000;
const AUTOSCALERS = 'horizontalpodautoscalers.autoscaling';

type Status = NonNullable<HorizontalPodAutoscaler['status']>;
type Condition = NonNullable<Status['conditions']>[number];

const TARGETS: Readonly<Record<string, ResourceName>> = {
  'apps/Deployment': 'deployments.apps',
  'apps/ReplicaSet': 'replicasets.apps',
  'apps/StatefulSet': 'statefulsets.apps',
};

interface Scalable extends KubeObject {
  spec?: { replicas?: number; selector?: Parameters<typeof selectorMatches>[0] };
  status?: { replicas?: number };
}

/** Fits replicas to what their Pods use (podautoscaler HorizontalController). */
export function startAutoscaler(context: ControllerContext): StopController {
  const { client, clock } = context;
  const events = recorder(context, 'horizontal-pod-autoscaler');
  const memories = new Map<string, Memory>();
  const queue: WorkQueue = new WorkQueue(
    clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const autoscaler = client.get(AUTOSCALERS, namespace, name);
      if (!autoscaler) {
        memories.delete(key);
        return;
      }
      const memory = memories.get(key) ?? { recommendations: [], changes: [] };
      memories.set(key, memory);
      new AutoscalerSync(context, events, autoscaler, memory).sync();
      queue.addAfter(key, PERIOD_MS);
    },
    context.onError,
  );
  // A new one, or another spec: its own status is no reason to look again.
  const seen = new Map<string, number | undefined>();
  const stop = client.watch(AUTOSCALERS, {}, ({ type, object }) => {
    const key = keyOf(object);
    if (type !== 'DELETED' && seen.get(key) === object.metadata.generation && seen.has(key)) return;
    if (type === 'DELETED') seen.delete(key);
    else seen.set(key, object.metadata.generation);
    // Each look waits a whole period, the first one too (NewDefaultHPARateLimiter).
    queue.addAfter(key, PERIOD_MS);
  });
  return () => {
    stop();
    queue.stop();
  };
}

class AutoscalerSync {
  private readonly now: number;
  private readonly status: Status;

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly autoscaler: HorizontalPodAutoscaler,
    private readonly memory: Memory,
  ) {
    this.now = context.clock.now();
    this.status = structuredClone(autoscaler.status ?? { desiredReplicas: 0 });
    const { generation } = autoscaler.metadata;
    if (generation !== undefined) this.status.observedGeneration = generation;
  }

  sync(): void {
    this.scale();
    const { namespace = '', name = '', uid } = this.autoscaler.metadata;
    const stored = this.context.client.get(AUTOSCALERS, namespace, name);
    if (!stored || stored.metadata.uid !== uid) return;
    this.context.client.updateStatus(AUTOSCALERS, { ...stored, status: this.status });
  }

  private scale(): void {
    const { spec, metadata } = this.autoscaler;
    if (!spec) return;
    const ref = spec.scaleTargetRef;
    const resource = TARGETS[`${ref.apiVersion?.split('/')[0]}/${ref.kind}`];
    const target = resource && this.context.client.get(resource, metadata.namespace ?? '', ref.name);
    if (!resource || !target) {
      const message = resource
        ? `${resource} "${ref.name}" not found`
        : `no matches for kind "${ref.kind}" in group "${ref.apiVersion?.split('/')[0] ?? ''}"`;
      this.events.record(this.autoscaler, 'Warning', 'FailedGetScale', message);
      this.condition('AbleToScale', 'False', {
        reason: 'FailedGetScale',
        message: `the HPA controller was unable to get the target's current scale: ${message}`,
      });
      return;
    }
    this.condition('AbleToScale', 'True', {
      reason: 'SucceededGetScale',
      message: "the HPA controller was able to get the target's current scale",
    });
    const scalable = target as Scalable;
    const current = scalable.spec?.replicas ?? 1;
    this.status.currentReplicas = scalable.status?.replicas ?? 0;
    // What there is when it begins counts as wished: nothing shrinks at once (recordInitialRecommendation).
    if (this.memory.recommendations.length === 0) {
      this.memory.recommendations = [{ at: this.now, replicas: current }];
    }
    const min = spec.minReplicas ?? 1;
    if (current === 0 && min !== 0) {
      this.status.desiredReplicas = 0;
      this.condition('ScalingActive', 'False', {
        reason: 'ScalingDisabled',
        message: 'scaling is disabled since the replica count of the target is zero',
      });
      return;
    }
    if (current > spec.maxReplicas) {
      const why = 'Current number of replicas above Spec.MaxReplicas';
      this.rescale(resource, scalable, spec.maxReplicas, why);
      return;
    }
    if (current < min) {
      this.rescale(resource, scalable, min, 'Current number of replicas below Spec.MinReplicas');
      return;
    }
    const proposal = this.propose(scalable, current);
    if (!proposal) {
      this.status.desiredReplicas = current;
      return;
    }
    const steady = stabilize(spec, this.memory, current, proposal.replicas, this.now);
    this.condition(
      'AbleToScale',
      'True',
      steady.note ?? { reason: 'ReadyForNewScale', message: 'recommended size matches current size' },
    );
    const { replicas, note } = bound(spec, this.memory, current, steady.replicas, this.now);
    this.condition('ScalingLimited', note.limited ? 'True' : 'False', note);
    this.status.desiredReplicas = replicas;
    if (replicas === current) return;
    this.rescale(
      resource,
      scalable,
      replicas,
      replicas > current ? `${proposal.name} above target` : 'All metrics below target',
    );
  }

  /** The most that any metric asks for; undefined when none can be read, or when one cannot and the others would shrink. */
  private propose(target: Scalable, current: number): Proposal | undefined {
    const { spec, metadata } = this.autoscaler;
    const pods = this.context.client
      .list('pods', { namespace: metadata.namespace ?? '' })
      .filter((pod) => selectorMatches(target.spec?.selector, pod.metadata.labels));
    const measured = this.context.metrics();
    const tolerances = tolerancesOf(this.autoscaler);
    const proposals: Proposal[] = [];
    const errors: MetricError[] = [];
    const metrics = spec?.metrics ?? [];
    for (const metric of metrics) {
      try {
        proposals.push(recommend(metric, pods, current, measured, tolerances));
      } catch (error) {
        if (!(error instanceof MetricError)) throw error;
        errors.push(error);
        this.events.record(this.autoscaler, 'Warning', error.reason, error.message);
      }
    }
    this.status.currentMetrics = proposals.map(({ status }) => status);
    const best = proposals.reduce<Proposal | undefined>(
      (most, each) => (most && most.replicas >= each.replicas ? most : each),
      undefined,
    );
    const [first] = errors;
    if (first && (!best || best.replicas < current)) {
      delete this.status.currentMetrics;
      this.condition('ScalingActive', 'False', {
        reason: first.reason,
        message: `the HPA was unable to compute the replica count: ${first.message}`,
      });
      this.events.record(
        this.autoscaler,
        'Warning',
        'FailedComputeMetricsReplicas',
        `invalid metrics (${errors.length} invalid out of ${metrics.length}), first error is: failed to get ${first.what} value: ${first.message}`,
      );
      return undefined;
    }
    if (best) {
      this.condition('ScalingActive', 'True', {
        reason: 'ValidMetricFound',
        message: `the HPA was able to successfully calculate a replica count from ${best.name}`,
      });
    }
    return best;
  }

  private rescale(resource: ResourceName, target: Scalable, replicas: number, why: string): void {
    const before = target.spec?.replicas ?? 1;
    try {
      this.context.client.update(resource, { ...target, spec: { ...target.spec, replicas } } as never);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const message = `New size: ${replicas}; reason: ${why}; error: ${error.message}`;
      this.events.record(this.autoscaler, 'Warning', 'FailedRescale', message);
      this.condition('AbleToScale', 'False', {
        reason: 'FailedUpdateScale',
        message: `the HPA controller was unable to update the target scale: ${error.message}`,
      });
      return;
    }
    this.condition('AbleToScale', 'True', {
      reason: 'SucceededRescale',
      message: `the HPA controller was able to update the target scale to ${replicas}`,
    });
    this.events.record(
      this.autoscaler,
      'Normal',
      'SuccessfulRescale',
      `New size: ${replicas}; reason: ${why}`,
    );
    this.memory.changes = [
      ...this.memory.changes.filter(({ at }) => at > this.now - 3_600_000),
      { at: this.now, by: replicas - before },
    ];
    this.status.desiredReplicas = replicas;
    this.status.lastScaleTime = timestamp(this.now);
  }

  private condition(type: string, status: string, { reason, message }: Note): void {
    const conditions = this.status.conditions ?? [];
    const before = conditions.find((each) => each.type === type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : timestamp(this.now);
    const condition = { type, status, lastTransitionTime, reason, message } as Condition;
    this.status.conditions = before
      ? conditions.map((each) => (each === before ? condition : each))
      : [...conditions, condition];
  }
}
