import type {
  HorizontalPodAutoscaler,
  Namespace,
  Node,
  PodDisruptionBudget,
  PriorityClass,
  RuntimeClass,
} from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, duplicate, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { immutable } from './metadata';
import { dns1123Label, labelValue, pathSegment, qualifiedName } from './names';
import { validateLabelSelector } from './selectors';
import { optionallyOneOf, validateCountOrPercent } from './values';

type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['metrics']>[number];
type MetricTarget = NonNullable<Metric['resource']>['target'];

const HIGHEST_PRIORITY = 1_000_000_000;
const METRIC_TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const METRIC_FIELDS: Record<string, keyof Metric> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

/** autoscaling/validation ValidateHorizontalPodAutoscaler, without metadata. */
export function validateAutoscaler({ spec }: HorizontalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics = [] } = spec ?? {};
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas < 1) errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  for (const field of ['kind', 'name'] as const) {
    const value = scaleTargetRef?.[field];
    const path = `spec.scaleTargetRef.${field}`;
    errors.push(...(value ? invalids(path, value, pathSegment(value)) : [required(path)]));
  }
  return [
    ...errors,
    ...metrics.flatMap((metric, index) => validateMetric(metric, at('spec.metrics', index))),
  ];
}

/** policy/validation ValidatePodDisruptionBudgetSpec. */
export function validateDisruptionBudget({ spec }: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, selector } = spec ?? {};
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'));
  if (minAvailable !== undefined) errors.push(...validateCountOrPercent(minAvailable, 'spec.minAvailable'));
  if (maxUnavailable !== undefined)
    errors.push(...validateCountOrPercent(maxUnavailable, 'spec.maxUnavailable'));
  return [
    ...errors,
    ...validateLabelSelector(selector, 'spec.selector'),
    ...optionallyOneOf(
      spec?.unhealthyPodEvictionPolicy,
      ['IfHealthyBudget', 'AlwaysAllow'],
      'spec.unhealthyPodEvictionPolicy',
    ),
  ];
}

/** scheduling/validation ValidatePriorityClass; names beginning with `system-` are Kubernetes' own. */
export function validatePriorityClass({ metadata, value, preemptionPolicy }: PriorityClass): FieldError[] {
  const system: Record<string, number> = {
    'system-cluster-critical': 2_000_000_000,
    'system-node-critical': 2_000_001_000,
  };
  const errors: FieldError[] = [];
  if (metadata.name?.startsWith('system-')) {
    if (system[metadata.name] !== value)
      errors.push(
        forbidden(
          'metadata.name',
          "priority class names with 'system-' prefix are reserved for system use only. error: value of system priority class is not known",
        ),
      );
  } else if ((value ?? 0) > HIGHEST_PRIORITY) {
    errors.push(
      forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_PRIORITY}`),
    );
  }
  return [
    ...errors,
    ...optionallyOneOf(preemptionPolicy, ['Never', 'PreemptLowerPriority'], 'preemptionPolicy'),
  ];
}

export function validatePriorityClassUpdate(next: PriorityClass, old: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  if (next.value !== old.value) errors.push(forbidden('value', 'may not be changed in an update.'));
  return [...errors, ...immutable(next.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy')];
}

/** node/validation ValidateRuntimeClass, without metadata. */
export function validateRuntimeClass({ handler }: RuntimeClass): FieldError[] {
  return invalids('handler', handler ?? '', dns1123Label(handler ?? ''));
}

/** node/validation ValidateRuntimeClassUpdate. */
export function validateRuntimeClassUpdate(object: RuntimeClass, old: RuntimeClass): FieldError[] {
  return immutable(object.handler, old.handler, 'handler');
}

/** core/validation ValidateNamespace: only finalizers have a rule of their own. */
export function validateNamespace({ spec }: Namespace): FieldError[] {
  return (spec?.finalizers ?? []).flatMap((name) => invalids('spec.finalizers', name, qualifiedName(name)));
}

/** core/validation ValidateNode: its taints. */
export function validateNode({ spec }: Node): FieldError[] {
  const seen = new Set<string>();
  return (spec?.taints ?? []).flatMap(({ key, value = '', effect }, index) => {
    const here = at('spec.taints', index);
    const errors = [
      ...invalids(`${here}.key`, key, qualifiedName(key)),
      ...invalids(`${here}.value`, value, labelValue(value)),
    ];
    const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
    if (!effects.includes(effect)) errors.push(notSupported(`${here}.effect`, effect, effects));
    const id = `${key}:${effect}`;
    if (seen.has(id))
      errors.push({
        ...duplicate(here, { Key: key, Value: value, Effect: effect, TimeAdded: null }),
        message: `Duplicate value: ${JSON.stringify({ Key: key, Value: value, Effect: effect, TimeAdded: null })}: taints must be unique by key and effect pair`,
      });
    seen.add(id);
    return errors;
  });
}

function validateMetric(metric: Metric, path: string): FieldError[] {
  if (!metric.type) return [required(`${path}.type`, 'must specify a metric source type')];
  const field = METRIC_FIELDS[metric.type];
  if (!field) return [notSupported(`${path}.type`, metric.type, METRIC_TYPES)];
  if (!metric[field]) return [required(`${path}.${field}`, 'must populate the given metric source')];
  const resource = metric.resource;
  if (field !== 'resource' || !resource) return [];
  const errors: FieldError[] = [];
  if (!resource.name) errors.push(required(`${path}.resource.name`, 'must specify a resource name'));
  return [...errors, ...validateTarget(resource.target, `${path}.resource.target`)];
}

function validateTarget(target: MetricTarget, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!target.type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  else if (!['Utilization', 'Value', 'AverageValue'].includes(target.type))
    errors.push(invalid(`${path}.type`, target.type, 'must be either Utilization, Value, or AverageValue'));
  if (target.averageUtilization !== undefined && target.averageUtilization < 1)
    errors.push(invalid(`${path}.averageUtilization`, target.averageUtilization, 'must be greater than 0'));
  if (target.averageUtilization === undefined && target.averageValue === undefined)
    errors.push(
      required(`${path}.averageUtilization`, 'must set either a target raw value or a target utilization'),
    );
  if (target.averageUtilization !== undefined && target.averageValue !== undefined)
    errors.push(
      forbidden(`${path}.averageValue`, 'may not set both a target raw value and a target utilization'),
    );
  return errors;
}
