import { Decimal } from './decimal';
import { formatInterval, formatMoment, type Interval, parseInterval, parseMoment } from './moments';
import { SqlError } from './sql-error';
import { isMoment, isNumber, isText, isWhole, type SqlType, typeText } from './types';

/**
 * A value in memory: numbers for integers and floats, bigint for bigint, microseconds since the epoch for moments, days
 * for dates, text for the rest.
 */
export type SqlValue = null | boolean | number | bigint | string | Decimal | Interval;

const limits: Record<string, [bigint, bigint]> = {
  smallint: [-32_768n, 32_767n],
  integer: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** A value of that type from its text. Throws SqlError 22P02 and others. */
function parseValue(to: SqlType, text: string): SqlValue {
  const invalid = () => new SqlError('22P02', `invalid input syntax for type ${to.name}: "${text}"`);
  switch (to.name) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      if (!/^\s*[+-]?\d+\s*$/.test(text)) throw invalid();
      return whole(to, BigInt(text.trim().replace('+', '')), text);
    case 'numeric': {
      const value = Decimal.parse(text);
      if (!value) throw invalid();
      return fitNumeric(value, to);
    }
    case 'real':
    case 'double precision':
      if (!/^\s*[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|infinity|inf|nan)\s*$/i.test(text))
        throw invalid();
      return Number(text.replace(/inf(inity)?/i, 'Infinity'));
    case 'boolean':
      if (/^\s*(t|tr|tru|true|y|ye|yes|on|1)\s*$/i.test(text)) return true;
      if (/^\s*(f|fa|fal|fals|false|n|no|of|off|0)\s*$/i.test(text)) return false;
      throw invalid();
    case 'date':
    case 'timestamp without time zone':
    case 'timestamp with time zone': {
      const value = parseMoment(to, text);
      if (value === undefined)
        throw new SqlError('22007', `invalid input syntax for type ${shortName(to)}: "${text}"`);
      return value;
    }
    case 'interval': {
      const value = parseInterval(text);
      if (!value) throw new SqlError('22007', `invalid input syntax for type interval: "${text}"`);
      return value;
    }
    case 'uuid': {
      const digits = text.replace(/[{}-]/g, '').toLowerCase();
      if (!/^[0-9a-f]{32}$/.test(digits)) throw invalid();
      return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    }
    case 'json':
    case 'jsonb':
      try {
        const value: unknown = JSON.parse(text);
        return to.name === 'json' ? text : jsonText(value);
      } catch {
        throw new SqlError('22P02', `invalid input syntax for type json`);
      }
    default:
      return fitText(text, to, false);
  }
}

/** A text that is the same for equal values of one type, however they are written: 1.0 and 1.00. */
export function identityOf(value: Exclude<SqlValue, null>): string {
  if (value instanceof Decimal) {
    const text = value.toString();
    return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  }
  return typeof value === 'object' ? String(spanOf(value)) : String(value);
}

/** The text that PostgreSQL sends for a value that is not null. */
export function formatValue(from: SqlType, value: Exclude<SqlValue, null>): string {
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (isMoment(from)) return formatMoment(from, value as number);
  if (from.name === 'interval') return formatInterval(value as Interval);
  if (typeof value === 'number' && !isWhole(from)) return floatText(from, value);
  return String(value);
}

/** Changes a value's type. `explicit` is a cast that the statement asks for: it may cut texts short. */
export function castValue(value: SqlValue, from: SqlType, to: SqlType, explicit: boolean): SqlValue {
  if (value === null) return null;
  if (from.name === 'unknown' && typeof value === 'string')
    return explicit && isText(to) ? fitText(value, to, true) : parseValue(to, value);
  if (isText(to)) return fitText(formatForText(from, value), to, explicit);
  if (isText(from)) return parseValue(to, value as string);
  if (isWhole(to)) {
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'bigint') return whole(to, value, String(value));
    if (value instanceof Decimal) return whole(to, value.rounded(0).unscaled, value.toString());
    if (typeof value === 'number') return whole(to, BigInt(roundHalfEven(value)), String(value));
  }
  if (to.name === 'numeric' && isNumber(from))
    return fitNumeric(value instanceof Decimal ? value : Decimal.of(value as number | bigint), to);
  if (isNumber(to) && isNumber(from)) {
    const number = value instanceof Decimal ? value.toNumber() : Number(value);
    return to.name === 'real' ? Math.fround(number) : number;
  }
  if (to.name === 'boolean' && isWhole(from)) return Number(value) !== 0;
  if (isMoment(to) && isMoment(from)) {
    const dayMicros = 86_400_000_000;
    if (from.name === 'date' && to.name !== 'date') return (value as number) * dayMicros;
    if (to.name === 'date' && from.name !== 'date') return Math.floor((value as number) / dayMicros);
    return value;
  }
  if (/^jsonb?$/.test(from.name) && /^jsonb?$/.test(to.name)) return parseValue(to, value as string);
  if (from.name === to.name) return value;
  throw new SqlError('42846', `cannot cast type ${typeText(from)} to ${typeText(to)}`);
}

/** Whether assignment or comparison may change the type without being asked. */
export function mayAssign(from: SqlType, to: SqlType): boolean {
  if (from.name === to.name || from.name === 'unknown' || isText(to)) return true;
  return (isNumber(from) && isNumber(to)) || (isMoment(from) && isMoment(to)) || (isText(from) && isText(to));
}

/** Order of two values of one type that are not null. */
export function compareValues(a: Exclude<SqlValue, null>, b: Exclude<SqlValue, null>): number {
  if (a instanceof Decimal && b instanceof Decimal) return a.compare(b);
  if (typeof a === 'object' && typeof b === 'object' && 'micros' in a && 'micros' in b)
    return spanOf(a) - spanOf(b);
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function spanOf({ months, days, micros }: Interval): number {
  return (months * 30 + days) * 86_400_000_000 + micros;
}

const collator = new Intl.Collator('en-US', { ignorePunctuation: false });

/** As the locale en_US.utf8 sorts. */
function compareTexts(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

function whole(to: SqlType, value: bigint, text: string): number | bigint {
  const [low, high] = limits[to.name] ?? [value, value];
  if (value < low || value > high)
    throw new SqlError(
      '22003',
      /^\s*[+-]?\d+\s*$/.test(text)
        ? `value "${text.trim()}" is out of range for type ${to.name}`
        : `${to.name} out of range`,
    );
  return to.name === 'bigint' ? value : Number(value);
}

function fitNumeric(value: Decimal, { size }: SqlType): Decimal {
  if (!size) return value;
  const [precision = 0, scale = 0] = size;
  const rounded = value.rounded(scale);
  if (rounded.unscaled.toString().replace('-', '').length > precision)
    throw new SqlError('22003', 'numeric field overflow', {
      detail: `A field with precision ${precision}, scale ${scale} must round to an absolute value less than ${precision - scale === 0 ? '1' : `10^${precision - scale}`}.`,
    });
  return rounded;
}

function fitText(text: string, to: SqlType, cut: boolean): string {
  const length = to.size?.[0];
  if (length === undefined) return text;
  if ([...text].length > length) {
    const kept = [...text].slice(0, length).join('');
    if (!cut && text.slice(kept.length).trim() !== '')
      throw new SqlError('22001', `value too long for type ${typeText(to)}`);
    return kept;
  }
  return to.name === 'character' ? text.padEnd(length) : text;
}

function formatForText(from: SqlType, value: Exclude<SqlValue, null>): string {
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return from.name === 'character' ? String(value).trimEnd() : formatValue(from, value);
}

function shortName({ name }: SqlType): string {
  return name === 'timestamp without time zone' ? 'timestamp' : name;
}

function floatText({ name }: SqlType, value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const text = name === 'real' ? String(Number(value.toPrecision(7))) : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** jsonb's own spacing and order of keys. */
function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const keys = Object.entries(value).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
    return `{${keys.map(([key, each]) => `${JSON.stringify(key)}: ${jsonText(each)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}
