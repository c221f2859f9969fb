import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { ApiError } from '../errors';
import { isObject } from '../patch/merge-patch';
import { badRequest } from '../refusals';

/** The object in a decoded body, checked to be of the kind that its address wants. Throws 400. */
export function readObject(value: unknown, wanted: { apiVersion: string; kind: string }): KubeObject {
  if (!isObject(value)) {
    throw badRequest("couldn't get version/kind; json parse error: json: cannot unmarshal into Go value");
  }
  const apiVersion = value['apiVersion'] ?? wanted.apiVersion;
  const kind = value['kind'] ?? wanted.kind;
  if (kind !== wanted.kind) {
    throw badRequest(
      `${String(kind)} in version "${versionOf(String(apiVersion))}" cannot be handled as a ${wanted.kind}: no kind "${String(kind)}" is registered for version "${String(apiVersion)}"`,
    );
  }
  if (apiVersion !== wanted.apiVersion) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted.apiVersion})`,
    );
  }
  const metadata = value['metadata'] ?? {};
  if (!isObject(metadata)) {
    throw badRequest(
      `${wanted.kind} in version "${versionOf(wanted.apiVersion)}" cannot be handled as a ${wanted.kind}: json: cannot unmarshal ${jsonType(metadata)} into Go struct field ${wanted.kind}.metadata of type v1.ObjectMeta`,
    );
  }
  return {
    ...value,
    apiVersion: wanted.apiVersion,
    kind: wanted.kind,
    metadata: { ...metadata },
  } as KubeObject;
}

export function versionOf(apiVersion: string): string {
  return apiVersion.split('/').at(-1) ?? '';
}

/** encoding/json's name for the type of a value. */
export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

/** The limit of etcd for one object. */
const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;

/** Throws what etcd refuses an object above 1.5 MiB with. */
export function checkSize(resource: ResourceDefinition, object: KubeObject): void {
  const size = Buffer.byteLength(JSON.stringify(object));
  if (size <= MAX_OBJECT_BYTES) return;
  throw new ApiError(
    413,
    'RequestEntityTooLarge',
    `Request entity too large: ${resource.kind} of ${size} bytes, limit is ${MAX_OBJECT_BYTES}`,
  );
}
