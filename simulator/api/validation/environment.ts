import { tryParseQuantity } from '../../schema/quantity';
import type { Container, EnvVar } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, invalid, invalids, notSupported, required } from './field-error';
import { configKey, dns1123Subdomain, environmentName, qualifiedName } from './names';

type FieldRef = NonNullable<NonNullable<EnvVar['valueFrom']>['fieldRef']>;
type ResourceRef = NonNullable<NonNullable<EnvVar['valueFrom']>['resourceFieldRef']>;

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
  const subscript = /^(metadata\.(?:labels|annotations))\['([^']*)'\]$/.exec(ref.fieldPath);
  if (subscript) {
    const [, base, key = ''] = subscript;
    return invalids(path, key, qualifiedName(base === 'metadata.labels' ? key : key.toLowerCase()));
  }
  if (!KNOWN_FIELDS.has(ref.fieldPath))
    return [
      invalid(
        field,
        ref.fieldPath,
        `error converting fieldPath: field label not supported: ${ref.fieldPath}`,
      ),
    ];
  return allowed.includes(ref.fieldPath) ? [] : [notSupported(field, ref.fieldPath, allowed)];
}

/** core/validation validateContainerResourceFieldSelector; a volume must name the container. */
export function validateResourceRef(ref: ResourceRef, path: string, ofVolume: boolean): FieldError[] {
  if (ofVolume && !ref.containerName) return [required(`${path}.containerName`)];
  if (!ref.resource) return [required(`${path}.resource`)];
  if (!CONTAINER_RESOURCES.includes(ref.resource) && !/^(limits|requests)\.hugepages-/.test(ref.resource))
    return [notSupported(`${path}.resource`, ref.resource, CONTAINER_RESOURCES)];
  const name = ref.resource.slice(ref.resource.indexOf('.') + 1);
  const divisors = name === 'cpu' ? CPU_DIVISORS : BYTE_DIVISORS;
  const divisor = String(ref.divisor ?? '0');
  if (tryParseQuantity(divisor)?.nanos === 0n || divisors.includes(divisor)) return [];
  const list = name === 'cpu' ? '1m and 1' : divisors.join(', ');
  return [
    invalid(`${path}.divisor`, name, `only divisor's values ${list} are supported with the ${name} resource`),
  ];
}

/** A key of a ConfigMap or Secret. */
function validateKeyRef(ref: { name?: string; key?: string }, path: string): FieldError[] {
  return [
    ...(ref.name ? [] : [required(`${path}.name`)]),
    ...(ref.key ? invalids(`${path}.key`, ref.key, configKey(ref.key)) : [required(`${path}.key`)]),
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
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(
    Boolean,
  ).length;
  if (count === 0)
    errors.push(
      invalid(
        path,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ),
    );
  else if (value) errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalid(path, '', ONLY_ONE));
  return errors;
}

function validateReference(name: string | undefined, path: string): FieldError[] {
  return name ? invalids(`${path}.name`, name, dns1123Subdomain(name)) : [required(`${path}.name`)];
}
