import type { KubeObject, ResourceName } from '../../schema/types';

/** Kinds whose metadata.generation counts changes of what is desired. */
const GENERATIONS: ReadonlySet<ResourceName> = new Set<ResourceName>([
  'pods',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'poddisruptionbudgets.policy',
  'endpointslices.discovery.k8s.io',
  'networkpolicies.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'priorityclasses.scheduling.k8s.io',
]);

/** Kinds whose status a create may bring along: nodes register with theirs. */
const STATUS_ON_CREATE: ReadonlySet<ResourceName> = new Set<ResourceName>(['nodes']);

type Loose = KubeObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

/** What a new object starts with, whatever was sent (each strategy's PrepareForCreate). */
export function prepareForCreate(resource: ResourceName, object: KubeObject): void {
  const loose = object as Loose;
  if (GENERATIONS.has(resource)) object.metadata.generation = 1;
  else delete object.metadata.generation;
  if ('status' in loose && !STATUS_ON_CREATE.has(resource)) delete loose.status;
  switch (resource) {
    case 'pods':
      loose.status = { phase: 'Pending' };
      delete loose.spec?.['ephemeralContainers'];
      break;
    case 'namespaces':
      loose.spec = { ...loose.spec, finalizers: ['kubernetes'] };
      loose.status = { phase: 'Active' };
      break;
    case 'persistentvolumeclaims':
    case 'persistentvolumes':
      loose.status = { phase: 'Pending' };
      break;
  }
}

/** What a change of the main resource cannot touch (each strategy's PrepareForUpdate). */
export function prepareForUpdate(
  resource: ResourceName,
  object: KubeObject,
  old: KubeObject,
  internal: boolean,
): void {
  const next = object as Loose;
  const before = old as Loose;
  if (before.status === undefined) delete next.status;
  else next.status = before.status;
  // Only the `finalize` subresource changes them; the namespace controller uses `update` for it.
  if (resource === 'namespaces' && !internal) {
    next.spec = { ...next.spec, finalizers: before.spec?.['finalizers'] };
  }
}

/** What a change of `status` cannot touch: everything but the status, and a Pod's or Node's labels and such. */
export function prepareForStatusUpdate(
  resource: ResourceName,
  object: KubeObject,
  old: KubeObject,
): KubeObject {
  const metadata = METADATA_WITH_STATUS.has(resource) ? object.metadata : old.metadata;
  const status = (object as Loose).status;
  return {
    ...old,
    metadata: { ...metadata, resourceVersion: object.metadata.resourceVersion },
    ...(status === undefined ? {} : { status }),
  } as KubeObject;
}

const METADATA_WITH_STATUS: ReadonlySet<ResourceName> = new Set<ResourceName>([
  'nodes',
  'pods',
  'persistentvolumes',
  'persistentvolumeclaims',
]);

export function hasGeneration(resource: ResourceName): boolean {
  return GENERATIONS.has(resource);
}

/** Everything of an object that its generation counts: not metadata, not status. */
export function desired(object: KubeObject): Record<string, unknown> {
  const { metadata: _metadata, status: _status, ...rest } = object as Loose;
  return rest;
}
