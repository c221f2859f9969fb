import type { CronJob, Job } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { labelSelectorMatches } from '../selectors/label-selector';
import { scheduleProblem } from './cron-schedule';
import { at, invalid, notSupported, required } from './field-error';
import { internalForm } from './internal-form';
import { validatePodFailurePolicy, validateSuccessPolicy } from './job-policies';
import { immutable } from './metadata';
import { dns1123Label, domainPrefixedPath } from './names';
import { validateTemplate } from './pods';
import { validateLabelSelector } from './selectors';
import { nonNegative, oneOf, optionallyOneOf } from './values';

type JobSpec = NonNullable<Job['spec']>;

const MOST_INDEXES = 100_000;
const LONGEST_CRON_JOB_NAME = 52;

/** batch/validation ValidateJob, without metadata. The strategy has filled in a selector by then. */
export function validateJob(job: Job): FieldError[] {
  const { metadata, spec } = job;
  const errors = [...validateGeneratedSelector(job), ...validateSelectedSpec(spec)];
  if (spec?.completionMode !== 'Indexed' || !spec.completions || spec.completions < 1) return errors;
  const hostname = `${metadata.name}-${spec.completions - 1}`;
  if (dns1123Label(hostname).length > 0)
    errors.push(
      invalid(
        'metadata.name',
        metadata.name,
        `will not able to create pod with invalid DNS label: ${hostname}`,
      ),
    );
  return errors;
}

/**
 * batch/validation validateGeneratedSelector: labels and selector are the Job's own, not those of another that its manifest
 * was taken from.
 */
function validateGeneratedSelector({ metadata: { name = '', uid = '' }, spec }: Job): FieldError[] {
  if (!spec?.selector || spec.manualSelector) return [];
  const expected = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
  const labels = spec.template?.metadata?.labels ?? {};
  const errors = Object.entries(expected).flatMap(([key, value]) => {
    const place = at('spec.template.metadata.labels', key);
    const rule = `must be '${value}'`;
    if (labels[key] === undefined) return [required(place, rule)];
    return labels[key] === value ? [] : [invalid(place, labels, rule)];
  });
  return labelSelectorMatches(spec.selector, expected)
    ? errors
    : [...errors, invalid('spec.selector', spec.selector, '`selector` not auto-generated')];
}

/** batch/validation ValidateJobSpec. */
function validateSelectedSpec(spec: JobSpec | undefined): FieldError[] {
  return [
    ...validateJobSpec(spec, 'spec'),
    ...(spec?.selector
      ? [...validateLabelSelector(spec.selector, 'spec.selector'), ...selectorMismatch(spec)]
      : [required('spec.selector')]),
  ];
}

/** batch/validation ValidateJobUpdate. */
export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  const { spec } = job;
  const before = old.spec;
  return [
    ...validateJob(job),
    ...validateCompletionsUpdate(spec, before),
    ...immutable(spec?.selector, before?.selector, 'spec.selector'),
    ...validateTemplateUpdate(job, old),
    ...immutable(spec?.completionMode, before?.completionMode, 'spec.completionMode'),
    ...immutable(spec?.podFailurePolicy, before?.podFailurePolicy, 'spec.podFailurePolicy'),
    ...immutable(spec?.backoffLimitPerIndex, before?.backoffLimitPerIndex, 'spec.backoffLimitPerIndex'),
    ...immutable(spec?.managedBy, before?.managedBy, 'spec.managedBy'),
    ...immutable(spec?.successPolicy, before?.successPolicy, 'spec.successPolicy'),
  ];
}

/** batch/validation validateCompletions: an indexed Job grows and shrinks as a whole. */
function validateCompletionsUpdate(spec: JobSpec | undefined, before: JobSpec | undefined): FieldError[] {
  const path = 'spec.completions';
  const { completionMode, completions, parallelism } = spec ?? {};
  if (completionMode !== 'Indexed') return immutable(completions, before?.completions, path);
  if (completions === undefined || completions === before?.completions || completions === parallelism)
    return [];
  return [invalid(path, completions, 'can only be modified in tandem with spec.parallelism')];
}

/**
 * batch/validation validatePodTemplateUpdate: while a Job is suspended, what its containers ask for may change, and, before it
 * has ever started, where its Pods may go.
 */
function validateTemplateUpdate({ spec }: Job, old: Job): FieldError[] {
  const path = 'spec.template';
  const template = spec?.template;
  const before = structuredClone(old.spec?.template);
  if (!old.spec?.suspend)
    return deepEqual(template, before) ? [] : [invalid(path, shownTemplate(spec), 'field is immutable')];
  if (before?.spec && template?.spec && !old.status?.startTime) {
    const { nodeSelector, tolerations, schedulingGates, affinity } = template.spec;
    const others = { ...before.spec.affinity, nodeAffinity: affinity?.nodeAffinity };
    Object.assign(before.spec, { nodeSelector, tolerations, schedulingGates });
    before.spec.affinity = Object.values(others).some(Boolean) ? others : affinity;
    before.metadata = template.metadata;
  }
  for (const list of ['containers', 'initContainers'] as const)
    for (const [index, container] of (before?.spec?.[list] ?? []).entries()) {
      const now = template?.spec?.[list]?.[index];
      if (now?.name === container.name) container.resources = now.resources;
    }
  if (!deepEqual(template?.spec, before?.spec))
    return [invalid(`${path}.spec`, internalForm('PodSpec', template?.spec ?? {}), 'field is immutable')];
  return [];
}

/** batch/validation ValidateCronJobCreate: eleven characters of a Job's name are left for the time. */
export function validateNewCronJob(cronJob: CronJob): FieldError[] {
  const { name = '' } = cronJob.metadata;
  const errors = validateCronJob(cronJob);
  return name.length > LONGEST_CRON_JOB_NAME
    ? [...errors, invalid('metadata.name', name, `must be no more than ${LONGEST_CRON_JOB_NAME} characters`)]
    : errors;
}

/** batch/validation ValidateCronJobUpdate, without metadata. */
export function validateCronJob({ spec }: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.schedule) errors.push(required('spec.schedule'));
  else {
    const path = 'spec.schedule';
    const problem = scheduleProblem(spec.schedule);
    if (problem) errors.push(invalid(path, spec.schedule, problem));
    if (spec.schedule.includes('TZ'))
      errors.push(
        invalid(path, spec.schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'),
      );
  }
  errors.push(...nonNegative(spec?.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'));
  if (spec?.timeZone !== undefined) errors.push(...validateTimeZone(spec.timeZone));
  errors.push(...oneOf(spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], 'spec.concurrencyPolicy'));
  const template = spec?.jobTemplate?.spec;
  errors.push(...validateJobSpec(template, 'spec.jobTemplate.spec'));
  if (template?.selector)
    errors.push(
      invalid('spec.jobTemplate.spec.selector', template.selector, '`selector` will be auto-generated'),
    );
  if (template?.manualSelector)
    errors.push(
      notSupported('spec.jobTemplate.spec.manualSelector', template.manualSelector, ['nil', 'false']),
    );
  return [
    ...errors,
    ...nonNegative(spec?.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'),
    ...nonNegative(spec?.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'),
  ];
}

function validateJobSpec(spec: JobSpec | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const)
    errors.push(...nonNegative(spec?.[field], `${path}.${field}`));
  if (spec?.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  if (spec?.managedBy !== undefined) errors.push(...domainPrefixedPath(spec.managedBy, `${path}.managedBy`));
  errors.push(...validateCompletionMode(spec, path));
  if (spec?.podFailurePolicy) errors.push(...validatePodFailurePolicy(spec, `${path}.podFailurePolicy`));
  if (spec?.successPolicy) errors.push(...validateSuccessPolicy(spec, `${path}.successPolicy`));
  errors.push(
    ...optionallyOneOf(
      spec?.podReplacementPolicy,
      spec?.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'],
      `${path}.podReplacementPolicy`,
    ),
  );
  errors.push(...validateTemplate(spec?.template, `${path}.template`));
  const policy = spec?.template?.spec?.restartPolicy ?? '';
  const where = `${path}.template.spec.restartPolicy`;
  if (policy === '' || policy === 'Always')
    errors.push(required(where, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never')
    errors.push(notSupported(where, policy, ['OnFailure', 'Never']));
  else if (spec?.podFailurePolicy && policy !== 'Never')
    errors.push(invalid(where, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  return errors;
}

function validateCompletionMode(spec: JobSpec | undefined, path: string): FieldError[] {
  const { completionMode: mode, completions, parallelism, maxFailedIndexes } = spec ?? {};
  const errors: FieldError[] = [];
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed')
    errors.push(notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']));
  if (mode === undefined || mode === 'NonIndexed')
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
      if (spec?.[field] !== undefined)
        errors.push(invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
  if (mode !== 'Indexed') return errors;
  if (completions === undefined)
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if ((parallelism ?? 0) > MOST_INDEXES)
    errors.push(
      invalid(
        `${path}.parallelism`,
        parallelism,
        `must be less than or equal to ${MOST_INDEXES} when completion mode is Indexed`,
      ),
    );
  if (completions !== undefined && (maxFailedIndexes ?? 0) > completions)
    errors.push(
      invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, 'must be less than or equal to completions'),
    );
  if ((maxFailedIndexes ?? 0) > MOST_INDEXES)
    errors.push(
      invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, `must be less than or equal to ${MOST_INDEXES}`),
    );
  return errors;
}

function selectorMismatch({ selector, template }: JobSpec): FieldError[] {
  const { labels } = template?.metadata ?? {};
  if (!selector || labelSelectorMatches(selector, labels ?? {})) return [];
  const detail = '`selector` does not match template `labels`';
  return [invalid('spec.template.metadata.labels', labels ?? null, detail)];
}

function validateTimeZone(zone: string): FieldError[] {
  const path = 'spec.timeZone';
  if (zone === '') return [invalid(path, zone, 'timeZone must be nil or non-empty string')];
  const unknown = `unknown time zone ${zone}`;
  const strange = (part: string): boolean =>
    /^\.{1,2}$|^-/.test(part) || !/^[A-Za-z.\-_0-9+]{1,14}$/.test(part);
  const errors = zone.split('/').some(strange) ? [invalid(path, zone, unknown)] : [];
  if (zone.toLowerCase() === 'local')
    return [
      invalid(
        path,
        zone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ];
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return errors;
  } catch {
    return [...errors, invalid(path, zone, unknown)];
  }
}

/** PodTemplateSpec embeds v1's metadata, which keeps its JSON names, beside an internal PodSpec. */
function shownTemplate(spec: JobSpec | undefined): unknown {
  return { ...spec?.template?.metadata, Spec: internalForm('PodSpec', spec?.template?.spec ?? {}) };
}
