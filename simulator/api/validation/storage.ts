import { compareQuantities, tryParseQuantity } from '../../schema/quantity';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { immutable } from './metadata';
import { dns1123Subdomain } from './names';
import { validateAmount } from './resources';
import { validateNodeTerms } from './scheduling';
import { validateLabelSelector } from './selectors';
import { oneOf, optionallyOneOf } from './values';

type ClaimSpec = PersistentVolumeClaim['spec'];

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_SOURCES = ['hostPath', 'local', 'nfs', 'csi', 'iscsi', 'fc', 'rbd', 'cephfs'] as const;

/** core/validation ValidatePersistentVolumeClaimSpec. */
export function validateClaimSpec(spec: ClaimSpec, path: string): FieldError[] {
  const errors = validateAccessModes(spec?.accessModes, path);
  if (spec?.selector) errors.push(...validateLabelSelector(spec.selector, `${path}.selector`));
  const storage = spec?.resources?.requests?.['storage'];
  const here = at(`${path}.resources`, 'storage');
  if (storage === undefined) errors.push(required(here));
  else if ((tryParseQuantity(storage)?.nanos ?? 0n) <= 0n)
    errors.push(invalid(here, storage, 'must be greater than zero'));
  if (spec?.storageClassName)
    errors.push(
      ...invalids(`${path}.storageClassName`, spec.storageClassName, dns1123Subdomain(spec.storageClassName)),
    );
  return [...errors, ...optionallyOneOf(spec?.volumeMode, ['Block', 'Filesystem'], `${path}.volumeMode`)];
}

/** core/validation ValidatePersistentVolumeClaimUpdate: only growing is allowed, and only of a bound claim. */
export function validateClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const errors = validateClaimSpec(claim.spec, 'spec');
  const before = structuredClone(old.spec ?? {});
  const after = structuredClone(claim.spec ?? {});
  const wanted = tryParseQuantity(after.resources?.requests?.['storage'] ?? '0');
  const had = tryParseQuantity(before.resources?.requests?.['storage'] ?? '0');
  const grows = wanted && had ? compareQuantities(wanted, had) : 0;
  if (old.status?.phase === 'Bound' && grows >= 0) {
    if (before.resources) after.resources = before.resources;
  } else if (old.status?.phase === 'Bound' && grows < 0) {
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
    if (before.resources) after.resources = before.resources;
  }
  // The binder fills these in.
  if (!before.volumeName) after.volumeName = before.volumeName;
  if (before.storageClassName === undefined) after.storageClassName = before.storageClassName;
  after.volumeAttributesClassName = before.volumeAttributesClassName;
  if (!deepEqual(after, before))
    errors.push(
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  return errors;
}

/** core/validation ValidatePersistentVolume. */
export function validateVolume({ spec }: PersistentVolume): FieldError[] {
  const errors = validateAccessModes(spec?.accessModes, 'spec');
  const capacity = spec?.capacity ?? {};
  if (Object.keys(capacity).length === 0) errors.push(required('spec.capacity'));
  else if (capacity['storage'] === undefined || Object.keys(capacity).length > 1)
    errors.push(notSupported('spec.capacity', capacity, ['storage']));
  for (const [name, amount] of Object.entries(capacity)) {
    const here = at('spec.capacity', name);
    errors.push(...validateAmount(name, amount, here));
    if (tryParseQuantity(amount)?.nanos === 0n)
      errors.push(invalid(here, amount, 'must be greater than zero'));
  }
  if (spec?.persistentVolumeReclaimPolicy)
    errors.push(
      ...oneOf(
        spec.persistentVolumeReclaimPolicy,
        ['Delete', 'Recycle', 'Retain'],
        'spec.persistentVolumeReclaimPolicy',
      ),
    );
  const kinds = VOLUME_SOURCES.filter((kind) => spec?.[kind]);
  if (kinds.length === 0) errors.push(required('spec', 'must specify a volume type'));
  for (const kind of kinds.slice(1))
    errors.push(forbidden(`spec.${kind}`, 'may not specify more than 1 volume type'));
  if (kinds[0] === 'hostPath' && !spec?.hostPath?.path) errors.push(required('spec.hostPath.path'));
  if (kinds[0] === 'local') {
    if (!spec?.local?.path) errors.push(required('spec.local.path'));
    if (!spec?.nodeAffinity)
      errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  }
  if (spec?.nodeAffinity?.required)
    errors.push(
      ...validateNodeTerms(spec.nodeAffinity.required.nodeSelectorTerms, 'spec.nodeAffinity.required'),
    );
  if (spec?.storageClassName)
    errors.push(
      ...invalids('spec.storageClassName', spec.storageClassName, dns1123Subdomain(spec.storageClassName)),
    );
  return [...errors, ...optionallyOneOf(spec?.volumeMode, ['Block', 'Filesystem'], 'spec.volumeMode')];
}

/** core/validation ValidatePersistentVolumeUpdate. */
export function validateVolumeUpdate(volume: PersistentVolume, old: PersistentVolume): FieldError[] {
  const source = (spec: PersistentVolume['spec']) =>
    Object.fromEntries(VOLUME_SOURCES.map((kind) => [kind, spec?.[kind]]));
  const errors = validateVolume(volume);
  if (!deepEqual(source(volume.spec), source(old.spec)))
    errors.push(
      forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'),
    );
  return [...errors, ...immutable(volume.spec?.volumeMode, old.spec?.volumeMode, 'spec.volumeMode')];
}

/** storage/validation ValidateStorageClass. */
export function validateStorageClass(storageClass: StorageClass): FieldError[] {
  const { provisioner, reclaimPolicy, volumeBindingMode } = storageClass;
  return [
    ...(provisioner ? [] : [required('provisioner', provisioner ?? '')]),
    ...optionallyOneOf(reclaimPolicy, ['Delete', 'Retain'], 'reclaimPolicy'),
    ...oneOf(volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], 'volumeBindingMode'),
  ];
}

/** storage/validation ValidateStorageClassUpdate. */
export function validateStorageClassUpdate(storageClass: StorageClass, old: StorageClass): FieldError[] {
  const errors = validateStorageClass(storageClass);
  if (!deepEqual(storageClass.parameters ?? {}, old.parameters ?? {}))
    errors.push(forbidden('parameters', 'updates to parameters are forbidden.'));
  if (storageClass.provisioner !== old.provisioner)
    errors.push(forbidden('provisioner', 'updates to provisioner are forbidden.'));
  if (storageClass.reclaimPolicy !== old.reclaimPolicy)
    errors.push(forbidden('reclaimPolicy', 'updates to reclaimPolicy are forbidden.'));
  return [
    ...errors,
    ...immutable(storageClass.volumeBindingMode, old.volumeBindingMode, 'volumeBindingMode'),
  ];
}

function validateAccessModes(modes: string[] | undefined, path: string): FieldError[] {
  const here = `${path}.accessModes`;
  if (!modes?.length) return [required(here, 'at least 1 access mode is required')];
  const errors = modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(here, mode, ACCESS_MODES));
  if (modes.includes('ReadWriteOncePod') && modes.length > 1)
    errors.push(forbidden(here, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}
