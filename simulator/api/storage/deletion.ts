import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject, Pod } from '../../schema/types';
import type { DeleteOptions } from '../client';
import { deepEqual } from '../deep-equal';
import type { RequestContext } from '../request-context';
import { isFinished, rfc3339, type StorageParts } from './object-storage';

/** Finalizers by which a propagation policy is handed to the garbage collector. */
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** Held until the controller has deleted what the definition defines. */
const CUSTOM_RESOURCE_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * Deletes at once, or marks for deletion what a kubelet (grace period), a finalizer or the namespace controller has to
 * finish (apiserver, registry/rest BeforeDelete).
 */
export function deleteObject(
  { store, clock }: StorageParts,
  context: RequestContext,
  resource: ResourceDefinition,
  old: KubeObject,
  options: DeleteOptions,
): { object: KubeObject; gone: boolean } {
  const { namespace = '', name = '' } = old.metadata;
  const object = structuredClone(old);
  const { metadata } = object;
  metadata.finalizers = finalizersFor(resource, metadata.finalizers ?? [], options.propagationPolicy);
  if (metadata.finalizers.length === 0) delete metadata.finalizers;

  // Its objects go first (apiextensions, customresourcedefinition etcd.go and finalizer).
  if (resource.name === 'customresourcedefinitions.apiextensions.k8s.io' && !metadata.deletionTimestamp) {
    metadata.finalizers = [...(metadata.finalizers ?? []), CUSTOM_RESOURCE_CLEANUP];
  }
  const grace = resource.name === 'pods' ? gracePeriod(old as Pod, options) : 0;
  const shorter = metadata.deletionTimestamp && grace < (metadata.deletionGracePeriodSeconds ?? 0);
  if (!metadata.deletionTimestamp || shorter) {
    metadata.deletionTimestamp = rfc3339(clock.now() + grace * 1000);
    metadata.deletionGracePeriodSeconds = grace;
    if (metadata.generation !== undefined) metadata.generation++;
  }
  if (resource.name === 'namespaces') {
    const namespaced = object as KubeObject & { status?: Record<string, unknown> };
    namespaced.status = { ...namespaced.status, phase: 'Terminating' };
  }
  if (isFinished(object)) {
    if (context.dryRun) return { object: old, gone: true };
    return { object: store.remove(resource.name, namespace, name) ?? old, gone: true };
  }
  if (context.dryRun || deepEqual(object, old)) return { object: context.dryRun ? object : old, gone: false };
  return { object: store.put(resource.name, object), gone: false };
}

/** A Pod that never ran, or has ended, has nothing to wait for (core/pod strategy CheckGracefulDelete). */
function gracePeriod(pod: Pod, options: DeleteOptions): number {
  const wanted = options.gracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
  const phase = pod.status?.phase;
  if (!pod.spec?.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0;
  return Math.max(wanted, 0);
}

function finalizersFor(
  resource: ResourceDefinition,
  present: readonly string[],
  policy: DeleteOptions['propagationPolicy'],
): string[] {
  const others = present.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  // Jobs keep their Pods unless told otherwise (batch/job strategy DefaultGarbageCollectionPolicy).
  const effective = policy ?? (resource.name === 'jobs.batch' ? 'Orphan' : undefined);
  if (effective === 'Orphan') return [...others, ORPHAN];
  if (effective === 'Foreground') return [...others, FOREGROUND];
  return effective === 'Background' ? others : [...present];
}
