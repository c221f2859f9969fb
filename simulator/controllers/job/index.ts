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
import { claimPods, createPod, deletePod, podFromTemplate } from '../owned-pods';
import { watchOwners } from '../owner-watch';
import type { WorkQueue } from '../work-queue';
import { failureAction } from './failure-policy';
import { failuresWith, INDEX, INDEX_FAILURES, indexOf, lastFailed, metSuccessRule } from './indexed';
import { formatIndexes, parseIndexes } from './indexes';

const FINALIZER = 'batch.kubernetes.io/job-tracking';
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 600_000;

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
  const reconcile = (key: string, queue: WorkQueue): void => {
    const [namespace, name] = splitKey(key);
    const job = context.client.get('jobs.batch', namespace, name);
    if (job) new JobSync(context, events, queue, job).sync();
    else releaseOrphans(context, namespace, name);
  };
  return watchOwners(context, 'jobs.batch', 'Job', ({ spec }) => spec?.selector, reconcile).stop;
}

/** Pods of a Job that has gone are no longer tracked: nothing may keep them from going too. */
function releaseOrphans({ client }: ControllerContext, namespace: string, name: string): void {
  for (const pod of client.list('pods', { namespace })) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
    if (owner?.kind === 'Job' && owner.name === name) untrack(client, pod);
  }
}

function untrack(client: ControllerContext['client'], pod: Pod): void {
  if (!pod.metadata.finalizers?.includes(FINALIZER)) return;
  const stored = client.get('pods', pod.metadata.namespace ?? '', pod.metadata.name ?? '');
  if (!stored) return;
  const finalizers = (stored.metadata.finalizers ?? []).filter((each) => each !== FINALIZER);
  client.update('pods', { ...stored, metadata: { ...stored.metadata, finalizers } });
}

class JobSync {
  private readonly status: Status;
  private readonly now: number;
  private readonly completed: Set<number>;
  private readonly failedIndexes: Set<number>;

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly queue: WorkQueue,
    private readonly job: Job,
  ) {
    this.now = context.clock.now();
    this.status = structuredClone(job.status ?? {});
    this.completed = parseIndexes(this.status.completedIndexes);
    this.failedIndexes = parseIndexes(this.status.failedIndexes);
  }

  sync(): void {
    const { job, context } = this;
    const pods = claimPods(context, job, job.spec?.selector);
    if (job.metadata.deletionTimestamp) {
      for (const pod of pods) untrack(context.client, pod);
      return;
    }
    if (this.finished()) {
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
    for (const pod of pods) {
      if (!pod.metadata.finalizers?.includes(FINALIZER)) continue;
      const phase = pod.status?.phase;
      const gone = pod.metadata.deletionTimestamp && phase !== 'Succeeded';
      if (phase === 'Succeeded') {
        if (indexed) this.completed.add(indexOf(pod));
        this.status.succeeded = indexed ? this.completed.size : (this.status.succeeded ?? 0) + 1;
      } else if (phase === 'Failed' || (gone && !pod.spec?.nodeName)) {
        const { action, message = '' } = failureAction(this.job, pod);
        if (action === 'FailJob') verdict ??= { failed: true, reason: 'PodFailurePolicy', message };
        if (action !== 'Ignore') this.status.failed = (this.status.failed ?? 0) + 1;
        const spent = action !== 'Ignore' && perIndex !== undefined && failuresWith(pod) > perIndex;
        if (action === 'FailIndex' || spent) this.failedIndexes.add(indexOf(pod));
      } else continue;
      untrack(this.context.client, pod);
    }
    if (indexed && this.completed.size > 0) this.status.completedIndexes = formatIndexes(this.completed);
    if (perIndex !== undefined) this.status.failedIndexes = formatIndexes(this.failedIndexes);
    return verdict;
  }

  /** Why the Job is over, if it is. */
  private verdict(active: Pod[]): Verdict | undefined {
    const { spec } = this.job;
    const failed = this.status.failed ?? 0;
    const restarts = spec?.template.spec?.restartPolicy === 'OnFailure' ? restartsOf(active) : 0;
    if (failed + restarts > (spec?.backoffLimit ?? 6)) {
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
      this.queue.addAfter(`${this.job.metadata.namespace}/${this.job.metadata.name}`, left);
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
        deletePod(this.context, this.events, this.job, pod);
        untrack(this.context.client, pod);
      }
      if (condition?.status !== 'True') {
        this.setCondition('Suspended', 'True', 'JobSuspended', 'Job suspended');
        this.events.record(this.job, 'Normal', 'Suspended', 'Job suspended');
      }
      delete this.status.startTime;
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
    const remaining =
      spec?.completions === undefined
        ? succeeded > 0
          ? active.length
          : parallelism
        : spec.completions - succeeded - this.failedIndexes.size;
    const wanted = Math.min(parallelism, remaining);
    for (const pod of active.slice(wanted)) {
      deletePod(this.context, this.events, this.job, pod);
      untrack(this.context.client, pod);
    }
    if (active.length >= wanted) return;
    const wait = spec?.backoffLimitPerIndex === undefined ? this.backoff(pods) : 0;
    if (wait > 0) {
      this.queue.addAfter(`${this.job.metadata.namespace}/${this.job.metadata.name}`, wait);
      return;
    }
    // A Pod on its way out holds its place when the Job says so.
    const leaving =
      spec?.podReplacementPolicy === 'Failed'
        ? pods.filter(({ metadata, status }) => metadata.deletionTimestamp && status?.phase !== 'Failed')
            .length
        : 0;
    const indexed = spec?.completionMode === 'Indexed';
    const free = this.freeIndexes(active, pods);
    for (let count = active.length + leaving; count < wanted; count++) {
      const index = free.shift();
      if (indexed && index === undefined) return;
      this.create(index, pods);
    }
  }

  /** 10 s after the first failure, doubling with each further one, up to ten minutes. */
  private backoff(pods: Pod[]): number {
    const failed = pods.filter(({ status }) => status?.phase === 'Failed');
    const failures = this.status.failed ?? 0;
    if (failures === 0 || failed.length === 0) return 0;
    const last = Math.max(...failed.map(finishedAt));
    const succeededSince = pods.some((pod) => pod.status?.phase === 'Succeeded' && finishedAt(pod) > last);
    if (succeededSince) return 0;
    return last + backoffAfter(failures) - this.now;
  }

  /** Indexes that want a Pod now; one that has failed waits for its own back-off when failures are counted by index. */
  private freeIndexes(active: Pod[], pods: Pod[]): number[] {
    const { spec, metadata } = this.job;
    if (spec?.completionMode !== 'Indexed') return [];
    const taken = new Set(active.map(indexOf));
    const all = Array.from({ length: spec.completions ?? 0 }, (_, index) => index);
    return all.filter((index) => {
      if (taken.has(index) || this.completed.has(index) || this.failedIndexes.has(index)) return false;
      const failed = spec.backoffLimitPerIndex === undefined ? undefined : lastFailed(pods, index);
      if (!failed) return true;
      const wait = finishedAt(failed) + backoffAfter(failuresWith(failed)) - this.now;
      if (wait > 0) this.queue.addAfter(`${metadata.namespace}/${metadata.name}`, wait);
      return wait <= 0;
    });
  }

  private create(index: number | undefined, pods: Pod[]): void {
    const template = this.job.spec?.template;
    if (!template) return;
    const { name = '' } = this.job.metadata;
    if (index === undefined) {
      createPod(
        this.context,
        this.events,
        this.job,
        podFromTemplate(this.job, template, { finalizers: [FINALIZER] }),
      );
      return;
    }
    const failed = lastFailed(pods, index);
    const failureCount: Record<string, string> =
      this.job.spec?.backoffLimitPerIndex === undefined
        ? {}
        : { [INDEX_FAILURES]: String(failed ? failuresWith(failed) : 0) };
    const pod = podFromTemplate(this.job, template, {
      generateName: `${name}-${index}-`,
      finalizers: [FINALIZER],
      annotations: { [INDEX]: String(index), ...failureCount },
      labels: { [INDEX]: String(index) },
    });
    if (pod.spec) {
      pod.spec.hostname ??= `${name}-${index}`;
      for (const container of [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]) {
        const fieldRef = { fieldPath: `metadata.labels['${INDEX}']` };
        container.env = [...(container.env ?? []), { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }];
      }
    }
    createPod(this.context, this.events, this.job, pod);
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
    if (left > 0) this.queue.addAfter(`${namespace}/${name}`, left);
    else this.context.client.delete('jobs.batch', namespace, name, { propagationPolicy: 'Foreground' });
  }
}

/** Told to go, and not gone yet. */
function isTerminating({ metadata, status }: Pod): boolean {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return metadata.deletionTimestamp !== undefined && !ended;
}

function backoffAfter(failures: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
}

function restartsOf(pods: Pod[]): number {
  return pods
    .flatMap(({ status }) => [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
    .reduce((total, { restartCount }) => total + restartCount, 0);
}

function finishedAt({ status, metadata }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) =>
    Date.parse(String(state?.terminated?.finishedAt ?? '')),
  );
  return (
    Math.max(0, ...ends.filter((end) => !Number.isNaN(end))) || Date.parse(String(metadata.creationTimestamp))
  );
}
