import { ApiError } from '../api/errors';
import type { Pod, ReplicaSet, ReplicationController } from '../schema/types';
import {
  type ControllerContext,
  isPodActive,
  isPodReady,
  recorder,
  type StopController,
  splitKey,
  timestamp,
} from './controller';
import {
  byDeletionOrder,
  claimPods,
  createPod,
  deletePod,
  POD_BURST,
  podFromTemplate,
  untilAvailable,
} from './owned-pods';
import { watchOwners } from './owner-watch';
import type { WorkQueue } from './work-queue';

/** Keeps as many Pods as the ReplicaSet asks for (replicaset controller). */
export function startReplicaSetController(context: ControllerContext): StopController {
  return start(context, 'replicasets.apps', 'ReplicaSet', 'replicaset-controller');
}

/** Its older form, which does the same by labels alone (replication controller, an adapter around the above). */
export function startReplicationController(context: ControllerContext): StopController {
  return start(context, 'replicationcontrollers', 'ReplicationController', 'replication-controller');
}

function selectorOf({ spec }: ReplicaSet | ReplicationController): Selector {
  const selector = spec?.selector as Record<string, unknown> | undefined;
  const plain = selector && !('matchLabels' in selector) && !('matchExpressions' in selector);
  return (plain ? { matchLabels: selector } : selector) as Selector;
}

type Selector = NonNullable<ReplicaSet['spec']>['selector'];

function start(
  context: ControllerContext,
  resource: 'replicasets.apps' | 'replicationcontrollers',
  kind: string,
  component: string,
): StopController {
  const events = recorder(context, component);
  const reconcile = (key: string, queue: WorkQueue): void => {
    const [namespace, name] = splitKey(key);
    const set = context.client.get(resource, namespace, name) as ReplicaSet | undefined;
    if (!set) return;
    const pods = claimPods(context, set, selectorOf(set));
    const active = pods.filter(isPodActive);
    let failure: ApiError | undefined;
    if (!set.metadata.deletionTimestamp) {
      try {
        manage(active, set);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        failure = error;
      }
    }
    report(set, active, pods.filter(isTerminating).length, failure, queue, key);
    if (failure) throw failure;
  };

  function manage(active: Pod[], set: ReplicaSet): void {
    const wanted = set.spec?.replicas ?? 1;
    const template = set.spec?.template;
    const next = Math.min(wanted, active.length + POD_BURST);
    for (let count = active.length; count < next && template; count++) {
      createPod(context, events, set, podFromTemplate(set, template));
    }
    const surplus = Math.min(POD_BURST, Math.max(0, active.length - wanted));
    for (const pod of byDeletionOrder(active).slice(0, surplus)) {
      deletePod(context, events, set, pod);
    }
  }

  /** The status counts what was there when the reconciliation began: what it has changed is seen by the next. */
  function report(
    set: ReplicaSet,
    active: Pod[],
    terminating: number,
    failure: ApiError | undefined,
    queue: WorkQueue,
    key: string,
  ): void {
    const { client, clock } = context;
    const now = clock.now();
    const waits = active.map((pod) => untilAvailable(pod, set.spec?.minReadySeconds ?? 0, now));
    const soonest = Math.min(...waits.filter((wait) => wait !== undefined && wait > 0).map(Number));
    if (Number.isFinite(soonest)) queue.addAfter(key, soonest);
    const labels = Object.entries(set.spec?.template?.metadata?.labels ?? {});
    const labelled = active.filter(({ metadata }) =>
      labels.every(([name, value]) => metadata.labels?.[name] === value),
    ).length;
    const ready = active.filter(isPodReady).length;
    const available = waits.filter((wait) => wait === 0).length;
    const conditions = conditionsOf(set, failure, now);
    const stored = client.get(resource, set.metadata.namespace ?? '', set.metadata.name ?? '');
    if (!stored || stored.metadata.uid !== set.metadata.uid) return;
    client.updateStatus(resource, {
      ...(stored as ReplicaSet),
      status: {
        replicas: active.length,
        ...(labelled > 0 ? { fullyLabeledReplicas: labelled } : {}),
        ...(ready > 0 ? { readyReplicas: ready } : {}),
        ...(available > 0 ? { availableReplicas: available } : {}),
        ...(resource === 'replicasets.apps' ? { terminatingReplicas: terminating } : {}),
        observedGeneration: set.metadata.generation ?? 0,
        ...(conditions.length > 0 ? { conditions } : {}),
      },
    });
  }

  return watchOwners(context, resource, kind, selectorOf, reconcile).stop;
}

/** controller.IsPodTerminating */
function isTerminating({ metadata, status }: Pod): boolean {
  return (
    metadata.deletionTimestamp !== undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed'
  );
}

type Condition = NonNullable<NonNullable<ReplicaSet['status']>['conditions']>[number];

function conditionsOf(set: ReplicaSet, failure: ApiError | undefined, now: number): Condition[] {
  const others = (set.status?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure');
  if (!failure) return others;
  // As it was first told (calculateStatus): the names of refused Pods differ, and each change would wake the controller again.
  const before = set.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (before) return [...others, before];
  const condition = {
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: failure.message,
    lastTransitionTime: timestamp(now),
  };
  return [...others, condition as Condition];
}
