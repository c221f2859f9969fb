import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock/clock';
import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import type { Store } from '../../store/store';
import type { AdmissionRequest } from '../admission/request';
import { trackUpdate } from '../apply/managed-fields';
import { applyFields } from '../apply/server-side-apply';
import { shapeOf } from '../apply/typed-fields';
import { checkEscalation } from '../authorization/escalation';
import type { Client, DeleteOptions } from '../client';
import { ServedResources } from '../custom/served-resources';
import { deepEqual } from '../deep-equal';
import { ApiError } from '../errors';
import type { Extensions } from '../extension-points';
import { alreadyExists, badRequest, conflict, invalid, modified, notFound } from '../refusals';
import type { RequestContext } from '../request-context';
import { deleteObject } from './deletion';
import { generateName } from './generate-name';
import { stampConditions } from './signing-requests';
import { strategyOf } from './strategy';

export interface StorageParts {
  store: Store;
  clock: Clock;
  extensions: Extensions;
  /** What admission reads the cluster with. */
  client: () => Client;
}

/** Gets the request's own copy of the stored object, changes it in place or returns another. */
export type Change = (copy: KubeObject) => KubeObject;

/**
 * Reads and writes of one cluster, with everything between a decoded object and the store (registry/generic's
 * Store, with the rest.* strategies). Objects that come out are shared and frozen.
 */
export class ObjectStorage {
  /** What the cluster serves. */
  readonly resources: ServedResources;

  constructor(readonly parts: StorageParts) {
    this.resources = new ServedResources(parts.store);
  }

  /** Throws 404 NotFound. */
  get(resource: ResourceDefinition, namespace: string, name: string): KubeObject {
    const found = this.parts.store.get(resource.name, namespace, name);
    if (!found) throw notFound(resource, name);
    return found;
  }

  /** Stores a new object; takes it over. */
  create(
    context: RequestContext,
    resource: ResourceDefinition,
    namespace: string,
    object: KubeObject,
  ): KubeObject {
    const { store, clock } = this.parts;
    const strategy = strategyOf(resource, this.parts.extensions);
    const { metadata } = object;
    if (metadata.resourceVersion) {
      throw new ApiError(400, 'BadRequest', 'resourceVersion should not be set on objects to be created');
    }
    setNamespace(resource, namespace, metadata);
    const generated = !metadata.name && metadata.generateName;
    metadata.uid = randomUUID();
    metadata.creationTimestamp = rfc3339(clock.now());
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.selfLink;
    dropEmpty(metadata);
    if (generated) {
      do metadata.name = generateName(metadata.generateName ?? '');
      while (store.get(resource.name, namespace, metadata.name));
    }
    strategy.prepareForCreate(object);
    strategy.applyDefaults(object);
    // Before admission: what that adds is nobody's (apiserver handlers/create.go).
    this.track(context, resource, object, undefined, '');
    this.admit('CREATE', context, resource, namespace, metadata.name ?? '', '', object);
    strategy.applyDefaults(object);
    const errors = strategy.validateCreate(object);
    if (errors.length) throw invalid(resource, metadata.name ?? '', errors);
    const name = metadata.name ?? '';
    if (store.get(resource.name, namespace, name)) throw alreadyExists(resource, name);
    this.review('CREATE', context, resource, namespace, name, '', object);
    if (isFull(store)) throw noRoom();
    checkSize(context, object);
    return context.dryRun ? object : store.put(resource.name, object);
  }

  /**
   * Changes a stored object, or its `subresource`. Returns the stored object itself when nothing changes. Throws
   * 404, 409 (another resourceVersion or uid than stored), 422.
   */
  update(
    context: RequestContext,
    resource: ResourceDefinition,
    namespace: string,
    name: string,
    subresource: string,
    change: Change,
  ): KubeObject {
    const { store } = this.parts;
    const strategy = strategyOf(resource, this.parts.extensions);
    const old = this.get(resource, namespace, name);
    let object = change(structuredClone(old));
    checkIdentity(resource, namespace, name, object, old);
    // It shares parts with the stored object, which defaults must not change.
    if (subresource) object = structuredClone(strategy.prepareForSubresource(subresource, object, old));
    // Decoding sets defaults: what is compared with the stored object has them already.
    strategy.applyDefaults(object);
    if (!subresource) strategy.prepareForUpdate(object, old, context.internal);
    keepSystemMetadata(object, old);
    object.apiVersion = old.apiVersion;
    object.kind = old.kind;
    if (
      strategy.hasGeneration &&
      subresource !== 'status' &&
      !deepEqual(strategy.desired(object), strategy.desired(old))
    ) {
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    }
    if (resource.name === 'certificatesigningrequests.certificates.k8s.io')
      stampConditions(object, old, rfc3339(this.parts.clock.now()));
    this.track(context, resource, object, old, subresource);
    this.admit('UPDATE', context, resource, namespace, name, subresource, object, old);
    strategy.applyDefaults(object);
    const errors = strategy.validateUpdate(object, old, subresource);
    if (errors.length) throw invalid(resource, name, errors);
    if (deepEqual(object, old)) return old;
    this.review('UPDATE', context, resource, namespace, name, subresource, object, old);
    if (!context.internal && isFull(store) && bytesOf(object) > bytesOf(old)) throw noRoom();
    checkSize(context, object);
    if (isFinished(object)) {
      if (!context.dryRun) {
        store.put(resource.name, object);
        return store.remove(resource.name, namespace, name) ?? object;
      }
      return object;
    }
    return context.dryRun ? object : store.put(resource.name, object);
  }

  /**
   * Deletes as the options say. `gone` tells whether it is no longer there, rather than marked for a kubelet or a
   * finalizer to finish.
   */
  delete(
    context: RequestContext,
    resource: ResourceDefinition,
    namespace: string,
    name: string,
    options: DeleteOptions,
  ): { object: KubeObject; gone: boolean } {
    const old = this.get(resource, namespace, name);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid && uid !== old.metadata.uid) {
      throw conflict(
        resource,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
      );
    }
    if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) {
      throw conflict(
        resource,
        name,
        `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${old.metadata.resourceVersion}`,
      );
    }
    this.admit('DELETE', context, resource, namespace, name, '', undefined, old);
    return deleteObject(this.parts, context, resource, old, options);
  }

  /** Server-side apply: makes the object when it is not there. `created` tells which. */
  apply(
    context: RequestContext,
    resource: ResourceDefinition,
    namespace: string,
    name: string,
    subresource: string,
    applied: KubeObject,
    force: boolean,
  ): { object: KubeObject; created: boolean } {
    const { store, clock } = this.parts;
    const applier = {
      manager: context.fieldManager,
      subresource,
      time: rfc3339(clock.now()),
      force,
    };
    const applying = { ...context, applying: true };
    applied.metadata.name ??= name;
    if (!store.get(resource.name, namespace, name) && !subresource) {
      if (applied.metadata.name !== name) {
        throw badRequest(
          `the name of the object (${applied.metadata.name}) does not match the name on the URL (${name})`,
        );
      }
      const object = applyFields(resource, undefined, applied, applier);
      return { object: this.create(applying, resource, namespace, object), created: true };
    }
    const object = this.update(applying, resource, namespace, name, subresource, (live) =>
      applyFields(resource, live, applied, applier),
    );
    return { object, created: false };
  }

  private track(
    context: RequestContext,
    resource: ResourceDefinition,
    object: KubeObject,
    old: KubeObject | undefined,
    subresource: string,
  ): void {
    if (context.applying) return;
    // Its own endpoint alone writes the status (the strategies' GetResetFields).
    const resets = !old && resource.subresources.some((one) => one.name === 'status');
    const written = resets ? { ...object, status: undefined } : object;
    trackUpdate(written, old, shapeOf(resource), {
      manager: context.fieldManager,
      apiVersion: resource.apiVersion,
      subresource,
      time: rfc3339(this.parts.clock.now()),
    });
  }

  /** The changing half of admission: also alone, for subresources that store nothing of their own. */
  admit(...request: AdmissionArguments): void {
    this.parts.extensions.admit(admissionRequest(...request), this.parts.client());
  }

  private review(...request: AdmissionArguments): void {
    const [, context, resource, , , , object] = request;
    if (object && !context.internal) checkEscalation(this.parts.store, context.user, resource.name, object);
    this.parts.extensions.review(admissionRequest(...request), this.parts.client());
  }
}

type AdmissionArguments = [
  operation: AdmissionRequest['operation'],
  context: RequestContext,
  resource: ResourceDefinition,
  namespace: string,
  name: string,
  subresource: string,
  object?: KubeObject,
  oldObject?: KubeObject,
];

function admissionRequest(
  ...[operation, context, resource, namespace, name, subresource, object, oldObject]: AdmissionArguments
): AdmissionRequest {
  return {
    operation,
    resource: resource.name,
    subresource,
    namespace,
    name,
    ...(object ? { object } : {}),
    ...(oldObject ? { oldObject } : {}),
    user: context.user,
    dryRun: context.dryRun,
    options: context.options,
    warnings: context.warnings,
  };
}

/** etcd's limit for a request (--max-request-bytes). */
const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;

/** Refuses an object that etcd would not take. Components of the cluster make none of that size. */
function checkSize(context: RequestContext, object: KubeObject): void {
  if (context.internal || bytesOf(object) <= MAX_OBJECT_BYTES) return;
  throw new ApiError(500, '', 'etcdserver: request is too large');
}

const bytesOf = (object: KubeObject): number => Buffer.byteLength(JSON.stringify(object));

/** What a cluster holds at most, as etcd's --quota-backend-bytes; then it takes nothing new, and nothing that outsiders make larger. */
const MAX_STORED_SIZE = 64 * 1024 * 1024;

const isFull = (store: Store): boolean => store.size >= MAX_STORED_SIZE;

const noRoom = (): ApiError => new ApiError(500, '', 'etcdserver: mvcc: database space exceeded');

/** As metav1.Time is written: whole seconds. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** Deleted and waited for by nobody any more. */
export function isFinished(object: KubeObject): boolean {
  const { metadata } = object;
  if (!metadata.deletionTimestamp || metadata.finalizers?.length) return false;
  if (metadata.deletionGracePeriodSeconds) return false;
  if (object.kind !== 'Namespace') return true;
  return !(object as { spec?: { finalizers?: string[] } }).spec?.finalizers?.length;
}

function setNamespace(
  resource: ResourceDefinition,
  namespace: string,
  metadata: KubeObject['metadata'],
): void {
  if (!resource.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  metadata.namespace = namespace;
}

function checkIdentity(
  resource: ResourceDefinition,
  namespace: string,
  name: string,
  object: KubeObject,
  old: KubeObject,
): void {
  const { metadata } = object;
  metadata.name ??= name;
  if (metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  setNamespace(resource, namespace, metadata);
  if (metadata.uid && metadata.uid !== old.metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
    );
  }
  if (metadata.resourceVersion && metadata.resourceVersion !== old.metadata.resourceVersion) {
    throw modified(resource, name);
  }
}

/** Fields that only the server sets. */
function keepSystemMetadata(object: KubeObject, old: KubeObject): void {
  const next = object.metadata;
  const before = old.metadata;
  next.uid = before.uid;
  next.resourceVersion = before.resourceVersion;
  next.creationTimestamp = before.creationTimestamp;
  if (before.generateName) next.generateName = before.generateName;
  for (const field of ['generation', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (before[field] === undefined) delete next[field];
    else Object.assign(next, { [field]: before[field] });
  }
  next.managedFields ??= before.managedFields;
  if (next.managedFields === undefined) delete next.managedFields;
  dropEmpty(next);
}

/** What ObjectMeta leaves away when it is empty (`omitempty`), whoever wrote it. */
function dropEmpty(metadata: KubeObject['metadata']): void {
  for (const field of ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const) {
    const value = metadata[field];
    if (value === undefined || Object.keys(value).length === 0) delete metadata[field];
  }
}
