import { type ResourceDefinition, resourceByKind } from '../schema/resources';
import type { KubeObject, OwnerReference } from '../schema/types';
import { type ControllerContext, keyOf, type StopController, splitKey } from './controller';
import { watchEveryResource } from './every-resource';
import { WorkQueue } from './work-queue';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/**
 * Deletes what has lost its owners, and does what a deletion in the foreground or with orphans asks for (garbage collector).
 * Knows who depends on whom from watches of everything.
 */
export function startGarbageCollector(context: ControllerContext): StopController {
  const collector = new GarbageCollector(context);
  return collector.start();
}

interface Node {
  resource: ResourceDefinition;
  key: string;
}

class GarbageCollector {
  private readonly queue: WorkQueue;
  /** Dependents by the uid of their owner: keys of the queue. */
  private readonly dependents = new Map<string, Set<string>>();
  private readonly owners = new Map<string, string[]>();
  /** Owners that have been seen to go: their kind may have gone with them (absentOwnerCache). */
  private readonly absent = new Set<string>();

  constructor(private readonly context: ControllerContext) {
    this.queue = new WorkQueue(context.clock, (key) => this.reconcile(key), context.onError);
  }

  start(): StopController {
    const stop = watchEveryResource(this.context.client, (...change) => this.seen(...change));
    return () => {
      stop();
      this.queue.stop();
    };
  }

  private seen(resource: ResourceDefinition, object: KubeObject, gone: boolean): void {
    const key = `${resource.name}|${keyOf(object)}`;
    const { uid = '', ownerReferences = [], finalizers = [], deletionTimestamp } = object.metadata;
    for (const owner of this.owners.get(key) ?? []) {
      this.dependents.get(owner)?.delete(key);
      if (gone && this.dependents.get(owner)?.size === 0) this.absent.delete(owner);
    }
    this.owners.delete(key);
    if (gone) {
      if (this.dependents.get(uid)?.size) this.absent.add(uid);
      for (const dependent of this.dependents.get(uid) ?? []) this.queue.add(dependent);
      // An owner in the foreground may have waited for this one.
      for (const ref of ownerReferences) this.wakeOwner(object, ref);
      if (this.dependents.get(uid)?.size === 0) this.dependents.delete(uid);
      return;
    }
    if (ownerReferences.length > 0) {
      this.owners.set(
        key,
        ownerReferences.map((ref) => ref.uid),
      );
      for (const ref of ownerReferences) {
        const known = this.dependents.get(ref.uid) ?? new Set();
        known.add(key);
        this.dependents.set(ref.uid, known);
      }
      this.queue.add(key);
    }
    if (deletionTimestamp && finalizers.some((each) => each === FOREGROUND || each === ORPHAN))
      this.queue.add(key);
  }

  private wakeOwner(object: KubeObject, ref: OwnerReference): void {
    const resource = this.resourceOf(ref);
    if (!resource) return;
    const namespace = resource.namespaced ? `${object.metadata.namespace}/` : '';
    this.queue.add(`${resource.name}|${namespace}${ref.name}`);
  }

  private reconcile(queueKey: string): void {
    const node = this.parse(queueKey);
    const object = node && this.get(node);
    if (!node || !object) return;
    const { finalizers = [], deletionTimestamp } = object.metadata;
    if (deletionTimestamp && finalizers.includes(ORPHAN)) this.orphan(node, object);
    else if (deletionTimestamp && finalizers.includes(FOREGROUND)) this.foreground(node, object);
    else this.checkOwners(node, object);
  }

  /** Deletes an object none of whose owners is there any more; drops references to those that are not. */
  private checkOwners({ resource }: Node, object: KubeObject): void {
    const { client } = this.context;
    const { ownerReferences = [], namespace = '', name = '', uid, deletionTimestamp } = object.metadata;
    if (ownerReferences.length === 0) return;
    const there = ownerReferences.filter((ref) => this.ownerOf(object, ref) !== undefined);
    const waiting = there.filter((ref) => {
      const owner = this.ownerOf(object, ref);
      return owner !== undefined && waitsForDependents(owner);
    });
    const preconditions = uid ? { preconditions: { uid } } : {};
    if (there.length === 0) {
      if (!deletionTimestamp)
        client.delete(resource.name, namespace, name, { propagationPolicy: 'Background', ...preconditions });
    } else if (waiting.length === there.length) {
      if (deletionTimestamp) return;
      const dependents = this.dependentsOf(object).map(({ object: dependent }) => dependent);
      // Owners in a circle would wait for each other for good (attemptToDeleteItem, circle detection).
      if (dependents.some(waitsForDependents)) this.unblock(resource, object);
      const blocks = dependents.length > 0;
      client.delete(resource.name, namespace, name, {
        propagationPolicy: blocks ? 'Foreground' : 'Background',
        ...preconditions,
      });
    } else {
      // Whoever waits for it to go is no owner any more, as long as another keeps it (attemptToDeleteItem, solid references).
      const solid = there.filter((ref) => !waiting.includes(ref));
      if (solid.length === ownerReferences.length) return;
      this.write(resource, { ...object, metadata: { ...object.metadata, ownerReferences: solid } });
    }
  }

  private unblock(resource: ResourceDefinition, object: KubeObject): void {
    const ownerReferences = object.metadata.ownerReferences?.map((ref) => ({
      ...ref,
      blockOwnerDeletion: false,
    }));
    this.write(resource, {
      ...object,
      metadata: { ...object.metadata, ...(ownerReferences ? { ownerReferences } : {}) },
    });
  }

  private foreground({ resource }: Node, object: KubeObject): void {
    const dependents = this.dependentsOf(object);
    for (const { key } of dependents) this.queue.add(key);
    const blocking = dependents.some(({ object: dependent }) =>
      dependent.metadata.ownerReferences?.some(
        (ref) => ref.uid === object.metadata.uid && ref.blockOwnerDeletion,
      ),
    );
    if (!blocking) this.dropFinalizer(resource, object, FOREGROUND);
  }

  private orphan({ resource }: Node, object: KubeObject): void {
    for (const { node, object: dependent } of this.dependentsOf(object)) {
      const ownerReferences = (dependent.metadata.ownerReferences ?? []).filter(
        ({ uid }) => uid !== object.metadata.uid,
      );
      this.write(node.resource, { ...dependent, metadata: { ...dependent.metadata, ownerReferences } });
    }
    this.dropFinalizer(resource, object, ORPHAN);
  }

  private dropFinalizer(resource: ResourceDefinition, object: KubeObject, finalizer: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
    this.write(resource, { ...object, metadata: { ...object.metadata, finalizers } });
  }

  private dependentsOf(object: KubeObject) {
    return [...(this.dependents.get(object.metadata.uid ?? '') ?? [])].flatMap((key) => {
      const node = this.parse(key);
      const dependent = node && this.get(node);
      return node && dependent ? [{ key, node, object: dependent }] : [];
    });
  }

  private ownerOf(object: KubeObject, ref: OwnerReference): KubeObject | undefined {
    if (this.absent.has(ref.uid)) return undefined;
    const resource = this.resourceOf(ref);
    // Of a kind that is not served nothing is known: better to keep than to delete.
    if (!resource) return object;
    const namespace = resource.namespaced ? (object.metadata.namespace ?? '') : '';
    const owner = this.context.client.get(resource.name, namespace, ref.name);
    return owner?.metadata.uid === ref.uid ? owner : undefined;
  }

  private resourceOf({ apiVersion, kind }: OwnerReference): ResourceDefinition | undefined {
    const builtIn = resourceByKind(apiVersion, kind);
    if (builtIn) return builtIn;
    const [group] = apiVersion.split('/');
    const custom = this.context.client.resources().filter((resource) => resource.custom);
    return custom.find((resource) => resource.group === group && resource.kind === kind);
  }

  private parse(queueKey: string): Node | undefined {
    const [name = '', key = ''] = queueKey.split('|');
    const resource = this.context.client.resources().find((each) => each.name === name);
    return resource && { resource, key };
  }

  private get({ resource, key }: Node): KubeObject | undefined {
    const [namespace, name] = splitKey(key);
    return this.context.client.get(resource.name, namespace, name);
  }

  private write(resource: ResourceDefinition, object: KubeObject): void {
    this.context.client.update(resource.name, object as never);
  }
}

function waitsForDependents({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(FOREGROUND);
}
