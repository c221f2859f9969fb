import type { KubeObject, ObjectMeta } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, invalids, required, tooLong } from './field-error';
import { asPrefix, labelValue, qualifiedName } from './names';

const ANNOTATION_BYTES = 256 * 1024;

/** Labels, or anything of their form (nodeSelector, a Service's selector). */
export function validateLabels(labels: Record<string, string> | undefined, path: string): FieldError[] {
  return entries(labels).flatMap(([key, value]) => [
    ...invalids(path, key, qualifiedName(key)),
    ...invalids(path, value, labelValue(value)),
  ]);
}

export function validateAnnotations(
  annotations: Record<string, string> | undefined,
  path: string,
): FieldError[] {
  const errors = entries(annotations).flatMap(([key]) =>
    invalids(path, key, qualifiedName(key.toLowerCase())),
  );
  const bytes = entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return bytes > ANNOTATION_BYTES ? [...errors, tooLong(path, ANNOTATION_BYTES)] : errors;
}

/** apimachinery ValidateObjectMeta. `nameProblems` is the kind's own rule for names. */
export function validateMetadata(
  metadata: ObjectMeta,
  namespaced: boolean,
  nameProblems: (name: string) => string[],
): FieldError[] {
  const path = 'metadata';
  const errors: FieldError[] = [];
  if (metadata.generateName)
    errors.push(
      ...invalids(
        `${path}.generateName`,
        metadata.generateName,
        asPrefix(nameProblems)(metadata.generateName),
      ),
    );
  if (!metadata.name) errors.push(required(`${path}.name`, 'name or generateName is required'));
  else errors.push(...invalids(`${path}.name`, metadata.name, nameProblems(metadata.name)));
  if (namespaced && !metadata.namespace) errors.push(required(`${path}.namespace`));
  if (!namespaced && metadata.namespace)
    errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'));
  return [...errors, ...validateCommon(metadata)];
}

/** apimachinery ValidateObjectMetaUpdate: what may never change. */
export function validateMetadataUpdate(
  { metadata }: KubeObject,
  { metadata: old }: KubeObject,
): FieldError[] {
  const errors: FieldError[] = [];
  const added = (metadata.finalizers ?? []).filter((name) => !old.finalizers?.includes(name)).sort();
  if (old.deletionTimestamp && added.length > 0)
    errors.push(
      forbidden(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
      ),
    );
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp'] as const)
    if (metadata[field] !== undefined && metadata[field] !== old[field])
      errors.push(invalid(`metadata.${field}`, metadata[field], 'field is immutable'));
  return [
    ...errors,
    ...validateLabels(metadata.labels, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations, 'metadata.annotations'),
    ...validateOwners(metadata),
  ];
}

/** core/validation validateKubeFinalizerName: without a domain only Kubernetes' own finalizers are known. */
export function validateKubeFinalizers(
  finalizers: readonly string[] | undefined,
  path: string,
): FieldError[] {
  return (finalizers ?? []).flatMap((name, index) =>
    name.includes('/') || ['kubernetes', 'orphan', 'foregroundDeletion'].includes(name)
      ? []
      : [
          invalid(
            at(path, index),
            name,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        ],
  );
}

/** An error unless both are the same. */
export function immutable(value: unknown, old: unknown, path: string, shown: unknown = value): FieldError[] {
  return deepEqual(value, old) ? [] : [invalid(path, shown, 'field is immutable')];
}

function validateCommon(metadata: ObjectMeta): FieldError[] {
  return [
    ...validateLabels(metadata.labels, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations, 'metadata.annotations'),
    ...validateOwners(metadata),
    ...validateFinalizers(metadata.finalizers ?? []),
  ];
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  const path = 'metadata.finalizers';
  const errors = finalizers.flatMap((name) => invalids(path, name, qualifiedName(name)));
  return finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')
    ? [...errors, invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')]
    : errors;
}

/** Upstream leaves the index out of these paths. */
function validateOwners({ ownerReferences = [] }: ObjectMeta): FieldError[] {
  const path = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const owner of ownerReferences) {
    if (!owner.apiVersion)
      errors.push(invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'));
    for (const field of ['kind', 'name', 'uid'] as const)
      if (!owner[field]) errors.push(invalid(`${path}.${field}`, '', 'must not be empty'));
    if (owner.apiVersion === 'v1' && owner.kind === 'Event')
      errors.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
    if (!owner.controller) continue;
    const named = `${owner.kind}/${owner.name}`;
    if (controller)
      errors.push(
        invalid(
          path,
          ownerReferences,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${named}`,
        ),
      );
    controller ??= named;
  }
  return errors;
}

function entries(map: Record<string, string> | undefined): [string, string][] {
  return Object.entries(map ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
}
