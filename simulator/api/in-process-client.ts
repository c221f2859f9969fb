import type { ResourceDefinition } from '../schema/resources';
import type { KubeObject, ResourceName, ResourceTypes } from '../schema/types';
import type { StoreEvent } from '../store/store';
import type { RequestUser } from './admission/request';
import type { Client, DeleteOptions, ListOptions, WatchEvent } from './client';
import { ApiError } from './errors';
import type { RequestContext } from './request-context';
import { parseFieldSelector } from './selectors/field-selector';
import { parseLabelSelector } from './selectors/label-selector';
import type { ObjectStorage } from './storage/object-storage';
import { bindPod, evictPod } from './storage/pod-subresources';

/** `Client` on the storage of the same process: the API's own rules without the wire. */
export class InProcessClient implements Client {
  constructor(
    private readonly storage: ObjectStorage,
    private readonly user: RequestUser,
    /** metadata.managedFields[].manager: `kubelet`, `kube-controller-manager`. */
    private readonly fieldManager: string = user.name,
  ) {}

  resources(): readonly ResourceDefinition[] {
    return this.storage.resources.all().filter(({ convertedFrom }) => !convertedFrom);
  }

  get<R extends ResourceName>(resource: R, namespace: string, name: string): ResourceTypes[R] | undefined {
    return this.storage.parts.store.get(resource, namespace, name) as ResourceTypes[R] | undefined;
  }

  list<R extends ResourceName>(resource: R, options: ListOptions = {}): ResourceTypes[R][] {
    const objects = this.storage.parts.store.list(resource, options.namespace ?? '');
    return objects.filter(matcher(resource, options)) as ResourceTypes[R][];
  }

  create<R extends ResourceName>(resource: R, object: ResourceTypes[R]): ResourceTypes[R] {
    const definition = this.storage.resources.byName(resource);
    const copy = this.copy(definition, object);
    return this.storage.create(
      this.context(),
      definition,
      definition.namespaced ? (copy.metadata.namespace ?? '') : '',
      copy,
    ) as ResourceTypes[R];
  }

  update<R extends ResourceName>(resource: R, object: ResourceTypes[R]): ResourceTypes[R] {
    return this.write(resource, object, '');
  }

  updateStatus<R extends ResourceName>(resource: R, object: ResourceTypes[R]): ResourceTypes[R] {
    return this.write(resource, object, 'status');
  }

  bind(namespace: string, pod: string, node: string): void {
    bindPod(this.storage, this.context(), namespace, pod, node);
  }

  evict(namespace: string, pod: string, options: DeleteOptions = {}): void {
    evictPod(this.storage, this.context(), namespace, pod, options);
  }

  delete(resource: ResourceName, namespace: string, name: string, options: DeleteOptions = {}): void {
    try {
      this.storage.delete(this.context(), this.storage.resources.byName(resource), namespace, name, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }

  watch<R extends ResourceName>(
    resource: R,
    options: ListOptions,
    handler: (event: WatchEvent<ResourceTypes[R]>) => void,
  ): () => void {
    const { store } = this.storage.parts;
    const matches = matcher(resource, options);
    const present = store.list(resource, options.namespace ?? '').filter(matches);
    let ended = false;
    // What is there already comes a microtask later too, before any change.
    queueMicrotask(() => {
      for (const object of present) {
        if (ended) return;
        handler({ type: 'ADDED', object: object as ResourceTypes[R] });
      }
    });
    const stop = store.watch(
      resource,
      { namespace: options.namespace ?? '', after: store.resourceVersion },
      (events) => {
        for (const event of events) {
          const seen = selected(event, matches);
          if (seen && !ended) handler(seen as WatchEvent<ResourceTypes[R]>);
        }
      },
    );
    return () => {
      ended = true;
      stop();
    };
  }

  private write<R extends ResourceName>(
    resource: R,
    object: ResourceTypes[R],
    subresource: string,
  ): ResourceTypes[R] {
    const definition = this.storage.resources.byName(resource);
    const copy = this.copy(definition, object);
    const { namespace = '', name = '' } = copy.metadata;
    return this.storage.update(
      this.context(),
      definition,
      namespace,
      name,
      subresource,
      () => copy,
    ) as ResourceTypes[R];
  }

  private copy(definition: ResourceDefinition, object: KubeObject): KubeObject {
    const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = structuredClone(object);
    return { kind: definition.kind, apiVersion: definition.apiVersion, metadata, ...rest };
  }

  private context(): RequestContext {
    return {
      user: this.user,
      dryRun: false,
      fieldManager: this.fieldManager,
      warnings: [],
      internal: true,
      options: {},
    };
  }
}

/** A predicate from label and field selectors. */
export function matcher(
  resource: ResourceName,
  { labelSelector, fieldSelector }: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
  /** Of a custom resource. */
  selectableFields: readonly string[] = [],
): (object: KubeObject) => boolean {
  const byLabels = labelSelector ? parseLabelSelector(labelSelector) : undefined;
  const byFields = fieldSelector ? parseFieldSelector(resource, fieldSelector, selectableFields) : undefined;
  if (!byLabels && !byFields) return () => true;
  return (object) => (!byLabels || byLabels(object.metadata.labels)) && (!byFields || byFields(object));
}

/**
 * The event as a watch with a selector sees it: an object that comes to match is added, one that ceases to, deleted, in the
 * state in which it matched last (storage/cacher convertToWatchEvent).
 */
export function selected(
  event: StoreEvent,
  matches: (object: KubeObject) => boolean,
): WatchEvent<KubeObject> | undefined {
  const { type, object, previous } = event;
  const now = type !== 'DELETED' && matches(object);
  const before = previous !== undefined && matches(previous);
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object };
  if (!before) return undefined;
  // What was removed is in that state already, and is one object for all who watch it.
  if (type === 'DELETED') return { type, object };
  const { resourceVersion } = object.metadata;
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion } } };
}
