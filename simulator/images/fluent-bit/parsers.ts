import { type BoundedExpression, boundedExpression, TooManySteps } from '../../shell/bounded-regexp';
import { ConfigurationError, type Section } from './config';

/** What a parser makes of a text; undefined when it does not fit. */
export type Parser = (text: string) => { body: Record<string, unknown>; timeMs?: number } | undefined;

/** Parsers by name. Throws ConfigurationError for what is not simulated. */
export function buildParsers(sections: readonly Section[]): Map<string, Parser> {
  const parsers = new Map<string, Parser>();
  for (const { kind, properties } of sections) {
    if (kind !== 'parser') continue;
    const values = new Map(properties);
    parsers.set(values.get('name') ?? '', buildParser(values));
  }
  return parsers;
}

function buildParser(values: ReadonlyMap<string, string>): Parser {
  const name = values.get('name') ?? '';
  const timeKey = values.get('time_key');
  const timeFormat = values.get('time_format');
  const keep = /^(on|true|yes)$/i.test(values.get('time_keep') ?? 'off');
  const types = new Map(
    (values.get('types') ?? '')
      .split(/\s+/)
      .filter(Boolean)
      .map((each) => each.split(':') as [string, string]),
  );
  const body = bodyReader(name, values);
  return (text) => {
    const found = body(text);
    if (!found) return undefined;
    for (const [key, type] of types) if (key in found) found[key] = typed(found[key], type);
    const written = timeKey === undefined ? undefined : found[timeKey];
    if (timeKey === undefined || written === undefined || timeFormat === undefined) return { body: found };
    const timeMs = parseTime(String(written), timeFormat);
    if (timeMs !== undefined && !keep) delete found[timeKey];
    return timeMs === undefined ? { body: found } : { body: found, timeMs };
  };
}

function bodyReader(
  name: string,
  values: ReadonlyMap<string, string>,
): (text: string) => Record<string, unknown> | undefined {
  const format = (values.get('format') ?? '').toLowerCase();
  if (format === 'json')
    return (text) => {
      try {
        const value: unknown = JSON.parse(text);
        return value !== null && typeof value === 'object' && !Array.isArray(value)
          ? { ...value }
          : undefined;
      } catch {
        return undefined;
      }
    };
  if (format === 'logfmt')
    return (text) => {
      const pairs = [...text.matchAll(/([^\s=]+)(?:=("(?:\\.|[^"\\])*"|\S*))?/g)];
      return pairs.length === 0
        ? undefined
        : Object.fromEntries(
            pairs.map(([, key = '', value]) => [
              key,
              value === undefined ? true : value.replace(/^"|"$/g, ''),
            ]),
          );
    };
  if (format !== 'regex')
    throw new ConfigurationError(
      `[parser:${name}] The embedded cluster does not simulate the format "${format}"; use a kind cluster for that.`,
    );
  const expression = compileExpression(values.get('regex') ?? '');
  return (text) => {
    const match = expression.exec(text);
    if (!match) return undefined;
    return Object.fromEntries(
      Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined && value !== ''),
    );
  };
}

/** An expression of Fluent Bit (Onigmo), as far as JavaScript reads it. Throws ConfigurationError. */
export function compileExpression(text: string): BoundedExpression {
  const bare = /^\/(.*)\/([imx]*)$/s.exec(text);
  const source = (bare?.[1] ?? text)
    .replace(/\[\[:(\w+):\]\]/g, (_all, name: string) => posix[name] ?? '')
    .replace(/\\h/g, '[0-9a-fA-F]');
  try {
    return orNothing(boundedExpression(source, bare?.[2]?.includes('i')));
  } catch {
    throw new ConfigurationError(`[regex] could not compile regular expression: ${text}`);
  }
}

/** Onigmo gives up after so many steps, too, and that counts as a text that does not fit. */
function orNothing(expression: BoundedExpression): BoundedExpression {
  const exec = (text: string) => {
    try {
      return expression.exec(text);
    } catch (error) {
      if (error instanceof TooManySteps) return null;
      throw error;
    }
  };
  return { exec, test: (text) => exec(text) !== null };
}

const posix: Record<string, string> = {
  digit: '[0-9]',
  alpha: '[A-Za-z]',
  alnum: '[A-Za-z0-9]',
  space: '\\s',
  upper: '[A-Z]',
  lower: '[a-z]',
};

function typed(value: unknown, type: string): unknown {
  if (type === 'integer') return Number.parseInt(String(value), 10);
  if (type === 'float') return Number(value);
  if (type === 'bool') return /^true$/i.test(String(value));
  return value;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** strptime(3) with %L for the fraction; moments without a zone are in UTC. Undefined when the text does not fit. */
function parseTime(text: string, format: string): number | undefined {
  const parts: string[] = [];
  const digits: Record<string, string> = {
    Y: '\\d{4}',
    m: '\\d{2}',
    d: '\\d{1,2}',
    e: '\\d{1,2}',
    H: '\\d{2}',
    M: '\\d{2}',
    S: '\\d{2}',
    s: '\\d+',
    b: '[A-Za-z]{3}',
    z: 'Z|[+-]\\d{2}:?\\d{2}',
    L: '\\d{1,9}',
    y: '\\d{2}',
  };
  const source = format
    .replace('%T', '%H:%M:%S')
    .replace('%F', '%Y-%m-%d')
    .replace(/%(.)|[\\^$.*+?()[\]{}|]/g, (whole, letter?: string) => {
      if (letter === undefined) return `\\${whole}`;
      parts.push(letter);
      return `(${digits[letter] ?? '\\S+'})`;
    });
  const match = new RegExp(`^${source}`).exec(text);
  if (!match) return undefined;
  const found = new Map(parts.map((letter, at) => [letter, match[at + 1] ?? '']));
  const number = (letter: string, otherwise: number) => Number(found.get(letter) ?? otherwise);
  const fraction = found.has('L') ? Number(`0.${found.get('L')}`) * 1_000 : 0;
  if (found.has('s')) return number('s', 0) * 1_000 + fraction;
  const month = found.has('b') ? months.indexOf(found.get('b') ?? '') : number('m', 1) - 1;
  const zone = /^([+-])(\d{2}):?(\d{2})$/.exec(found.get('z') ?? '');
  const shift = zone ? (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  const day = number('d', number('e', 1));
  return (
    Date.UTC(number('Y', 1970), month, day, number('H', 0), number('M', 0) - shift, number('S', 0)) + fraction
  );
}
