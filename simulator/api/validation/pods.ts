import { qosClass } from '../../schema/pod-resources';
import type { Container, Pod, PodSpec, PodTemplateSpec } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { labelSelectorMatches } from '../selectors/label-selector';
import { at, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { internalForm } from './internal-form';
import { validateAnnotations, validateLabels } from './metadata';
import { within } from './names';
import { validateEphemeralContainers, validatePodSpec } from './pod-spec';
import { isEmptySelector, type LabelSelector } from './selectors';
import { unifiedDiff } from './unified-diff';

const MOST_SECONDS = 2_147_483_647;
const UPDATABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** core/validation ValidatePodCreate, without metadata. */
export function validatePod({ spec }: Pod): FieldError[] {
  const errors = validatePodSpec(spec ?? { containers: [] }, 'spec');
  if (spec?.ephemeralContainers?.length)
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (spec?.nodeName && spec.schedulingGates?.length)
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  return errors;
}

/** core/validation ValidatePodUpdate, without metadata. */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  const errors: FieldError[] = [];
  for (const list of ['containers', 'initContainers'] as const) {
    const found = validateImages(spec[list] ?? [], before[list] ?? [], `spec.${list}`);
    errors.push(...found.errors);
    if (found.stop) return errors;
  }
  errors.push(...validateDeadline(spec.activeDeadlineSeconds, before.activeDeadlineSeconds));
  errors.push(...validateAddedTolerations(spec.tolerations ?? [], before.tolerations ?? []));
  const rest = withoutUpdatable(spec, before);
  const [was, is] = [before, rest].map((each) => goIndented(internalForm('PodSpec', each)));
  if (was !== is) errors.push(forbidden('spec', `${UPDATABLE}\n${unifiedDiff(was ?? '', is ?? '')}`));
  return errors;
}

/** core/validation ValidatePodEphemeralContainersUpdate: they may be added, never changed or taken away. */
export function validateEphemeralUpdate(pod: Pod, old: Pod): FieldError[] {
  const path = 'spec.ephemeralContainers';
  const spec = pod.spec ?? { containers: [] };
  const errors = validateEphemeralContainers(spec, path);
  const added = new Map((spec.ephemeralContainers ?? []).map((container) => [container.name, container]));
  for (const [index, container] of (old.spec?.ephemeralContainers ?? []).entries()) {
    const now = added.get(container.name);
    if (!now)
      errors.push(forbidden(path, `existing ephemeral containers "${container.name}" may not be removed\n`));
    else if (!deepEqual(now, container))
      errors.push(
        forbidden(at(path, index), `existing ephemeral containers "${container.name}" may not be changed\n`),
      );
  }
  return errors;
}

/** core/validation ValidatePodResize: amounts may change as long as the QoS class stays. */
export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const errors = validatePodSpec(spec, 'spec');
  const before = qosClass(old.spec ?? { containers: [] });
  if (errors.length === 0 && qosClass(spec) !== before)
    errors.push(invalid('spec', before, 'Pod QOS Class may not change as a result of resizing'));
  return errors;
}

/** A Pod template and, where it has one, its selector (ValidatePodTemplateSpec and its kind-specific siblings). */
export function validateTemplate(
  template: PodTemplateSpec | undefined,
  selector: LabelSelector | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const labels = template?.metadata?.labels;
  if (selector && !isEmptySelector(selector) && !labelSelectorMatches(selector, labels ?? {}))
    errors.push(
      invalid(`${path}.metadata.labels`, labels ?? null, '`selector` does not match template `labels`'),
    );
  const spec = template?.spec ?? { containers: [] };
  errors.push(
    ...validateLabels(labels, `${path}.labels`),
    ...validateAnnotations(template?.metadata?.annotations, `${path}.annotations`),
    ...validatePodSpec(spec, `${path}.spec`),
  );
  if (spec.ephemeralContainers?.length)
    errors.push(
      forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'),
    );
  return errors;
}

/** For controllers that keep Pods running: restartPolicy Always, no deadline. `kind` is upstream's word for it. */
export function validateLastingTemplate(spec: PodSpec | undefined, kind: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec?.restartPolicy && spec.restartPolicy !== 'Always')
    errors.push(notSupported(`${path}.spec.restartPolicy`, spec.restartPolicy, ['Always']));
  if (spec?.activeDeadlineSeconds !== undefined)
    errors.push(
      forbidden(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`),
    );
  return errors;
}

function validateImages(
  containers: readonly Container[],
  before: readonly Container[],
  path: string,
): { errors: FieldError[]; stop: boolean } {
  if (containers.length !== before.length)
    return { errors: [forbidden(path, 'pod updates may not add or remove containers')], stop: true };
  const errors = containers.flatMap(({ image }, index) => {
    const here = `${at(path, index)}.image`;
    if (!image) return [required(here)];
    return image.trim() === image
      ? []
      : [invalid(here, image, 'must not have leading or trailing whitespace')];
  });
  return { errors, stop: false };
}

function validateDeadline(value: number | undefined, before: number | undefined): FieldError[] {
  const path = 'spec.activeDeadlineSeconds';
  if (value === undefined)
    return before === undefined
      ? []
      : [invalid(path, null, 'must not update from a positive integer to nil value')];
  const range = invalids(path, value, within(value, 0, MOST_SECONDS));
  if (range.length > 0) return range;
  return before !== undefined && before < value
    ? [invalid(path, value, 'must be less than or equal to previous value')]
    : [];
}

type Tolerations = NonNullable<PodSpec['tolerations']>;

function validateAddedTolerations(tolerations: Tolerations, before: Tolerations): FieldError[] {
  const same = (left: Tolerations[number], right: Tolerations[number]) =>
    deepEqual({ ...left, tolerationSeconds: undefined }, { ...right, tolerationSeconds: undefined });
  return before.every((known) => tolerations.some((toleration) => same(known, toleration)))
    ? []
    : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

/** The new spec with everything that may change set back to what it was, so that the rest can be compared. */
function withoutUpdatable(spec: PodSpec, before: PodSpec): PodSpec {
  const images = (list: Container[] | undefined, old: Container[] | undefined) =>
    list?.map((container, index) => ({ ...container, image: old?.[index]?.image ?? '' }));
  const rest: PodSpec = {
    ...spec,
    containers: images(spec.containers, before.containers) ?? [],
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    tolerations: before.tolerations,
    ephemeralContainers: before.ephemeralContainers,
  };
  if (spec.initContainers) rest.initContainers = images(spec.initContainers, before.initContainers);
  if ((before.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1)
    rest.terminationGracePeriodSeconds = before.terminationGracePeriodSeconds;
  const gates = before.schedulingGates ?? [];
  if (gates.length > 0) {
    const left = (spec.schedulingGates ?? []).every(({ name }) => gates.some((gate) => gate.name === name));
    if (left) rest.schedulingGates = gates;
    if (Object.entries(before.nodeSelector ?? {}).every(([key, value]) => spec.nodeSelector?.[key] === value))
      rest.nodeSelector = before.nodeSelector;
  }
  return rest;
}

/** As Go's json.MarshalIndent with one blank writes it. */
function goIndented(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
