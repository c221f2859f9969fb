import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityValue,
  tryParseQuantity,
} from '../../schema/quantity';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, invalids, notSupported, required, tooLong } from './field-error';
import { internalDiff } from './internal-form';
import { immutable } from './metadata';
import { dns1123Subdomain, qualifiedName } from './names';
import { validateNodeTerms } from './scheduling';
import { validateLabelSelector } from './selectors';
import { oneOf, optionallyOneOf } from './values';
import { HOST_PATH_TYPES, noBacksteps } from './volume-mounts';

type ClaimSpec = PersistentVolumeClaim['spec'];

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_SOURCES = ['hostPath', 'local', 'nfs', 'csi', 'iscsi', 'fc', 'rbd', 'cephfs'] as const;

/** core/validation ValidatePersistentVolumeClaimSpec. */
export function validateClaimSpec(spec: ClaimSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.accessModes?.length)
    errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  if (spec?.selector) errors.push(...validateLabelSelector(spec.selector, `${path}.selector`));
  errors.push(...validateAccessModes(spec?.accessModes, path));
  const storage = spec?.resources?.requests?.['storage'];
  const here = at(`${path}.resources`, 'storage');
  if (storage === undefined) errors.push(required(here));
  else if ((tryParseQuantity(storage)?.nanos ?? 0n) <= 0n)
    errors.push(invalid(here, storage, 'must be greater than zero'));
  const { storageClassName: className, dataSource, dataSourceRef } = spec ?? {};
  if (className) errors.push(...invalids(`${path}.storageClassName`, className, dns1123Subdomain(className)));
  errors.push(...optionallyOneOf(spec?.volumeMode, ['Block', 'Filesystem'], `${path}.volumeMode`));
  for (const [field, source] of Object.entries({ dataSource, dataSourceRef }))
    if (source) errors.push(...validateDataSource(source, `${path}.${field}`));
  return errors;
}

/** core/validation validateDataSource. */
function validateDataSource(
  { name, kind, apiGroup }: NonNullable<NonNullable<ClaimSpec>['dataSource']>,
  path: string,
): FieldError[] {
  const errors = [...(name ? [] : [required(`${path}.name`)]), ...(kind ? [] : [required(`${path}.kind`)])];
  if (!apiGroup && kind !== 'PersistentVolumeClaim')
    errors.push(invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  return apiGroup
    ? [...errors, ...invalids(`${path}.apiGroup`, apiGroup, dns1123Subdomain(apiGroup))]
    : errors;
}

const IMMUTABLE_CLAIM =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** core/validation ValidatePersistentVolumeClaimUpdate: only growing is allowed, and only of a bound claim. */
export function validateClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const errors = validateClaimSpec(claim.spec, 'spec');
  const before = structuredClone(old.spec ?? {});
  const after = structuredClone(claim.spec ?? {});
  // The binder fills these in.
  if (!before.volumeName) before.volumeName = after.volumeName;
  if (before.storageClassName === undefined) after.storageClassName = before.storageClassName;
  if (claim.status?.phase === 'Bound') {
    const had = before.resources?.requests?.['storage'];
    if (after.resources?.requests && had !== undefined) after.resources.requests['storage'] = had;
    after.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  if (!deepEqual(after, before)) {
    const difference = internalDiff('PersistentVolumeClaimSpec', before, after);
    errors.push(forbidden('spec', `${IMMUTABLE_CLAIM}\n${difference}`));
  }
  const size = (spec: ClaimSpec) => parseQuantity(spec?.resources?.requests?.['storage'] ?? '0');
  const held = parseQuantity(old.status?.capacity?.['storage'] ?? '0');
  const shrinks = compareQuantities(size(claim.spec), size(old.spec)) < 0;
  if (shrinks && compareQuantities(size(claim.spec), held) <= 0)
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  // Upstream leaves `spec` out of this path.
  return [...errors, ...immutable(claim.spec?.volumeMode, old.spec?.volumeMode, 'volumeMode')];
}

/** core/validation ValidatePersistentVolume. */
export function validateVolume({ spec }: PersistentVolume): FieldError[] {
  const errors = spec?.accessModes?.length ? [] : [required('spec.accessModes')];
  errors.push(...validateAccessModes(spec?.accessModes, 'spec'));
  const capacity = spec?.capacity ?? {};
  if (Object.keys(capacity).length === 0) errors.push(required('spec.capacity'));
  if (capacity['storage'] === undefined || Object.keys(capacity).length > 1)
    errors.push(notSupported('spec.capacity', spec?.capacity ?? null, ['storage']));
  for (const [name, amount] of Object.entries(capacity)) {
    const here = at('spec.capacity', name);
    const quantity = tryParseQuantity(amount);
    if (quantity && quantity.nanos < 0n)
      errors.push(invalid(here, quantityValue(quantity), 'must be a valid resource quantity'));
    if (quantity && quantity.nanos <= 0n)
      errors.push(invalid(here, formatQuantity(quantity), 'must be greater than zero'));
  }
  const policy = spec?.persistentVolumeReclaimPolicy;
  if (policy)
    errors.push(...oneOf(policy, ['Delete', 'Recycle', 'Retain'], 'spec.persistentVolumeReclaimPolicy'));
  if (spec?.nodeAffinity)
    errors.push(
      ...(spec.nodeAffinity.required
        ? validateNodeTerms(spec.nodeAffinity.required.nodeSelectorTerms, 'spec.nodeAffinity.required')
        : [required('spec.nodeAffinity.required', 'must specify required node constraints')]),
    );
  errors.push(...validateVolumeSource(spec));
  if (policy === 'Recycle' && spec?.hostPath && /^\/+$/.test(spec.hostPath.path))
    errors.push(
      forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"),
    );
  const className = spec?.storageClassName;
  if (className) errors.push(...invalids('spec.storageClassName', className, dns1123Subdomain(className)));
  return [...errors, ...optionallyOneOf(spec?.volumeMode, ['Block', 'Filesystem'], 'spec.volumeMode')];
}

function validateVolumeSource(spec: PersistentVolume['spec']): FieldError[] {
  const kinds = VOLUME_SOURCES.filter((kind) => spec?.[kind]);
  if (kinds.length === 0) return [required('spec', 'must specify a volume type')];
  const errors: FieldError[] = [];
  const path = `spec.${kinds[0]}`;
  if (kinds[0] === 'hostPath') {
    const { path: target, type } = spec?.hostPath ?? { path: '' };
    if (!target) errors.push(required(`${path}.path`));
    else
      errors.push(
        ...noBacksteps(target, `${path}.path`),
        ...optionallyOneOf(type, HOST_PATH_TYPES, `${path}.type`),
      );
  } else if (kinds[0] === 'local') {
    const target = spec?.local?.path;
    errors.push(...(target ? noBacksteps(target, `${path}.path`) : [required(`${path}.path`)]));
    if (!spec?.nodeAffinity)
      errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  } else if (kinds[0] === 'nfs') {
    const { server, path: target = '' } = spec?.nfs ?? {};
    if (!server) errors.push(required(`${path}.server`));
    if (!target) errors.push(required(`${path}.path`));
    if (!target.startsWith('/')) errors.push(invalid(`${path}.path`, target, 'must be an absolute path'));
  } else if (kinds[0] === 'csi') {
    errors.push(...validateDriverName(spec?.csi?.driver, `${path}.driver`));
    if (!spec?.csi?.volumeHandle) errors.push(required(`${path}.volumeHandle`));
  }
  return [
    ...errors,
    ...kinds.slice(1).map((kind) => forbidden(`spec.${kind}`, 'may not specify more than 1 volume type')),
  ];
}

/** core/validation ValidateCSIDriverName. */
export function validateDriverName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)];
  return [
    ...(name.length > 63 ? [tooLong(path, 63)] : []),
    ...invalids(path, name, dns1123Subdomain(name.toLowerCase())),
  ];
}

/** core/validation ValidatePersistentVolumeUpdate. */
export function validateVolumeUpdate(volume: PersistentVolume, old: PersistentVolume): FieldError[] {
  const source = (spec: PersistentVolume['spec']) =>
    Object.fromEntries(VOLUME_SOURCES.map((kind) => [kind, spec?.[kind]]));
  const errors = validateVolume(volume);
  if (!deepEqual(source(volume.spec), source(old.spec)))
    errors.push(
      forbidden(
        'spec.persistentvolumesource',
        `spec.persistentvolumesource is immutable after creation\n${internalDiff('PersistentVolumeSource', old.spec ?? {}, volume.spec ?? {})}`,
      ),
    );
  // Upstream leaves `spec` out of these paths.
  errors.push(...immutable(volume.spec?.volumeMode, old.spec?.volumeMode, 'volumeMode'));
  const [was, is] = [old, volume].map(({ spec }) => spec?.nodeAffinity);
  if (was && !deepEqual(was, is)) errors.push(invalid('nodeAffinity', is ?? null, 'field is immutable'));
  return errors;
}

/** storage/validation ValidateStorageClass. */
export function validateStorageClass(storageClass: StorageClass): FieldError[] {
  const { provisioner, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = storageClass;
  return [
    ...(provisioner
      ? invalids('provisioner', provisioner.toLowerCase(), qualifiedName(provisioner.toLowerCase()))
      : [required('provisioner')]),
    ...Object.keys(storageClass.parameters ?? {}).flatMap((key) =>
      key ? [] : [invalid('parameters', key, 'field can not be empty.')],
    ),
    ...optionallyOneOf(reclaimPolicy, ['Delete', 'Retain'], 'reclaimPolicy'),
    ...oneOf(volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], 'volumeBindingMode'),
    ...allowedTopologies.flatMap(({ matchLabelExpressions = [] }, index) =>
      matchLabelExpressions.flatMap(({ key, values }, position) => {
        const here = at(`${at('allowedTopologies', index)}.matchLabelExpressions`, position);
        return [
          ...(values?.length ? [] : [required(`${here}.values`)]),
          ...invalids(`${here}.key`, key ?? '', qualifiedName(key ?? '')),
        ];
      }),
    ),
  ];
}

/** storage/validation ValidateStorageClassUpdate: upstream looks at what must stay alone. */
export function validateStorageClassUpdate(next: StorageClass, old: StorageClass): FieldError[] {
  return [
    ...immutable(next.parameters ?? {}, old.parameters ?? {}, 'parameters'),
    ...(['provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const).flatMap((field) =>
      immutable(next[field], old[field], field),
    ),
  ];
}

/** What is there of access modes must be known, and ReadWriteOncePod stands alone. */
function validateAccessModes(modes: readonly string[] = [], path: string): FieldError[] {
  const here = `${path}.accessModes`;
  const errors = modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(here, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode));
  if (modes.includes('ReadWriteOncePod') && others)
    errors.push(forbidden(here, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}
