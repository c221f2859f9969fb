import type { Job } from '../../schema/types';
import type { FieldError } from '../extension-points';
import {
  at,
  duplicate,
  invalid,
  invalids,
  invalidWithoutValue,
  notSupported,
  required,
  tooMany,
} from './field-error';
import { qualifiedName } from './names';
import { nonNegative } from './values';

type JobSpec = NonNullable<Job['spec']>;
type FailureRule = NonNullable<JobSpec['podFailurePolicy']>['rules'][number];
type SuccessRule = NonNullable<JobSpec['successPolicy']>['rules'][number];

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const STATUSES = ['False', 'True', 'Unknown'];
const OPERATORS = ['In', 'NotIn'];
const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;

/** batch/validation validatePodFailurePolicy. */
export function validatePodFailurePolicy(spec: JobSpec, path: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const here = `${path}.rules`;
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  return [
    ...(rules.length > MOST_RULES ? [tooMany(here, rules.length, MOST_RULES)] : []),
    ...rules.flatMap((rule, index) => validateFailureRule(spec, rule, names, at(here, index))),
  ];
}

function validateFailureRule(
  spec: JobSpec,
  { action, onExitCodes, onPodConditions = [] }: FailureRule,
  names: ReadonlySet<string>,
  path: string,
): FieldError[] {
  const errors = known(action, ACTIONS, `${path}.action`);
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
    errors.push(invalid(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  if (onExitCodes) errors.push(...validateExitCodes(onExitCodes, names, `${path}.onExitCodes`));
  for (const [index, { type, status }] of onPodConditions.entries()) {
    const here = at(`${path}.onPodConditions`, index);
    errors.push(...invalids(`${here}.type`, type, qualifiedName(type ?? '')));
    errors.push(...known(status, STATUSES, `${here}.status`));
  }
  if (onExitCodes && onPodConditions.length > 0)
    errors.push(
      invalidWithoutValue(path, 'specifying both OnExitCodes and OnPodConditions is not supported'),
    );
  if (!onExitCodes && onPodConditions.length === 0)
    errors.push(invalidWithoutValue(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
  return errors;
}

function validateExitCodes(
  { operator, containerName, values = [] }: NonNullable<FailureRule['onExitCodes']>,
  names: ReadonlySet<string>,
  path: string,
): FieldError[] {
  const errors = known(operator, OPERATORS, `${path}.operator`);
  if (containerName !== undefined && !names.has(containerName))
    errors.push(
      invalid(
        `${path}.containerName`,
        containerName,
        'must be one of the container or initContainer names in the pod template',
      ),
    );
  const here = `${path}.values`;
  if (values.length === 0) errors.push(invalid(here, values, 'at least one value is required'));
  else if (values.length > MOST_EXIT_CODES) errors.push(tooMany(here, values.length, MOST_EXIT_CODES));
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0)
      errors.push(invalid(at(here, index), value, 'must not be 0 for the In operator'));
    if (values.indexOf(value) < index) errors.push(duplicate(at(here, index), value));
  }
  const ordered = values.every((value, index) => index === 0 || (values[index - 1] ?? 0) <= value);
  return ordered ? errors : [...errors, invalid(here, values, 'must be ordered')];
}

/** batch/validation validateSuccessPolicy. */
export function validateSuccessPolicy(spec: JobSpec, path: string): FieldError[] {
  const { completionMode, successPolicy } = spec;
  if (completionMode !== 'Indexed') {
    const shown = { Rules: (successPolicy?.rules ?? []).map(shownRule) };
    return [invalid(path, shown, 'requires indexed completion mode')];
  }
  const rules = successPolicy?.rules ?? [];
  const here = `${path}.rules`;
  if (rules.length === 0)
    return [required(here, 'at least one rules must be specified when the successPolicy is specified')];
  return [
    ...(rules.length > MOST_RULES ? [tooMany(here, rules.length, MOST_RULES)] : []),
    ...rules.flatMap((rule, index) => validateSuccessRule(spec, rule, at(here, index))),
  ];
}

function shownRule({ succeededIndexes = '', succeededCount }: SuccessRule): unknown {
  return { SucceededIndexes: succeededIndexes || null, SucceededCount: succeededCount ?? null };
}

function validateSuccessRule(
  { completions = 0 }: JobSpec,
  { succeededCount, succeededIndexes }: SuccessRule,
  path: string,
): FieldError[] {
  if (succeededCount === undefined && succeededIndexes === undefined)
    return [required(path, 'at least one of succeededCount or succeededIndexes must be specified')];
  const errors: FieldError[] = [];
  const parsed = succeededIndexes === undefined ? undefined : countIndexes(succeededIndexes, completions);
  if (typeof parsed === 'string')
    errors.push(
      invalid(`${path}.succeededIndexes`, succeededIndexes, `error parsing succeededIndexes: ${parsed}`),
    );
  if (succeededCount === undefined) return errors;
  const here = `${path}.succeededCount`;
  errors.push(...nonNegative(succeededCount, here));
  const most = 'must be less than or equal to';
  if (succeededCount > completions)
    errors.push(
      invalid(here, succeededCount, `${most} ${completions} (the number of specified completions)`),
    );
  const total = typeof parsed === 'number' ? parsed : 0;
  if (parsed !== undefined && succeededCount > total)
    errors.push(
      invalid(
        here,
        succeededCount,
        `${most} ${total} (the number of indexes in the specified succeededIndexes field)`,
      ),
    );
  return errors;
}

/** How many indexes `1,3-5` names, or what is wrong with it (validateIndexesFormat). */
function countIndexes(text: string, completions: number): number | string {
  let total = 0;
  let last: number | undefined;
  if (text === '') return 0;
  for (const interval of text.split(',')) {
    const [first = '', end, ...rest] = interval.split('-');
    if (rest.length > 0)
      return `the fragment ${JSON.stringify(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    for (const part of end === undefined ? [first] : [first, end]) {
      if (!/^\d+$/.test(part)) return `cannot convert string to integer for index: ${JSON.stringify(part)}`;
      if (Number(part) >= completions) return `too large index: ${JSON.stringify(part)}`;
    }
    const [from, to] = [Number(first), Number(end ?? first)];
    if (last !== undefined && last >= from)
      return `non-increasing order, previous: ${last}, current: ${from}`;
    if (end !== undefined && from >= to) return `non-increasing order, previous: ${from}, current: ${to}`;
    last = to;
    total += to - from + 1;
  }
  return total;
}

function known(value: string | undefined, supported: readonly string[], path: string): FieldError[] {
  if (!value)
    return [required(path, `valid values: [${supported.map((each) => JSON.stringify(each)).join(' ')}]`)];
  return supported.includes(value) ? [] : [notSupported(path, value, supported)];
}
