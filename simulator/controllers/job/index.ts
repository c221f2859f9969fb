import type { EventRecorder } from '../../events/event-recorder';
import type { Job, Pod } from '../../schema/types';
import {
  type ControllerContext,
  isPodActive,
  isPodReady,
  recorder,
  type StopController,
  splitKey,
  timestamp,
} from '../controller';
import { byDeletionOrder, claimPods, createPod, deletePod, POD_BURST, podFromTemplate } from '../owned-pods';
import { watchOwners } from '../owner-watch';
import type { WorkQueue } from '../work-queue';
import { type BackoffRecord, finishedAt, recordEnds, remaining } from './backoff-record';
import { failureAction } from './failure-policy';
import { attemptsWith, failuresWith, indexOf, lastFailed, metSuccessRule, podForIndex } from './indexed';
import { formatIndexes, parseIndexes } from './indexes';
import { FINALIZER, releaseOrphans, untrack } from './tracking';

/** Whoever else is named in spec.managedBy looks after the Job (KEP-4368). */
const CONTROLLER = 'kubernetes.io/job-controller';

type Condition = NonNullable<NonNullable<Job['status']>['conditions']>[number];
type Status = NonNullable<Job['status']>;
interface Verdict {
  failed: boolean;
  reason: string;
  message: string;
}

/** Runs Pods to completion (job controller). */
export function startJobController(context: ControllerContext): StopController {
  const events = recorder(context, 'job-controller');
  const backoffs: Backoffs = new Map();
  const reconcile = (key: string, queue: WorkQueue): void => {
    const [namespace, name] = splitKey(key);
    const job = context.client.get('jobs.batch', namespace, name);
    releaseOrphans(context, namespace, name, job?.metadata.uid);
    if (!job) backoffs.delete(key);
    else if ((job.spec?.managedBy ?? CONTROLLER) === CONTROLLER)
      new JobSync(context, events, queue, backoffs, key, job).sync();
  };
  return watchOwners(context, 'jobs.batch', 'Job', ({ spec }) => spec?.selector, reconcile).stop;
}

/** By the key of the Job; kept in memory alone, as upstream. */
type Backoffs = Map<string, BackoffRecord & { uid: string }>;

class JobSync {
  private readonly status: Status;
  private readonly now: number;
  private readonly completed: Set<number>;
  private readonly failedIndexes: Set<number>;

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly queue: WorkQueue,
    private readonly backoffs: Backoffs,
    private readonly key: string,
    private readonly job: Job,
  ) {
    this.now = context.clock.now();
    this.status = structuredClone(job.status ?? {});
    const { completions = 0 } = job.spec ?? {};
    this.completed = parseIndexes(this.status.completedIndexes, completions);
    this.failedIndexes = parseIndexes(this.status.failedIndexes, completions);
  }

  sync(): void {
    const { job, context } = this;
    const pods = claimPods(context, job, job.spec?.selector);
    if (job.metadata.deletionTimestamp) {
      for (const pod of pods) untrack(context.client, pod);
      return;
    }
    if (this.finished()) {
      this.backoffs.delete(this.key);
      for (const pod of pods) untrack(context.client, pod);
      this.expire();
      return;
    }
    const suspended = job.spec?.suspend === true;
    if (!this.status.startTime && !suspended) this.status.startTime = timestamp(this.now) as never;
    const counted = this.count(pods);
    const active = pods.filter(isPodActive);
    const verdict = this.reached() ?? counted ?? this.verdict(active);
    if (verdict) this.conclude(verdict, pods);
    else if (this.suspension(suspended, active)) this.manage(pods, active);
    this.write(verdict ? [] : suspended ? [] : pods.filter(isPodActive));
  }

  private finished(): boolean {
    return (this.status.conditions ?? []).some(
      ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
    );
  }

  /** What was found to end the Job, while its last Pods are on their way out. */
  private reached(): Verdict | undefined {
    const target = this.status.conditions?.find(
      ({ type, status }) => (type === 'FailureTarget' || type === 'SuccessCriteriaMet') && status === 'True',
    );
    const { type, reason = '', message = '' } = target ?? {};
    return target && { failed: type === 'FailureTarget', reason, message };
  }

  /** Counts Pods that have ended since the last time, once each: the finalizer says which. */
  private count(pods: Pod[]): Verdict | undefined {
    let verdict: Verdict | undefined;
    const indexed = this.job.spec?.completionMode === 'Indexed';
    const perIndex = this.job.spec?.backoffLimitPerIndex;
    const ended = pods.filter(({ metadata }) => metadata.finalizers?.includes(FINALIZER));
    const succeeded = ended.filter(({ status }) => status?.phase === 'Succeeded');
    const failed = ended.filter((pod) => this.isFailed(pod));
    this.recordEnds(succeeded, failed);
    for (const pod of ended) {
      if (succeeded.includes(pod)) {
        if (!indexed) this.status.succeeded = (this.status.succeeded ?? 0) + 1;
        else if (!this.isBeyond(pod)) this.completed.add(indexOf(pod));
      } else if (failed.includes(pod)) {
        const { action, message = '' } = failureAction(this.job, pod);
        if (action === 'FailJob') verdict ??= { failed: true, reason: 'PodFailurePolicy', message };
        if (action !== 'Ignore') this.status.failed = (this.status.failed ?? 0) + 1;
        const spent = action !== 'Ignore' && perIndex !== undefined && failuresWith(pod) > perIndex;
        if (action === 'FailIndex' || spent) this.failedIndexes.add(indexOf(pod));
      } else continue;
      untrack(this.context.client, pod);
    }
    if (indexed) this.tellCompleted();
    if (perIndex !== undefined) this.status.failedIndexes = formatIndexes(this.failedIndexes);
    return verdict;
  }

  private tellCompleted(): void {
    delete this.status.completedIndexes;
    delete this.status.succeeded;
    if (this.completed.size === 0) return;
    this.status.completedIndexes = formatIndexes(this.completed);
    this.status.succeeded = this.completed.size;
  }

  /** Its index is none any more, since the Job was made smaller. */
  private isBeyond(pod: Pod): boolean {
    const { completionMode, completions = 0 } = this.job.spec ?? {};
    return completionMode === 'Indexed' && indexOf(pod) >= completions;
  }

  /** A Pod that is told to go counts as failed at once, unless the Job waits for it to be so (isPodFailed). */
  private isFailed({ status, metadata }: Pod): boolean {
    if (status?.phase === 'Failed') return true;
    const going = metadata.deletionTimestamp !== undefined && status?.phase !== 'Succeeded';
    return going && this.job.spec?.podReplacementPolicy !== 'Failed';
  }

  private recordEnds(succeeded: Pod[], failed: Pod[]): void {
    const uid = this.job.metadata.uid ?? '';
    const before = this.backoffs.get(this.key);
    const known = before?.uid === uid ? before : { failures: 0, lastFailureAt: 0 };
    this.backoffs.set(this.key, { uid, ...recordEnds(known, succeeded, failed) });
  }

  /** Why the Job is over, if it is. */
  private verdict(active: Pod[]): Verdict | undefined {
    const { spec } = this.job;
    const failed = this.status.failed ?? 0;
    const limit = spec?.backoffLimit ?? 6;
    // Containers that are restarted in their Pod count too, and to the limit only (pastBackoffLimitOnFailure).
    const restarts = spec?.template.spec?.restartPolicy === 'OnFailure' ? restartsOf(active) : 0;
    if (failed > limit || restarts >= Math.max(1, limit)) {
      return {
        failed: true,
        reason: 'BackoffLimitExceeded',
        message: 'Job has reached the specified backoff limit',
      };
    }
    const broken = this.failedIndexes.size;
    if (spec?.maxFailedIndexes !== undefined && broken > spec.maxFailedIndexes) {
      return {
        failed: true,
        reason: 'MaxFailedIndexesExceeded',
        message: 'Job has exceeded the specified maximal number of failed indexes',
      };
    }
    if (broken > 0 && broken + this.completed.size >= (spec?.completions ?? 0)) {
      return { failed: true, reason: 'FailedIndexes', message: 'Job has failed indexes' };
    }
    const rule = metSuccessRule(this.job, this.completed);
    if (rule !== undefined) {
      return { failed: false, reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
    }
    const seconds = spec?.activeDeadlineSeconds;
    const started = Date.parse(String(this.status.startTime ?? ''));
    if (seconds !== undefined && !Number.isNaN(started) && spec?.suspend !== true) {
      const left = started + seconds * 1000 - this.now;
      if (left <= 0) {
        return {
          failed: true,
          reason: 'DeadlineExceeded',
          message: 'Job was active longer than specified deadline',
        };
      }
      this.queue.addAfter(this.key, left);
    }
    const succeeded = this.status.succeeded ?? 0;
    const wanted = spec?.completions;
    const enough = wanted === undefined ? succeeded > 0 && active.length === 0 : succeeded >= wanted;
    if (!enough || (wanted === undefined && (spec?.parallelism ?? 1) === 0)) return undefined;
    return {
      failed: false,
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    };
  }

  /**
   * Ends the Job: what made it end is told at once, and that it is over when its last Pod has ended (KEP-3939, JobPodReplacementPolicy:
   * terminal conditions are delayed).
   */
  private conclude({ failed, reason, message }: Verdict, pods: Pod[]): void {
    for (const pod of pods.filter(isPodActive)) deletePod(this.context, this.events, this.job, pod);
    if (!this.reached()) this.addCondition(failed ? 'FailureTarget' : 'SuccessCriteriaMet', reason, message);
    if (pods.some((pod) => isPodActive(pod) || isTerminating(pod))) return;
    this.addCondition(failed ? 'Failed' : 'Complete', reason, message);
    if (failed) this.events.record(this.job, 'Warning', reason, message);
    else {
      this.status.completionTime = timestamp(this.now) as never;
      this.events.record(this.job, 'Normal', 'Completed', 'Job completed');
    }
  }

  /** True when Pods may be made. */
  private suspension(suspended: boolean, active: Pod[]): boolean {
    const condition = this.status.conditions?.find(({ type }) => type === 'Suspended');
    if (suspended) {
      for (const pod of active) {
        untrack(this.context.client, pod);
        deletePod(this.context, this.events, this.job, pod);
      }
      if (condition?.status !== 'True') {
        this.setCondition('Suspended', 'True', 'JobSuspended', 'Job suspended');
        this.events.record(this.job, 'Normal', 'Suspended', 'Job suspended');
        // Its template may be changed now, as that of a Job that never ran (MutableSchedulingDirectivesForSuspendedJobs).
        delete this.status.startTime;
      }
    } else if (condition?.status === 'True') {
      this.setCondition('Suspended', 'False', 'JobResumed', 'Job resumed');
      this.events.record(this.job, 'Normal', 'Resumed', 'Job resumed');
      this.status.startTime = timestamp(this.now) as never;
    }
    return !suspended;
  }

  private manage(pods: Pod[], active: Pod[]): void {
    const { spec } = this.job;
    const parallelism = spec?.parallelism ?? 1;
    const succeeded = this.status.succeeded ?? 0;
    const left =
      spec?.completions === undefined
        ? succeeded > 0
          ? active.length
          : parallelism
        : spec.completions - succeeded - this.failedIndexes.size;
    const wanted = Math.max(0, Math.min(parallelism, left));
    // Pods in surplus are no longer counted, and those that do least go first (activePodsForRemoval).
    const beyond = active.filter((pod) => this.isBeyond(pod));
    const others = byDeletionOrder(active.filter((pod) => !beyond.includes(pod)));
    const surplus = [...beyond, ...others.slice(0, Math.max(0, active.length - wanted - beyond.length))];
    for (const pod of surplus.slice(0, POD_BURST)) {
      untrack(this.context.client, pod);
      deletePod(this.context, this.events, this.job, pod);
    }
    if (surplus.length > 0) return;
    const record = this.backoffs.get(this.key) ?? { failures: 0, lastFailureAt: 0 };
    const wait = spec?.backoffLimitPerIndex === undefined ? remaining(record, this.now) : 0;
    if (wait > 0) {
      this.queue.addAfter(this.key, wait);
      return;
    }
    // A Pod on its way out holds its place when the Job says so.
    const leaving = spec?.podReplacementPolicy === 'Failed' ? pods.filter(isTerminating).length : 0;
    const count = Math.min(POD_BURST, wanted - active.length - leaving);
    if (spec?.completionMode === 'Indexed')
      for (const index of this.pendingIndexes(count, active, pods)) this.create(index, pods);
    else for (let made = 0; made < count; made++) this.create(undefined, pods);
  }

  /** The first `count` indexes that want a Pod (firstPendingIndexes), without those whose failures make them wait. */
  private pendingIndexes(count: number, active: Pod[], pods: Pod[]): number[] {
    const { completions = 0, podReplacementPolicy, backoffLimitPerIndex } = this.job.spec ?? {};
    const leaving = podReplacementPolicy === 'Failed' ? pods.filter(isTerminating) : [];
    const taken = new Set([...active, ...leaving].map(indexOf));
    const pending: number[] = [];
    for (let index = 0; index < completions && pending.length < count; index++) {
      if (taken.has(index) || this.completed.has(index) || this.failedIndexes.has(index)) continue;
      pending.push(index);
    }
    if (backoffLimitPerIndex === undefined) return pending;
    return pending.filter((index) => {
      const failed = lastFailed(pods, index);
      if (!failed) return true;
      const record = { failures: attemptsWith(failed), lastFailureAt: finishedAt(failed) };
      const wait = remaining(record, this.now);
      if (wait > 0) this.queue.addAfter(this.key, wait);
      return wait <= 0;
    });
  }

  private create(index: number | undefined, pods: Pod[]): void {
    const { context, events, job } = this;
    const template = job.spec?.template;
    if (!template) return;
    const pod =
      index === undefined
        ? podFromTemplate(job, template, { finalizers: [FINALIZER] })
        : podForIndex(job, template, index, lastFailed(pods, index));
    createPod(context, events, job, pod);
  }

  private write(active: Pod[]): void {
    const { client } = this.context;
    const { namespace = '', name = '', uid } = this.job.metadata;
    const stored = client.get('jobs.batch', namespace, name);
    if (!stored || stored.metadata.uid !== uid) return;
    const pods = claimPods(this.context, this.job, this.job.spec?.selector);
    const current = active.length > 0 ? pods.filter(isPodActive) : [];
    const ready = current.filter(isPodReady).length;
    const { active: _active, ...rest } = this.status;
    client.updateStatus('jobs.batch', {
      ...stored,
      status: {
        ...rest,
        ...(current.length > 0 ? { active: current.length } : {}),
        ready,
        terminating: pods.filter(isTerminating).length,
        uncountedTerminatedPods: {},
      },
    });
  }

  private addCondition(type: string, reason: string, message: string): void {
    this.setCondition(type, 'True', reason, message);
  }

  private setCondition(type: string, status: string, reason: string, message: string): void {
    const now = timestamp(this.now);
    const others = (this.status.conditions ?? []).filter((each) => each.type !== type);
    const condition = { type, status, reason, message, lastProbeTime: now, lastTransitionTime: now };
    this.status.conditions = [...others, condition as Condition];
  }

  /** ttlSecondsAfterFinished (ttl-after-finished controller). */
  private expire(): void {
    const seconds = this.job.spec?.ttlSecondsAfterFinished;
    if (seconds === undefined) return;
    const { namespace = '', name = '' } = this.job.metadata;
    const end = this.status.conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
    const left = Date.parse(String(end?.lastTransitionTime)) + seconds * 1000 - this.now;
    if (left > 0) this.queue.addAfter(this.key, left);
    else this.context.client.delete('jobs.batch', namespace, name, { propagationPolicy: 'Foreground' });
  }
}

/** Told to go, and not gone yet. */
function isTerminating({ metadata, status }: Pod): boolean {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return metadata.deletionTimestamp !== undefined && !ended;
}

function restartsOf(pods: Pod[]): number {
  return pods
    .flatMap(({ status }) => [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
    .reduce((total, { restartCount }) => total + restartCount, 0);
}
