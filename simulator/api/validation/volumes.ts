import { tryParseQuantity } from '../../schema/quantity';
import type { Volume } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { FILE_FIELDS, validateFieldRef, validateResourceRef } from './environment';
import { at, duplicate, forbidden, invalid, invalids, required } from './field-error';
import { dns1123Label } from './names';
import { validateClaimSpec } from './storage';
import { optionallyOneOf } from './values';
import { descendingPath, noBacksteps } from './volume-mounts';

type Items = NonNullable<Volume['configMap']>['items'];
type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const MODE_RANGE = 'must be a number between 0 and 0777 (octal), both inclusive';

/** core/validation ValidateVolumes. `valid` are the volumes that mounts may name, as upstream has it. */
export function validateVolumes(
  volumes: readonly Volume[],
  path: string,
): { errors: FieldError[]; valid: Map<string, Volume> } {
  const valid = new Map<string, Volume>();
  const errors: FieldError[] = [];
  for (const [index, volume] of volumes.entries()) {
    const here = at(path, index);
    const own = validateSource(volume, here);
    if (!volume.name) own.push(required(`${here}.name`));
    else own.push(...invalids(`${here}.name`, volume.name, dns1123Label(volume.name)));
    if (valid.has(volume.name)) own.push(duplicate(`${here}.name`, volume.name));
    if (own.length === 0) valid.set(volume.name, volume);
    errors.push(...own);
  }
  return { errors, valid };
}

/** Checks by kind of volume, in upstream's order; kinds without an entry have no rule of their own here. */
const SOURCES: {
  [K in Exclude<keyof Volume, 'name'>]?: (source: NonNullable<Volume[K]>, path: string) => FieldError[];
} = {
  emptyDir: ({ sizeLimit }, path) =>
    (tryParseQuantity(sizeLimit ?? '0')?.nanos ?? -1n) < 0n
      ? [forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : [],
  hostPath: ({ path: target, type }, path) =>
    target
      ? [...noBacksteps(target, `${path}.path`), ...optionallyOneOf(type, HOST_PATH_TYPES, `${path}.type`)]
      : [required(`${path}.path`)],
  secret: ({ secretName, defaultMode, items }, path) => [
    ...need(secretName, `${path}.secretName`),
    ...validateMode(defaultMode, `${path}.defaultMode`),
    ...validateItems(items, `${path}.items`),
  ],
  nfs: ({ server, path: target }, path) => [
    ...need(server, `${path}.server`),
    ...need(target, `${path}.path`),
    ...(target && !target.startsWith('/')
      ? [invalid(`${path}.path`, target, 'must be an absolute path')]
      : []),
  ],
  persistentVolumeClaim: ({ claimName }, path) => need(claimName, `${path}.claimName`),
  downwardAPI: ({ defaultMode, items }, path) => [
    ...validateMode(defaultMode, `${path}.defaultMode`),
    ...validateDownwardFiles(items, path),
  ],
  configMap: ({ name, defaultMode, items }, path) => [
    ...need(name, `${path}.name`),
    ...validateMode(defaultMode, `${path}.defaultMode`),
    ...validateItems(items, `${path}.items`),
  ],
  projected: ({ defaultMode, sources = [] }, path) => [
    ...validateMode(defaultMode, `${path}.defaultMode`),
    ...validateProjections(sources, path),
  ],
  csi: ({ driver }, path) => need(driver, `${path}.driver`),
  ephemeral: ({ volumeClaimTemplate }, path) =>
    volumeClaimTemplate
      ? validateClaimSpec(volumeClaimTemplate.spec, `${path}.volumeClaimTemplate.spec`)
      : [required(`${path}.volumeClaimTemplate`)],
  image: ({ reference, pullPolicy }, path) => [
    ...need(reference, `${path}.reference`),
    ...optionallyOneOf(pullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.pullPolicy`),
  ],
};
const ORDER: (keyof Volume)[] = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
];

function validateSource(volume: Volume, path: string): FieldError[] {
  const kinds = ORDER.filter((kind) => volume[kind]);
  if (kinds.length === 0) return [required(path, 'must specify a volume type')];
  return kinds.flatMap((kind, index) => {
    const here = `${path}.${kind}`;
    if (index > 0) return [forbidden(here, 'may not specify more than 1 volume type')];
    const check = SOURCES[kind as keyof typeof SOURCES] as
      | ((source: unknown, path: string) => FieldError[])
      | undefined;
    return check?.(volume[kind], here) ?? [];
  });
}

function validateItems(items: Items, path: string): FieldError[] {
  return (items ?? []).flatMap(({ key, path: target, mode }, index) => {
    const here = at(path, index);
    return [
      ...need(key, `${here}.key`),
      ...need(target, `${here}.path`),
      ...localPath(target ?? '', `${here}.path`),
      ...validateMode(mode, `${here}.mode`),
    ];
  });
}

function validateDownwardFiles(
  items: NonNullable<Volume['downwardAPI']>['items'],
  path: string,
): FieldError[] {
  return (items ?? []).flatMap(({ path: target, fieldRef, resourceFieldRef, mode }) => {
    const errors = [...need(target, `${path}.path`), ...localPath(target ?? '', `${path}.path`)];
    if (fieldRef) {
      errors.push(...validateFieldRef(fieldRef, FILE_FIELDS, `${path}.fieldRef`));
      if (resourceFieldRef)
        errors.push(
          invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
        );
    } else if (resourceFieldRef) {
      errors.push(...validateResourceRef(resourceFieldRef, `${path}.resourceFieldRef`, true));
    } else {
      errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
    }
    return [...errors, ...validateMode(mode, `${path}.mode`)];
  });
}

function validateProjections(sources: readonly Projection[], path: string): FieldError[] {
  const taken = new Set<string>();
  return sources.flatMap((source, index) => {
    const here = at(`${path}.sources`, index);
    const kinds = (
      [
        'secret',
        'configMap',
        'downwardAPI',
        'serviceAccountToken',
        'clusterTrustBundle',
        'podCertificate',
      ] as const
    ).filter((kind) => source[kind]);
    if (kinds.length === 0) return [required(here, 'must specify a projected volume type')];
    const conflicts = pathsOf(source).flatMap(([name, target, field]) => {
      if (!target) return [];
      if (taken.has(target)) return [invalid(`${here}.${field}`, name, 'conflicting duplicate paths')];
      taken.add(target);
      return [];
    });
    return [
      ...kinds.flatMap((kind, position) =>
        position > 0
          ? [forbidden(`${here}.${kind}`, 'may not specify more than 1 volume type')]
          : validateProjection(source, `${here}.${kind}`),
      ),
      ...conflicts,
    ];
  });
}

function validateProjection(source: Projection, path: string): FieldError[] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  const files = secret ?? configMap;
  if (files) return [...need(files.name, `${path}.name`), ...validateItems(files.items, `${path}.items`)];
  if (downwardAPI) return validateDownwardFiles(downwardAPI.items, path);
  if (!serviceAccountToken) return [];
  const { expirationSeconds, path: target } = serviceAccountToken;
  const errors: FieldError[] = [];
  if (expirationSeconds !== undefined && expirationSeconds < 600)
    errors.push(
      invalid(
        `${path}.expirationSeconds`,
        expirationSeconds,
        'may not specify a duration less than 10 minutes',
      ),
    );
  if (expirationSeconds !== undefined && expirationSeconds > 2 ** 32)
    errors.push(
      invalid(
        `${path}.expirationSeconds`,
        expirationSeconds,
        'may not specify a duration larger than 2^32 seconds',
      ),
    );
  return [...errors, ...(target ? localPath(target, `${path}.path`) : [required(`${path}.path`)])];
}

/** Name to show, path of the file and field, for each file that a source would write. */
function pathsOf(source: Projection): [string, string, string][] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  if (secret) return (secret.items ?? []).map(({ path }) => [secret.name ?? '', path, 'secret.items.path']);
  if (configMap)
    return (configMap.items ?? []).map(({ path }) => [configMap.name ?? '', path, 'configMap.items.path']);
  if (downwardAPI) return (downwardAPI.items ?? []).map(({ path }) => [path, path, 'downwardAPI.items.path']);
  return serviceAccountToken
    ? [[serviceAccountToken.path, serviceAccountToken.path, 'serviceAccountToken.path']]
    : [];
}

/** A file name within a volume (validateLocalNonReservedPath). */
function localPath(target: string, path: string): FieldError[] {
  const errors = descendingPath(target, path);
  if (target.startsWith('..') && !target.startsWith('../'))
    errors.push(invalid(path, target, "must not start with '..'"));
  return errors;
}

function validateMode(mode: number | undefined, path: string): FieldError[] {
  return mode !== undefined && (mode < 0 || mode > 0o777) ? [invalid(path, mode, MODE_RANGE)] : [];
}

function need(value: string | undefined, path: string): FieldError[] {
  return value ? [] : [required(path)];
}
