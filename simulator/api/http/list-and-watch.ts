import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import type { Store } from '../../store/store';
import { ApiError } from '../errors';
import { matcher } from '../in-process-client';
import { badRequest } from '../refusals';
import type { ObjectStorage } from '../storage/object-storage';
import { addWarnings, type Exchange } from './exchange';
import { readListOptions } from './list-options';
import type { ObjectJson } from './object-json';
import type { ListMetadata, Representation } from './representation';
import { WatchStream } from './watch-stream';

/** The version of a token that goes on with whatever is there now. */
const ANY_VERSION = -1;

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
  const options = readListOptions(query, false);
  const { resourceVersion: asked, resourceVersionMatch: match } = options;
  const matches = matcher(resource.name, options, resource.custom?.selectableFields);
  // What the watch cache answers has no pages.
  const limit = asked === '0' ? 0 : options.limit;
  refuseFuture(asked, store.resourceVersion);
  // A page of a version is exactly of that version, also when the client does not say so.
  const exact = match === 'Exact' || (match === '' && limit > 0);
  const start = options.continue ? readToken(options.continue) : undefined;
  const wanted = start?.rv ?? (exact && asked !== '' ? Number(asked) : store.resourceVersion);
  const version = wanted < 0 ? store.resourceVersion : wanted;
  let objects =
    version === store.resourceVersion
      ? store.list(resource.name, namespace)
      : listAt(storage, resource, namespace, version, start);
  if (start) objects = objects.filter((object) => keyOf(object) > start.start);
  objects = objects.filter(matches);
  const metadata: ListMetadata = { resourceVersion: String(version) };
  if (!limit || objects.length <= limit) return { objects, metadata };
  const page = objects.slice(0, limit);
  const last = page.at(-1);
  if (last) metadata.continue = writeToken({ rv: version, start: keyOf(last) });
  // With a selector the API server does not count what it has not looked at.
  if (!options.labelSelector && !options.fieldSelector) {
    metadata.remainingItemCount = objects.length - limit;
  }
  return { objects: page, metadata };
}

export interface WatchParts {
  storage: ObjectStorage;
  json: ObjectJson;
  onError: (error: unknown) => void;
}

/** Serves a watch until it ends (apiserver, handlers/watch.go and the watch cache's rules for resourceVersion). */
export function serveWatch(
  { storage, json, onError }: WatchParts,
  exchange: Exchange,
  resource: ResourceDefinition,
  range: { namespace: string; name?: string },
  representation: Representation,
): void {
  const { store, clock } = storage.parts;
  const options = readListOptions(exchange.query, true);
  const { resourceVersion: asked, sendInitialEvents: initial, allowWatchBookmarks: bookmarks } = options;
  const bySelectors = matcher(resource.name, options, resource.custom?.selectableFields);
  const matches = range.name
    ? (object: KubeObject) => object.metadata.name === range.name && bySelectors(object)
    : bySelectors;
  // A version that is still to come is waited for, but no list is made of it.
  if (initial) refuseFuture(asked, store.resourceVersion);
  const after = initial || asked === '' || asked === '0' ? store.resourceVersion : Number(asked);
  addWarnings(exchange.response, exchange.warnings);
  const stream = new WatchStream(exchange.response, { representation, json, matches, onError });
  if (initial) {
    stream.added(store.list(resource.name, range.namespace).filter(matches));
    if (bookmarks) stream.bookmark(resource.kind, resource.apiVersion, store.resourceVersion, true);
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
  // Between 30 and 60 minutes, so that clients do not all come back at once (MinRequestTimeout).
  const timeoutMs = (options.timeoutSeconds || 1800 + Math.random() * 1800) * 1000;
  // Of a version that is still to come nothing can be told yet.
  const bookmark = (): void => {
    const version = Math.max(store.resourceVersion, after);
    stream.bookmark(resource.kind, resource.apiVersion, version);
  };
  stream.keep(clock, timeoutMs, bookmarks ? bookmark : undefined);
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

function listAt(
  storage: ObjectStorage,
  resource: ResourceDefinition,
  namespace: string,
  version: number,
  continued: ContinueToken | undefined,
): KubeObject[] {
  try {
    return storage.parts.store.listAt(resource.name, namespace, version);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // storage/etcd3 interpretListError.
    if (!continued) {
      throw new ApiError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
    }
    throw new ApiError(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      {},
      { continue: writeToken({ rv: ANY_VERSION, start: continued.start }) },
    );
  }
}

function refuseFuture(asked: string, current: number): void {
  if (Number(asked) > current) {
    throw new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
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
    if (Number.isInteger(token.rv) && typeof token.start === 'string') return token;
  } catch {
    // Told below.
  }
  throw badRequest('continue key is not valid: unable to decode');
}
