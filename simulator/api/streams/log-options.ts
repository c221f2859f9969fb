import type { LogEntry } from '../../runtime/container-runtime';
import { ApiError } from '../errors';

/** v1.PodLogOptions, checked. */
export interface LogOptions {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  /** Milliseconds since the epoch: from sinceSeconds or sinceTime. */
  since: number;
  tailLines?: number;
  limitBytes?: number;
  stream?: LogEntry['stream'];
}

/** Throws ApiError 422 as ValidatePodLogOptions does. */
export function parseLogOptions(query: URLSearchParams, now: number): LogOptions {
  const sinceSeconds = whole(query, 'sinceSeconds', 1, 'must be greater than 0');
  const sinceTime = query.get('sinceTime');
  const tailLines = whole(query, 'tailLines', 0, 'must be greater than or equal to 0');
  const limitBytes = whole(query, 'limitBytes', 1, 'must be greater than 0');
  if (sinceSeconds !== undefined && sinceTime)
    throw invalid('', 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified');
  const time = sinceTime ? Date.parse(sinceTime) : undefined;
  if (time !== undefined && Number.isNaN(time))
    throw new ApiError(
      400,
      'BadRequest',
      `parsing time ${JSON.stringify(sinceTime)}: cannot parse it as RFC 3339`,
    );
  const stream = query.get('stream')?.toLowerCase();
  return {
    follow: flag(query, 'follow'),
    previous: flag(query, 'previous'),
    timestamps: flag(query, 'timestamps'),
    since: time ?? (sinceSeconds === undefined ? 0 : now - sinceSeconds * 1_000),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(stream === 'stdout' || stream === 'stderr' ? { stream } : {}),
  };
}

/** RFC 3339 with nine digits, as in the kubelet's log files. `time`: milliseconds with a fraction. */
export function formatLogTime(time: number): string {
  const seconds = Math.floor(time / 1_000);
  const nanos = Math.round((time - seconds * 1_000) * 1e6);
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`;
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && ['', 'true', '1', 't'].includes(value.toLowerCase());
}

function whole(query: URLSearchParams, name: string, least: number, rule: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value))
    throw new ApiError(400, 'BadRequest', `strconv.ParseInt: parsing "${text}": invalid syntax`);
  if (value < least) throw invalid(name, `Invalid value: ${value}: ${rule}`);
  return value;
}

function invalid(field: string, message: string): ApiError {
  const at = field === '' ? '' : `${field}: `;
  return new ApiError(422, 'Invalid', `PodLogOptions.v1 "" is invalid: ${at}${message}`, {
    kind: 'PodLogOptions',
    causes: [{ reason: 'FieldValueInvalid', message, field }],
  });
}
