import { ApiError } from '../api/errors';
import type { KubeObject, ResourceName } from '../schema/types';

/** One change, as it is kept for replay. `previous` is what it replaced (undefined for ADDED). */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resourceVersion: number;
  object: KubeObject;
  previous?: KubeObject;
}

export interface WatchRange {
  /** '' for all namespaces. */
  namespace: string;
  /** Changes after this version. */
  after: number;
}

/** Gets each change in order of resourceVersion, never inside the write that caused it. */
export type StoreListener = (events: readonly StoreEvent[]) => void;

/** What `Store.snapshot` gives. */
export interface StoreSnapshot {
  resourceVersion: number;
  objects: Partial<Record<ResourceName, KubeObject[]>>;
}

/** Changes of one resource that a watch can be resumed over (etcd keeps minutes, this a count), */
const HISTORY_LENGTH = 1000;
/** as long as the objects in them are together no larger: a thousand versions of a large ConfigMap would fill the process. */
const HISTORY_BYTES = 16 * 1024 * 1024;
/** Trimmed in lots, so that a busy resource does not shift an array on every write. */
const HISTORY_SLACK = 1.25;

interface Collection {
  /** The objects of each, in the order of their names: they are listed far more often than one is added. */
  namespaces: Map<string, KubeObject[]>;
  size: number;
  history: StoreEvent[];
  /** What `history` holds, about: the size of each event's object, in the same order, and their sum. */
  historySizes: number[];
  historyBytes: number;
  /** A watch from before this version has missed something: 410. */
  forgottenThrough: number;
  watchers: Set<Watcher>;
}

interface Watcher {
  namespace: string;
  /** It has seen this version, which may be one that is still to come. */
  after: number;
  listener: StoreListener;
  queue: StoreEvent[];
  scheduled: boolean;
  closed: boolean;
}

/**
 * The objects of a cluster: etcd and the API server's watch cache in one. Objects are frozen and shared, never
 * copied: a change is a new object. One counter numbers all changes.
 */
export class Store {
  private readonly collections = new Map<ResourceName, Collection>();
  private version: number;
  private held = 0;

  constructor(snapshot?: StoreSnapshot) {
    this.version = snapshot?.resourceVersion ?? 0;
    for (const [resource, objects] of Object.entries(snapshot?.objects ?? {})) {
      const collection = this.collection(resource as ResourceName);
      collection.forgottenThrough = this.version;
      for (const object of objects) {
        const copy = structuredClone(object);
        freeze(copy);
        this.place(collection, copy);
      }
    }
  }

  /** Of the last change. */
  get resourceVersion(): number {
    return this.version;
  }

  /** What all objects hold together, in characters, about. */
  get size(): number {
    return this.held;
  }

  get(resource: ResourceName, namespace: string, name: string): KubeObject | undefined {
    const objects = this.collections.get(resource)?.namespaces.get(namespace);
    return objects && found(objects, placeIn(objects, name), name);
  }

  /** In the order of etcd's keys, `namespace/name`: `lab-2` stands before `lab`. */
  list(resource: ResourceName, namespace = ''): KubeObject[] {
    const collection = this.collections.get(resource);
    if (!collection) return [];
    if (namespace) return collection.namespaces.get(namespace)?.slice() ?? [];
    return [...collection.namespaces]
      .sort(([a], [b]) => byteOrder(`${a}/`, `${b}/`))
      .flatMap(([, objects]) => objects);
  }

  count(resource: ResourceName): number {
    return this.collections.get(resource)?.size ?? 0;
  }

  /**
   * The list as it was at an earlier version, by undoing what happened since. Throws 410 Expired when that is
   * no longer known.
   */
  listAt(resource: ResourceName, namespace: string, resourceVersion: number): KubeObject[] {
    const collection = this.collection(resource);
    if (resourceVersion < collection.forgottenThrough) throw expired(resourceVersion, collection);
    const objects = new Map(this.list(resource, namespace).map((object) => [keyOf(object), object]));
    for (let index = collection.history.length - 1; index >= 0; index--) {
      const event = collection.history[index];
      if (!event || event.resourceVersion <= resourceVersion) break;
      if (namespace && event.object.metadata.namespace !== namespace) continue;
      if (event.previous) objects.set(keyOf(event.object), event.previous);
      else objects.delete(keyOf(event.object));
    }
    return [...objects.entries()].sort(([a], [b]) => byteOrder(a, b)).map(([, object]) => object);
  }

  /** Stores a new or changed object, numbered; takes `object` over and freezes it. The caller has checked conflicts. */
  put(resource: ResourceName, object: KubeObject): KubeObject {
    const collection = this.collection(resource);
    this.version++;
    object.metadata.resourceVersion = String(this.version);
    const size = freeze(object);
    const previous = this.place(collection, object);
    const type = previous ? 'MODIFIED' : 'ADDED';
    const event = { type, resourceVersion: this.version, object, ...(previous ? { previous } : {}) } as const;
    this.record(collection, event, size);
    return object;
  }

  /** Removes an object; the last state that watchers see has the number of the removal. */
  remove(resource: ResourceName, namespace: string, name: string): KubeObject | undefined {
    const collection = this.collection(resource);
    const objects = collection.namespaces.get(namespace) ?? [];
    const place = placeIn(objects, name);
    const previous = found(objects, place, name);
    if (!previous) return undefined;
    objects.splice(place, 1);
    if (objects.length === 0) collection.namespaces.delete(namespace);
    collection.size--;
    this.held -= sizeOf(previous);
    this.version++;
    const last = {
      ...previous,
      metadata: { ...previous.metadata, resourceVersion: String(this.version) },
    };
    const size = freeze(last);
    this.record(collection, { type: 'DELETED', resourceVersion: this.version, object: last, previous }, size);
    return last;
  }

  /**
   * Changes after `range.after`, first those that are remembered. Throws 410 Expired when some are forgotten.
   * Returns the function that ends it.
   */
  watch(resource: ResourceName, range: WatchRange, listener: StoreListener): () => void {
    const collection = this.collection(resource);
    if (range.after < collection.forgottenThrough) throw expired(range.after, collection);
    const watcher: Watcher = {
      namespace: range.namespace,
      after: range.after,
      listener,
      queue: [],
      scheduled: false,
      closed: false,
    };
    for (const event of since(collection.history, range.after)) enqueue(watcher, event);
    collection.watchers.add(watcher);
    return () => {
      watcher.closed = true;
      watcher.queue = [];
      collection.watchers.delete(watcher);
    };
  }

  /** Watches under way, for tests that demand that none is left behind. */
  get watcherCount(): number {
    let count = 0;
    for (const collection of this.collections.values()) count += collection.watchers.size;
    return count;
  }

  snapshot(): StoreSnapshot {
    const objects: StoreSnapshot['objects'] = {};
    for (const resource of this.collections.keys()) objects[resource] = this.list(resource);
    return { resourceVersion: this.version, objects };
  }

  private collection(resource: ResourceName): Collection {
    let collection = this.collections.get(resource);
    if (!collection) {
      collection = {
        namespaces: new Map(),
        size: 0,
        history: [],
        historySizes: [],
        historyBytes: 0,
        forgottenThrough: 0,
        watchers: new Set(),
      };
      this.collections.set(resource, collection);
    }
    return collection;
  }

  private place(collection: Collection, object: KubeObject): KubeObject | undefined {
    const { namespace = '', name = '' } = object.metadata;
    let objects = collection.namespaces.get(namespace);
    if (!objects) {
      objects = [];
      collection.namespaces.set(namespace, objects);
    }
    const place = placeIn(objects, name);
    const previous = found(objects, place, name);
    objects.splice(place, previous ? 1 : 0, object);
    if (!previous) collection.size++;
    this.held += sizeOf(object) - (previous ? sizeOf(previous) : 0);
    return previous;
  }

  private record(collection: Collection, event: StoreEvent, size: number): void {
    collection.history.push(event);
    collection.historySizes.push(size);
    collection.historyBytes += size;
    const { history, historyBytes } = collection;
    if (history.length > HISTORY_LENGTH * HISTORY_SLACK || historyBytes > HISTORY_BYTES * HISTORY_SLACK) {
      forgetOldest(collection);
    }
    for (const watcher of collection.watchers) enqueue(watcher, event);
  }
}

/** Down to what is kept of history; the last change stays, however large. */
function forgetOldest(collection: Collection): void {
  const { history, historySizes } = collection;
  let count = 0;
  while (
    count < history.length - 1 &&
    (history.length - count > HISTORY_LENGTH || collection.historyBytes > HISTORY_BYTES)
  ) {
    collection.historyBytes -= historySizes[count] ?? 0;
    count++;
  }
  historySizes.splice(0, count);
  collection.forgottenThrough =
    history.splice(0, count).at(-1)?.resourceVersion ?? collection.forgottenThrough;
}

function enqueue(watcher: Watcher, event: StoreEvent): void {
  if (event.resourceVersion <= watcher.after) return;
  if (watcher.namespace && event.object.metadata.namespace !== watcher.namespace) return;
  watcher.queue.push(event);
  if (watcher.scheduled) return;
  watcher.scheduled = true;
  queueMicrotask(() => {
    watcher.scheduled = false;
    if (watcher.closed) return;
    const events = watcher.queue;
    watcher.queue = [];
    watcher.listener(events);
  });
}

function since(history: readonly StoreEvent[], after: number): StoreEvent[] {
  let start = history.length;
  while (start > 0 && (history[start - 1]?.resourceVersion ?? 0) > after) start--;
  return history.slice(start);
}

/** Where the object of this name is, or would be. */
function placeIn(objects: readonly KubeObject[], name: string): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((objects[middle]?.metadata.name ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function found(objects: readonly KubeObject[], place: number, name: string): KubeObject | undefined {
  const object = objects[place];
  return object?.metadata.name === name ? object : undefined;
}

function byteOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** etcd's ErrCompacted, as storage/etcd3 words it. */
function expired(asked: number, collection: Collection): ApiError {
  return new ApiError(
    410,
    'Expired',
    `too old resource version: ${asked} (${collection.forgottenThrough + 1})`,
  );
}

/**
 * Freezes what is not frozen yet, and tells its size in characters, about: parts shared with an earlier version are frozen
 * already, and cost nothing more.
 */
function freeze(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return 8;
  Object.freeze(value);
  let size = 16;
  for (const key of Object.keys(value)) size += key.length + freeze(value[key as keyof typeof value]);
  return size;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 16;
  for (const key of Object.keys(value)) size += key.length + sizeOf(value[key as keyof typeof value]);
  return size;
}
