import type { ResourceDefinition } from '../schema/resources';
import type { Namespace } from '../schema/types';
import { type ControllerContext, type StopController, timestamp } from './controller';
import { WorkQueue } from './work-queue';

/** How often a namespace that still holds something is looked at again. */
const RECHECK_MS = 500;

type NamespaceCondition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number];

/** Empties a namespace that is being deleted, says what is left, and lets it go when nothing is (namespace controller). */
export function startNamespaceController(context: ControllerContext): StopController {
  const queue = new WorkQueue(context.clock, (name) => reconcile(context, queue, name), context.onError);
  const stop = context.client.watch('namespaces', {}, ({ type, object }) => {
    if (type !== 'DELETED' && object.metadata.deletionTimestamp) queue.add(object.metadata.name ?? '');
  });
  return () => {
    stop();
    queue.stop();
  };
}

function reconcile(context: ControllerContext, queue: WorkQueue, name: string): void {
  const { client } = context;
  const namespace = client.get('namespaces', '', name);
  if (!namespace?.metadata.deletionTimestamp) return;
  const { left, shown } = deleteContents(context, name);
  const conditions = conditionsFor(shown, namespace, context.clock.now());
  const reported = client.updateStatus('namespaces', {
    ...namespace,
    status: { ...namespace.status, phase: 'Terminating', conditions },
  });
  if (left.size > 0) {
    queue.addAfter(name, RECHECK_MS);
    return;
  }
  // namespaces/finalize: the last finalizer goes, and with it the namespace.
  const finalizers = (reported.spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes');
  client.update('namespaces', { ...reported, spec: { ...reported.spec, finalizers } });
}

interface Left {
  count: number;
  finalizers: Map<string, number>;
}

type Contents = Map<string, Left>;

/**
 * Asks for the deletion of Pods, and of everything else once there are none (KEP-5080, ordered namespace deletion). Returns what is
 * left by `plural.group`, and what the conditions tell of it: nothing while it is Pods.
 */
function deleteContents(context: ControllerContext, namespace: string): { left: Contents; shown: Contents } {
  const all = context.client.resources().filter(({ namespaced }) => namespaced);
  const pods = deleteAll(
    context,
    namespace,
    all.filter(({ name }) => name === 'pods'),
  );
  if (pods.size > 0) return { left: pods, shown: new Map() };
  const left = deleteAll(context, namespace, all);
  return { left, shown: left };
}

function deleteAll(
  { client }: ControllerContext,
  namespace: string,
  resources: readonly ResourceDefinition[],
): Contents {
  const left: Contents = new Map();
  for (const resource of resources) {
    for (const { metadata } of client.list(resource.name, { namespace })) {
      if (!metadata.deletionTimestamp) {
        client.delete(resource.name, namespace, metadata.name ?? '', { propagationPolicy: 'Background' });
      }
    }
    const remaining = client.list(resource.name, { namespace });
    if (remaining.length === 0) continue;
    const finalizers = new Map<string, number>();
    for (const { metadata } of remaining) {
      for (const each of metadata.finalizers ?? []) finalizers.set(each, (finalizers.get(each) ?? 0) + 1);
    }
    left.set(`${resource.plural}.${resource.group}`, { count: remaining.length, finalizers });
  }
  return left;
}

/** The five conditions of a namespace that is going (namespace_conditions.go). */
function conditionsFor(left: Map<string, Left>, namespace: Namespace, now: number): NamespaceCondition[] {
  const content = [...left].map(([name, { count }]) => `${name} has ${count} resource instances`).sort();
  const tally = new Map<string, number>();
  for (const { finalizers } of left.values()) {
    for (const [name, count] of finalizers) tally.set(name, (tally.get(name) ?? 0) + count);
  }
  const held = [...tally].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  const rows: [type: string, status: string, reason: string, message: string][] = [
    [
      'NamespaceDeletionDiscoveryFailure',
      'False',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    content.length > 0
      ? [
          'NamespaceContentRemaining',
          'True',
          'SomeResourcesRemain',
          `Some resources are remaining: ${content.join(', ')}`,
        ]
      : ['NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed'],
    held.length > 0
      ? [
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
        ]
      : [
          'NamespaceFinalizersRemaining',
          'False',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ],
  ];
  return rows.map(([type, status, reason, message]) => {
    const before = namespace.status?.conditions?.find((each) => each.type === type);
    const same = before?.status === status && before.lastTransitionTime;
    return {
      type,
      status,
      reason,
      message,
      lastTransitionTime: same ? before.lastTransitionTime : timestamp(now),
    } as NamespaceCondition;
  });
}
