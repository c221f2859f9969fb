import type { FieldError } from '../extension-points';

/** The constructors of apimachinery's util/validation/field, with the message bodies they print. */

export function required(field: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field, message: withDetail('Required value', detail) };
}

/** Without a value to show (field.OmitValueType). */
export function invalidWithoutValue(field: string, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${detail}` };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: withDetail(`Invalid value: ${valueText(value)}`, detail),
  };
}

/** `supported` is listed in the order given. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.length > 0 ? `supported values: ${supported.map(quote).join(', ')}` : '';
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: withDetail(`Unsupported value: ${valueText(value)}`, list),
  };
}

export function duplicate(field: string, value: unknown, detail = ''): FieldError {
  return {
    reason: 'FieldValueDuplicate',
    field,
    message: withDetail(`Duplicate value: ${valueText(value)}`, detail),
  };
}

export function notFound(field: string, value: unknown, detail = ''): FieldError {
  return {
    reason: 'FieldValueNotFound',
    field,
    message: withDetail(`Not found: ${valueText(value)}`, detail),
  };
}

export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) };
}

/** More than `limit` bytes. */
export function tooLong(field: string, limit: number): FieldError {
  return {
    reason: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${limit} ${limit === 1 ? 'byte' : 'bytes'}`,
  };
}

/** More than `most` items, of which there are `found`. */
export function tooMany(field: string, found: number, most: number): FieldError {
  const message = `Too many: ${found}: must have at most ${most} ${most === 1 ? 'item' : 'items'}`;
  return { reason: 'FieldValueTooMany', field, message };
}

/** One `invalid` for each message. */
export function invalids(field: string, value: unknown, details: readonly string[]): FieldError[] {
  return details.map((detail) => invalid(field, value, detail));
}

/** `path[key]` */
export function at(path: string, key: string | number): string {
  return `${path}[${key}]`;
}

/** A string as Go's %q writes it. */
function quote(text: string): string {
  return JSON.stringify(text)
    .replaceAll('\\u000b', '\\v')
    .replaceAll('\\u0007', '\\a')
    .replaceAll(/\\u00([01][0-9a-f])/g, '\\x$1');
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'object' ? goJson(sorted(value)) : String(value);
}

/** JSON as Go's encoder writes it, safe to stand in HTML. */
export function goJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Go writes a map (such as labels) in the order of its keys, a struct in that of its fields. */
function sorted(value: object): unknown {
  const entries = Object.entries(value);
  const isMap = !Array.isArray(value) && entries.every(([, each]) => typeof each === 'string');
  if (isMap) return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  const { matchLabels } = value as { matchLabels?: object };
  return matchLabels ? { ...value, matchLabels: sorted(matchLabels) } : value;
}

function withDetail(text: string, detail: string): string {
  return detail ? `${text}: ${detail}` : text;
}
