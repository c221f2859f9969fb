import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { setAt } from '../custom/json-path';
import { customScale } from '../custom/strategy';
import { readObject } from '../decoding/read-object';
import { isObject } from '../patch/merge-patch';
import { badRequest, invalid } from '../refusals';
import { selectorText } from '../selectors/selector-text';
import type { ServiceAccountTokens } from '../service-account-tokens';
import { bindPod, evictPod } from '../storage/pod-subresources';
import { ageOf, columns } from '../tables/printer';
import { deleteOptions } from './request-options';
import { createToken } from './token-request';
import { patched, readBodyObject, type WriteParts, type WriteRequest } from './write-handler';

export interface SubresourceParts extends WriteParts {
  tokens: ServiceAccountTokens;
}

const SCALE = { apiVersion: 'autoscaling/v1', kind: 'Scale', model: 'V1Scale', group: 'autoscaling' };

/** Subresources whose body is a kind of its own. Undefined for those that have the object's form. */
export function serveSubresource(
  parts: SubresourceParts,
  verb: string,
  request: WriteRequest,
  wantsTable = false,
): { code: number; body: unknown } | undefined {
  switch (request.subresource) {
    case 'scale': {
      const body = scale(parts, verb, request);
      const table = wantsTable ? scaleTable(body, parts.storage.parts.clock.now()) : undefined;
      return { code: 200, body: table ?? body };
    }
    case 'eviction':
      return evict(parts, request);
    case 'binding':
      return bind(parts, request);
    case 'token':
      return { code: 201, body: createToken(parts, parts.tokens, request) };
    default:
      return undefined;
  }
}

interface Scalable extends KubeObject {
  spec?: { replicas?: number; selector?: { matchLabels?: Record<string, string> } };
  status?: { replicas?: number };
}

function toScale({ custom }: ResourceDefinition, object: Scalable): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: SCALE.kind,
    apiVersion: SCALE.apiVersion,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    ...(custom ? customScale(custom, object) : scaleNumbers(object)),
  } as KubeObject;
}

function scaleNumbers(object: Scalable) {
  const { selector: selected } = object.spec ?? {};
  // A ReplicationController selects by labels alone.
  const selector = selectorText(
    object.kind === 'ReplicationController' ? { matchLabels: selected as Record<string, string> } : selected,
  );
  return {
    spec: object.spec?.replicas ? { replicas: object.spec.replicas } : {},
    status: { replicas: object.status?.replicas ?? 0, ...(selector ? { selector } : {}) },
  };
}

/** printers/internalversion printScale. */
function scaleTable(object: KubeObject, now: number): unknown {
  const { metadata, spec, status } = object as Scalable;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: metadata.resourceVersion },
    columnDefinitions: columns('Name', 'Desired:integer', 'Available:integer', 'Age'),
    rows: [
      {
        cells: [metadata.name, spec?.replicas ?? 0, status?.replicas ?? 0, ageOf(metadata, now)],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
      },
    ],
  };
}

/** apps/* scale (registry/apps/deployment ScaleREST and its kin). */
function scale({ storage, extensions }: SubresourceParts, verb: string, request: WriteRequest): KubeObject {
  const { resource, namespace, name, context } = request;
  if (verb === 'get') return toScale(resource, storage.get(resource, namespace, name) as Scalable);
  const changed = storage.update(context, resource, namespace, name, 'scale', (old) => {
    const wanted =
      verb === 'patch'
        ? readObject(
            patched(request, SCALE, toScale(resource, old as Scalable)),
            SCALE,
            request.validation,
            () => {},
          )
        : readBodyObject(request, SCALE, extensions);
    const replicas = (wanted as Scalable).spec?.replicas ?? 0;
    if (replicas < 0) {
      throw invalid(SCALE, name, [
        {
          reason: 'FieldValueInvalid',
          field: 'spec.replicas',
          message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
        },
      ]);
    }
    const { resourceVersion, uid } = wanted.metadata;
    const next = structuredClone(old) as Scalable;
    const path = resource.custom?.scale?.specReplicasPath ?? '.spec.replicas';
    setAt(next as unknown as Record<string, unknown>, path, replicas);
    return {
      ...next,
      metadata: { ...old.metadata, ...(resourceVersion ? { resourceVersion } : {}), ...(uid ? { uid } : {}) },
    } as KubeObject;
  });
  return toScale(resource, changed as Scalable);
}

const EVICTION = { apiVersion: 'policy/v1', kind: 'Eviction', model: 'V1Eviction' };

function evict(
  { storage, extensions }: SubresourceParts,
  request: WriteRequest,
): { code: number; body: unknown } {
  const { namespace, name, context } = request;
  const eviction = readBodyObject(request, EVICTION, extensions);
  checkName(eviction, name);
  const sent = (eviction as { deleteOptions?: unknown }).deleteOptions;
  const options = isObject(sent) ? sent : {};
  const dryRun = context.dryRun || (Array.isArray(options['dryRun']) && options['dryRun'].includes('All'));
  evictPod(storage, { ...context, dryRun }, namespace, name, deleteOptions(options, new URLSearchParams()));
  return { code: 201, body: success() };
}

const BINDING = { apiVersion: 'v1', kind: 'Binding', model: 'V1Binding' };

/** pods/binding; without a name in the path, `bindings` of old, whose body names the Pod. */
export function bind(
  { storage, extensions }: WriteParts,
  request: WriteRequest,
): { code: number; body: unknown } {
  const { namespace, context } = request;
  const binding = readBodyObject(request, BINDING, extensions) as KubeObject & {
    target?: { kind?: string; name?: string };
  };
  const name = request.name || (binding.metadata.name ?? '');
  checkName(binding, name);
  const { target } = binding;
  if (!target?.name) {
    throw invalid({ group: '', kind: 'Binding' }, name, [
      { reason: 'FieldValueRequired', field: 'target.name', message: 'Required value' },
    ]);
  }
  bindPod(storage, context, namespace, name, target.name);
  return { code: 201, body: success() };
}

function checkName(object: KubeObject, name: string): void {
  const given = object.metadata.name;
  if (given && given !== name) {
    throw badRequest(`name in URL does not match name in ${object.kind} object`);
  }
}

function success(): unknown {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}
