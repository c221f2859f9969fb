import type { ResourceDefinition } from '../../schema/resources';
import { decodeBody } from '../decoding/decode-body';
import { readObject, type WantedKind } from '../decoding/read-object';
import { ApiError } from '../errors';
import { isObject } from '../patch/merge-patch';
import { readBody } from './body';
import { type Exchange, isPretty, sendJson, sendText } from './exchange';
import { listPage, serveWatch } from './list-and-watch';
import { checkAcceptable, negotiateForm, prefersYaml } from './negotiation';
import type { ObjectJson } from './object-json';
import { Representation } from './representation';
import { deleteOptions, requestContext } from './request-options';
import type { Route } from './route';
import { type SubresourceParts, serveSubresource } from './subresource-handler';
import { createFromBody, patchFromBody, updateFromBody, writeRequest } from './write-handler';

type ResourceRoute = Extract<Route, { kind: 'resource' }>;

export interface HandlerParts extends SubresourceParts {
  json: ObjectJson;
  onError: (error: unknown) => void;
}

/** Serves get, list, watch, create, update, patch, delete and deletecollection of one resource. */
export async function serveResource(
  parts: HandlerParts,
  exchange: Exchange,
  route: ResourceRoute,
  verb: string,
): Promise<void> {
  const { storage } = parts;
  const { resource, namespace, name, subresource } = route;
  checkAcceptable(exchange.request.headers.accept);
  const representation = represent(parts, exchange, resource);
  if (verb === 'list') {
    const page = listPage(storage, resource, namespace, exchange.query);
    if (isPretty(exchange.request) || prefersYaml(exchange.request.headers.accept))
      return sendJson(exchange, 200, representation.list(page.objects, page.metadata));
    const bytes = representation.listBytes(page.objects, page.metadata, parts.json);
    return sendText(exchange, 200, 'application/json', bytes);
  }
  if (verb === 'watch') {
    const range = { namespace, ...(name ? { name } : {}) };
    return serveWatch(parts, exchange, resource, range, representation);
  }
  if (verb === 'delete' || verb === 'deletecollection') {
    return serveDelete(parts, exchange, route, representation);
  }
  const bytes = verb === 'get' ? Buffer.alloc(0) : await readBody(exchange.request);
  const context = requestContext(exchange);
  const request = writeRequest(exchange, route, bytes, context);
  const special = subresource && serveSubresource(parts, verb, request, representation.isTable);
  if (special) return sendJson(exchange, special.code, special.body);
  switch (verb) {
    case 'get':
      return sendJson(exchange, 200, representation.object(storage.get(resource, namespace, name)));
    case 'create':
      return sendJson(exchange, 201, representation.object(createFromBody(parts, request)));
    case 'update':
      return sendJson(exchange, 200, representation.object(updateFromBody(parts, request)));
    case 'patch': {
      const { object, created } = patchFromBody(parts, request);
      return sendJson(exchange, created ? 201 : 200, representation.object(object));
    }
  }
}

async function serveDelete(
  { storage, extensions }: HandlerParts,
  exchange: Exchange,
  { resource, namespace, name }: ResourceRoute,
  representation: Representation,
): Promise<void> {
  const bytes = await readBody(exchange.request);
  const contentType = exchange.request.headers['content-type'];
  const { decodeProtobuf } = extensions;
  const body = bytes.length
    ? readOptions(DELETE_OPTIONS, decodeBody(contentType, bytes, decodeProtobuf))
    : {};
  const options = deleteOptions(body, exchange.query);
  const context = requestContext(exchange, body);
  if (!name) {
    const { objects, metadata } = listPage(storage, resource, namespace, exchange.query);
    for (const { metadata: each } of objects) {
      try {
        storage.delete(context, resource, each.namespace ?? '', each.name ?? '', options);
      } catch (error) {
        // Gone in the meantime is as good.
        if (!(error instanceof ApiError && error.code === 404)) throw error;
      }
    }
    return sendJson(exchange, 200, representation.list(objects, metadata));
  }
  const { object, gone } = storage.delete(context, resource, namespace, name, options);
  if (!gone || RETURNED.has(resource.name)) {
    return sendJson(exchange, 200, representation.object(object));
  }
  return sendJson(exchange, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name,
      ...(resource.group ? { group: resource.group } : {}),
      kind: resource.plural,
      uid: object.metadata.uid,
    },
  });
}

const DELETE_OPTIONS = { apiVersion: 'v1', kind: 'DeleteOptions', model: 'V1DeleteOptions' };

/** Options in a body; they may say the version of any group. Throws 400 for values of another type. */
function readOptions(wanted: WantedKind, value: unknown): Record<string, unknown> {
  const { apiVersion: _apiVersion, ...fields } = isObject(value) ? value : {};
  return { ...readObject(fields, wanted, 'Ignore', () => {}) };
}

/** Kinds whose deletion answers with the object even when it is gone (ReturnDeletedObject). */
const RETURNED: ReadonlySet<string> = new Set([
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'resourcequotas',
  'serviceaccounts',
  'services',
]);

function represent(parts: HandlerParts, exchange: Exchange, resource: ResourceDefinition): Representation {
  return new Representation(
    resource,
    negotiateForm(exchange.request.headers.accept),
    exchange.query.get('includeObject') ?? 'Metadata',
    parts.extensions.renderTable,
    () => parts.storage.parts.clock.now(),
  );
}
