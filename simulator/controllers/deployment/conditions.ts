import type { Deployment, ReplicaSet } from '../../schema/types';
import { timestamp } from '../controller';
import { availableOf, fenceposts, sum } from './rolling';

export type Condition = NonNullable<NonNullable<Deployment['status']>['conditions']>[number];
type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** `progressDeadlineSeconds` that means none (math.MaxInt32). */
const NO_DEADLINE = 2_147_483_647;

export interface Progress {
  deployment: Deployment;
  current: ReplicaSet | undefined;
  all: ReplicaSet[];
  /** Set when the new ReplicaSet was made, or found again, or could not be made, just now. */
  event?: 'created' | 'found' | { failed: string };
  /** A rollout is going on, or could: not a pause, and not a change of size. */
  rollout: boolean;
  now: number;
}

/** Where the deadline of a rollout that does not progress lies; undefined when none runs. */
export function deadlineAt(deployment: Deployment): number | undefined {
  const progressing = find(deployment.status?.conditions, 'Progressing');
  if (!hasDeadline(deployment) || !progressing || deployment.spec?.paused) return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable' || progressing.reason === 'ProgressDeadlineExceeded')
    return undefined;
  return deadlineOf(deployment, progressing);
}

function hasDeadline({ spec }: Deployment): boolean {
  return (spec?.progressDeadlineSeconds ?? NO_DEADLINE) < NO_DEADLINE;
}

function deadlineOf({ spec }: Deployment, { lastUpdateTime }: Condition): number {
  return Date.parse(String(lastUpdateTime)) + (spec?.progressDeadlineSeconds ?? NO_DEADLINE) * 1000;
}

/** Available, Progressing and ReplicaFailure of a Deployment, in the words of its controller; the last that changed comes last. */
export function conditionsOf(progress: Progress): Condition[] {
  const { deployment, current, all, event, rollout, now } = progress;
  const list = new Conditions(deployment.status?.conditions ?? [], now);
  if (hasDeadline(deployment)) {
    notePause(deployment, list);
    if (event) noteEvent(event, current, list);
  }
  list.set(availability(deployment, all));
  if (!rollout) return list.all;
  if (!hasDeadline(deployment)) list.remove('Progressing');
  else noteProgress(progress, list);
  const failure = replicaFailure(current ? [current, ...all] : all);
  if (failure) list.set(failure);
  else list.remove('ReplicaFailure');
  return list.all;
}

/** deploymentutil.SetDeploymentCondition and RemoveDeploymentCondition. */
class Conditions {
  constructor(
    public all: Condition[],
    private readonly now: number,
  ) {}

  get(type: string): Condition | undefined {
    return find(this.all, type);
  }

  /** Nothing changes while status and reason do not, unless it is `renewed`. */
  set({ type, status, reason, message }: Verdict, { renewed = false } = {}): void {
    const before = this.get(type);
    if (before?.status === status && before.reason === reason && !renewed) return;
    const time = timestamp(this.now);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : time;
    this.remove(type);
    this.all = [
      ...this.all,
      {
        type,
        status,
        ...(reason ? { reason } : {}),
        ...(message ? { message } : {}),
        lastUpdateTime: time,
        lastTransitionTime: lastTransitionTime ?? time,
      },
    ];
  }

  remove(type: string): void {
    this.all = this.all.filter((each) => each.type !== type);
  }
}

/** deploymentutil.DeploymentComplete. */
export function isComplete({ spec }: Deployment, current: ReplicaSet, all: ReplicaSet[]): boolean {
  const wanted = spec?.replicas ?? 1;
  const total = sum(all, (set) => set.status?.replicas ?? 0);
  const updated = current.status?.replicas ?? 0;
  return updated === wanted && total === wanted && sum(all, availableOf) === wanted;
}

function progressing(status: string, reason: string, message: string): Verdict {
  return { type: 'Progressing', status, reason, message };
}

/** A rollout that has timed out stays so, though it be paused (checkPausedConditions). */
function notePause({ spec }: Deployment, list: Conditions): void {
  const { reason } = list.get('Progressing') ?? {};
  if (reason === 'ProgressDeadlineExceeded') return;
  if (spec?.paused) list.set(progressing('Unknown', 'DeploymentPaused', 'Deployment is paused'));
  else if (reason === 'DeploymentPaused')
    list.set(progressing('Unknown', 'DeploymentResumed', 'Deployment is resumed'));
}

function noteEvent(
  event: NonNullable<Progress['event']>,
  current: ReplicaSet | undefined,
  list: Conditions,
): void {
  const name = JSON.stringify(current?.metadata.name);
  if (event === 'created')
    list.set(progressing('True', 'NewReplicaSetCreated', `Created new replica set ${name}`));
  else if (event === 'found')
    list.set(progressing('True', 'FoundNewReplicaSet', `Found new replica set ${name}`));
  else list.set(progressing('False', 'ReplicaSetCreateError', event.failed));
}

/** syncRolloutStatus: a rollout that is complete is not looked at again because a Pod of it fails. */
function noteProgress({ deployment, current, all, now }: Progress, list: Conditions): void {
  if (!current) return;
  const before = list.get('Progressing');
  const name = JSON.stringify(current.metadata.name);
  const total = sum(all, (set) => set.status?.replicas ?? 0);
  if (total === (current.status?.replicas ?? 0) && before?.reason === 'NewReplicaSetAvailable') return;
  if (isComplete(deployment, current, all))
    list.set(
      progressing('True', 'NewReplicaSetAvailable', `ReplicaSet ${name} has successfully progressed.`),
    );
  else if (hasProgressed(deployment, current, all))
    list.set(progressing('True', 'ReplicaSetUpdated', `ReplicaSet ${name} is progressing.`), {
      renewed: true,
    });
  else if (before && before.reason !== 'NewReplicaSetAvailable' && now > deadlineOf(deployment, before))
    list.set(
      progressing('False', 'ProgressDeadlineExceeded', `ReplicaSet ${name} has timed out progressing.`),
    );
}

/** More updated, ready or available Pods, or fewer old ones, than the status told last (DeploymentProgressing). */
function hasProgressed({ status }: Deployment, current: ReplicaSet, all: ReplicaSet[]): boolean {
  const updated = current.status?.replicas ?? 0;
  const oldNow = sum(all, (set) => set.status?.replicas ?? 0) - updated;
  const oldBefore = (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    updated > (status?.updatedReplicas ?? 0) ||
    oldNow < oldBefore ||
    sum(all, (set) => set.status?.readyReplicas ?? 0) > (status?.readyReplicas ?? 0) ||
    sum(all, availableOf) > (status?.availableReplicas ?? 0)
  );
}

function availability(deployment: Deployment, all: ReplicaSet[]): Verdict {
  const wanted = deployment.spec?.replicas ?? 1;
  const enough = sum(all, availableOf) >= wanted - fenceposts(deployment).maxUnavailable;
  return enough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** That of the new ReplicaSet before those of old ones (getReplicaFailures). */
function replicaFailure(sets: ReplicaSet[]): Verdict | undefined {
  const failure = sets
    .flatMap(({ status }) => status?.conditions ?? [])
    .find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (!failure) return undefined;
  const { type, status, reason, message } = failure;
  return { type, status, ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

function find(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((each) => each.type === type);
}
