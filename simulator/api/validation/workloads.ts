import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  PodTemplate,
  PodTemplateSpec,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { labelSelectorMatches } from '../selectors/label-selector';
import { at, forbidden, invalid, invalids, notSupported, required } from './field-error';
import { internalForm } from './internal-form';
import { immutable } from './metadata';
import { dns1123Label } from './names';
import { validateLastingTemplate, validateTemplate } from './pods';
import { isEmptySelector, type LabelSelector, validateLabelSelector } from './selectors';
import { validateClaimSpec } from './storage';
import { isZero, nonNegative, notOverAHundred, oneOf, validateCountOrPercent } from './values';

const STATEFUL_UPDATABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

/** apps/validation ValidateDeployment, without metadata. */
export function validateDeployment({ spec }: Deployment): FieldError[] {
  return [
    ...nonNegative(spec?.replicas, 'spec.replicas'),
    ...validateSelector(spec?.selector, 'deployment'),
    ...validateSelected(spec?.selector, spec?.template, 'ReplicaSet'),
    ...validateStrategy(spec?.strategy),
    ...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...nonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ...validateProgressDeadline(spec),
  ];
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment): FieldError[] {
  return [...validateDeployment(deployment), ...sameSelector(deployment.spec, old.spec)];
}

/** apps/validation ValidateReplicaSet, without metadata. */
export function validateReplicaSet({ spec }: ReplicaSet): FieldError[] {
  const selector = spec?.selector;
  return [
    ...nonNegative(spec?.replicas, 'spec.replicas'),
    ...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    // Upstream calls it a Deployment's.
    ...validateSelector(selector, 'deployment'),
    ...validateSelected(selector, spec?.template, 'ReplicaSet'),
  ];
}

export function validateReplicaSetUpdate(replicaSet: ReplicaSet, old: ReplicaSet): FieldError[] {
  return [...validateReplicaSet(replicaSet), ...sameSelector(replicaSet.spec, old.spec)];
}

/** core/validation ValidatePodTemplate, without metadata. */
export function validatePodTemplate({ template }: PodTemplate): FieldError[] {
  return validateTemplate(template, 'template');
}

/** core/validation ValidateReplicationController, without metadata. */
export function validateReplicationController({ spec }: ReplicationController): FieldError[] {
  const selector = spec?.selector;
  return [
    ...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...(Object.keys(selector ?? {}).length === 0 ? [required('spec.selector')] : []),
    ...nonNegative(spec?.replicas, 'spec.replicas'),
    ...(spec?.template
      ? [
          ...mismatch({ matchLabels: selector ?? {} }, spec.template),
          ...validateTemplate(spec.template, 'spec.template'),
          ...validateLastingTemplate(spec.template.spec, 'ReplicationController', 'spec.template'),
        ]
      : [required('spec.template')]),
  ];
}

/** apps/validation ValidateControllerRevisionCreate, without metadata. */
export function validateRevision({ revision, data }: ControllerRevision): FieldError[] {
  return [
    ...nonNegative(revision, 'revision'),
    ...(data === undefined || data === null ? [required('data', 'data is mandatory')] : []),
  ];
}

export function validateRevisionUpdate(next: ControllerRevision, old: ControllerRevision): FieldError[] {
  return [...nonNegative(next.revision, 'revision'), ...immutable(next.data, old.data, 'data')];
}

/** apps/validation ValidateDaemonSet, without metadata. */
export function validateDaemonSet({ spec }: DaemonSet): FieldError[] {
  const { selector, template } = spec ?? {};
  const errors = validateLabelSelector(selector, 'spec.selector');
  if (errors.length === 0) errors.push(...mismatch(selector, template));
  if (selector && isEmptySelector(selector))
    errors.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
  return [
    ...errors,
    ...validateTemplate(template, 'spec.template'),
    ...validateLastingTemplate(template?.spec, 'DaemonSet', 'spec.template'),
    ...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...validateDaemonSetStrategy(spec?.updateStrategy),
    ...nonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
}

export function validateDaemonSetUpdate(daemonSet: DaemonSet, old: DaemonSet): FieldError[] {
  return [...sameSelector(daemonSet.spec, old.spec), ...validateDaemonSet(daemonSet)];
}

/** apps/validation ValidateStatefulSet, without metadata. */
export function validateStatefulSet({ spec }: StatefulSet): FieldError[] {
  return [
    ...validateStatefulStrategy(spec),
    ...(spec?.volumeClaimTemplates ?? []).flatMap((claim, index) =>
      validateClaimSpec(claim.spec, `${at('spec.volumeClaimTemplates', index)}.spec`),
    ),
    ...validateStatefulPods(spec, true),
  ];
}

function validateStatefulStrategy(spec: StatefulSet['spec']): FieldError[] {
  const errors: FieldError[] = [];
  const policy = spec?.podManagementPolicy;
  if (!policy) errors.push(required('spec.podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel')
    errors.push(invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  const path = 'spec.updateStrategy';
  if (!type) errors.push(required(path));
  else if (type === 'OnDelete' && rollingUpdate)
    errors.push(
      invalid(
        `${path}.rollingUpdate`,
        internalForm('RollingUpdateStatefulSetStrategy', rollingUpdate),
        "only allowed for updateStrategy 'RollingUpdate'",
      ),
    );
  else if (type === 'RollingUpdate')
    errors.push(...nonNegative(rollingUpdate?.partition, `${path}.rollingUpdate.partition`));
  else if (type !== 'OnDelete')
    errors.push(
      invalid(
        path,
        internalForm('StatefulSetUpdateStrategy', spec?.updateStrategy ?? {}),
        "must be 'RollingUpdate' or 'OnDelete'",
      ),
    );
  const retention = spec?.persistentVolumeClaimRetentionPolicy;
  for (const field of ['whenDeleted', 'whenScaled'] as const)
    errors.push(
      ...oneOf(
        retention?.[field] ?? 'Retain',
        ['Retain', 'Delete'],
        `spec.persistentVolumeClaimRetentionPolicy.${field}`,
      ),
    );
  return errors;
}

/** `creates`: the name of the Service cannot change later, and a bad one is put up with. */
function validateStatefulPods(spec: StatefulSet['spec'], creates: boolean): FieldError[] {
  const { serviceName } = spec ?? {};
  return [
    ...nonNegative(spec?.replicas, 'spec.replicas'),
    ...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...nonNegative(spec?.ordinals?.start, 'spec.ordinals.start'),
    ...(creates && serviceName ? invalids('spec.serviceName', serviceName, dns1123Label(serviceName)) : []),
    ...validateSelector(spec?.selector, 'statefulset'),
    ...validateSelected(spec?.selector, withClaims(spec), 'StatefulSet'),
  ];
}

/** The template as its Pods will be: with a volume for each claim template, which containers may mount. */
function withClaims(spec: StatefulSet['spec']): PodTemplateSpec | undefined {
  const names = new Set((spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? ''));
  const { template } = spec ?? {};
  if (!template?.spec) return template;
  // The controller gives them names of their own.
  const { hostname: _hostname, subdomain: _subdomain, ...rest } = template.spec;
  if (names.size === 0) return { ...template, spec: rest };
  const own = (rest.volumes ?? []).filter(({ name }) => !names.has(name));
  const claimed = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...rest, volumes: [...claimed, ...own] } };
}

/** apps/validation ValidateStatefulSetUpdate. */
export function validateStatefulSetUpdate(statefulSet: StatefulSet, old: StatefulSet): FieldError[] {
  const rest = { ...statefulSet.spec } as Record<string, unknown>;
  for (const field of STATEFUL_UPDATABLE) rest[field] = old.spec?.[field];
  const errors = [
    ...validateStatefulStrategy(statefulSet.spec),
    ...validateStatefulPods(statefulSet.spec, false),
  ];
  if (!deepEqual(rest, old.spec)) {
    const names = STATEFUL_UPDATABLE.map((field) => `'${field}'`);
    const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    errors.push(forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`));
  }
  return errors;
}

function validateSelector(selector: LabelSelector | undefined, kind: string): FieldError[] {
  if (!selector) return [required('spec.selector')];
  const errors = validateLabelSelector(selector, 'spec.selector');
  if (isEmptySelector(selector))
    errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${kind}`));
  return errors;
}

/** The template of Pods that are to be found again by the selector (ValidatePodTemplateSpecForReplicaSet and its siblings). */
function validateSelected(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  kind: string,
): FieldError[] {
  if (validateLabelSelector(selector, 'spec.selector').length > 0)
    return [invalid('spec.selector', selector, kind === 'StatefulSet' ? '' : 'invalid label selector')];
  return [
    ...mismatch(selector, template),
    ...validateTemplate(template, 'spec.template'),
    ...validateLastingTemplate(template?.spec, kind, 'spec.template'),
  ];
}

/** Without a selector, which selects nothing, the labels never match; an empty one selects everything. */
function mismatch(selector: LabelSelector | undefined, template: PodTemplateSpec | undefined): FieldError[] {
  const { labels } = template?.metadata ?? {};
  return selector && labelSelectorMatches(selector, labels ?? {})
    ? []
    : [
        invalid(
          'spec.template.metadata.labels',
          labels ?? null,
          '`selector` does not match template `labels`',
        ),
      ];
}

function sameSelector(
  spec: { selector?: LabelSelector } | undefined,
  old: { selector?: LabelSelector } | undefined,
): FieldError[] {
  return immutable(spec?.selector, old?.selector, 'spec.selector');
}

function validateStrategy(strategy: NonNullable<Deployment['spec']>['strategy']): FieldError[] {
  const path = 'spec.strategy';
  const { type, rollingUpdate } = strategy ?? {};
  if (type === 'Recreate')
    return rollingUpdate
      ? [forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
      : [];
  if (type !== 'RollingUpdate')
    return [
      notSupported(path, internalForm('DeploymentStrategy', strategy ?? {}), ['Recreate', 'RollingUpdate']),
    ];
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  const here = `${path}.rollingUpdate`;
  const errors = [
    ...validateCountOrPercent(maxUnavailable, `${here}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${here}.maxSurge`),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(invalid(`${here}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  return [...errors, ...notOverAHundred(maxUnavailable, `${here}.maxUnavailable`)];
}

function validateDaemonSetStrategy(strategy: NonNullable<DaemonSet['spec']>['updateStrategy']): FieldError[] {
  const path = 'spec.updateStrategy';
  const { type, rollingUpdate } = strategy ?? {};
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate')
    return [
      notSupported(path, internalForm('DaemonSetUpdateStrategy', strategy ?? {}), [
        'RollingUpdate',
        'OnDelete',
      ]),
    ];
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  const here = `${path}.rollingUpdate`;
  const errors = [
    ...validateCountOrPercent(maxUnavailable, `${here}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${here}.maxSurge`),
    ...notOverAHundred(maxUnavailable, `${here}.maxUnavailable`),
    ...notOverAHundred(maxSurge, `${here}.maxSurge`),
  ];
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    errors.push(invalid(`${here}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(required(`${here}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return errors;
}

function validateProgressDeadline(spec: Deployment['spec']): FieldError[] {
  const path = 'spec.progressDeadlineSeconds';
  const deadline = spec?.progressDeadlineSeconds;
  if (deadline === undefined) return [];
  const errors = nonNegative(deadline, path);
  if (deadline <= (spec?.minReadySeconds ?? 0))
    errors.push(invalid(path, deadline, 'must be greater than minReadySeconds'));
  return errors;
}
