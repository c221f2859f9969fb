import { tryParseQuantity } from '../../schema/quantity';
import type { Container, EnvVar } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, invalid, invalids, notSupported, required } from './field-error';
import { asPrefix, configKey, dns1123Label, dns1123Subdomain, environmentName, qualifiedName } from './names';
import { noBacksteps } from './volume-mounts';

type FieldRef = NonNullable<NonNullable<EnvVar['valueFrom']>['fieldRef']>;
type ResourceRef = NonNullable<NonNullable<EnvVar['valueFrom']>['resourceFieldRef']>;
type FileKeyRef = NonNullable<NonNullable<EnvVar['valueFrom']>['fileKeyRef']>;

/** Fields of a Pod that an environment variable can take (validEnvDownwardAPIFieldPathExpressions). */
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Fields of a Pod that a downward API file can take (validVolumeDownwardAPIFieldPathExpressions). */
export const FILE_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const KNOWN_FIELDS = new Set([
  ...ENV_FIELDS,
  ...FILE_FIELDS,
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);
const CONTAINER_RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const CPU_DIVISORS = ['1m', '1'];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const NO_SOURCE =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
const ONLY_ONE = 'may not have more than one field specified at a time';

/** core/validation ValidateEnv. */
export function validateEnv(variables: readonly EnvVar[], path: string): FieldError[] {
  return variables.flatMap((variable, index) => {
    const here = at(path, index);
    const name = variable.name
      ? invalids(`${here}.name`, variable.name, environmentName(variable.name))
      : [required(`${here}.name`)];
    return [...name, ...validateValueFrom(variable, `${here}.valueFrom`)];
  });
}

/** core/validation ValidateEnvFrom. */
export function validateEnvFrom(sources: NonNullable<Container['envFrom']>, path: string): FieldError[] {
  return sources.flatMap(({ prefix, configMapRef, secretRef }, index) => {
    const here = at(path, index);
    const errors = prefix ? invalids(`${here}.prefix`, prefix, environmentName(prefix)) : [];
    if (configMapRef) errors.push(...validateReference(configMapRef.name, `${here}.configMapRef`));
    if (secretRef) errors.push(...validateReference(secretRef.name, `${here}.secretRef`));
    if (!configMapRef && !secretRef)
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (configMapRef && secretRef) errors.push(invalid(path, '', ONLY_ONE));
    return errors;
  });
}

/** core/validation validateObjectFieldSelector. */
export function validateFieldRef(ref: FieldRef, allowed: readonly string[], path: string): FieldError[] {
  if (!ref.apiVersion) return [required(`${path}.apiVersion`)];
  if (!ref.fieldPath) return [required(`${path}.fieldPath`)];
  const field = `${path}.fieldPath`;
  const problem = (text: string) => [
    invalid(field, ref.fieldPath, `error converting fieldPath: ${text}: ${ref.fieldPath}`),
  ];
  if (ref.apiVersion !== 'v1')
    return [
      invalid(field, ref.fieldPath, `error converting fieldPath: unsupported pod version: ${ref.apiVersion}`),
    ];
  const [, base, key = ''] = /^(.*)\['([^']*)'\]$/.exec(ref.fieldPath) ?? [];
  if (base === 'metadata.labels') return invalids(path, key, qualifiedName(key));
  if (base === 'metadata.annotations')
    return invalids(path, key.toLowerCase(), qualifiedName(key.toLowerCase()));
  if (base !== undefined) return problem('field label does not support subscript');
  if (!KNOWN_FIELDS.has(ref.fieldPath)) return problem('field label not supported');
  return allowed.includes(ref.fieldPath) ? [] : [notSupported(field, ref.fieldPath, allowed)];
}

/** core/validation validateContainerResourceFieldSelector; a volume must name the container. */
export function validateResourceRef(ref: ResourceRef, path: string, ofVolume: boolean): FieldError[] {
  const { containerName, resource } = ref;
  const hugePages = /^(limits|requests)\.hugepages-/.test(resource ?? '');
  const errors: FieldError[] = [];
  if (ofVolume && !containerName) errors.push(required(`${path}.containerName`));
  else if (!resource) errors.push(required(`${path}.resource`));
  else if (!CONTAINER_RESOURCES.includes(resource) && !hugePages)
    errors.push(notSupported(`${path}.resource`, resource, CONTAINER_RESOURCES));
  return [...errors, ...validateDivisor(ref, hugePages, `${path}.divisor`)];
}

/** core/validation validateContainerResourceDivisor: it quotes the resource, not the divisor. */
function validateDivisor({ resource, divisor = '0' }: ResourceRef, hugePages: boolean, path: string) {
  const name = resource?.slice(resource.indexOf('.') + 1) ?? '';
  const divisors = name === 'cpu' ? CPU_DIVISORS : BYTE_DIVISORS;
  const known = CONTAINER_RESOURCES.includes(resource) || hugePages;
  const zero = tryParseQuantity(String(divisor))?.nanos === 0n;
  if (!known || zero || divisors.includes(String(divisor))) return [];
  const list = name === 'cpu' ? '1m and 1' : divisors.join(', ');
  const word = name === 'ephemeral-storage' ? 'local ephemeral storage' : hugePages ? 'hugepages' : name;
  return [invalid(path, resource, `only divisor's values ${list} are supported with the ${word} resource`)];
}

/** A key of a ConfigMap or Secret. */
function validateKeyRef(ref: { name?: string; key?: string }, path: string): FieldError[] {
  return [
    ...invalids(`${path}.name`, ref.name ?? '', dns1123Subdomain(ref.name ?? '')),
    ...(ref.key ? invalids(`${path}.key`, ref.key, configKey(ref.key)) : [required(`${path}.key`)]),
  ];
}

/** core/validation validateFileKeySelector. */
function validateFileKeyRef({ key, volumeName, path: file }: FileKeyRef, path: string): FieldError[] {
  return [
    ...(key ? invalids(`${path}.key`, key, environmentName(key)) : [required(`${path}.key`)]),
    ...(volumeName
      ? invalids(`${path}.volumeName`, volumeName, dns1123Label(volumeName))
      : [required(`${path}.volumeName`)]),
    ...(file ? noBacksteps(file, `${path}.path`) : [required(`${path}.path`)]),
  ];
}

function validateValueFrom({ value, valueFrom }: EnvVar, path: string): FieldError[] {
  if (!valueFrom) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  const errors: FieldError[] = [];
  if (fieldRef) errors.push(...validateFieldRef(fieldRef, ENV_FIELDS, `${path}.fieldRef`));
  if (resourceFieldRef)
    errors.push(...validateResourceRef(resourceFieldRef, `${path}.resourceFieldRef`, false));
  if (configMapKeyRef) errors.push(...validateKeyRef(configMapKeyRef, `${path}.configMapKeyRef`));
  if (secretKeyRef) errors.push(...validateKeyRef(secretKeyRef, `${path}.secretKeyRef`));
  if (fileKeyRef) errors.push(...validateFileKeyRef(fileKeyRef, `${path}.fileKeyRef`));
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef];
  const count = sources.filter(Boolean).length;
  if (count === 0) errors.push(invalid(path, '', NO_SOURCE));
  else if (value) errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalid(path, '', ONLY_ONE));
  return errors;
}

/** Upstream takes these names for prefixes. */
function validateReference(name: string | undefined, path: string): FieldError[] {
  return name ? invalids(`${path}.name`, name, asPrefix(dns1123Subdomain)(name)) : [required(`${path}.name`)];
}
