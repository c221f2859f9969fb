import type { Deployment, ReplicaSet } from '../../schema/types';
import { timestamp } from '../controller';
import { availableOf, fenceposts, sum } from './rolling';

export type Condition = NonNullable<NonNullable<Deployment['status']>['conditions']>[number];
type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

export interface Progress {
  deployment: Deployment;
  current: ReplicaSet | undefined;
  all: ReplicaSet[];
  /** Set when the new ReplicaSet was made, or found again, just now. */
  event?: 'created' | 'found';
  now: number;
}

/** Where the deadline of a rollout that does not progress lies; undefined when none runs. */
export function deadlineAt(deployment: Deployment): number | undefined {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  const progressing = find(deployment, 'Progressing');
  if (!seconds || seconds >= 2_147_483_647 || !progressing || deployment.spec?.paused) return undefined;
  if (progressing.reason === 'NewReplicaSetAvailable' || progressing.reason === 'ProgressDeadlineExceeded')
    return undefined;
  return Date.parse(String(progressing.lastUpdateTime)) + seconds * 1000;
}

/** Available, Progressing and ReplicaFailure of a Deployment, in the words of its controller. */
export function conditionsOf(progress: Progress): Condition[] {
  const { deployment, all, now } = progress;
  const verdicts = [progressing(progress), availability(deployment, all), replicaFailure(all)];
  const kept = (deployment.status?.conditions ?? []).filter(
    ({ type }) => !['Available', 'Progressing', 'ReplicaFailure'].includes(type),
  );
  const made = verdicts.flatMap((verdict) =>
    verdict ? [withTimes(deployment, verdict, progress, now)] : [],
  );
  // In the order in which they have come into being.
  const order = (deployment.status?.conditions ?? []).map(({ type }) => type);
  const rank = (type: string): number =>
    order.includes(type) ? order.indexOf(type) : order.length + (type === 'Available' ? 0 : 1);
  return [...kept, ...made].sort((left, right) => rank(left.type) - rank(right.type));
}

/** deploymentutil.DeploymentComplete. */
export function isComplete(
  { spec, status, metadata }: Deployment,
  current: ReplicaSet,
  all: ReplicaSet[],
): boolean {
  const wanted = spec?.replicas ?? 1;
  const total = sum(all, (set) => set.status?.replicas ?? 0);
  const updated = current.status?.replicas ?? 0;
  const available = sum(all, availableOf);
  return (
    updated === wanted &&
    total === wanted &&
    available === wanted &&
    (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

function progressing(progress: Progress): Verdict | undefined {
  const { deployment, current, all, event, now } = progress;
  const before = find(deployment, 'Progressing');
  const verdict = (status: string, reason: string, message: string): Verdict => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  if (deployment.spec?.paused)
    return before?.reason === 'DeploymentPaused'
      ? before
      : verdict('Unknown', 'DeploymentPaused', 'Deployment is paused');
  if (!current) return before;
  const name = JSON.stringify(current.metadata.name);
  if (isComplete(deployment, current, all)) {
    return verdict('True', 'NewReplicaSetAvailable', `ReplicaSet ${name} has successfully progressed.`);
  }
  if (event === 'created') return verdict('True', 'NewReplicaSetCreated', `Created new replica set ${name}`);
  if (event === 'found') return verdict('True', 'FoundNewReplicaSet', `Found new replica set ${name}`);
  if (before?.reason === 'DeploymentPaused')
    return verdict('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  if (hasProgressed(deployment, current, all)) {
    return verdict('True', 'ReplicaSetUpdated', `ReplicaSet ${name} is progressing.`);
  }
  const deadline = deadlineAt(deployment);
  if (deadline !== undefined && now >= deadline) {
    return verdict('False', 'ProgressDeadlineExceeded', `ReplicaSet ${name} has timed out progressing.`);
  }
  return before;
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

function replicaFailure(all: ReplicaSet[]): Verdict | undefined {
  const failure = all
    .flatMap(({ status }) => status?.conditions ?? [])
    .find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (!failure) return undefined;
  const { type, status, reason, message } = failure;
  return { type, status, ...(reason ? { reason } : {}), ...(message ? { message } : {}) };
}

function withTimes(deployment: Deployment, verdict: Verdict, progress: Progress, now: number): Condition {
  const before = find(deployment, verdict.type);
  const same =
    before?.status === verdict.status &&
    before.reason === verdict.reason &&
    before.message === verdict.message;
  const moved =
    verdict.type === 'Progressing' &&
    progress.current !== undefined &&
    verdict.reason === 'ReplicaSetUpdated' &&
    hasProgressed(deployment, progress.current, progress.all);
  const time = timestamp(now);
  const { type, status, reason, message } = verdict;
  return {
    type,
    status,
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    lastUpdateTime: same && !moved && before.lastUpdateTime ? before.lastUpdateTime : time,
    lastTransitionTime:
      before?.status === status && before.lastTransitionTime ? before.lastTransitionTime : time,
  };
}

function find(deployment: Deployment, type: string): Condition | undefined {
  return deployment.status?.conditions?.find((each) => each.type === type);
}
