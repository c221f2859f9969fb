import type { FieldError } from '../extension-points';

/** The constructors of apimachinery's util/validation/field, with the message bodies they print. */

export function required(field: string, detail = ''): FieldError {
  return { reason: 'FieldValueRequired', field, message: withDetail('Required value', detail) };
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

export function duplicate(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${valueText(value)}` };
}

export function notFound(field: string, value: unknown): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${valueText(value)}` };
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
  return typeof value === 'object' ? JSON.stringify(sorted(value)) : String(value);
}

/** Go writes a map (such as labels) in the order of its keys, a struct in that of its fields. */
function sorted(value: object): unknown {
  const entries = Object.entries(value);
  const isMap = !Array.isArray(value) && entries.every(([, each]) => typeof each === 'string');
  return isMap ? Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1))) : value;
}

function withDetail(text: string, detail: string): string {
  return detail ? `${text}: ${detail}` : text;
}
