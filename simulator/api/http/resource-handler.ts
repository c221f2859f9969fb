import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import type { DeleteOptions } from '../client';
import { fromStored, toStored } from '../conversion';
import { ApiError } from '../errors';
import type { Extensions } from '../extension-points';
import { matcher } from '../in-process-client';
import { jsonPatch } from '../patch/json-patch';
import { isObject, mergePatch } from '../patch/merge-patch';
import { strategicMergePatch } from '../patch/strategic-merge-patch';
import { badRequest } from '../refusals';
import type { RequestContext } from '../request-context';
import type { ObjectStorage } from '../storage/object-storage';
import { readBody } from './body';
import { decodeBody, parseJson } from './decode';
import { type Exchange, sendJson } from './exchange';
import { listPage, selectors, serveWatch } from './list-and-watch';
import { negotiateForm } from './negotiation';
import { Representation } from './representation';
import type { Route } from './route';
import type { SharedJson } from './watch-stream';
import { checkSize, readObject } from './write-object';

type ResourceRoute = Extract<Route, { kind: 'resource' }>;

export interface HandlerParts {
  storage: ObjectStorage;
  extensions: Extensions;
  shared: SharedJson;
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
  const representation = represent(parts, exchange, resource);
  const show = (object: KubeObject): KubeObject => fromStored(resource, object);
  switch (verb) {
    case 'get':
      return sendJson(exchange, 200, representation.object(show(storage.get(resource, namespace, name))));
    case 'list': {
      const page = listPage(storage, resource, namespace, exchange.query);
      return sendJson(exchange, 200, representation.list(page.objects.map(show), page.metadata));
    }
    case 'watch':
      return serveWatch(
        storage,
        exchange,
        resource,
        { namespace, ...(name ? { name } : {}) },
        representation,
        parts.shared,
        show,
      );
    case 'delete':
    case 'deletecollection':
      return serveDelete(parts, exchange, route, representation);
    default: {
      const bytes = await readBody(exchange.request);
      const context = requestContext(exchange);
      const written = write(parts, exchange, route, verb, bytes, context);
      exchange.warnings.push(...context.warnings);
      const code = verb === 'create' ? 201 : 200;
      return sendJson(exchange, code, representation.object(show(written)));
    }
  }
  function write(
    { extensions }: HandlerParts,
    { request }: Exchange,
    _route: ResourceRoute,
    how: string,
    bytes: Buffer,
    context: RequestContext,
  ): KubeObject {
    const contentType = request.headers['content-type'];
    if (how === 'patch') {
      return storage.update(context, resource, namespace, name, subresource, (old) =>
        sized(
          resource,
          toStored(resource, readObject(patched(resource, show(old), contentType, bytes), resource)),
        ),
      );
    }
    const object = readObject(decodeBody(contentType, bytes, extensions.decodeProtobuf), resource);
    checkSize(resource, object);
    const stored = toStored(resource, object);
    if (how === 'create') return storage.create(context, resource, namespace, stored);
    return storage.update(context, resource, namespace, name, subresource, () => stored);
  }
}

function sized(resource: ResourceDefinition, object: KubeObject): KubeObject {
  checkSize(resource, object);
  return object;
}

const PATCH_TYPES =
  'application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml, application/apply-patch+cbor';

function patched(
  resource: ResourceDefinition,
  target: KubeObject,
  contentType: string | undefined,
  bytes: Buffer,
): unknown {
  switch (contentType?.split(';')[0]?.trim()) {
    case 'application/json-patch+json':
      return jsonPatch(target, parseJson(bytes.toString()));
    case 'application/merge-patch+json':
      return mergePatch(target, objectPatch(bytes));
    case 'application/strategic-merge-patch+json':
      return strategicMergePatch(resource.model, target, objectPatch(bytes));
    default:
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: ${PATCH_TYPES}`,
      );
  }
}

function objectPatch(bytes: Buffer): Record<string, unknown> {
  const patch = parseJson(bytes.toString());
  if (!isObject(patch))
    throw badRequest('error decoding patch: json: cannot unmarshal into Go value of type map');
  return patch;
}

async function serveDelete(
  { storage, extensions, shared: _shared }: HandlerParts,
  exchange: Exchange,
  { resource, namespace, name }: ResourceRoute,
  representation: Representation,
): Promise<void> {
  const bytes = await readBody(exchange.request);
  const sent = bytes.length
    ? decodeBody(exchange.request.headers['content-type'], bytes, extensions.decodeProtobuf)
    : {};
  const options = deleteOptions(isObject(sent) ? sent : {}, exchange.query);
  const context = requestContext(exchange, isObject(sent) ? sent : {});
  if (!name) {
    const { objects, metadata } = listPage(storage, resource, namespace, exchange.query);
    const matches = matcher(resource.name, selectors(exchange.query));
    for (const object of objects.filter(matches)) {
      try {
        storage.delete(
          context,
          resource,
          object.metadata.namespace ?? '',
          object.metadata.name ?? '',
          options,
        );
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 404)) throw error;
      }
    }
    exchange.warnings.push(...context.warnings);
    return sendJson(
      exchange,
      200,
      representation.list(
        objects.map((each) => fromStored(resource, each)),
        metadata,
      ),
    );
  }
  const { object, gone } = storage.delete(context, resource, namespace, name, options);
  exchange.warnings.push(...context.warnings);
  // Pods answer with themselves even when gone (ReturnDeletedObject), everything else with a Status.
  if (!gone || resource.name === 'pods' || RETURNED.has(resource.name)) {
    return sendJson(exchange, 200, representation.object(fromStored(resource, object)));
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

/** Kinds whose deletion returns the object. */
const RETURNED: ReadonlySet<string> = new Set([
  'services',
  'serviceaccounts',
  'persistentvolumeclaims',
  'persistentvolumes',
  'resourcequotas',
]);

function deleteOptions(body: Record<string, unknown>, query: URLSearchParams): DeleteOptions {
  const grace = body['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  const policy = body['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined;
  const orphan = body['orphanDependents'];
  const preconditions = body['preconditions'];
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(String(policy))) {
    throw new ApiError(
      422,
      'Invalid',
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "${String(policy)}": supported values: "Background", "Foreground", "Orphan"`,
    );
  }
  return {
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy
      ? { propagationPolicy: policy as 'Foreground' | 'Background' | 'Orphan' }
      : orphan === true
        ? { propagationPolicy: 'Orphan' as const }
        : {}),
    ...(isObject(preconditions) ? { preconditions } : {}),
  };
}

export function represent(
  parts: HandlerParts,
  exchange: Exchange,
  resource: ResourceDefinition,
): Representation {
  return new Representation(
    resource,
    negotiateForm(exchange.request.headers.accept),
    exchange.query.get('includeObject') ?? 'Metadata',
    parts.extensions.renderTable,
    () => parts.storage.parts.clock.now(),
  );
}

export function requestContext(exchange: Exchange, options: Record<string, unknown> = {}): RequestContext {
  const dryRun = exchange.query.getAll('dryRun');
  const asked = dryRun.length ? dryRun : ((options['dryRun'] as string[] | undefined) ?? []);
  if (asked.some((value) => value !== 'All')) {
    throw badRequest(
      `dryRun: Unsupported value: "${asked.find((value) => value !== 'All')}": supported values: "All"`,
    );
  }
  return {
    user: exchange.user,
    dryRun: asked.includes('All'),
    fieldManager:
      exchange.query.get('fieldManager') ||
      (exchange.request.headers['user-agent'] ?? '').split('/')[0] ||
      'unknown',
    warnings: [],
    internal: false,
    options,
  };
}
