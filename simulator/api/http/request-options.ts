import type { DeleteOptions } from '../client';
import type { FieldError } from '../extension-points';
import { isObject } from '../patch/merge-patch';
import { invalid as refused } from '../refusals';
import type { RequestContext } from '../request-context';
import { forbidden, invalid, notSupported, required, tooLong } from '../validation/field-error';
import type { Exchange } from './exchange';
import { isSet } from './list-options';

/** The options of a write, by its method. */
const KINDS: Readonly<Record<string, string>> = {
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

/** Longer names of managers are refused (meta/v1 FieldManagerMaxLength). */
const LONGEST_MANAGER = 128;
const APPLY = 'application/apply-patch+yaml';
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

/**
 * What the query, the headers and a body's options say about how a write is to be done. Throws 422 Invalid (meta/v1/validation,
 * ValidateCreateOptions and its kin).
 */
export function requestContext(exchange: Exchange, options: Record<string, unknown> = {}): RequestContext {
  const { query, request, user } = exchange;
  const inBody = options['dryRun'];
  const dryRun = query.has('dryRun')
    ? query.getAll('dryRun')
    : Array.isArray(inBody)
      ? inBody.map(String)
      : [];
  const fieldManager = query.get('fieldManager') ?? '';
  const errors = [
    ...(request.method === 'PATCH' ? patchErrors(exchange, fieldManager) : []),
    ...managerErrors(fieldManager),
    ...dryRunErrors(dryRun),
    ...validationErrors(query.get('fieldValidation') ?? ''),
  ];
  if (errors.length) throw optionsInvalid(KINDS[request.method ?? ''] ?? 'CreateOptions', errors);
  return {
    user,
    dryRun: dryRun.includes('All'),
    // The API server cuts what it makes of a client's name.
    fieldManager:
      fieldManager ||
      (request.headers['user-agent'] ?? '').split('/')[0]?.slice(0, LONGEST_MANAGER) ||
      'unknown',
    warnings: exchange.warnings,
    internal: false,
    options: { ...options, ...(fieldManager ? { fieldManager } : {}) },
  };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/** meta/v1 DeleteOptions from a decoded body and the query. Throws 422 Invalid. */
export function deleteOptions(body: Record<string, unknown>, query: URLSearchParams): DeleteOptions {
  const grace = body['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  const wanted = body['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined;
  const orphan =
    body['orphanDependents'] ??
    (query.has('orphanDependents') ? isSet(query, 'orphanDependents') : undefined);
  const policy = POLICIES.find((each) => each === wanted);
  const errors: FieldError[] = [];
  if (orphan !== undefined && wanted !== undefined) {
    errors.push(
      invalid('propagationPolicy', wanted, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  }
  if (wanted !== undefined && !policy) {
    errors.push(notSupported('propagationPolicy', wanted, [...POLICIES, 'nil']));
  }
  if (errors.length) throw optionsInvalid('DeleteOptions', errors);
  const preconditions = body['preconditions'];
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(orphan === true ? { propagationPolicy: 'Orphan' as const } : {}),
    ...(orphan === false ? { propagationPolicy: 'Background' as const } : {}),
    ...(isObject(preconditions) ? { preconditions } : {}),
  };
}

function patchErrors({ query, request }: Exchange, fieldManager: string): FieldError[] {
  const applies = request.headers['content-type']?.startsWith(APPLY);
  if (applies && !fieldManager) {
    return [required('fieldManager', 'is required for apply patch')];
  }
  if (!applies && query.has('force')) {
    return [forbidden('force', 'may not be specified for non-apply patch')];
  }
  return [];
}

function managerErrors(manager: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > LONGEST_MANAGER) {
    errors.push(tooLong('fieldManager', LONGEST_MANAGER));
  }
  const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(manager);
  if (unprintable) {
    const code = (unprintable[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const position = Buffer.byteLength(manager.slice(0, unprintable.index));
    errors.push(invalid('fieldManager', manager, `invalid character U+${code} (at position ${position})`));
  }
  return errors;
}

function dryRunErrors(dryRun: string[]): FieldError[] {
  return dryRun.every((value) => value === 'All') ? [] : [notSupported('dryRun', dryRun, ['All'])];
}

function validationErrors(validation: string): FieldError[] {
  return VALIDATIONS.includes(validation) ? [] : [notSupported('fieldValidation', validation, VALIDATIONS)];
}

function optionsInvalid(kind: string, errors: FieldError[]) {
  return refused({ group: 'meta.k8s.io', kind }, '', errors);
}
