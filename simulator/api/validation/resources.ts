import { compareQuantities, formatQuantity, parseQuantity, tryParseQuantity } from '../../schema/quantity';
import type { Container, PodSpec } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, invalids, notFound, notSupported, required } from './field-error';
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

/** Resources that are counted (core/helper IsIntegerResourceName). */
const COUNTED = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);

/** core/validation ValidateContainerResourceRequirements: names, amounts, requests within limits, claims. */
export function validateContainerResources(
  resources: Container['resources'],
  { resourceClaims = [] }: Pick<PodSpec, 'resourceClaims'>,
  path: string,
): FieldError[] {
  const claims = new Set(resourceClaims.map(({ name }) => name));
  return [
    ...validateRequirements(resources, validateContainerResourceName, path),
    ...(resources?.claims ?? []).flatMap(({ name }, index) =>
      claims.has(name)
        ? []
        : [
            notFound(
              at(`${path}.claims`, index),
              name,
              `must be one of the names in pod.spec.resourceClaims${claims.size > 0 ? `: ${[...claims].sort().join(', ')}` : ' which is empty'}`,
            ),
          ],
    ),
  ];
}

/** core/validation validateResourceRequirements; `nameErrors` says which names are known here. */
export function validateRequirements(
  resources: Pick<NonNullable<Container['resources']>, 'limits' | 'requests'> | undefined,
  nameErrors: (name: string, path: string) => FieldError[],
  path: string,
): FieldError[] {
  const limits: Record<string, string> = resources?.limits ?? {};
  const requests: Record<string, string> = resources?.requests ?? {};
  const errors: FieldError[] = [];
  for (const [name, amount] of sorted(limits)) {
    const here = at(`${path}.limits`, name);
    errors.push(...nameErrors(name, here), ...validateAmount(name, amount, here));
    errors.push(...wholePages(name, amount, here));
  }
  for (const [name, amount] of sorted(requests)) {
    const here = at(`${path}.requests`, name);
    errors.push(...nameErrors(name, here), ...validateAmount(name, amount, here));
    errors.push(...withinLimit(name, amount, limits[name], path), ...wholePages(name, amount, here));
  }
  const names = Object.keys({ ...limits, ...requests });
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(forbidden(path, 'HugePages require cpu or memory'));
  return errors;
}

/** core/validation ValidateResourceQuantityValue: not negative, whole where only whole makes sense. */
export function validateAmount(name: string, amount: string, path: string): FieldError[] {
  const quantity = tryParseQuantity(amount);
  if (!quantity) return [];
  const errors: FieldError[] = [];
  if (quantity.nanos < 0n)
    errors.push(invalid(path, formatQuantity(quantity), 'must be greater than or equal to 0'));
  if ((COUNTED.has(name) || isExtended(name)) && quantity.nanos % 1_000_000_000n !== 0n)
    errors.push(invalid(path, formatQuantity(quantity), 'must be an integer'));
  return errors;
}

/** core/validation validateResourceName: qualified, or one of Kubernetes' own. */
export function validateResourceName(name: string, path: string): FieldError[] {
  const problems = qualifiedName(name);
  if (problems.length > 0) return invalids(path, name, problems);
  return name.includes('/') || STANDARD_RESOURCES.has(name) || /^(requests\.)?hugepages-/.test(name)
    ? []
    : [invalid(path, name, 'must be a standard resource type or fully qualified')];
}

/** core/validation ValidateResourceQuotaResourceName. */
export function validateQuotaResourceName(name: string, path: string): FieldError[] {
  return [
    ...validateResourceName(name, path),
    ...(name.includes('/') || isStandardQuotaResource(name)
      ? []
      : [invalid(path, name, 'must be a standard resource for quota')]),
  ];
}

/** core/helper IsStandardQuotaResourceName. */
export function isStandardQuotaResource(name: string): boolean {
  return (name !== 'storage' && STANDARD_RESOURCES.has(name)) || /^(requests\.)?hugepages-/.test(name);
}

/** Entries in the order of their names: Go's order is random, ours must not be. */
export function sorted(amounts: Record<string, string> | undefined): [string, string][] {
  return Object.entries(amounts ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** core/validation validateContainerResourceName. */
export function validateContainerResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.includes(name) && !isHugePages(name))
      errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

/** core/validation validatePodResourceName: what the Pod as a whole can ask for. */
export function validatePodResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (errors.length > 0 || name === 'cpu' || name === 'memory' || isHugePages(name)) return errors;
  return [notSupported(path, name, ['cpu', 'hugepages-', 'memory'])];
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

/** Huge pages come whole (validateResourceQuantityHugePageValue). */
function wholePages(name: string, amount: string, path: string): FieldError[] {
  if (!isHugePages(name)) return [];
  const page = tryParseQuantity(name.slice('hugepages-'.length));
  const quantity = tryParseQuantity(amount);
  if (!quantity || (page && page.nanos > 0n && quantity.nanos % page.nanos === 0n)) return [];
  const text = formatQuantity(quantity);
  return [invalid(path, text, `${text} is not positive integer multiple of ${name}`)];
}

/** Whether more of it may be promised than there is (core/helper IsOvercommitAllowed). */
export function mayBeOvercommitted(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** A vendor's resource (core/helper IsExtendedResourceName). */
function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
}
