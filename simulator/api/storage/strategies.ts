import type {
  CustomResourceDefinition,
  Job,
  KubeObject,
  ObjectMeta,
  Pod,
  ResourceName,
} from '../../schema/types';
import { deepEqual } from '../deep-equal';
import { dropDisabledFields } from './disabled-fields';
import { generateJobSelector } from './job-selector';
import { applyLabelKeys } from './label-keys';
import { prepareSigningRequest } from './signing-requests';

/** Kinds whose metadata.generation counts changes of what is desired. */
const GENERATIONS: ReadonlySet<ResourceName> = new Set<ResourceName>([
  'pods',
  'deployments.apps',
  'replicasets.apps',
  'replicationcontrollers',
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
  'customresourcedefinitions.apiextensions.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
]);

/** Kinds whose status a create may bring along: nodes register with theirs, the API server with its own. */
const STATUS_ON_CREATE: ReadonlySet<ResourceName> = new Set<ResourceName>([
  'nodes',
  'apiservices.apiregistration.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
]);

type Loose = KubeObject & { spec?: Record<string, unknown>; status?: Record<string, unknown> };

/** What a new object starts with, whatever was sent (each strategy's PrepareForCreate). */
export function prepareForCreate(resource: ResourceName, object: KubeObject): void {
  const loose = object as Loose;
  if (GENERATIONS.has(resource)) object.metadata.generation = 1;
  else delete object.metadata.generation;
  if ('status' in loose && !STATUS_ON_CREATE.has(resource)) delete loose.status;
  dropDisabledFields(resource, object);
  switch (resource) {
    case 'pods':
      loose.status = { phase: 'Pending' };
      applyLabelKeys(object as Pod);
      break;
    case 'namespaces':
      loose.spec = { ...loose.spec, finalizers: ['kubernetes'] };
      loose.status = { phase: 'Active' };
      break;
    case 'persistentvolumeclaims':
    case 'persistentvolumes':
      loose.status = { phase: 'Pending' };
      break;
    case 'customresourcedefinitions.apiextensions.k8s.io': {
      const { spec } = object as CustomResourceDefinition;
      const stored = (spec?.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name);
      loose.status = { acceptedNames: { kind: '', plural: '' }, conditions: [], storedVersions: stored };
      break;
    }
    case 'jobs.batch':
      generateJobSelector(object as Job);
      break;
    case 'daemonsets.apps':
      countTemplate(object, Math.max(1, templateGeneration(object)));
      break;
  }
}

/** spec.templateGeneration of old, which lives on as an annotation (conversion of apps/v1 DaemonSet). */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function templateGeneration({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[TEMPLATE_GENERATION]) || 0;
}

function countTemplate({ metadata }: KubeObject, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
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
  else next.status = structuredClone(before.status);
  dropDisabledFields(resource, object);
  if (resource === 'daemonsets.apps') {
    const changed = !deepEqual(next.spec?.['template'], before.spec?.['template']);
    countTemplate(object, templateGeneration(old) + (changed ? 1 : 0));
  }
  if (resource === 'certificatesigningrequests.certificates.k8s.io') next.spec = before.spec;
  // Only the `finalize` subresource changes them; the namespace controller uses `update` for it.
  if (resource === 'namespaces' && !internal) {
    next.spec = { ...next.spec, finalizers: before.spec?.['finalizers'] };
  }
}

/** The stored object with only that changed which a subresource may change. */
export function prepareForSubresource(
  resource: ResourceName,
  subresource: string,
  object: KubeObject,
  old: KubeObject,
): KubeObject {
  const next = object as Loose;
  const before = old as Loose;
  if (resource === 'certificatesigningrequests.certificates.k8s.io')
    return prepareSigningRequest(subresource, object, old);
  const spec = before.spec ?? {};
  const wanted = next.spec ?? {};
  const kept = {
    ...before,
    metadata: {
      ...before.metadata,
      resourceVersion: object.metadata.resourceVersion,
      managedFields: object.metadata.managedFields,
    },
  };
  switch (subresource) {
    case 'status': {
      const { status: _old, ...rest } = kept;
      const metadata = metadataWithStatus(resource, object, old);
      return {
        ...rest,
        metadata,
        ...(next.status === undefined ? {} : { status: next.status }),
      } as KubeObject;
    }
    case 'ephemeralcontainers':
      return { ...kept, spec: { ...spec, ephemeralContainers: wanted['ephemeralContainers'] } } as KubeObject;
    case 'resize':
      // Containers that are not the Pod's own are for validation to refuse.
      if (!sameContainers(spec, wanted)) return { ...kept, spec: wanted } as KubeObject;
      return {
        ...kept,
        spec: {
          ...spec,
          containers: resized(spec['containers'], wanted['containers']),
          ...(spec['initContainers']
            ? { initContainers: resized(spec['initContainers'], wanted['initContainers']) }
            : {}),
          ...(wanted['resources'] || spec['resources'] ? { resources: wanted['resources'] ?? {} } : {}),
        },
      } as KubeObject;
    case 'finalize':
      return { ...kept, spec: { ...spec, finalizers: wanted['finalizers'] ?? [] } } as KubeObject;
    case 'scale':
      return { ...kept, spec: { ...spec, replicas: wanted['replicas'] } } as KubeObject;
    default:
      return object;
  }
}

interface Sized {
  name: string;
  resources?: unknown;
  resizePolicy?: unknown;
}

function sameContainers(spec: Record<string, unknown>, wanted: Record<string, unknown>): boolean {
  return ['containers', 'initContainers'].every((list) => {
    const [own, next] = [spec, wanted].map((each) =>
      ((each[list] as Sized[] | undefined) ?? []).map(({ name }) => name),
    );
    return deepEqual(own, next);
  });
}

/** A resize changes what containers, and the Pod as a whole, ask for, nothing else (core/pod strategy podResizeStrategy). */
function resized(containers: unknown, wanted: unknown): Sized[] {
  const next = (wanted as Sized[] | undefined) ?? [];
  return ((containers as Sized[] | undefined) ?? []).map((container, index) => {
    const { resources = {}, resizePolicy } = next[index] ?? {};
    return { ...container, resources, ...(resizePolicy ? { resizePolicy } : {}) };
  });
}

/**
 * A status update may bring labels and annotations along: most strategies keep the old spec alone. Those of Deployments keep
 * the labels too, those of Pods the owners (each kind's statusStrategy, PrepareForUpdate).
 */
function metadataWithStatus(resource: ResourceName, object: KubeObject, old: KubeObject): ObjectMeta {
  const { resourceVersion, managedFields } = object.metadata;
  switch (resource) {
    case 'deployments.apps':
      return { ...object.metadata, labels: old.metadata.labels };
    case 'customresourcedefinitions.apiextensions.k8s.io':
      return { ...old.metadata, resourceVersion, managedFields };
    case 'pods':
      return { ...object.metadata, ownerReferences: old.metadata.ownerReferences };
    default:
      return object.metadata;
  }
}

export function hasGeneration(resource: ResourceName): boolean {
  return GENERATIONS.has(resource);
}

/** Everything of an object that its generation counts: not metadata, not status. */
export function desired(object: KubeObject): Record<string, unknown> {
  const { metadata: _metadata, status: _status, ...rest } = object as Loose;
  return rest;
}
