import type {
  Event,
  Lease,
  Namespace,
  Node,
  PodDisruptionBudget,
  PriorityClass,
  RuntimeClass,
} from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, invalids, required } from './field-error';
import { internalForm } from './internal-form';
import { immutable, validateKubeFinalizers, validateLabels } from './metadata';
import { dns1123Label, labelValue, qualifiedName } from './names';
import { validateContainerResourceName, validateRequirements } from './resources';
import { validateTolerations } from './scheduling';
import { validateLabelSelector } from './selectors';
import { nonNegative, notOverAHundred, oneOf, optionallyOneOf, validateCountOrPercent } from './values';

const HIGHEST_PRIORITY = 1_000_000_000;
/** policy/validation ValidatePodDisruptionBudgetSpec. */
export function validateDisruptionBudget({ spec }: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, selector } = spec ?? {};
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(
      invalid(
        'spec',
        internalForm('PodDisruptionBudgetSpec', spec ?? {}),
        'minAvailable and maxUnavailable cannot be both set',
      ),
    );
  for (const [field, count] of Object.entries({ minAvailable, maxUnavailable }))
    if (count !== undefined)
      errors.push(
        ...validateCountOrPercent(count, `spec.${field}`),
        ...notOverAHundred(count, `spec.${field}`),
      );
  return [
    ...errors,
    ...validateLabelSelector(selector, 'spec.selector'),
    ...optionallyOneOf(
      spec?.unhealthyPodEvictionPolicy,
      ['AlwaysAllow', 'IfHealthyBudget'],
      'spec.unhealthyPodEvictionPolicy',
    ),
  ];
}

const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** scheduling/validation ValidatePriorityClass; names beginning with `system-` are Kubernetes' own. */
export function validatePriorityClass(priorityClass: PriorityClass): FieldError[] {
  const { metadata, value = 0, preemptionPolicy } = priorityClass;
  const errors: FieldError[] = [];
  if (metadata.name?.startsWith('system-')) {
    const problem = systemClassProblem(metadata.name, priorityClass);
    if (problem)
      errors.push(
        forbidden(
          'metadata.name',
          `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`,
        ),
      );
  } else if (value > HIGHEST_PRIORITY) {
    errors.push(
      forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_PRIORITY}`),
    );
  }
  return preemptionPolicy === undefined
    ? errors
    : [...errors, ...oneOf(preemptionPolicy, ['PreemptLowerPriority', 'Never'], 'preemptionPolicy')];
}

function systemClassProblem(name: string, { value, globalDefault }: PriorityClass): string | undefined {
  const known = SYSTEM_PRIORITIES[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function validatePriorityClassUpdate(next: PriorityClass, old: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  if (next.value !== old.value) errors.push(forbidden('value', 'may not be changed in an update.'));
  return [...errors, ...immutable(next.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy')];
}

/** node/validation ValidateRuntimeClass, without metadata. */
export function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  return [
    ...(handler ? invalids('handler', handler, dns1123Label(handler)) : [required('handler')]),
    ...validateRequirements({ limits: overhead?.podFixed }, validateContainerResourceName, 'overhead'),
    ...validateLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector'),
    ...validateTolerations(scheduling?.tolerations, 'scheduling.tolerations'),
  ];
}

/** node/validation ValidateRuntimeClassUpdate. */
export function validateRuntimeClassUpdate(object: RuntimeClass, old: RuntimeClass): FieldError[] {
  return immutable(object.handler, old.handler, 'handler');
}

/** core/validation ValidateNamespace: only finalizers have a rule of their own. */
export function validateNamespace({ spec }: Namespace): FieldError[] {
  const path = 'spec.finalizers';
  return (spec?.finalizers ?? []).flatMap((name) => [
    ...invalids(path, name, qualifiedName(name)),
    ...validateKubeFinalizers([name], path).map((error) => ({ ...error, field: path })),
  ]);
}

/** core/validation ValidateNode: its taints. Upstream takes them for metadata's. */
export function validateNode({ spec }: Node): FieldError[] {
  const seen = new Set<string>();
  return (spec?.taints ?? []).flatMap((taint, index) => {
    const { key, value = '', effect } = taint;
    const here = at('metadata.taints', index);
    const errors = invalids(`${here}.key`, key, qualifiedName(key));
    const problems = labelValue(value);
    if (problems.length > 0) errors.push(invalid(`${here}.value`, value, problems.join(';')));
    errors.push(...oneOf(effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], `${here}.effect`));
    const id = `${key}:${effect}`;
    if (seen.has(id))
      errors.push(
        duplicate(here, internalForm('Taint', taint), 'taints must be unique by key and effect pair'),
      );
    seen.add(id);
    return errors;
  });
}

/** core/validation ValidateNodeUpdate: what a provider has said of a machine stays. */
export function validateNodeUpdate(node: Node, old: Node): FieldError[] {
  const [is, was] = [node.spec ?? {}, old.spec ?? {}];
  const errors: FieldError[] = [];
  if (was.podCIDRs?.length && !deepEqual(is.podCIDRs, was.podCIDRs))
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  if (was.providerID && is.providerID !== was.providerID)
    errors.push(
      forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'),
    );
  return [...errors, ...validateNode(node)];
}

/** coordination/validation ValidateLeaseSpec. */
export function validateLease({ spec }: Lease): FieldError[] {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec ?? {};
  const errors: FieldError[] = [];
  if (seconds !== undefined && seconds <= 0)
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
  return [...errors, ...nonNegative(transitions, 'spec.leaseTransitions')];
}

/** core/validation legacyValidateEvent, for events that have no eventTime. */
export function validateEvent({ metadata, involvedObject, eventTime }: Event): FieldError[] {
  const { namespace = '' } = involvedObject ?? {};
  const own = metadata.namespace ?? '';
  const fits = namespace ? namespace === own : own === '' || own === 'default';
  const free = Boolean(eventTime) && (namespace !== '' || own === 'kube-system');
  return fits || free
    ? []
    : [invalid('involvedObject.namespace', namespace, 'does not match event.namespace')];
}
