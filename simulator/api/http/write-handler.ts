import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { typedProblems } from '../apply/server-side-apply';
import { shapeOf } from '../apply/typed-fields';
import { fromStored, toStored } from '../conversion';
import { decodeBody, parseJson, parseYaml } from '../decoding/decode-body';
import { duplicateFields } from '../decoding/duplicate-fields';
import { readObject, readPatched, type WantedKind } from '../decoding/read-object';
import { type FieldValidation, readFieldValidation } from '../decoding/typed-decode';
import { ApiError } from '../errors';
import type { Extensions } from '../extension-points';
import { goPatch } from '../patch/go-patch';
import { jsonPatch } from '../patch/json-patch';
import { isObject, mergePatch } from '../patch/merge-patch';
import { strategicMergePatch } from '../patch/strategic-merge-patch';
import { badRequest } from '../refusals';
import type { RequestContext } from '../request-context';
import type { ObjectStorage } from '../storage/object-storage';
import type { Exchange } from './exchange';
import { isSet } from './list-options';

/** A write as it came in, about one resource. */
export interface WriteRequest {
  resource: ResourceDefinition;
  namespace: string;
  name: string;
  subresource: string;
  contentType: string | undefined;
  bytes: Buffer;
  context: RequestContext;
  validation: FieldValidation;
  /** Server-side apply: take fields from their owners. */
  force: boolean;
}

export interface WriteParts {
  storage: ObjectStorage;
  extensions: Extensions;
}

/** The parts of a write that the query and headers tell. Throws 400. */
export function writeRequest(
  exchange: Exchange,
  route: Pick<WriteRequest, 'resource' | 'namespace' | 'name' | 'subresource'>,
  bytes: Buffer,
  context: RequestContext,
): WriteRequest {
  return {
    resource: route.resource,
    namespace: route.namespace,
    name: route.name,
    subresource: route.subresource,
    contentType: exchange.request.headers['content-type'],
    bytes,
    context,
    validation: readFieldValidation(exchange.query.get('fieldValidation')),
    force: isSet(exchange.query, 'force'),
  };
}

/** POST of an object to its collection. */
export function createFromBody({ storage, extensions }: WriteParts, request: WriteRequest): KubeObject {
  const object = readBodyObject(request, request.resource, extensions);
  return storage.create(
    request.context,
    request.resource,
    request.namespace,
    toStored(request.resource, object),
  );
}

/** PUT of an object or of a subresource that has the object's own form. */
export function updateFromBody({ storage, extensions }: WriteParts, request: WriteRequest): KubeObject {
  const { resource, namespace, name, subresource, context } = request;
  const object = toStored(resource, readBodyObject(request, resource, extensions));
  return storage.update(context, resource, namespace, name, subresource, () => object);
}

/** PATCH in one of its four languages; `created` when a server-side apply made the object. */
export function patchFromBody(
  { storage }: WriteParts,
  request: WriteRequest,
): { object: KubeObject; created: boolean } {
  const { resource, namespace, name, subresource, context, validation } = request;
  const warn = (text: string): void => void context.warnings.push(text);
  if (mediaType(request.contentType) === 'application/apply-patch+yaml') {
    const text = request.bytes.toString();
    const value = parseYaml(text);
    const [duplicates] = validation === 'Ignore' ? [] : duplicateFields('yaml', text);
    if (duplicates !== undefined && validation === 'Strict') {
      throw badRequest(`error strict decoding YAML: error converting YAML to JSON: ${duplicates}`);
    }
    if (duplicates !== undefined) warn(duplicates);
    const undeclared: string[] = [];
    const applied = readObject(value, resource, 'Warn', (text) => undeclared.push(text));
    const problems = [
      ...undeclared.map((text) => `.${/"(.*)"/.exec(text)?.[1]}: field not declared in schema`),
      ...typedProblems(shapeOf(resource), applied),
    ];
    if (problems.length > 0) throw notOfItsType(request, problems);
    if (applied.metadata.managedFields?.length) throw badRequest('metadata.managedFields must be nil');
    const stored = toStored(resource, applied);
    return storage.apply(context, resource, namespace, name, subresource, stored, request.force);
  }
  const text = request.bytes.toString();
  const duplicates = validation === 'Ignore' ? [] : duplicateFields(request.contentType, text);
  const object = storage.update(context, resource, namespace, name, subresource, (old) => {
    const target = fromStored(resource, old);
    const result = patched(request, resource, target);
    const strategic = mediaType(request.contentType) === STRATEGIC;
    const shown = {
      strategic,
      text: () => (strategic ? goPatch(parseJson(text)) : JSON.stringify(result)),
    };
    return toStored(resource, readPatched(result, target, resource, validation, warn, shown, duplicates));
  });
  return { object, created: false };
}

/** An applied configuration must fit its type, whatever the field validation (fieldmanager, structuredmerge.go). */
function notOfItsType({ resource, namespace, name }: WriteRequest, problems: string[]): ApiError {
  const where = `${namespace ? `${namespace}/` : ''}${name}; ${resource.group}/${resource.version}, Kind=${resource.kind}`;
  const list =
    problems.length === 1 ? problems[0] : `errors:\n${problems.map((each) => `  ${each}`).join('\n')}`;
  return new ApiError(500, '', `failed to create typed patch object (${where}): ${list}`);
}

/** The object in a body, of any kind that is wanted there. */
export function readBodyObject(
  request: Pick<WriteRequest, 'contentType' | 'bytes' | 'validation' | 'context'>,
  wanted: WantedKind,
  extensions: Extensions,
): KubeObject {
  const { contentType, bytes, validation, context } = request;
  const value = decodeBody(contentType, bytes, extensions.decodeProtobuf);
  const binary = /protobuf/.test(contentType ?? '');
  const duplicates = validation === 'Ignore' || binary ? [] : duplicateFields(contentType, bytes.toString());
  return readObject(value, wanted, validation, (text) => context.warnings.push(text), duplicates);
}

/** Custom resources do not know it: their lists have no merge keys. */
const STRATEGIC = 'application/strategic-merge-patch+json';

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  STRATEGIC,
  'application/apply-patch+yaml',
  'application/apply-patch+cbor',
];

/** The result of a patch on a value; its type is checked by the caller. */
export function patched(
  request: Pick<WriteRequest, 'contentType' | 'bytes'>,
  { model, custom }: Pick<WantedKind, 'model' | 'custom'>,
  target: unknown,
): unknown {
  const type = mediaType(request.contentType);
  switch (custom && type === STRATEGIC ? '' : type) {
    case 'application/json-patch+json':
      return jsonPatch(target, parseJson(request.bytes.toString(), DECODING));
    case 'application/merge-patch+json':
      return mergePatch(target, objectPatch(request.bytes, DECODING));
    case STRATEGIC:
      return strategicMergePatch(model, target, objectPatch(request.bytes, ''));
    default:
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: ${PATCH_TYPES.filter((each) => !custom || each !== STRATEGIC).join(', ')}`,
      );
  }
}

function mediaType(contentType: string | undefined): string {
  return contentType?.split(';')[0]?.trim() ?? '';
}

const DECODING = 'error decoding patch: ';

function objectPatch(bytes: Buffer, told: string): Record<string, unknown> {
  const patch = parseJson(bytes.toString(), told);
  if (isObject(patch)) return patch;
  throw badRequest(`${told}json: cannot unmarshal array into Go value of type map[string]interface {}`);
}
