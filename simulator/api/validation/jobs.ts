import type { CronJob, Job } from '../../schema/types';
import { deepEqual } from '../deep-equal';
import type { FieldError } from '../extension-points';
import { scheduleProblem } from './cron-schedule';
import { invalid, notSupported, required } from './field-error';
import { internalForm } from './internal-form';
import { immutable } from './metadata';
import { validateTemplate } from './pods';
import { validateLabelSelector } from './selectors';
import { nonNegative, oneOf, optionallyOneOf } from './values';

type JobSpec = NonNullable<Job['spec']>;

const MOST_INDEXES = 100_000;

/** batch/validation ValidateJob, without metadata. The strategy has filled in a selector by then. */
export function validateJob({ spec }: Job): FieldError[] {
  return [
    ...validateJobSpec(spec, 'spec'),
    ...(spec?.selector
      ? [...validateLabelSelector(spec.selector, 'spec.selector'), ...selectorMismatch(spec, 'spec.template')]
      : [required('spec.selector')]),
  ];
}

/** batch/validation ValidateJobUpdate. */
export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  const { spec } = job;
  const before = old.spec;
  const errors = validateJob(job);
  const indexed = spec?.completionMode === 'Indexed';
  if (!(indexed && spec?.completions === spec?.parallelism))
    errors.push(...immutable(spec?.completions, before?.completions, 'spec.completions'));
  errors.push(...immutable(spec?.selector, before?.selector, 'spec.selector'));
  const stopped = before?.suspend && !old.status?.startTime;
  if (!stopped && !deepEqual(spec?.template, before?.template))
    errors.push(invalid('spec.template', shownTemplate(spec), 'field is immutable'));
  return [
    ...errors,
    ...immutable(spec?.completionMode, before?.completionMode, 'spec.completionMode'),
    ...immutable(spec?.podFailurePolicy, before?.podFailurePolicy, 'spec.podFailurePolicy'),
    ...immutable(spec?.backoffLimitPerIndex, before?.backoffLimitPerIndex, 'spec.backoffLimitPerIndex'),
    ...immutable(spec?.managedBy, before?.managedBy, 'spec.managedBy'),
    ...immutable(spec?.successPolicy, before?.successPolicy, 'spec.successPolicy'),
  ];
}

/** batch/validation ValidateCronJobCreate and Update, without metadata. */
export function validateCronJob({ spec }: CronJob): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec?.schedule) errors.push(required('spec.schedule'));
  else {
    if (/TZ/.test(spec.schedule))
      errors.push(
        invalid(
          'spec.schedule',
          spec.schedule,
          'cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
        ),
      );
    else {
      const problem = scheduleProblem(spec.schedule);
      if (problem) errors.push(invalid('spec.schedule', spec.schedule, problem));
    }
  }
  errors.push(...nonNegative(spec?.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'));
  if (spec?.timeZone !== undefined) errors.push(...validateTimeZone(spec.timeZone));
  errors.push(...oneOf(spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], 'spec.concurrencyPolicy'));
  const template = spec?.jobTemplate?.spec;
  errors.push(...validateJobSpec(template, 'spec.jobTemplate.spec'));
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
  errors.push(...validateCompletionMode(spec, path));
  errors.push(...validateTemplate(spec?.template, undefined, `${path}.template`));
  const policy = spec?.template?.spec?.restartPolicy ?? '';
  const where = `${path}.template.spec.restartPolicy`;
  if (policy === '' || policy === 'Always')
    errors.push(required(where, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never')
    errors.push(notSupported(where, policy, ['OnFailure', 'Never']));
  else if (spec?.podFailurePolicy && policy !== 'Never')
    errors.push(invalid(where, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  return [
    ...errors,
    ...optionallyOneOf(
      spec?.podReplacementPolicy,
      spec?.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'],
      `${path}.podReplacementPolicy`,
    ),
  ];
}

function validateCompletionMode(spec: JobSpec | undefined, path: string): FieldError[] {
  const mode = spec?.completionMode;
  if (mode === undefined) return [];
  if (mode !== 'NonIndexed' && mode !== 'Indexed')
    return [notSupported(`${path}.completionMode`, mode, ['Indexed', 'NonIndexed'])];
  if (mode === 'NonIndexed')
    return spec?.backoffLimitPerIndex === undefined
      ? []
      : [
          invalid(
            `${path}.backoffLimitPerIndex`,
            spec.backoffLimitPerIndex,
            'requires indexed completion mode',
          ),
        ];
  const errors: FieldError[] = [];
  if (spec?.completions === undefined)
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if ((spec?.parallelism ?? 0) > MOST_INDEXES)
    errors.push(
      invalid(
        `${path}.parallelism`,
        spec?.parallelism,
        `must be less than or equal to ${MOST_INDEXES} when completion mode is Indexed`,
      ),
    );
  return errors;
}

function selectorMismatch(spec: JobSpec, path: string): FieldError[] {
  return validateTemplate(spec.template, spec.selector, path).filter(
    ({ field }) => field === `${path}.metadata.labels`,
  );
}

function validateTimeZone(zone: string): FieldError[] {
  const path = 'spec.timeZone';
  if (zone === '') return [invalid(path, zone, 'timeZone must be nil or non-empty string')];
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
    return [];
  } catch {
    return [invalid(path, zone, `unknown time zone ${zone}`)];
  }
}

/** PodTemplateSpec embeds v1's metadata, which keeps its JSON names, beside an internal PodSpec. */
function shownTemplate(spec: JobSpec | undefined): unknown {
  return { ...spec?.template?.metadata, Spec: internalForm('PodSpec', spec?.template?.spec ?? {}) };
}
