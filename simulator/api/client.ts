import type { ResourceDefinition } from '../schema/resources';
import type { ResourceName, ResourceTypes } from '../schema/types';

/** A change to an object. `object` is the state after it (for `DELETED`: the last state). */
export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: T;
}

export interface ListOptions {
  /** Only this namespace; all of them when absent. */
  namespace?: string;
  /** In kubectl's syntax: `app=web,tier!=api,env in (a,b)`. */
  labelSelector?: string;
  /** In kubectl's syntax: `status.phase=Running`. */
  fieldSelector?: string;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/**
 * How the simulator's own components (kubelet, scheduler, controllers, network) use the cluster: the same
 * defaulting, admission, validation and conflict rules as over HTTPS, without the wire.
 *
 * Objects that come out are shared and must not be changed: copy (`structuredClone`) first. Objects that go in
 * are copied. Every method throws `ApiError` (see ./errors) with Kubernetes' own code, reason and wording.
 * A write whose object equals the stored one changes nothing and issues no event.
 */
export interface Client {
  /** Every resource that is stored, in the version in which it is: built in and custom. */
  resources(): readonly ResourceDefinition[];
  /** The object, or undefined when there is none. `namespace` is '' for cluster-scoped resources. */
  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceTypes[R] | undefined;
  list<R extends ResourceName>(resource: R, options?: ListOptions): ResourceTypes[R][];
  create<R extends ResourceName>(resource: R, object: ResourceTypes[R]): ResourceTypes[R];
  /** Replaces everything but status. 409 Conflict when `metadata.resourceVersion` is set and not the stored one. */
  update<R extends ResourceName>(resource: R, object: ResourceTypes[R]): ResourceTypes[R];
  /** Replaces status alone. 409 as for `update`. */
  updateStatus<R extends ResourceName>(resource: R, object: ResourceTypes[R]): ResourceTypes[R];
  /** pods/binding: assigns a pod to a node. */
  bind(namespace: string, pod: string, node: string): void;
  /** pods/eviction: as kubectl drain asks for it; 429 when a PodDisruptionBudget forbids it. */
  evict(namespace: string, pod: string, options?: DeleteOptions): void;
  /** Does nothing when the object is not there. */
  delete(resource: ResourceName, namespace: string, name: string, options?: DeleteOptions): void;
  /**
   * Calls `handler` with an ADDED event for everything that is there, then with each change, in the order of
   * resourceVersion, never inside the write that caused it (a microtask later). Returns the function that ends it.
   */
  watch<R extends ResourceName>(
    resource: R,
    options: ListOptions,
    handler: (event: WatchEvent<ResourceTypes[R]>) => void,
  ): () => void;
}
