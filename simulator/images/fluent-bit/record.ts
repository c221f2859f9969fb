/** What flows through the pipeline. */
export interface LogRecord {
  tag: string;
  /** Milliseconds since the epoch, with a fraction. */
  timeMs: number;
  body: Record<string, unknown>;
}

/** Bytes that a record takes in memory, about. */
export function bytesOf({ body }: LogRecord): number {
  let bytes = 200;
  for (const [key, value] of Object.entries(body))
    bytes += key.length + (typeof value === 'string' ? value.length : JSON.stringify(value ?? null).length);
  return bytes;
}

/** Whether a tag matches `Match`, in which `*` stands for any characters. */
export function tagMatcher(pattern: string): (tag: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return (tag) => expression.test(tag);
}

/** `1700000000.123000000` */
export function secondsText({ timeMs }: LogRecord): string {
  const seconds = Math.floor(timeMs / 1_000);
  const nanos = Math.round((timeMs - seconds * 1_000) * 1e6);
  return `${seconds}.${String(nanos).padStart(9, '0')}`;
}

/** A record in the notation of the stdout output: `{"key"=>"value"}`. */
export function rubyText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(rubyText).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}=>${rubyText(each)}`)
      .join(', ')}}`;
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(6);
  return value === null ? 'nil' : JSON.stringify(value);
}

/** A value as text, for expressions and templates. */
export function plainText(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

/** The value that `key`, `$key` or `$key['inner']` names. */
export function valueAt(body: Record<string, unknown>, accessor: string): unknown {
  if (!accessor.startsWith('$')) return body[accessor];
  const [, name = '', rest = ''] = /^\$([\w.-]+)((?:\['[^']*'\])*)$/.exec(accessor) ?? [];
  let value = body[name];
  for (const [, inner = ''] of rest.matchAll(/\['([^']*)'\]/g))
    value =
      value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[inner] : undefined;
  return value;
}
