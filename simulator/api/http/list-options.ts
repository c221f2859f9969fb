import type { FieldError } from '../extension-points';
import { badRequest, invalid } from '../refusals';
import { forbidden, notSupported } from '../validation/field-error';

const MATCH = 'resourceVersionMatch';

/** meta/v1 ListOptions as a query has them, with the API server's defaults. */
export interface ListOptions {
  labelSelector?: string;
  fieldSelector?: string;
  /** 0 for all. */
  limit: number;
  continue: string;
  /** '' for the latest. */
  resourceVersion: string;
  /** '' when the query does not say. */
  resourceVersionMatch: string;
  /** Of a watch: to begin with everything that is there, and a bookmark behind it. */
  sendInitialEvents: boolean;
  allowWatchBookmarks: boolean;
  /** 0 when the query does not say. */
  timeoutSeconds: number;
}

/** Throws 400 for what is no number, 422 for options that exclude each other (meta/internalversion ValidateListOptions). */
export function readListOptions(query: URLSearchParams, watching: boolean): ListOptions {
  const text = (name: string): string => query.get(name) ?? '';
  const resourceVersion = text('resourceVersion');
  const errors = watching ? watchErrors(query) : listErrors(query);
  if (errors.length) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors);
  if (text('continue') && resourceVersion && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  if (!/^\d*$/.test(resourceVersion)) {
    throw badRequest(
      `resourceVersion: Invalid value: "${resourceVersion}": strconv.ParseUint: parsing "${resourceVersion}": invalid syntax`,
    );
  }
  // SetListOptionsDefaults: a watch from nowhere is one that begins with everything.
  const fromNowhere = watching && (resourceVersion === '' || resourceVersion === '0');
  return {
    ...(text('labelSelector') ? { labelSelector: text('labelSelector') } : {}),
    ...(text('fieldSelector') ? { fieldSelector: text('fieldSelector') } : {}),
    limit: positiveNumber(query, 'limit'),
    continue: text('continue'),
    resourceVersion,
    resourceVersionMatch: text('resourceVersionMatch'),
    sendInitialEvents: query.has('sendInitialEvents') ? isSet(query, 'sendInitialEvents') : fromNowhere,
    allowWatchBookmarks: isSet(query, 'allowWatchBookmarks'),
    timeoutSeconds: positiveNumber(query, 'timeoutSeconds'),
  };
}

/** A boolean of a query as apimachinery reads it: everything but `false` and `0` is true, nothing at all included. */
export function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/** The object that a list or watch is about when its field selector names one (apiserver RequestInfo): '' for none. */
export function selectedName(query: URLSearchParams): string {
  const term = /(?:^|,)metadata\.name==?([^,]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '');
  return term?.[1] ?? '';
}

function listErrors(query: URLSearchParams): FieldError[] {
  const errors: FieldError[] = [];
  const match = query.get('resourceVersionMatch') ?? '';
  if (match) {
    const asked = query.get('resourceVersion') ?? '';
    if (!asked)
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (query.get('continue')) errors.push(withContinue());
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && asked === '0') {
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (query.has('sendInitialEvents')) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return errors;
}

function watchErrors(query: URLSearchParams): FieldError[] {
  const errors: FieldError[] = [];
  const match = query.get('resourceVersionMatch') ?? '';
  const initial = query.has('sendInitialEvents');
  if (initial && match !== 'NotOlderThan') {
    errors.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match && !initial) {
    errors.push(
      forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
    );
  }
  if (match && match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']));
  if (match && query.get('continue')) errors.push(withContinue());
  return errors;
}

function withContinue(): FieldError {
  return forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided');
}

function positiveNumber(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  if (!text) return 0;
  const value = Number(text);
  if (!Number.isInteger(value)) {
    throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  }
  return Math.max(value, 0);
}
