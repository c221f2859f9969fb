import { compareQuantities, formatQuantity, parseQuantity, tryParseQuantity } from '../../schema/quantity';
import type { Container } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, invalid, invalids, required } from './field-error';
import { qualifiedName } from './names';

const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const STANDARD_RESOURCES = new Set([
  ...CONTAINER_RESOURCES,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);

/** core/validation ValidateContainerResourceRequirements: names, amounts, and requests within limits. */
export function validateContainerResources(resources: Container['resources'], path: string): FieldError[] {
  const limits: Record<string, string> = resources?.limits ?? {};
  const requests: Record<string, string> = resources?.requests ?? {};
  const errors: FieldError[] = [];
  for (const [name, amount] of sorted(limits)) {
    const here = at(`${path}.limits`, name);
    errors.push(...validateContainerResourceName(name, here), ...validateAmount(name, amount, here));
  }
  for (const [name, amount] of sorted(requests)) {
    const here = at(`${path}.requests`, name);
    errors.push(...validateContainerResourceName(name, here), ...validateAmount(name, amount, here));
    errors.push(...withinLimit(name, amount, limits[name], path));
  }
  return errors;
}

/** core/validation ValidateResourceQuantityValue: not negative, whole where only whole makes sense. */
export function validateAmount(name: string, amount: string, path: string): FieldError[] {
  const quantity = tryParseQuantity(amount);
  if (!quantity) return [];
  const errors: FieldError[] = [];
  if (quantity.nanos < 0n)
    errors.push(invalid(path, formatQuantity(quantity), 'must be greater than or equal to 0'));
  const whole = !mayBeOvercommitted(name) || ['pods', 'services', 'secrets', 'configmaps'].includes(name);
  if (whole && quantity.nanos % 1_000_000_000n !== 0n)
    errors.push(invalid(path, formatQuantity(quantity), 'must be an integer'));
  return errors;
}

/** core/validation validateResourceName: qualified, or one of Kubernetes' own. */
export function validateResourceName(name: string, path: string): FieldError[] {
  const problems = qualifiedName(name);
  if (problems.length > 0) return invalids(path, name, problems);
  return name.includes('/') || STANDARD_RESOURCES.has(name) || name.startsWith('hugepages-')
    ? []
    : [invalid(path, name, 'must be a standard resource type or fully qualified')];
}

/** Entries in the order of their names: Go's order is random, ours must not be. */
export function sorted(amounts: Record<string, string> | undefined): [string, string][] {
  return Object.entries(amounts ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
}

function validateContainerResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.includes(name) && !name.startsWith('hugepages-'))
      errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && name.startsWith('requests.')) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

function withinLimit(
  name: string,
  amount: string,
  limitText: string | undefined,
  path: string,
): FieldError[] {
  if (limitText === undefined)
    return mayBeOvercommitted(name)
      ? []
      : [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')];
  const request = parseQuantity(amount);
  const limit = parseQuantity(limitText);
  const order = compareQuantities(request, limit);
  const where = `${path}.requests`;
  if (order !== 0 && !mayBeOvercommitted(name))
    return [
      invalid(where, formatQuantity(request), `must be equal to ${name} limit of ${formatQuantity(limit)}`),
    ];
  return order > 0
    ? [
        invalid(
          where,
          formatQuantity(request),
          `must be less than or equal to ${name} limit of ${formatQuantity(limit)}`,
        ),
      ]
    : [];
}

function mayBeOvercommitted(name: string): boolean {
  return isNative(name) && !name.startsWith('hugepages-');
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}
