import { resourceByKind } from '../../schema/resources';
import { ApiError } from '../errors';
import { badRequest } from '../refusals';
import { decodeMessage } from './decode-message';
import { readFields } from './wire';

/** `k8s\0`, before a runtime.Unknown. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];

/** Where the messages of an API group stand; two versions of autoscaling are written. */
const PACKAGES: Record<string, string> = {
  v1: 'core',
  'apps/v1': 'apps',
  'batch/v1': 'batch',
  'autoscaling/v1': 'autoscaling1',
  'autoscaling/v2': 'autoscaling2',
  'policy/v1': 'policy',
  'networking.k8s.io/v1': 'networking',
  'rbac.authorization.k8s.io/v1': 'rbac',
  'authentication.k8s.io/v1': 'authn',
  'authorization.k8s.io/v1': 'authz',
  'scheduling.k8s.io/v1': 'scheduling',
  'storage.k8s.io/v1': 'storage',
  'certificates.k8s.io/v1': 'certificates',
  'node.k8s.io/v1': 'node',
  'discovery.k8s.io/v1': 'discovery',
  'coordination.k8s.io/v1': 'coordination',
  'events.k8s.io/v1': 'events',
  'apiextensions.k8s.io/v1': 'apiextensions',
  'apiregistration.k8s.io/v1': 'apiregistration',
  'admissionregistration.k8s.io/v1': 'admissionregistration',
  'flowcontrol.apiserver.k8s.io/v1': 'flowcontrol',
  'meta.k8s.io/v1': 'meta',
};

/**
 * The object in an `application/vnd.kubernetes.protobuf` body, as it would stand in JSON: the magic, a runtime.Unknown
 * that names apiVersion and kind, and the object's own message in it. Throws ApiError 400 when the bytes are no such thing, 415
 * when the kind is not one of those that kubectl sends so.
 */
export function decodeProtobuf(_contentType: string, bytes: Uint8Array): unknown {
  if (!MAGIC.every((byte, index) => bytes[index] === byte))
    throw badRequest(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  const { apiVersion, kind, raw } = readUnknown(bytes.subarray(MAGIC.length));
  // Options of a delete carry the group of what is deleted, or none.
  const owner = kind === 'DeleteOptions' ? 'meta' : PACKAGES[apiVersion];
  const object = owner && decodeMessage(`${owner}.${kind}`, raw);
  if (!object)
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `${apiVersion} ${kind} is not taken as protobuf here${resourceByKind(apiVersion, kind) ? '; send it as JSON' : ''}`,
    );
  return { apiVersion, kind, ...object };
}

function readUnknown(bytes: Uint8Array): { apiVersion: string; kind: string; raw: Uint8Array } {
  const text = new TextDecoder();
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  for (const { number, value } of readFields(bytes)) {
    if (!(value instanceof Uint8Array)) continue;
    if (number === 2) raw = value;
    if (number !== 1) continue;
    for (const field of readFields(value)) {
      if (!(field.value instanceof Uint8Array)) continue;
      if (field.number === 1) apiVersion = text.decode(field.value);
      if (field.number === 2) kind = text.decode(field.value);
    }
  }
  return { apiVersion, kind, raw };
}
