import type { Container, Pod, PodSpec, PodTemplateSpec } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { paddedImage, validateImagesOfPod } from './containers';
import { at, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { internalDiff, internalForm } from './internal-form';
import { validateAnnotations, validateLabels } from './metadata';
import { within } from './names';
import { validatePodSpec } from './pod-spec';
import { validateTolerations } from './scheduling';

const MOST_SECONDS = 2_147_483_647;
const UPDATABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** core/validation ValidatePodCreate, without metadata. */
export function validatePod(pod: Pod): FieldError[] {
  const { spec } = pod;
  const errors = validatePodItself(pod);
  if (spec?.ephemeralContainers?.length)
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (spec?.nodeName && spec.schedulingGates?.length)
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  return errors;
}

/** core/validation validatePodMetadataAndSpec, beyond what all metadata obeys. */
export function validatePodItself({ metadata, spec = { containers: [] } }: Pod): FieldError[] {
  return [
    ...validatePodAnnotations(metadata.annotations, spec, 'metadata.annotations'),
    ...validatePodSpec(spec, 'spec', metadata.name ?? ''),
    ...validateImagesOfPod(spec),
  ];
}

/** core/validation ValidatePodUpdate, without metadata. */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  const errors = [...validatePodItself(pod), ...mirrorStays(pod, old)];
  for (const list of ['containers', 'initContainers'] as const) {
    const found = validateImages(spec[list] ?? [], before[list] ?? [], `spec.${list}`);
    errors.push(...found.errors);
    if (found.stop) return errors;
  }
  errors.push(...validateDeadline(spec.activeDeadlineSeconds, before.activeDeadlineSeconds));
  errors.push(...validateAddedTolerations(spec.tolerations ?? [], before.tolerations ?? []));
  errors.push(...validateRemovedGates(spec, before));
  const gated = (before.schedulingGates?.length ?? 0) > 0;
  if (gated) errors.push(...validateNarrowing(spec, before));
  const rest = withoutUpdatable(spec, before, gated);
  const difference = internalDiff('PodSpec', before, rest);
  if (difference) errors.push(forbidden('spec', `${UPDATABLE}\n${difference}`));
  return errors;
}

/** core/validation ValidatePodEphemeralContainersUpdate: they may be added, never changed or taken away. */
export function validateEphemeralUpdate(pod: Pod, old: Pod): FieldError[] {
  const path = 'spec.ephemeralContainers';
  const errors = [...validatePodItself(pod), ...mirrorStays(pod, old)];
  const added = new Map(
    (pod.spec?.ephemeralContainers ?? []).map((container) => [container.name, container]),
  );
  for (const container of old.spec?.ephemeralContainers ?? []) {
    const now = added.get(container.name);
    const named = `existing ephemeral containers "${container.name}" may not be`;
    if (!now) errors.push(forbidden(path, `${named} removed\n`));
    else if (!deepEqual(now, container))
      errors.push(forbidden(path, `${named} changed\n${internalDiff('EphemeralContainer', container, now)}`));
  }
  return errors;
}

/** ValidatePodTemplateSpec. */
export function validateTemplate(template: PodTemplateSpec | undefined, path: string): FieldError[] {
  const { labels, annotations } = template?.metadata ?? {};
  const errors: FieldError[] = [];
  const spec = template?.spec ?? { containers: [] };
  errors.push(
    ...validateLabels(labels, `${path}.labels`),
    ...validateAnnotations(annotations, `${path}.annotations`),
    ...validatePodAnnotations(annotations, spec, `${path}.annotations`),
    ...validatePodSpec(spec, `${path}.spec`),
  );
  if (spec.ephemeralContainers?.length)
    errors.push(
      forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'),
    );
  return errors;
}

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const MIRROR = 'kubernetes.io/config.mirror';

/** core/validation ValidatePodSpecificAnnotations. */
function validatePodAnnotations(
  annotations: Record<string, string> | undefined,
  spec: PodSpec,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const mirror = annotations?.[MIRROR];
  if (mirror !== undefined && !spec.nodeName)
    errors.push(invalid(at(path, MIRROR), mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  const cost = annotations?.[DELETION_COST];
  if (cost !== undefined && !(/^(0|-?[1-9]\d*)$/.test(cost) && Math.abs(Number(cost)) < 2 ** 31))
    errors.push(invalid(at(path, DELETION_COST), cost, 'must be a 32bit integer'));
  return errors;
}

/** A Pod does not become the mirror of a static one, nor stops being it (ValidatePodSpecificAnnotationUpdates). */
function mirrorStays(pod: Pod, old: Pod): FieldError[] {
  const [now, before] = [pod, old].map(({ metadata }) => metadata.annotations?.[MIRROR]);
  if (now === before) return [];
  const what = before === undefined ? 'may not add' : 'may not remove or update';
  return [forbidden(at('metadata.annotations', MIRROR), `${what} mirror pod annotation`)];
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
  const errors = containers.flatMap(({ image }, index) => [
    ...(image ? [] : [required(`${at(path, index)}.image`)]),
    ...paddedImage(image, at(path, index)),
  ]);
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
  const path = 'spec.tolerations';
  if (!before.every((known) => tolerations.some((toleration) => same(known, toleration))))
    return [forbidden(path, 'existing toleration can not be modified except its tolerationSeconds')];
  return validateTolerations(tolerations, path);
}

/** core/validation validateOnlyDeletedSchedulingGates. */
function validateRemovedGates({ schedulingGates = [] }: PodSpec, before: PodSpec): FieldError[] {
  return schedulingGates.flatMap(({ name }, index) =>
    before.schedulingGates?.some((gate) => gate.name === name)
      ? []
      : [
          forbidden(
            `${at('spec.schedulingGates', index)}.name`,
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  );
}

type Terms = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>['nodeSelectorTerms'];
type NodeAffinity = NonNullable<NonNullable<PodSpec['affinity']>['nodeAffinity']>;

/** While a Pod is gated, where it may go can be narrowed down (validateNodeSelectorMutation and its sibling). */
function validateNarrowing(spec: PodSpec, before: PodSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { nodeSelector = {} } = spec;
  if (Object.entries(before.nodeSelector ?? {}).some(([key, value]) => nodeSelector[key] !== value))
    errors.push(
      invalid(
        'spec.nodeSelector',
        nodeSelector,
        'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ),
    );
  const terms = ({ affinity }: PodSpec): Terms =>
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const [was, is] = [terms(before), terms(spec)];
  const path = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
  const shown = is.map((term) => internalForm('NodeSelectorTerm', term));
  if (was.length > 0 && was.length !== is.length)
    return [
      ...errors,
      invalid(path, shown, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'),
    ];
  for (const [index, term] of was.entries())
    if (!onlyAdds(is[index] ?? {}, term))
      errors.push(
        invalid(at(path, index), shown[index], 'only additions are allowed (no mutations or deletions)'),
      );
  return errors;
}

function onlyAdds(term: Terms[number], old: Terms[number]): boolean {
  const { matchExpressions: expressions = [], matchFields: fields = [] } = old;
  if (expressions.length + fields.length === 0)
    return !term.matchExpressions?.length && !term.matchFields?.length;
  return (
    deepEqual(term.matchExpressions?.slice(0, expressions.length) ?? [], expressions) &&
    deepEqual(term.matchFields?.slice(0, fields.length) ?? [], fields)
  );
}

/** The new spec with everything that may change set back to what it was, so that the rest can be compared. */
function withoutUpdatable(spec: PodSpec, before: PodSpec, gated: boolean): PodSpec {
  const images = (list: Container[] | undefined, old: Container[] | undefined) =>
    list?.map((container, index) => ({ ...container, image: old?.[index]?.image ?? '' }));
  const rest: PodSpec = {
    ...spec,
    containers: images(spec.containers, before.containers) ?? [],
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    tolerations: before.tolerations,
    schedulingGates: before.schedulingGates,
  };
  if (spec.initContainers) rest.initContainers = images(spec.initContainers, before.initContainers);
  if ((before.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1)
    rest.terminationGracePeriodSeconds = before.terminationGracePeriodSeconds;
  if (!gated) return rest;
  const others = { ...spec.affinity, nodeAffinity: before.affinity?.nodeAffinity };
  const affinity = Object.values(others).some(Boolean) || before.affinity ? others : undefined;
  return { ...rest, nodeSelector: before.nodeSelector, affinity };
}
