import type { CSIDriver, CSINode, CSIStorageCapacity, VolumeAttachment } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, invalids, required } from './field-error';
import { dns1123Subdomain } from './names';
import { validateDriverName } from './storage';
import { optionallyOneOf } from './values';

const LONGEST_NODE_ID = 192;
const MODES = ['Persistent', 'Ephemeral'];
const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];

/** storage/validation ValidateCSIDriver. */
export function validateCsiDriver({ metadata, spec }: CSIDriver): FieldError[] {
  const { fsGroupPolicy, volumeLifecycleModes = [] } = spec;
  return [
    ...validateDriverName(metadata.name, 'name'),
    ...optionallyOneOf(fsGroupPolicy, GROUP_POLICIES, 'spec.fsGroupPolicy'),
    ...volumeLifecycleModes.flatMap((mode) => optionallyOneOf(mode, MODES, 'spec.volumeLifecycleModes')),
  ];
}

/** ValidateCSIDriverUpdate. */
export function validateCsiDriverUpdate(driver: CSIDriver, old: CSIDriver): FieldError[] {
  const { attachRequired, volumeLifecycleModes } = driver.spec;
  return [
    ...validateCsiDriver(driver),
    ...(deepEqual(attachRequired, old.spec.attachRequired)
      ? []
      : [invalid('spec.attachedRequired', attachRequired, 'field is immutable')]),
    ...(deepEqual(volumeLifecycleModes, old.spec.volumeLifecycleModes)
      ? []
      : [invalid('spec.volumeLifecycleModes', volumeLifecycleModes, 'field is immutable')]),
  ];
}

/** ValidateCSINode. */
export function validateCsiNode({ spec }: CSINode): FieldError[] {
  const seen = new Set<string>();
  return (spec.drivers ?? []).flatMap((driver, index) => {
    const path = at('spec.drivers', index);
    const { name, nodeID, topologyKeys } = driver;
    const errors = validateDriverName(name, `${path}.name`);
    if (!nodeID) errors.push(required(`${path}.nodeID`));
    else if (nodeID.length > LONGEST_NODE_ID)
      errors.push(invalid(`${path}.nodeID`, nodeID, `must be ${LONGEST_NODE_ID} characters or less`));
    if (name && seen.has(name)) errors.push(duplicate(`${path}.name`, name));
    if (name) seen.add(name);
    for (const key of topologyKeys ?? []) if (!key) errors.push(required(path));
    return errors;
  });
}

/** ValidateCSIStorageCapacity. */
export function validateCsiStorageCapacity({ storageClassName }: CSIStorageCapacity): FieldError[] {
  const name = storageClassName ?? '';
  return invalids('storageClassName', name, dns1123Subdomain(name));
}

/** ValidateVolumeAttachment. */
export function validateVolumeAttachment({ spec }: VolumeAttachment): FieldError[] {
  const { attacher, nodeName, source } = spec ?? {};
  const { persistentVolumeName, inlineVolumeSpec } = source ?? {};
  const errors = validateDriverName(attacher, 'spec.attacher');
  if (!nodeName) errors.push(required('spec.nodeName'));
  if (!inlineVolumeSpec && persistentVolumeName === undefined)
    errors.push(
      required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
    );
  else if (inlineVolumeSpec && persistentVolumeName !== undefined)
    errors.push(
      forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
    );
  else if (persistentVolumeName === '') errors.push(required('spec.source.persistentVolumeName'));
  return errors;
}

/** ValidateVolumeAttachmentUpdate. */
export function validateVolumeAttachmentUpdate(next: VolumeAttachment, old: VolumeAttachment): FieldError[] {
  return [
    ...validateVolumeAttachment(next),
    ...(deepEqual(next.spec, old.spec) ? [] : [invalid('spec', next.spec, 'field is immutable')]),
  ];
}
