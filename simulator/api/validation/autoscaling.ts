import { formatQuantity, tryParseQuantity } from '../../schema/quantity';
import type { HorizontalPodAutoscaler } from '../../schema/types';
import type { FieldError } from '../extension-points';
import { at, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { dns1123Label, pathSegment } from './names';
import { validateContainerResourceName } from './resources';
import { validateLabelSelector } from './selectors';
import { optionallyOneOf } from './values';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type Metric = NonNullable<Spec['metrics']>[number];
type Target = NonNullable<Metric['resource']>['target'];
type Reference = Spec['scaleTargetRef'];
type Rules = NonNullable<NonNullable<Spec['behavior']>['scaleUp']>;

/** Field of each type of metric, in the order in which they are looked at. */
const SOURCES = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const;
const METRIC_TYPES = Object.keys(SOURCES).sort();
const LONGEST_WINDOW = 3600;
const LONGEST_PERIOD = 1800;

/** autoscaling/validation ValidateHorizontalPodAutoscaler, without metadata. */
export function validateAutoscaler({ spec }: HorizontalPodAutoscaler): FieldError[] {
  return validateSpec(spec, false);
}

/** An apiVersion that was let in stays so while the kind is the same. */
export function validateAutoscalerUpdate(
  { spec }: HorizontalPodAutoscaler,
  old: HorizontalPodAutoscaler,
): FieldError[] {
  const [is, was] = [spec?.scaleTargetRef, old.spec?.scaleTargetRef];
  return validateSpec(spec, is?.apiVersion === was?.apiVersion && is?.kind === was?.kind);
}

function validateSpec(spec: HorizontalPodAutoscaler['spec'], known: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics = [], behavior } = spec ?? {};
  const most = 'spec.maxReplicas';
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  if (maxReplicas === 0) errors.push(required(most, 'must be set and greater than 0'));
  else if (maxReplicas < 0) errors.push(invalid(most, maxReplicas, 'must be greater than or equal to 1'));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalid(most, maxReplicas, 'must be greater than or equal to `minReplicas`'));
  const core = scaleTargetRef?.kind === 'ReplicationController';
  return [
    ...errors,
    ...validateReference(scaleTargetRef, known, core, 'spec.scaleTargetRef'),
    ...metrics.flatMap((metric, index) => validateMetric(metric, at('spec.metrics', index))),
    ...validateRules(behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...validateRules(behavior?.scaleDown, 'spec.behavior.scaleDown'),
  ];
}

/** autoscaling/validation ValidateCrossVersionObjectReference. `core`: whether the core group, which has no name, will do. */
function validateReference(
  reference: Reference | undefined,
  known: boolean,
  core: boolean,
  path: string,
): FieldError[] {
  const { kind, name, apiVersion = '' } = reference ?? {};
  const errors = Object.entries({ kind, name }).flatMap(([field, value]) =>
    value ? invalids(`${path}.${field}`, value, pathSegment(value)) : [required(`${path}.${field}`)],
  );
  const parts = apiVersion.split('/');
  if (known) return errors;
  if (parts.length > 2)
    errors.push(invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else if (!core && parts.length < 2)
    errors.push(invalid(`${path}.apiVersion`, apiVersion, 'apiVersion must specify API group'));
  return errors;
}

/** autoscaling/validation validateMetricSpec. */
function validateMetric(metric: Metric, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!metric.type) errors.push(required(`${path}.type`, 'must specify a metric source type'));
  const wanted = SOURCES[metric.type as keyof typeof SOURCES];
  // Upstream says so twice.
  if (!wanted) {
    const unknown = notSupported(`${path}.type`, metric.type ?? '', METRIC_TYPES);
    errors.push(unknown, unknown);
  }
  const present = Object.values(SOURCES).filter((field) => metric[field]);
  const [first] = present;
  if (first) errors.push(...validateSource(metric, first, `${path}.${first}`));
  if (wanted && !metric[wanted])
    errors.push(required(`${path}.${wanted}`, 'must populate information for the given metric source'));
  if (present.length > 1)
    for (const field of present)
      if (field !== wanted)
        errors.push(forbidden(`${path}.${field}`, 'must populate the given metric source only'));
  return errors;
}

function validateSource(
  { object, external, pods, resource, containerResource }: Metric,
  field: (typeof SOURCES)[keyof typeof SOURCES],
  path: string,
): FieldError[] {
  const target = `${path}.target`;
  if (field === 'object' && object) {
    const { value, averageValue } = object.target;
    return [
      ...validateReference(object.describedObject, false, true, `${path}.describedObject`),
      ...validateIdentifier(object.metric, `${path}.metric`),
      ...validateTarget(object.target, target),
      ...(value === undefined && averageValue === undefined
        ? [required(`${target}.averageValue`, 'must set either a target value or averageValue')]
        : []),
    ];
  }
  if (field === 'external' && external) {
    const { value, averageValue } = external.target;
    const both = value !== undefined && averageValue !== undefined;
    const neither = value === undefined && averageValue === undefined;
    const what = 'a target value for metric';
    return [
      ...validateIdentifier(external.metric, `${path}.metric`),
      ...validateTarget(external.target, target),
      ...(neither ? [required(`${target}.averageValue`, `must set either ${what} or a per-pod target`)] : []),
      ...(both ? [forbidden(`${target}.value`, `may not set both ${what} and a per-pod target`)] : []),
    ];
  }
  if (field === 'pods' && pods)
    return [
      ...validateIdentifier(pods.metric, `${path}.metric`),
      ...validateTarget(pods.target, target),
      ...(pods.target.averageValue === undefined
        ? [required(`${target}.averageValue`, 'must specify a positive target averageValue')]
        : []),
    ];
  if (field === 'resource' && resource)
    return [
      ...(resource.name ? [] : [required(`${path}.name`, 'must specify a resource name')]),
      ...validateUsage(resource.target, target),
    ];
  if (!containerResource) return [];
  const { name, container } = containerResource;
  return [
    ...(name
      ? validateContainerResourceName(name, `${path}.name`)
      : [required(`${path}.name`, 'must specify a resource name')]),
    ...(container
      ? invalids(`${path}.container`, container, dns1123Label(container))
      : [required(`${path}.container`, 'must specify a container')]),
    ...validateUsage(containerResource.target, target),
  ];
}

function validateIdentifier({ name, selector }: { name: string; selector?: object }, path: string) {
  return [
    ...(name
      ? invalids(`${path}.name`, name, pathSegment(name))
      : [required(`${path}.name`, 'must specify a metric name')]),
    ...validateLabelSelector(selector, `${path}.selector`),
  ];
}

/** Of a resource: so much, or so much of what was requested. */
function validateUsage(target: Target, path: string): FieldError[] {
  const { averageUtilization, averageValue } = target;
  const what = 'a target raw value';
  const errors = validateTarget(target, path);
  if (averageUtilization === undefined && averageValue === undefined)
    errors.push(required(`${path}.averageUtilization`, `must set either ${what} or a target utilization`));
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.push(forbidden(`${path}.averageValue`, `may not set both ${what} and a target utilization`));
  return errors;
}

/** autoscaling/validation validateMetricTarget. */
function validateTarget(target: Target, path: string): FieldError[] {
  const { type = '', averageUtilization } = target;
  const errors: FieldError[] = [];
  if (!type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    errors.push(invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue'] as const) {
    const quantity = target[field] === undefined ? undefined : tryParseQuantity(target[field]);
    if (quantity && quantity.nanos <= 0n)
      errors.push(invalid(`${path}.${field}`, formatQuantity(quantity), 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalid(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  return errors;
}

/** autoscaling/validation validateScalingRules. */
function validateRules(rules: Rules | undefined, path: string): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies = [] } = rules;
  const errors: FieldError[] = [];
  const field = `${path}.stabilizationWindowSeconds`;
  if (window < 0) errors.push(invalid(field, window, 'must be greater than or equal to zero'));
  if (window > LONGEST_WINDOW)
    errors.push(invalid(field, window, `must be less than or equal to ${LONGEST_WINDOW}`));
  errors.push(...optionallyOneOf(selectPolicy, ['Disabled', 'Max', 'Min'], `${path}.selectPolicy`));
  if (policies.length === 0) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const here = at(`${path}.policies`, index);
    errors.push(...optionallyOneOf(type ?? '', ['Percent', 'Pods'], `${here}.type`));
    if (value <= 0) errors.push(invalid(`${here}.value`, value, 'must be greater than zero'));
    if (periodSeconds <= 0)
      errors.push(invalid(`${here}.periodSeconds`, periodSeconds, 'must be greater than zero'));
    if (periodSeconds > LONGEST_PERIOD)
      errors.push(
        invalid(`${here}.periodSeconds`, periodSeconds, `must be less than or equal to ${LONGEST_PERIOD}`),
      );
  }
  return errors;
}
