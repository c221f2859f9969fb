import { compareQuantities, formatQuantity, tryParseQuantity } from '../../schema/quantity';
import type { ConfigMap, LimitRange, ResourceQuota, Secret } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, invalids, notSupported, required, tooLong } from './field-error';
import { immutable } from './metadata';
import { configKey } from './names';
import { sorted, validateAmount, validateResourceName } from './resources';

const MOST_BYTES = 1024 * 1024;
const IMMUTABLE = 'field is immutable when `immutable` is set';
const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];

/** core/validation ValidateConfigMap, without metadata. */
export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...invalids(at('data', key), key, configKey(key)));
    if (binaryData[key] !== undefined)
      errors.push(invalid(at('data', key), key, 'duplicate of key present in binaryData'));
    bytes += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...invalids(at('binaryData', key), key, configKey(key)));
    bytes += Buffer.byteLength(value, 'base64');
  }
  return bytes > MOST_BYTES ? [...errors, tooLong('', MOST_BYTES)] : errors;
}

/** core/validation ValidateConfigMapUpdate. */
export function validateConfigMapUpdate(configMap: ConfigMap, old: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  if (old.immutable) {
    if (!configMap.immutable) errors.push(forbidden('immutable', IMMUTABLE));
    for (const field of ['data', 'binaryData'] as const)
      if (!deepEqual(configMap[field] ?? {}, old[field] ?? {})) errors.push(forbidden(field, IMMUTABLE));
  }
  return [...errors, ...validateConfigMap(configMap)];
}

/** core/validation ValidateSecret, without metadata but for the annotation that a token needs. */
export function validateSecret({ metadata, type, data = {} }: Secret): FieldError[] {
  const errors = Object.keys(data).flatMap((key) => invalids(at('data', key), key, configKey(key)));
  const bytes = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0);
  if (bytes > MOST_BYTES) errors.push(tooLong('data', MOST_BYTES));
  const need = (...keys: string[]) =>
    errors.push(...keys.filter((key) => data[key] === undefined).map((key) => required(at('data', key))));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      if (!metadata.annotations?.['kubernetes.io/service-account.name'])
        errors.push(required(at('metadata.annotations', 'kubernetes.io/service-account.name')));
      break;
    case 'kubernetes.io/dockercfg':
      need('.dockercfg');
      break;
    case 'kubernetes.io/dockerconfigjson':
      need('.dockerconfigjson');
      errors.push(...jsonProblem(data['.dockerconfigjson'], at('data', '.dockerconfigjson')));
      break;
    case 'kubernetes.io/basic-auth':
      if (data['username'] === undefined && data['password'] === undefined) need('username', 'password');
      break;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) errors.push(required(at('data', 'ssh-privatekey')));
      break;
    case 'kubernetes.io/tls':
      need('tls.crt', 'tls.key');
      break;
    default:
  }
  return errors;
}

/** core/validation ValidateSecretUpdate. */
export function validateSecretUpdate(secret: Secret, old: Secret): FieldError[] {
  const errors = immutable(secret.type, old.type, 'type');
  if (old.immutable) {
    if (!secret.immutable) errors.push(forbidden('immutable', IMMUTABLE));
    if (!deepEqual(secret.data ?? {}, old.data ?? {})) errors.push(forbidden('data', IMMUTABLE));
  }
  return [...errors, ...validateSecret(secret)];
}

/** core/validation ValidateResourceQuotaSpec. */
export function validateQuota({ spec }: ResourceQuota): FieldError[] {
  const errors = sorted(spec?.hard).flatMap(([name, amount]) => {
    const here = at('spec.hard', name);
    return [
      ...(name.startsWith('count/') || name.startsWith('requests.') || name.includes('.storageclass.')
        ? []
        : validateResourceName(name, here)),
      ...validateAmount(name, amount, here),
    ];
  });
  const scopes = spec?.scopes ?? [];
  for (const scope of scopes)
    if (!SCOPES.includes(scope)) errors.push(invalid('spec.scopes', scopes, 'unsupported scope'));
    else
      for (const resource of Object.keys(spec?.hard ?? {}).sort())
        if (!scopeFits(scope, resource))
          errors.push(invalid('spec.scopes', scopes, 'unsupported scope applied to resource'));
  if (scopes.includes('BestEffort') && scopes.includes('NotBestEffort'))
    errors.push(invalid('spec.scopes', scopes, 'conflicting scopes'));
  if (scopes.includes('Terminating') && scopes.includes('NotTerminating'))
    errors.push(invalid('spec.scopes', scopes, 'conflicting scopes'));
  return errors;
}

export function validateQuotaUpdate(quota: ResourceQuota, old: ResourceQuota): FieldError[] {
  const errors = validateQuota(quota);
  if (!deepEqual(quota.spec?.scopes ?? [], old.spec?.scopes ?? []))
    errors.push(invalid('spec.scopes', quota.spec?.scopes, 'field is immutable'));
  return errors;
}

/** core/validation ValidateLimitRange: min ≤ defaultRequest ≤ default ≤ max. */
export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const types = new Set<string>();
  return (spec?.limits ?? []).flatMap((limit, index) => {
    const here = at('spec.limits', index);
    const errors: FieldError[] = [];
    if (!['Container', 'Pod', 'PersistentVolumeClaim'].includes(limit.type) && !limit.type?.includes('/'))
      errors.push(
        notSupported(`${here}.type`, limit.type ?? '', ['Container', 'PersistentVolumeClaim', 'Pod']),
      );
    if (types.has(limit.type)) errors.push(duplicate(`${here}.type`, limit.type));
    types.add(limit.type);
    if (limit.type === 'Pod')
      for (const field of ['default', 'defaultRequest'] as const)
        if (Object.keys(limit[field] ?? {}).length > 0)
          errors.push(forbidden(`${here}.${field}`, "may not be specified when `type` is 'Pod'"));
    if (limit.type === 'PersistentVolumeClaim' && !limit.min?.['storage'] && !limit.max?.['storage'])
      errors.push(
        required(
          `${here}.limits`,
          'either minimum or maximum storage value is required, but neither was provided',
        ),
      );
    return [...errors, ...validateBounds(limit, here)];
  });
}

type Limit = NonNullable<NonNullable<LimitRange['spec']>['limits']>[number];

function validateBounds(limit: Limit, path: string): FieldError[] {
  const names = new Set(
    [limit.min, limit.defaultRequest, limit.default, limit.max].flatMap((amounts) =>
      Object.keys(amounts ?? {}),
    ),
  );
  const steps = [
    ['min', 'max', 'min value', 'max value'],
    ['min', 'defaultRequest', 'min value', 'default request value'],
    ['min', 'default', 'min value', 'default value'],
    ['defaultRequest', 'max', 'default request value', 'max value'],
    ['defaultRequest', 'default', 'default request value', 'default limit value'],
    ['default', 'max', 'default value', 'max value'],
  ] as const;
  return [...names].sort().flatMap((name) =>
    steps.flatMap(([low, high, lowWord, highWord]) => {
      const least = tryParseQuantity(limit[low]?.[name] ?? '');
      const most = tryParseQuantity(limit[high]?.[name] ?? '');
      if (!least || !most || compareQuantities(least, most) <= 0) return [];
      const [small, large] = [formatQuantity(least), formatQuantity(most)];
      return [
        invalid(
          at(
            `${path}.${low === 'defaultRequest' || low === 'default' ? low : high === 'max' ? 'min' : high}`,
            name,
          ),
          low === 'min' && high !== 'max' ? large : small,
          `${lowWord} ${small} is greater than ${highWord} ${large}`,
        ),
      ];
    }),
  );
}

function jsonProblem(encoded: string | undefined, path: string): FieldError[] {
  if (encoded === undefined) return [];
  try {
    JSON.parse(Buffer.from(encoded, 'base64').toString());
    return [];
  } catch {
    return [
      {
        reason: 'FieldValueInvalid',
        field: path,
        message: 'Invalid value: "<secret contents redacted>": invalid character in JSON',
      },
    ];
  }
}

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const QUOTA_NAMES = new Set([
  ...COMPUTE,
  'configmaps',
  'ephemeral-storage',
  'limits.ephemeral-storage',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'requests.ephemeral-storage',
  'requests.storage',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);

/** Scopes choose among Pods (core/helper IsResourceQuotaScopeValidForResource). */
function scopeFits(scope: string, resource: string): boolean {
  if (!QUOTA_NAMES.has(resource) || resource === 'pods') return true;
  return scope !== 'BestEffort' && COMPUTE.includes(resource);
}
