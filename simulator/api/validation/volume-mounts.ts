import type { Container, Volume } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, notFound, notSupported, required } from './field-error';

export const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

/** core/validation ValidateVolumeMounts. `volumes` are those of the Pod that are themselves valid. */
export function validateVolumeMounts(
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  const taken = new Set<string>();
  const devices = container.volumeDevices ?? [];
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const here = at(path, index);
    const errors: FieldError[] = [];
    if (!mount.name) errors.push(required(`${here}.name`));
    if (!volumes.has(mount.name)) errors.push(notFound(`${here}.name`, mount.name ?? ''));
    if (!mount.mountPath) errors.push(required(`${here}.mountPath`));
    if (taken.has(mount.mountPath))
      errors.push(invalid(`${here}.mountPath`, mount.mountPath, 'must be unique'));
    taken.add(mount.mountPath);
    if (devices.some(({ name }) => name === mount.name))
      errors.push(invalid(`${here}.name`, mount.name, 'must not already exist in volumeDevices'));
    if (devices.some(({ devicePath }) => devicePath === mount.mountPath))
      errors.push(
        invalid(`${here}.mountPath`, mount.mountPath, 'must not already exist as a path in volumeDevices'),
      );
    // Upstream leaves the index out of the paths of what follows.
    if (mount.subPath) errors.push(...descendingPath(mount.subPath, `${path}.subPath`));
    if (mount.subPathExpr) {
      if (mount.subPath)
        errors.push(
          invalid(`${here}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'),
        );
      errors.push(...descendingPath(mount.subPathExpr, `${path}.subPathExpr`));
    }
    return [
      ...errors,
      ...validatePropagation(mount.mountPropagation, container, `${path}.mountPropagation`),
      ...validateRecursiveReadOnly(mount, `${path}.recursiveReadOnly`),
    ];
  });
}

/** core/validation ValidateVolumeDevices. */
export function validateVolumeDevices(
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
  path: string,
): FieldError[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mounts = container.volumeMounts ?? [];
  return (container.volumeDevices ?? []).flatMap(({ name, devicePath }, index) => {
    const here = at(path, index);
    const errors: FieldError[] = [];
    const source = volumes.get(name);
    if (!name) errors.push(required(`${here}.name`));
    if (names.has(name)) errors.push(invalid(`${here}.name`, name, 'must be unique'));
    if (source && !source.persistentVolumeClaim && !source.ephemeral)
      errors.push(
        invalid(
          `${here}.name`,
          name,
          'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        ),
      );
    if (!source) errors.push(notFound(`${here}.name`, name));
    if (!devicePath) errors.push(required(`${here}.devicePath`));
    if (paths.has(devicePath)) errors.push(invalid(`${here}.devicePath`, devicePath, 'must be unique'));
    if (devicePath?.split('/').includes('..'))
      errors.push(invalid(`${here}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name))
      errors.push(invalid(`${here}.name`, name, 'must not already exist in volumeMounts'));
    if (mounts.some(({ mountPath }) => mountPath === devicePath))
      errors.push(
        invalid(`${here}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'),
      );
    names.add(name);
    return errors;
  });
}

/** A path below some root: relative, without `..` (validateLocalDescendingPath). */
export function descendingPath(target: string, path: string): FieldError[] {
  const errors = target.startsWith('/') ? [invalid(path, target, 'must be a relative path')] : [];
  return [...errors, ...noBacksteps(target, path)];
}

export function noBacksteps(target: string, path: string): FieldError[] {
  return target.split('/').includes('..') ? [invalid(path, target, "must not contain '..'")] : [];
}

function validatePropagation(
  propagation: string | undefined,
  { securityContext }: Container,
  path: string,
): FieldError[] {
  if (propagation === undefined) return [];
  const supported = ['Bidirectional', 'HostToContainer', 'None'];
  if (!supported.includes(propagation)) return [notSupported(path, propagation, supported)];
  return propagation === 'Bidirectional' && !securityContext?.privileged
    ? [forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')]
    : [];
}

function validateRecursiveReadOnly(
  mount: NonNullable<Container['volumeMounts']>[number],
  path: string,
): FieldError[] {
  const value = mount.recursiveReadOnly;
  if (value === undefined || value === 'Disabled') return [];
  if (value !== 'Enabled' && value !== 'IfPossible')
    return [notSupported(path, value, ['Disabled', 'Enabled', 'IfPossible'])];
  const errors = mount.readOnly ? [] : [forbidden(path, 'may only be specified when readOnly is true')];
  if (mount.mountPropagation && mount.mountPropagation !== 'None')
    errors.push(forbidden(path, 'may only be specified when mountPropagation is None or not specified'));
  return errors;
}
