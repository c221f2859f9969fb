import { compareQuantities, formatQuantity, type Quantity, tryParseQuantity } from '../../schema/quantity';
import type { ConfigMap, LimitRange, ResourceQuota, Secret } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, invalids, required, tooLong } from './field-error';
import { internalForm } from './internal-form';
import { immutable } from './metadata';
import { configKey, qualifiedName } from './names';
import {
  isStandardQuotaResource,
  mayBeOvercommitted,
  sorted,
  validateAmount,
  validateContainerResourceName,
  validateQuotaResourceName,
  validateResourceName,
} from './resources';

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

/** Scopes that take no values. */
const PLAIN_SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'Terminating',
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
      errors.push(...jsonProblem(data['.dockercfg'], at('data', '.dockercfg')));
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
  return [
    ...sorted(spec?.hard).flatMap(([name, amount]) => {
      const here = at('spec.hard', name);
      return [...validateQuotaResourceName(name, here), ...validateAmount(name, amount, here)];
    }),
    ...validateScopes(spec),
    ...validateScopeSelector(spec),
  ];
}

export function validateQuotaUpdate(quota: ResourceQuota, old: ResourceQuota): FieldError[] {
  const errors = validateQuota(quota);
  const scopes = ({ spec }: ResourceQuota) => [...new Set(spec?.scopes)].sort();
  if (!deepEqual(scopes(quota), scopes(old)))
    errors.push(invalid('spec.scopes', quota.spec?.scopes ?? null, 'field is immutable'));
  return errors;
}

/** core/validation validateResourceQuotaScopes. */
function validateScopes(spec: ResourceQuota['spec']): FieldError[] {
  const scopes = spec?.scopes ?? [];
  const path = 'spec.scopes';
  return [
    ...scopes.flatMap((scope) => [
      ...(SCOPES.includes(scope) ? [] : [invalid(path, scopes, 'unsupported scope')]),
      ...misfits(spec, scope).map(() => invalid(path, scopes, 'unsupported scope applied to resource')),
    ]),
    ...conflicts(scopes).map(() => invalid(path, scopes, 'conflicting scopes')),
  ];
}

/** core/validation validateScopedResourceSelectorRequirement. */
function validateScopeSelector(spec: ResourceQuota['spec']): FieldError[] {
  const path = 'spec.scopeSelector.matchExpressions';
  const expressions = spec?.scopeSelector?.matchExpressions ?? [];
  const shown = { MatchExpressions: expressions.map((each) => internalForm('ScopedSelector', each)) };
  const errors = expressions.flatMap(({ scopeName, operator, values = [] }) => {
    const found: FieldError[] = [];
    if (!SCOPES.includes(scopeName)) found.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'));
    for (const _ of misfits(spec, scopeName))
      found.push(invalid(path, shown, 'unsupported scope applied to resource'));
    if (PLAIN_SCOPES.includes(scopeName) && operator !== 'Exists')
      found.push(
        invalid(
          `${path}.operator`,
          operator,
          "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
        ),
      );
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        found.push(
          required(
            `${path}.values`,
            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
          ),
        );
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        found.push(
          invalid(
            `${path}.values`,
            values,
            "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
          ),
        );
    } else found.push(invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
    return found;
  });
  const names = expressions.map(({ scopeName }) => scopeName);
  return [
    ...errors,
    ...conflicts(names).map(() => invalid(path, spec?.scopes ?? null, 'conflicting scopes')),
  ];
}

/** Resources of a quota that a scope is not for. */
function misfits(spec: ResourceQuota['spec'], scope: string): string[] {
  return Object.keys(spec?.hard ?? {})
    .sort()
    .filter((resource) => !scopeFits(scope, resource));
}

function conflicts(scopes: readonly string[]): string[][] {
  const pairs = [
    ['BestEffort', 'NotBestEffort'],
    ['Terminating', 'NotTerminating'],
  ];
  return pairs.filter((pair) => pair.every((scope) => scopes.includes(scope)));
}

/** core/validation ValidateLimitRange: min ≤ defaultRequest ≤ default ≤ max. */
export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const types = new Set<string>();
  return (spec?.limits ?? []).flatMap((limit, index) => {
    const here = at('spec.limits', index);
    const errors = validateLimitType(limit.type ?? '', `${here}.type`);
    if (types.has(limit.type)) errors.push(duplicate(`${here}.type`, limit.type));
    types.add(limit.type);
    const ofContainers = limit.type === 'Pod' || limit.type === 'Container';
    const nameErrors = ofContainers ? validateContainerResourceName : validateResourceName;
    const named = (field: Bound): void => {
      for (const [name] of sorted(limit[field]))
        errors.push(...nameErrors(name, at(`${here}.${field}`, name)));
    };
    named('max');
    named('min');
    for (const field of ['default', 'defaultRequest'] as const) {
      if (limit.type !== 'Pod') named(field);
      else if (Object.keys(limit[field] ?? {}).length > 0)
        errors.push(forbidden(`${here}.${field}`, "may not be specified when `type` is 'Pod'"));
    }
    if (limit.type === 'PersistentVolumeClaim' && !limit.min?.['storage'] && !limit.max?.['storage'])
      errors.push(
        required(
          `${here}.limits`,
          'either minimum or maximum storage value is required, but neither was provided',
        ),
      );
    named('maxLimitRequestRatio');
    return [...errors, ...validateBounds(limit, here)];
  });
}

function validateLimitType(type: string, path: string): FieldError[] {
  const problems = qualifiedName(type);
  if (problems.length > 0) return invalids(path, type, problems);
  return type.includes('/') || ['Container', 'Pod', 'PersistentVolumeClaim'].includes(type)
    ? []
    : [invalid(path, type, 'must be a standard limit type or fully qualified')];
}

type Bound = 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio';
type Limit = NonNullable<NonNullable<LimitRange['spec']>['limits']>[number];

function validateBounds(limit: Limit, path: string): FieldError[] {
  const bounds = [limit.min, limit.defaultRequest, limit.default, limit.max, limit.maxLimitRequestRatio];
  const names = new Set(bounds.flatMap((amounts) => Object.keys(amounts ?? {})));
  // The lower, the higher, the one that the path names and the one that is shown; upstream's choices.
  const steps = [
    ['min', 'max', 'min', 'min'],
    ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest'],
    ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest'],
    ['defaultRequest', 'default', 'defaultRequest', 'defaultRequest'],
    ['min', 'default', 'default', 'min'],
    ['default', 'max', 'default', 'max'],
  ] as const;
  const words = { min: 'min', max: 'max', default: 'default', defaultRequest: 'default request' };
  return [...names].sort().flatMap((name) => {
    const of = (bound: Bound) => tryParseQuantity(limit[bound]?.[name] ?? '');
    const errors: FieldError[] = steps.flatMap(([low, high, field, shown]) => {
      const [least, most, value] = [of(low), of(high), of(shown)];
      if (!least || !most || !value || compareQuantities(least, most) <= 0) return [];
      const highest = low === 'defaultRequest' && high === 'default' ? 'default limit' : words[high];
      const detail = `${words[low]} value ${formatQuantity(least)} is greater than ${highest} value ${formatQuantity(most)}`;
      return [invalid(at(`${path}.${field}`, name), formatQuantity(value), detail)];
    });
    errors.push(...validateRatio(of, at(`${path}.maxLimitRequestRatio`, name)));
    const [all, asked] = [of('default'), of('defaultRequest')];
    if (all && asked && !mayBeOvercommitted(name) && compareQuantities(all, asked) !== 0) {
      const text = formatQuantity(asked);
      const detail = `default value ${formatQuantity(all)} must equal to defaultRequest value ${text} in ${name}`;
      errors.push(invalid(at(`${path}.defaultRequest`, name), text, detail));
    }
    return errors;
  });
}

function validateRatio(of: (bound: Bound) => Quantity | undefined, path: string): FieldError[] {
  const [ratio, least, most] = [of('maxLimitRequestRatio'), of('min'), of('max')];
  if (!ratio) return [];
  const text = formatQuantity(ratio);
  const errors: FieldError[] = [];
  if (ratio.nanos < 1_000_000_000n) errors.push(invalid(path, text, `ratio ${text} is less than 1`));
  if (!least || !most) return errors;
  const reachable = Number(most.nanos) / Number(least.nanos);
  if (Number(ratio.nanos) / 1e9 > reachable)
    errors.push(invalid(path, text, `ratio ${text} is greater than max/min = ${reachable.toFixed(6)}`));
  return errors;
}

/** The contents are never shown; what is wrong is said as Go's decoder would, as far as its first word goes. */
function jsonProblem(encoded: string | undefined, path: string): FieldError[] {
  if (encoded === undefined) return [];
  const text = Buffer.from(encoded, 'base64').toString();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && !Array.isArray(value)) return [];
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    const detail = `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
    return [invalid(path, REDACTED, detail)];
  } catch {
    const first = text.trim()[0];
    const begins = first !== undefined && /[[{"\-\dtfn]/.test(first);
    const detail =
      first === undefined || begins
        ? 'unexpected end of JSON input'
        : `invalid character '${first}' looking for beginning of value`;
    return [invalid(path, REDACTED, detail)];
  }
}

const REDACTED = '<secret contents redacted>';
const POD_RESOURCES = [
  'cpu',
  'limits.cpu',
  'limits.memory',
  'memory',
  'pods',
  'requests.cpu',
  'requests.memory',
];
const CLAIM_RESOURCES = ['persistentvolumeclaims', 'requests.storage'];

/** Scopes choose among Pods, or among claims (core/helper IsResourceQuotaScopeValidForResource). */
function scopeFits(scope: string, resource: string): boolean {
  if (!isStandardQuotaResource(resource) || !SCOPES.includes(scope)) return true;
  if (scope === 'VolumeAttributesClass') return CLAIM_RESOURCES.includes(resource);
  return scope === 'BestEffort' ? resource === 'pods' : POD_RESOURCES.includes(resource);
}
