import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import type { Store } from '../../store/store';
import { ApiError } from '../errors';
import { matcher } from '../in-process-client';
import { badRequest } from '../refusals';
import type { ObjectStorage } from '../storage/object-storage';
import { addWarnings, type Exchange } from './exchange';
import type { ObjectJson } from './object-json';
import type { ListMetadata, Representation } from './representation';
import { WatchStream } from './watch-stream';

interface ContinueToken {
  /** The version that the first page was of. */
  rv: number;
  /** The key of the last object given. */
  start: string;
}

/** The objects of a list request, a page of them when it has a `limit` (apiserver, storage GetList). */
export function listPage(
  storage: ObjectStorage,
  resource: ResourceDefinition,
  namespace: string,
  query: URLSearchParams,
): { objects: KubeObject[]; metadata: ListMetadata } {
  const { store } = storage.parts;
  const matches = matcher(resource.name, selectors(query), resource.custom?.selectableFields);
  const limit = positiveNumber(query, 'limit');
  const token = query.get('continue');
  const asked = query.get('resourceVersion') ?? '';
  if (token && asked && asked !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  checkVersion(asked, store.resourceVersion);
  const exact = query.get('resourceVersionMatch') === 'Exact' && asked !== '' && asked !== '0';
  const start = token ? readToken(token) : undefined;
  const version = start?.rv ?? (exact ? Number(asked) : store.resourceVersion);
  let objects =
    version === store.resourceVersion
      ? store.list(resource.name, namespace)
      : listAt(storage, resource, namespace, version, token !== null);
  if (start) objects = objects.filter((object) => keyOf(object) > start.start);
  objects = objects.filter(matches);
  const metadata: ListMetadata = { resourceVersion: String(version) };
  if (!limit || objects.length <= limit) return { objects, metadata };
  const page = objects.slice(0, limit);
  const last = page.at(-1);
  if (last) metadata.continue = writeToken({ rv: version, start: keyOf(last) });
  // With a selector the API server does not count what it has not looked at.
  if (!query.get('labelSelector') && !query.get('fieldSelector')) {
    metadata.remainingItemCount = objects.length - limit;
  }
  return { objects: page, metadata };
}

/** Serves a watch until it ends (apiserver, handlers/watch.go and the watch cache's rules for resourceVersion). */
export function serveWatch(
  storage: ObjectStorage,
  exchange: Exchange,
  resource: ResourceDefinition,
  range: { namespace: string; name?: string },
  representation: Representation,
  json: ObjectJson,
): void {
  const { store, clock } = storage.parts;
  const { query } = exchange;
  const bySelectors = matcher(resource.name, selectors(query), resource.custom?.selectableFields);
  const matches = range.name
    ? (object: KubeObject) => object.metadata.name === range.name && bySelectors(object)
    : bySelectors;
  const asked = query.get('resourceVersion') ?? '';
  const initial = query.get('sendInitialEvents') === 'true';
  if (query.has('sendInitialEvents') && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    throw new ApiError(
      422,
      'Invalid',
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  checkVersion(asked, store.resourceVersion);
  const bookmarks = query.get('allowWatchBookmarks') === 'true';
  // Without a version, or with 0, a watch begins with everything that is there.
  const fromStart =
    initial || ((asked === '' || asked === '0') && query.get('sendInitialEvents') !== 'false');
  const after = fromStart || asked === '' || asked === '0' ? store.resourceVersion : Number(asked);
  addWarnings(exchange.response, exchange.warnings);
  const stream = new WatchStream(exchange.response, representation, json, matches);
  if (fromStart) {
    stream.added(store.list(resource.name, range.namespace).filter(matches));
    if (initial && bookmarks) {
      stream.bookmark(resource.kind, resource.apiVersion, store.resourceVersion, true);
    }
  }
  try {
    const stop = store.watch(resource.name, { namespace: range.namespace, after }, (events) =>
      stream.changes(events),
    );
    stream.whenEnded(stop);
    if (resource.custom) stream.whenEnded(whenUndefined(store, resource, () => stream.end()));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    stream.refuse(error);
    return;
  }
  const seconds = positiveNumber(query, 'timeoutSeconds');
  // Between 30 and 60 minutes, so that clients do not all come back at once (MinRequestTimeout).
  const timeoutMs = seconds ? seconds * 1000 : (1800 + Math.random() * 1800) * 1000;
  stream.keep(
    clock,
    timeoutMs,
    bookmarks ? () => stream.bookmark(resource.kind, resource.apiVersion, store.resourceVersion) : undefined,
  );
}

/** Calls `run` once the definition of this type has gone (apiextensions, tearDown of its storage). Returns what stops that. */
function whenUndefined(store: Store, resource: ResourceDefinition, run: () => void): () => void {
  const definitions = 'customresourcedefinitions.apiextensions.k8s.io';
  const after = store.resourceVersion;
  return store.watch(definitions, { namespace: '', after }, (events) => {
    // What was sent to this watch before, the removals of its objects, is sent first.
    if (events.some(({ type, object }) => type === 'DELETED' && object.metadata.name === resource.name))
      setImmediate(run);
  });
}

function selectors(query: URLSearchParams): { labelSelector?: string; fieldSelector?: string } {
  const labelSelector = query.get('labelSelector');
  const fieldSelector = query.get('fieldSelector');
  return { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) };
}

function listAt(
  storage: ObjectStorage,
  resource: ResourceDefinition,
  namespace: string,
  version: number,
  continued: boolean,
): KubeObject[] {
  try {
    return storage.parts.store.listAt(resource.name, namespace, version);
  } catch (error) {
    if (!continued) throw error;
    throw new ApiError(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
}

function checkVersion(asked: string, current: number): void {
  if (asked === '') return;
  if (!/^\d+$/.test(asked)) {
    throw badRequest(
      `resourceVersion: Invalid value: "${asked}": strconv.ParseUint: parsing "${asked}": invalid syntax`,
    );
  }
  if (Number(asked) > current) {
    throw new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
}

function positiveNumber(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (!text) return 0;
  const value = Number(text);
  if (!Number.isInteger(value)) {
    throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  }
  return Math.max(value, 0);
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function writeToken(token: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', ...token })).toString('base64url');
}

function readToken(text: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as ContinueToken;
    if (typeof token.rv === 'number' && typeof token.start === 'string') return token;
  } catch {
    // Told below.
  }
  throw badRequest('continue key is not valid: unable to decode');
}
