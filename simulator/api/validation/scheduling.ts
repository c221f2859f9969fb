import type { PodSpec } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, duplicate, invalid, invalids, notSupported, required } from './field-error';
import { internalForm } from './internal-form';
import { dns1123Label, labelValue, qualifiedName } from './names';
import { validateLabelSelector, validateOperator } from './selectors';
import { oneOf } from './values';

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
      errors.push(...validateNodeTerm(term.preference ?? {}, `${there}.preference`));
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
        errors.push(
          invalid(
            `${here}.operator`,
            internalForm('Toleration', toleration),
            "value must be empty when `operator` is 'Exists'",
          ),
        );
    } else {
      errors.push(notSupported(`${here}.operator`, operator, ['Equal', 'Exists']));
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
  const seen = new Set<string>();
  return (constraints ?? []).flatMap((constraint, index) => {
    const here = at(path, index);
    const { maxSkew = 0, topologyKey, whenUnsatisfiable, minDomains, labelSelector } = constraint;
    const errors: FieldError[] = [];
    if (maxSkew <= 0) errors.push(invalid(`${here}.maxSkew`, maxSkew, 'must be greater than zero'));
    errors.push(...validateTopologyKey(topologyKey, `${here}.topologyKey`));
    errors.push(
      ...oneOf(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], `${here}.whenUnsatisfiable`),
    );
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(pair)) errors.push(duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, pair));
    seen.add(pair);
    if (minDomains !== undefined && minDomains <= 0)
      errors.push(invalid(`${here}.minDomains`, minDomains, 'must be greater than zero'));
    if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule')
      errors.push(
        invalid(
          `${here}.minDomains`,
          minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
        ),
      );
    return [...errors, ...validateLabelSelector(labelSelector, `${here}.labelSelector`)];
  });
}

/** core/validation ValidateNodeSelector. */
export function validateNodeTerms(terms: readonly NodeTerm[] | undefined, path: string): FieldError[] {
  const here = `${path}.nodeSelectorTerms`;
  if (!terms?.length) return [required(here, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => validateNodeTerm(term, at(here, index)));
}

function validateNodeTerm({ matchExpressions = [], matchFields = [] }: NodeTerm, path: string): FieldError[] {
  return [
    ...matchExpressions.flatMap(({ key, operator, values = [] }, index) => {
      const here = at(`${path}.matchExpressions`, index);
      const errors =
        operator === 'Gt' || operator === 'Lt'
          ? values.length === 1
            ? []
            : [required(`${here}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")]
          : validateOperator(operator, values, here);
      return [...errors, ...invalids(`${here}.key`, key ?? '', qualifiedName(key ?? ''))];
    }),
    ...matchFields.flatMap(({ key, operator, values = [] }, index) => {
      const here = at(`${path}.matchFields`, index);
      if (operator !== 'In' && operator !== 'NotIn')
        return [invalid(`${here}.operator`, operator, 'not a valid selector operator')];
      if (values.length !== 1)
        return [
          required(
            `${here}.values`,
            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
          ),
        ];
      return key === 'metadata.name' ? [] : [invalid(`${here}.key`, key, 'not a valid field selector key')];
    }),
  ];
}

function validatePodTerm(term: PodTerm, path: string): FieldError[] {
  return [
    ...validateLabelSelector(term.labelSelector, `${path}.labelSelector`),
    ...validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`),
    ...(term.namespaces ?? []).flatMap((name) => invalids(`${path}.namespace`, name, dns1123Label(name))),
    ...validateTopologyKey(term.topologyKey, `${path}.topologyKey`),
  ];
}

function validateTopologyKey(key: string | undefined, path: string): FieldError[] {
  return key ? invalids(path, key, qualifiedName(key)) : [required(path, 'can not be empty')];
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
