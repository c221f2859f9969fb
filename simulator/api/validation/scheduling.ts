import type { PodSpec } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from './names';
import { type LabelSelector, validateLabelSelector, validateOperator } from './selectors';
import { optionallyOneOf, positive } from './values';

type Affinity = NonNullable<PodSpec['affinity']>;
type NodeTerm = NonNullable<
  NonNullable<Affinity['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>['nodeSelectorTerms'][number];
type PodTerm = NonNullable<
  NonNullable<Affinity['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number];

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const WEIGHT = 'must be in the range 1-100';

/** core/validation validateAffinity. */
export function validateAffinity(affinity: PodSpec['affinity'], path: string): FieldError[] {
  if (!affinity) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const errors: FieldError[] = [];
  if (nodeAffinity) {
    const here = `${path}.nodeAffinity`;
    const must = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    if (must)
      errors.push(
        ...validateNodeTerms(
          must.nodeSelectorTerms,
          `${here}.requiredDuringSchedulingIgnoredDuringExecution`,
        ),
      );
    for (const [index, term] of (
      nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? []
    ).entries()) {
      const there = at(`${here}.preferredDuringSchedulingIgnoredDuringExecution`, index);
      if (term.weight <= 0 || term.weight > 100) errors.push(invalid(`${there}.weight`, term.weight, WEIGHT));
      errors.push(...validateNodeTerm(term.preference ?? {}, false, `${there}.preference`));
    }
  }
  for (const [name, pods] of Object.entries({ podAffinity, podAntiAffinity })) {
    if (!pods) continue;
    const here = `${path}.${name}`;
    for (const [index, term] of (pods.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries())
      errors.push(
        ...validatePodTerm(term, at(`${here}.requiredDuringSchedulingIgnoredDuringExecution`, index)),
      );
    for (const [index, term] of (pods.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const there = at(`${here}.preferredDuringSchedulingIgnoredDuringExecution`, index);
      if (term.weight <= 0 || term.weight > 100) errors.push(invalid(`${there}.weight`, term.weight, WEIGHT));
      errors.push(...validatePodTerm(term.podAffinityTerm, `${there}.podAffinityTerm`));
    }
  }
  return errors;
}

/** core/validation ValidateTolerations. */
export function validateTolerations(tolerations: PodSpec['tolerations'], path: string): FieldError[] {
  return (tolerations ?? []).flatMap((toleration, index) => {
    const here = at(path, index);
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
    const errors = key ? invalids(`${here}.key`, key, qualifiedName(key)) : [];
    if (!key && operator !== 'Exists')
      errors.push(
        invalid(
          `${here}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      errors.push(
        invalid(`${here}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
      );
    if (operator === 'Equal' || operator === '') {
      const problems = labelValue(value);
      if (problems.length > 0) errors.push(invalid(`${here}.operator`, value, problems.join(';')));
    } else if (operator === 'Exists') {
      if (value)
        errors.push(invalid(`${here}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else {
      // Lt and Gt are behind a feature gate that is off (TaintTolerationComparisonOperators).
      const gated = operator === 'Lt' || operator === 'Gt' ? ['Lt', 'Gt'] : [];
      errors.push(notSupported(`${here}.operator`, operator, ['Equal', 'Exists', ...gated]));
    }
    if (effect && !TAINT_EFFECTS.includes(effect))
      errors.push(notSupported(`${here}.effect`, effect, TAINT_EFFECTS));
    return errors;
  });
}

/** core/validation validateTopologySpreadConstraints. */
export function validateTopologySpread(
  constraints: PodSpec['topologySpreadConstraints'],
  path: string,
): FieldError[] {
  return (constraints ?? []).flatMap((constraint, index, all) => {
    const here = at(path, index);
    const { maxSkew = 0, topologyKey, whenUnsatisfiable, minDomains, labelSelector } = constraint;
    const errors = positive(maxSkew, `${here}.maxSkew`);
    if (!topologyKey) errors.push(required(`${here}.topologyKey`, 'can not be empty'));
    errors.push(
      ...optionallyOneOf(
        whenUnsatisfiable ?? '',
        ['DoNotSchedule', 'ScheduleAnyway'],
        `${here}.whenUnsatisfiable`,
      ),
    );
    const repeated = all
      .slice(index + 1)
      .some((each) => each.topologyKey === topologyKey && each.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated)
      errors.push(
        duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`),
      );
    if (minDomains !== undefined) errors.push(...positive(minDomains, `${here}.minDomains`));
    if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule')
      errors.push(
        invalid(
          `${here}.minDomains`,
          minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
        ),
      );
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const)
      errors.push(...optionallyOneOf(constraint[field], ['Honor', 'Ignore'], `${here}.${field}`));
    return [
      ...errors,
      ...validateLabelKeys(constraint, here),
      ...validateLabelSelector(labelSelector, `${here}.labelSelector`),
    ];
  });
}

/** core/validation ValidateMatchLabelKeysAndMismatchLabelKeys. */
function validateLabelKeys(
  term: { matchLabelKeys?: string[]; mismatchLabelKeys?: string[]; labelSelector?: LabelSelector },
  path: string,
): FieldError[] {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  const errors = Object.entries({ matchLabelKeys, mismatchLabelKeys }).flatMap(([field, keys]) => {
    if (keys.length === 0) return [];
    const here = `${path}.${field}`;
    if (!labelSelector) return [forbidden(here, 'must not be specified when labelSelector is not set')];
    return keys.flatMap((key, index) => invalids(at(here, index), key, qualifiedName(key)));
  });
  const selected = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const index = matchLabelKeys.lastIndexOf(key);
    if (index >= 0 && selected.has(key))
      errors.push(invalid(at(path, index), key, 'exists in both matchLabelKeys and labelSelector'));
    selected.add(key);
  }
  for (const [index, key] of matchLabelKeys.entries())
    if (mismatchLabelKeys.includes(key))
      errors.push(
        invalid(
          at(`${path}.matchLabelKeys`, index),
          key,
          'exists in both matchLabelKeys and mismatchLabelKeys',
        ),
      );
  return errors;
}

/** core/validation ValidateNodeSelector. */
export function validateNodeTerms(terms: readonly NodeTerm[] | undefined, path: string): FieldError[] {
  const here = `${path}.nodeSelectorTerms`;
  if (!terms?.length) return [required(here, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => validateNodeTerm(term, true, at(here, index)));
}

/** `strict`: values must be label values. A term that is only preferred may have any. */
function validateNodeTerm(
  { matchExpressions = [], matchFields = [] }: NodeTerm,
  strict: boolean,
  path: string,
): FieldError[] {
  return [
    ...matchExpressions.flatMap(({ key = '', operator, values = [] }, index) => {
      const here = at(`${path}.matchExpressions`, index);
      const errors =
        operator === 'Gt' || operator === 'Lt'
          ? values.length === 1
            ? []
            : [required(`${here}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")]
          : validateOperator(operator, values, here);
      errors.push(...invalids(`${here}.key`, key, qualifiedName(key)));
      if (!strict) return errors;
      return [
        ...errors,
        ...values.flatMap((value, position) =>
          invalids(at(`${here}.values`, position), value, labelValue(value)),
        ),
      ];
    }),
    ...matchFields.flatMap(({ key, operator, values = [] }, index) => {
      const here = at(`${path}.matchFields`, index);
      const errors: FieldError[] = [];
      if (operator !== 'In' && operator !== 'NotIn')
        errors.push(invalid(`${here}.operator`, operator, 'not a valid selector operator'));
      else if (values.length !== 1)
        errors.push(
          required(
            `${here}.values`,
            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
          ),
        );
      if (key !== 'metadata.name')
        return [...errors, invalid(`${here}.key`, key, 'not a valid field selector key')];
      return [
        ...errors,
        ...values.flatMap((value, position) =>
          invalids(at(`${here}.values`, position), value, dns1123Subdomain(value)),
        ),
      ];
    }),
  ];
}

/** core/validation validatePodAffinityTerm. An empty topology key is told of thrice, as upstream does. */
function validatePodTerm(term: PodTerm, path: string): FieldError[] {
  const { topologyKey = '' } = term;
  return [
    ...validateLabelSelector(term.labelSelector, `${path}.labelSelector`),
    ...validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`),
    ...(term.namespaces ?? []).flatMap((name) => invalids(`${path}.namespace`, name, dns1123Label(name))),
    ...validateLabelKeys(term, path),
    ...(topologyKey ? [] : [required(`${path}.topologyKey`, 'can not be empty')]),
    ...invalids(`${path}.topologyKey`, topologyKey, qualifiedName(topologyKey)),
  ];
}

/** core/validation validateSchedulingGates. */
export function validateSchedulingGates(spec: PodSpec, path: string): FieldError[] {
  const seen = new Set<string>();
  return (spec.schedulingGates ?? []).flatMap(({ name }, index) => {
    const here = at(path, index);
    const errors = invalids(here, name ?? '', qualifiedName(name ?? ''));
    if (seen.has(name)) errors.push(duplicate(here, name));
    seen.add(name);
    return errors;
  });
}
