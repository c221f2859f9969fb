import { resourceByName } from '../../schema/resources';
import type { Node, Pod, PodCondition, PodDisruptionBudget } from '../../schema/types';
import type { DeleteOptions } from '../client';
import { ApiError } from '../errors';
import { topologyLabels } from '../pod-topology-labels';
import { conflict } from '../refusals';
import type { RequestContext } from '../request-context';
import { labelSelectorMatches } from '../selectors/label-selector';
import { type ObjectStorage, rfc3339 } from './object-storage';

const pods = resourceByName('pods');

/** pods/binding (core/pod storage BindingREST): sets the node, once, and the condition PodScheduled. */
export function bindPod(
  storage: ObjectStorage,
  context: RequestContext,
  namespace: string,
  name: string,
  node: string,
): Pod {
  const old = storage.get(pods, namespace, name) as Pod;
  if (old.metadata.deletionTimestamp) {
    throw conflict(
      { group: '', plural: 'pods/binding', kind: 'Pod' },
      name,
      `pod ${name} is being deleted, cannot be assigned to a host`,
    );
  }
  if (old.spec?.nodeName) {
    throw conflict(
      { group: '', plural: 'pods/binding', kind: 'Pod' },
      name,
      `pod ${name} is already assigned to node "${old.spec.nodeName}"`,
    );
  }
  storage.admit('CREATE', context, pods, namespace, name, 'binding');
  const scheduled: PodCondition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null as unknown as string,
    lastTransitionTime: rfc3339(storage.parts.clock.now()),
  };
  const added = topologyLabels(storage.parts.store.get('nodes', '', node) as Node | undefined);
  const labels = Object.keys(added).length > 0 ? { ...old.metadata.labels, ...added } : undefined;
  // A Pod that has its node needs no nomination (ClearingNominatedNodeNameAfterBinding).
  const { nominatedNodeName: _nominated, ...status } = old.status ?? {};
  const pod: Pod = {
    ...old,
    metadata: { ...old.metadata, ...(labels ? { labels } : {}) },
    spec: { ...old.spec, containers: old.spec?.containers ?? [], nodeName: node },
    status: {
      ...status,
      conditions: [
        ...(old.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled'),
        scheduled,
      ],
    },
  };
  return context.dryRun ? pod : (storage.parts.store.put('pods', pod) as Pod);
}

/**
 * pods/eviction (core/pod storage EvictionREST): a delete that a PodDisruptionBudget may refuse with 429. Pods that do
 * not run, or are on their way out, do not count.
 */
export function evictPod(
  storage: ObjectStorage,
  context: RequestContext,
  namespace: string,
  name: string,
  options: DeleteOptions,
): void {
  const pod = storage.get(pods, namespace, name) as Pod;
  storage.admit('CREATE', context, pods, namespace, name, 'eviction');
  const phase = pod.status?.phase;
  const counts =
    phase !== 'Succeeded' && phase !== 'Failed' && phase !== 'Pending' && !pod.metadata.deletionTimestamp;
  if (counts) {
    const budgets = budgetsOf(storage, pod);
    if (budgets.length > 1) {
      throw new ApiError(
        500,
        'InternalError',
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      );
    }
    const budget = budgets[0];
    if (budget) spendBudget(storage, context, budget, pod);
  }
  storage.delete(
    context,
    pods,
    namespace,
    name,
    context.dryRun ? options : markDisrupted(storage, pod, options),
  );
}

/** The Pod says why it goes (addConditionAndDeletePod). Returns the options for its deletion, which hold for the Pod so marked. */
function markDisrupted(storage: ObjectStorage, pod: Pod, options: DeleteOptions): DeleteOptions {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata, status } = pod;
  const another =
    (uid && uid !== metadata.uid) || (resourceVersion && resourceVersion !== metadata.resourceVersion);
  if (another) return options;
  const target: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastProbeTime: null as unknown as string,
    lastTransitionTime: rfc3339(storage.parts.clock.now()),
  };
  const others = (status?.conditions ?? []).filter(({ type }) => type !== target.type);
  const marked = storage.parts.store.put('pods', {
    ...pod,
    metadata: { ...metadata },
    status: { ...status, conditions: [...others, target] },
  } as Pod);
  if (!resourceVersion) return options;
  const { resourceVersion: version = '' } = marked.metadata;
  return { ...options, preconditions: { ...options.preconditions, resourceVersion: version } };
}

function budgetsOf(storage: ObjectStorage, pod: Pod): PodDisruptionBudget[] {
  const namespace = pod.metadata.namespace ?? '';
  const budgets = storage.parts.store.list('poddisruptionbudgets.policy', namespace) as PodDisruptionBudget[];
  return budgets.filter(({ spec }) => labelSelectorMatches(spec?.selector, pod.metadata.labels));
}

function spendBudget(
  storage: ObjectStorage,
  context: RequestContext,
  budget: PodDisruptionBudget,
  pod: Pod,
): void {
  const { metadata, status } = budget;
  const ready = pod.status?.conditions?.some(
    ({ type, status: value }) => type === 'Ready' && value === 'True',
  );
  const healthy =
    (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0;
  // A Pod that is not ready costs no budget while enough others are (IfHealthyBudget), or ever (AlwaysAllow).
  if (!ready && (healthy || budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow')) return;
  const allowed = status?.disruptionsAllowed ?? 0;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0) || allowed <= 0) {
    throw new ApiError(
      429,
      'TooManyRequests',
      "Cannot evict pod as it would violate the pod's disruption budget.",
      {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: `The disruption budget ${metadata.name} needs ${status?.desiredHealthy ?? 0} healthy pods and has ${status?.currentHealthy ?? 0} currently`,
          },
        ],
      },
    );
  }
  if (context.dryRun || !status) return;
  storage.parts.store.put('poddisruptionbudgets.policy', {
    ...budget,
    metadata: { ...metadata },
    status: {
      ...status,
      disruptionsAllowed: allowed - 1,
      disruptedPods: {
        ...status.disruptedPods,
        [pod.metadata.name ?? '']: rfc3339(storage.parts.clock.now()),
      },
    },
  } as PodDisruptionBudget);
}
