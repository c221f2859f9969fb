import type { DeleteOptions } from '../client';
import { ApiError } from '../errors';
import { isObject } from '../patch/merge-patch';
import type { RequestContext } from '../request-context';
import type { Exchange } from './exchange';

/** What the query, the headers and a body's options say about how a write is to be done. Throws 422 Invalid. */
export function requestContext(exchange: Exchange, options: Record<string, unknown> = {}): RequestContext {
  const { query, request, user } = exchange;
  const inBody = options['dryRun'];
  const dryRun = query.has('dryRun')
    ? query.getAll('dryRun')
    : Array.isArray(inBody)
      ? inBody.map(String)
      : [];
  const wrong = dryRun.find((value) => value !== 'All');
  if (wrong !== undefined) {
    throw optionsInvalid(options, `dryRun: Unsupported value: "${wrong}": supported values: "All"`);
  }
  return {
    user,
    dryRun: dryRun.includes('All'),
    fieldManager:
      query.get('fieldManager') || (request.headers['user-agent'] ?? '').split('/')[0] || 'unknown',
    warnings: exchange.warnings,
    internal: false,
    options,
  };
}

const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;

/** meta/v1 DeleteOptions from a body and the query. Throws 422 Invalid. */
export function deleteOptions(body: Record<string, unknown>, query: URLSearchParams): DeleteOptions {
  const grace = body['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined;
  const wanted = body['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined;
  const policy = POLICIES.find((each) => each === wanted);
  if (wanted !== undefined && !policy) {
    throw optionsInvalid(
      body,
      `propagationPolicy: Unsupported value: "${String(wanted)}": supported values: "Background", "Foreground", "Orphan"`,
    );
  }
  const preconditions = body['preconditions'];
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy
      ? { propagationPolicy: policy }
      : body['orphanDependents'] === true
        ? { propagationPolicy: 'Orphan' as const }
        : {}),
    ...(isObject(preconditions) ? { preconditions } : {}),
  };
}

function optionsInvalid(options: Record<string, unknown>, message: string): ApiError {
  const kind = typeof options['kind'] === 'string' ? options['kind'] : 'CreateOptions';
  return new ApiError(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: ${message}`);
}
