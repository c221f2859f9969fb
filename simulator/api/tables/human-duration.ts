const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A duration in milliseconds in two or three figures, as apimachinery's duration.HumanDuration: `5m30s`, `2d3h`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / SECOND);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  if (ms < 10 * MINUTE) return two(ms, MINUTE, 'm', SECOND, 's');
  if (ms < 180 * MINUTE) return `${whole(ms, MINUTE)}m`;
  if (ms < 8 * HOUR) return two(ms, HOUR, 'h', MINUTE, 'm');
  if (ms < 48 * HOUR) return `${whole(ms, HOUR)}h`;
  if (ms < 8 * DAY) return two(ms, DAY, 'd', HOUR, 'h');
  if (ms < 2 * YEAR) return `${whole(ms, DAY)}d`;
  if (ms < 8 * YEAR) return two(ms, YEAR, 'y', DAY, 'd');
  return `${whole(ms, YEAR)}y`;
}

/** Time since an RFC 3339 timestamp; `<unknown>` without one (translateTimestampSince). */
export function ageSince(timestamp: string | null | undefined, now: number): string {
  return timestamp ? humanDuration(now - Date.parse(timestamp)) : '<unknown>';
}

function whole(ms: number, unit: number): number {
  return Math.floor(ms / unit);
}

function two(ms: number, unit: number, suffix: string, part: number, partSuffix: string): string {
  const rest = whole(ms % unit, part);
  return `${whole(ms, unit)}${suffix}${rest > 0 ? `${rest}${partSuffix}` : ''}`;
}
