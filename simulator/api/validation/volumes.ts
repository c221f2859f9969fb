import { tryParseQuantity } from '../../schema/quantity';
import type { Volume } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { FILE_FIELDS, validateFieldRef, validateResourceRef } from './environment';
import { at, duplicate, forbidden, invalid, invalids, required } from './field-error';
import { validateAnnotations, validateLabels } from './metadata';
import { dns1123Label, dns1123Subdomain } from './names';
import { validateClaimSpec, validateDriverName } from './storage';
import { oneOf, optionallyOneOf } from './values';
import { descendingPath, HOST_PATH_TYPES, noBacksteps } from './volume-mounts';

type Items = NonNullable<Volume['configMap']>['items'];
type ClaimTemplate = NonNullable<NonNullable<Volume['ephemeral']>['volumeClaimTemplate']>;
type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

const MODE_RANGE = 'must be a number between 0 and 0777 (octal), both inclusive';

/**
 * core/validation ValidateVolumes. `valid` are the volumes that mounts may name, as upstream has it. `pod`: the Pod's name,
 * which its ephemeral claims are called after; '' for a template.
 */
export function validateVolumes(
  volumes: readonly Volume[],
  path: string,
  pod: string,
): { errors: FieldError[]; valid: Map<string, Volume> } {
  const valid = new Map<string, Volume>();
  const errors: FieldError[] = [];
  const claims = new Set(
    pod ? volumes.filter(({ ephemeral }) => ephemeral).map(({ name }) => `${pod}-${name}`) : [],
  );
  for (const [index, volume] of volumes.entries()) {
    const here = at(path, index);
    const own = validateSource(volume, here);
    if (pod && volume.ephemeral && volume.name)
      own.push(...ephemeralName(`${pod}-${volume.name}`, volume.name, `${here}.name`));
    if (!volume.name) own.push(required(`${here}.name`));
    else own.push(...invalids(`${here}.name`, volume.name, dns1123Label(volume.name)));
    if (valid.has(volume.name)) own.push(duplicate(`${here}.name`, volume.name));
    if (own.length === 0) valid.set(volume.name, volume);
    errors.push(...own);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim && claims.has(claim))
      errors.push(
        invalid(
          `${here}.persistentVolumeClaim.claimName`,
          claim,
          'must not reference a PVC that gets created for an ephemeral volume',
        ),
      );
  }
  return { errors, valid };
}

function ephemeralName(claim: string, volume: string, path: string): FieldError[] {
  return dns1123Subdomain(claim).map((problem) =>
    invalid(path, volume, `PVC name ${JSON.stringify(claim)}: ${problem}`),
  );
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
    ...(!target?.startsWith('/') ? [invalid(`${path}.path`, target ?? '', 'must be an absolute path')] : []),
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
  gitRepo: ({ repository, directory = '' }, path) => [
    ...need(repository, `${path}.repository`),
    ...descendingPath(directory, `${path}.directory`),
  ],
  csi: ({ driver, nodePublishSecretRef: secret }, path) => [
    ...validateDriverName(driver, `${path}.driver`),
    ...(secret && !secret.name ? [required(`${path}.nodePublishSecretRef.name`)] : []),
    ...(secret?.name ? invalids(`${path}.name`, secret.name, dns1123Subdomain(secret.name)) : []),
  ],
  ephemeral: ({ volumeClaimTemplate: template }, path) =>
    template
      ? validateClaimTemplate(template, `${path}.volumeClaimTemplate`)
      : [required(`${path}.volumeClaimTemplate`)],
  image: ({ reference, pullPolicy }, path) => [
    ...need(reference, `${path}.reference`),
    ...oneOf(pullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.pullPolicy`),
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

/** How upstream writes these fields when they are one too many. */
const MISSPELT: Partial<Record<keyof Volume, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

function validateSource(volume: Volume, path: string): FieldError[] {
  const kinds = ORDER.filter((kind) => volume[kind]);
  if (kinds.length === 0) return [required(path, 'must specify a volume type')];
  return kinds.flatMap((kind, index) => {
    const here = `${path}.${kind}`;
    if (index > 0)
      return [forbidden(`${path}.${MISSPELT[kind] ?? kind}`, 'may not specify more than 1 volume type')];
    const check = SOURCES[kind as keyof typeof SOURCES] as
      | ((source: unknown, path: string) => FieldError[])
      | undefined;
    return check?.(volume[kind], here) ?? [];
  });
}

function validateClaimTemplate({ metadata, spec }: ClaimTemplate, path: string): FieldError[] {
  const { annotations, labels, ...others } = metadata ?? {};
  return [
    ...validateAnnotations(annotations, `${path}.metadata.annotations`),
    ...validateLabels(labels, `${path}.metadata.labels`),
    ...Object.entries(others).flatMap(([field, value]) =>
      value === undefined || value === null || value === ''
        ? []
        : [forbidden(`${path}.metadata.${field}`, 'cannot be set')],
    ),
    ...validateClaimSpec(spec, `${path}.spec`),
  ];
}

function validateItems(items: Items, path: string): FieldError[] {
  return (items ?? []).flatMap((item, index) => validateItem(item, at(path, index)));
}

function validateItem({ key, path: target, mode }: NonNullable<Items>[number], path: string): FieldError[] {
  return [
    ...need(key, `${path}.key`),
    ...need(target, `${path}.path`),
    ...localPath(target ?? '', `${path}.path`),
    ...validateMode(mode, `${path}.mode`),
  ];
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

/** core/validation validateProjectionSources: no two sources may write one file. */
function validateProjections(sources: readonly Projection[], path: string): FieldError[] {
  const taken = new Set<string>();
  const taking = (target: string | undefined, owner: string | undefined): FieldError[] => {
    if (!target) return [];
    if (taken.has(target)) return [invalid(path, owner ?? '', 'conflicting duplicate paths')];
    taken.add(target);
    return [];
  };
  return sources.flatMap((source, index) => {
    const here = at(`${path}.sources`, index);
    const { secret, configMap, downwardAPI, serviceAccountToken: token } = source;
    const errors: FieldError[] = [];
    for (const [kind, files] of Object.entries({ secret, configMap })) {
      if (!files) continue;
      errors.push(...need(files.name, `${here}.${kind}.name`));
      for (const [position, item] of (files.items ?? []).entries())
        errors.push(
          ...validateItem(item, at(`${here}.${kind}.items`, position)),
          ...taking(item.path, files.name),
        );
    }
    for (const file of downwardAPI?.items ?? [])
      errors.push(...validateDownwardFiles([file], `${here}.downwardAPI`), ...taking(file.path, file.path));
    // Upstream takes the path of the whole volume for that of the token's file.
    if (token) errors.push(...tokenSeconds(token.expirationSeconds, `${here}.serviceAccountToken`));
    if (token)
      errors.push(...(token.path ? localPath(token.path, `${path}.path`) : [required(`${path}.path`)]));
    const kinds = Object.values(source).filter((value) => value !== undefined && value !== null);
    if (kinds.length > 1) errors.push(forbidden(here, 'may not specify more than 1 volume type per source'));
    return errors;
  });
}

function tokenSeconds(seconds: number | undefined, path: string): FieldError[] {
  if (seconds === undefined) return [];
  const field = `${path}.expirationSeconds`;
  if (seconds < 600) return [invalid(field, seconds, 'may not specify a duration less than 10 minutes')];
  return seconds > 2 ** 32
    ? [invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')]
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
