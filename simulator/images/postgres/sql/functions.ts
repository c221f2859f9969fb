import { randomUUID } from 'node:crypto';
import { Decimal } from './decimal';
import { cast } from './operators';
import type { Compiled, Scope, Surroundings } from './scope';
import { notSimulated, SqlError } from './sql-error';
import { commonType, isNumber, isText, isWhole, type SqlType, type TypeName, type, typeText } from './types';
import { compareValues, formatValue, type SqlValue } from './values';

interface FunctionRule {
  /** Types that the arguments are cast to; `any` leaves them, the last one may repeat when `more`. */
  takes: (TypeName | 'any' | 'number')[];
  optional?: number;
  more?: boolean;
  gives: TypeName | ((args: SqlType[]) => SqlType);
  /** Also for null arguments; else the result is null. */
  nulls?: boolean;
  run(args: SqlValue[], surroundings: Surroundings): SqlValue;
}

const text = (value: SqlValue | undefined) => String(value ?? '');
const number = (value: SqlValue | undefined) => (value instanceof Decimal ? value.toNumber() : Number(value));

/** Numeric stays numeric, the rest is a float. */
const sameNumber = ([first]: SqlType[]): SqlType =>
  first && (isWhole(first) || first.name === 'numeric') ? type(first.name) : type('double precision');

function rounding(round: (value: Decimal) => Decimal, float: (value: number) => number): FunctionRule['run'] {
  return ([value]) =>
    value instanceof Decimal ? round(value) : typeof value === 'bigint' ? value : float(value as number);
}

const rules: Record<string, FunctionRule> = {
  now: { takes: [], gives: 'timestamp with time zone', run: (_args, { startedMicros }) => startedMicros },
  transaction_timestamp: {
    takes: [],
    gives: 'timestamp with time zone',
    run: (_args, { startedMicros }) => startedMicros,
  },
  clock_timestamp: {
    takes: [],
    gives: 'timestamp with time zone',
    run: (_args, around) => around.nowMicros(),
  },
  version: { takes: [], gives: 'text', run: (_args, around) => around.version },
  current_database: { takes: [], gives: 'name', run: (_args, { database }) => database },
  current_user: { takes: [], gives: 'name', run: (_args, { user }) => user },
  current_schema: { takes: [], gives: 'name', run: () => 'public' },
  random: { takes: [], gives: 'double precision', run: (_args, around) => around.random() },
  gen_random_uuid: { takes: [], gives: 'uuid', run: () => randomUUID() },
  nextval: { takes: ['text'], gives: 'bigint', run: ([name], around) => around.nextValue(text(name)) },
  current_setting: {
    takes: ['text'],
    gives: 'text',
    run: ([name], around) => {
      const value = around.setting(text(name));
      if (value === undefined)
        throw new SqlError('42704', `unrecognized configuration parameter "${text(name)}"`);
      return value;
    },
  },
  upper: { takes: ['text'], gives: 'text', run: ([a]) => text(a).toUpperCase() },
  lower: { takes: ['text'], gives: 'text', run: ([a]) => text(a).toLowerCase() },
  initcap: {
    takes: ['text'],
    gives: 'text',
    run: ([a]) =>
      text(a)
        .toLowerCase()
        .replace(
          /(^|[^\p{L}\p{N}])(\p{L})/gu,
          (_all, before: string, letter: string) => before + letter.toUpperCase(),
        ),
  },
  length: { takes: ['text'], gives: 'integer', run: ([a]) => [...text(a)].length },
  char_length: { takes: ['text'], gives: 'integer', run: ([a]) => [...text(a)].length },
  octet_length: { takes: ['text'], gives: 'integer', run: ([a]) => Buffer.byteLength(text(a)) },
  btrim: { takes: ['text'], gives: 'text', run: ([a]) => text(a).replace(/^ +| +$/g, '') },
  trim: { takes: ['text'], gives: 'text', run: ([a]) => text(a).replace(/^ +| +$/g, '') },
  ltrim: { takes: ['text'], gives: 'text', run: ([a]) => text(a).replace(/^ +/, '') },
  rtrim: { takes: ['text'], gives: 'text', run: ([a]) => text(a).replace(/ +$/, '') },
  reverse: { takes: ['text'], gives: 'text', run: ([a]) => [...text(a)].reverse().join('') },
  replace: {
    takes: ['text', 'text', 'text'],
    gives: 'text',
    run: ([a, b, c]) => (b === '' ? text(a) : text(a).replaceAll(text(b), text(c))),
  },
  repeat: {
    takes: ['text', 'integer'],
    gives: 'text',
    run: ([a, b]) => {
      const count = Math.max(0, number(b));
      if (count * text(a).length > 1 << 24) throw new SqlError('54000', 'requested length too large');
      return text(a).repeat(count);
    },
  },
  left: {
    takes: ['text', 'integer'],
    gives: 'text',
    run: ([a, b]) => [...text(a)].slice(0, number(b)).join(''),
  },
  right: {
    takes: ['text', 'integer'],
    gives: 'text',
    run: ([a, b]) => (number(b) === 0 ? '' : [...text(a)].slice(-number(b)).join('')),
  },
  strpos: { takes: ['text', 'text'], gives: 'integer', run: ([a, b]) => text(a).indexOf(text(b)) + 1 },
  substring: { takes: ['text', 'integer', 'integer'], optional: 1, gives: 'text', run: substring },
  substr: { takes: ['text', 'integer', 'integer'], optional: 1, gives: 'text', run: substring },
  lpad: {
    takes: ['text', 'integer', 'text'],
    optional: 1,
    gives: 'text',
    run: ([a, b, c]) =>
      text(a)
        .slice(0, number(b))
        .padStart(number(b), c === undefined ? ' ' : text(c)),
  },
  rpad: {
    takes: ['text', 'integer', 'text'],
    optional: 1,
    gives: 'text',
    run: ([a, b, c]) =>
      text(a)
        .slice(0, number(b))
        .padEnd(number(b), c === undefined ? ' ' : text(c)),
  },
  concat: {
    takes: ['text'],
    more: true,
    nulls: true,
    gives: 'text',
    run: (args) => args.map((each) => each ?? '').join(''),
  },
  abs: {
    takes: ['number'],
    gives: sameNumber,
    run: ([a]) =>
      a instanceof Decimal
        ? a.unscaled < 0n
          ? a.negated()
          : a
        : typeof a === 'bigint'
          ? a < 0n
            ? -a
            : a
          : Math.abs(a as number),
  },
  ceil: { takes: ['number'], gives: floor, run: rounding((a) => a.negated().floor().negated(), Math.ceil) },
  ceiling: {
    takes: ['number'],
    gives: floor,
    run: rounding((a) => a.negated().floor().negated(), Math.ceil),
  },
  floor: { takes: ['number'], gives: floor, run: rounding((a) => a.floor(), Math.floor) },
  round: {
    takes: ['number', 'integer'],
    optional: 1,
    gives: ([first, digits]) =>
      first?.name === 'double precision' && !digits ? type('double precision') : type('numeric'),
    run: ([a, digits]) => {
      if (typeof a === 'number' && digits === undefined && !Number.isInteger(a)) return Math.round(a);
      return (a instanceof Decimal ? a : Decimal.of(a as number)).rounded(
        digits === undefined ? 0 : number(digits),
      );
    },
  },
  sqrt: { takes: ['double precision'], gives: 'double precision', run: ([a]) => Math.sqrt(number(a)) },
  power: {
    takes: ['double precision', 'double precision'],
    gives: 'double precision',
    run: ([a, b]) => number(a) ** number(b),
  },
  mod: {
    takes: ['bigint', 'bigint'],
    gives: 'bigint',
    run: ([a, b]) => {
      if (b === 0n) throw new SqlError('22012', 'division by zero');
      return (a as bigint) % (b as bigint);
    },
  },
  pg_typeof: {
    takes: ['any'],
    nulls: true,
    gives: 'text',
    run: () => null,
  },
};

function floor([first]: SqlType[]): SqlType {
  return first?.name === 'numeric' ? type('numeric') : type('double precision');
}

function substring([a, from, count]: SqlValue[]): SqlValue {
  const start = number(from) - 1;
  const end = count === undefined ? undefined : start + number(count);
  return [...text(a)].slice(Math.max(0, start), end === undefined ? undefined : Math.max(0, end)).join('');
}

/** A call of a function. Throws SqlError 42883 when there is none for these types. */
export function callFunction(name: string, args: Compiled[], scope: Scope): Compiled {
  const special = choosing(name, args);
  if (special) return special;
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  const most = rule?.more ? Number.POSITIVE_INFINITY : (rule?.takes.length ?? 0);
  const least = (rule?.takes.length ?? 0) - (rule?.optional ?? 0);
  const signature = () =>
    new SqlError(
      '42883',
      `function ${name}(${args.map((each) => typeText({ name: each.type.name })).join(', ')}) does not exist`,
      {
        hint: 'No function matches the given name and argument types. You might need to add explicit type casts. The embedded cluster knows only the most common functions.',
      },
    );
  if (!rule || args.length > most || (rule.more ? args.length === 0 : args.length < least)) throw signature();
  const given = args.map((arg, index) => {
    const wanted = rule.takes[Math.min(index, rule.takes.length - 1)] ?? 'any';
    if (wanted === 'any') return arg;
    if (wanted === 'number') {
      if (arg.type.name === 'unknown') return cast(arg, type('double precision'));
      if (!isNumber(arg.type)) throw signature();
      return arg;
    }
    const textual = wanted === 'text' && (rule.more || isText(arg.type) || arg.type.name === 'unknown');
    const numeric = wanted !== 'text' && (isNumber(arg.type) || arg.type.name === 'unknown');
    if (!textual && !numeric) throw signature();
    return cast(arg, type(wanted));
  });
  const gives =
    typeof rule.gives === 'string' ? type(rule.gives) : rule.gives(given.map((each) => each.type));
  if (name === 'pg_typeof') {
    const shown = args[0]?.type.name ?? 'unknown';
    return { type: type('text'), run: () => shown };
  }
  return {
    type: gives,
    run: (env) => {
      const values = given.map((each) => each.run(env));
      if (!rule.nulls && values.includes(null)) return null;
      return rule.run(values, scope.surroundings);
    },
  };
}

/** COALESCE, NULLIF, GREATEST and LEAST: their type is what all arguments can become. */
function choosing(name: string, args: Compiled[]): Compiled | undefined {
  if (!/^(coalesce|nullif|greatest|least)$/.test(name) || args.length === 0) return undefined;
  const common = commonOf(args, name.toUpperCase());
  const all = args.map((arg) => cast(arg, common));
  const [first, second] = all as [Compiled, Compiled | undefined];
  if (name === 'coalesce')
    return {
      type: common,
      run: (env) => {
        for (const each of all) {
          const value = each.run(env);
          if (value !== null) return value;
        }
        return null;
      },
    };
  if (name === 'nullif')
    return {
      type: common,
      run: (env) => {
        const [a, b] = [first.run(env), second?.run(env) ?? null];
        return a !== null && b !== null && compareValues(a, b) === 0 ? null : a;
      },
    };
  const sign = name === 'greatest' ? 1 : -1;
  return {
    type: common,
    run: (env) => {
      const values = all.map((each) => each.run(env)).filter((value) => value !== null);
      return values.reduce<SqlValue>(
        (best, value) => (best === null || sign * compareValues(value, best) > 0 ? value : best),
        null,
      );
    },
  };
}

/** The one type of several expressions, text when all are literals. Throws SqlError 42804. */
export function commonOf(all: Compiled[], place: string): SqlType {
  const [first, ...rest] = all;
  let common: SqlType = first?.type ?? type('text');
  for (const { type: each } of rest) {
    const next = commonType(common, each);
    if (!next)
      throw new SqlError(
        '42804',
        `${place} types ${typeText({ name: common.name })} and ${typeText({ name: each.name })} cannot be matched`,
      );
    common = next;
  }
  return common.name === 'unknown' ? type('text') : common;
}

const aggregates = /^(count|sum|avg|min|max|string_agg|bool_and|bool_or|array_agg|json_agg|jsonb_agg)$/;

export function isAggregate(name: string): boolean {
  return aggregates.test(name);
}

/** An aggregate over the rows of the group. `star` is count(*). */
export function aggregate(name: string, args: Compiled[], star: boolean, distinct: boolean): Compiled {
  if (/_agg$/.test(name) && name !== 'string_agg') throw notSimulated(`${name}()`);
  if (star) return { type: type('bigint'), run: ({ group }) => BigInt(group?.length ?? 0) };
  const [argument, separator] = args;
  if (!argument) throw new SqlError('42883', `function ${name}() does not exist`);
  const inner =
    name === 'string_agg' || argument.type.name === 'unknown' ? cast(argument, type('text')) : argument;
  const from = inner.type;
  if (/^(sum|avg)$/.test(name) && !isNumber(from))
    throw new SqlError('42883', `function ${name}(${typeText({ name: from.name })}) does not exist`, {
      hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
    });
  const values = (env: Parameters<Compiled['run']>[0]) => {
    const found = (env.group ?? []).map((row) => inner.run({ ...env, row, group: undefined }));
    const present = found.filter((value) => value !== null);
    if (!distinct) return present;
    return [...new Map(present.map((value) => [formatValue(from, value), value])).values()];
  };
  const exact = from.name !== 'real' && from.name !== 'double precision';
  switch (name) {
    case 'count':
      return { type: type('bigint'), run: (env) => BigInt(values(env).length) };
    case 'min':
    case 'max': {
      const sign = name === 'max' ? 1 : -1;
      return {
        type: from,
        run: (env) =>
          values(env).reduce<SqlValue>(
            (best, value) => (best === null || sign * compareValues(value, best) > 0 ? value : best),
            null,
          ),
      };
    }
    case 'sum': {
      const to =
        from.name === 'smallint' || from.name === 'integer' ? 'bigint' : exact ? 'numeric' : from.name;
      return {
        type: type(to),
        run: (env) => {
          const all = values(env);
          if (all.length === 0) return null;
          if (!exact) return all.reduce<number>((sum, value) => sum + (value as number), 0);
          const sum = all.reduce<Decimal>((total, value) => total.add(decimal(value)), new Decimal(0n, 0));
          return to === 'bigint' ? sum.unscaled : sum;
        },
      };
    }
    case 'avg':
      return {
        type: type(exact ? 'numeric' : 'double precision'),
        run: (env) => {
          const all = values(env);
          if (all.length === 0) return null;
          if (!exact) return all.reduce<number>((sum, value) => sum + (value as number), 0) / all.length;
          const sum = all.reduce<Decimal>((total, value) => total.add(decimal(value)), new Decimal(0n, 0));
          return sum.dividedBy(new Decimal(BigInt(all.length), 0));
        },
      };
    case 'string_agg':
      return {
        type: type('text'),
        run: (env) => {
          const all = values(env);
          const between = separator ? String(cast(separator, type('text')).run(env) ?? '') : '';
          return all.length === 0 ? null : all.join(between);
        },
      };
    default: {
      const wanted = name === 'bool_or';
      return {
        type: type('boolean'),
        run: (env) => {
          const all = values(env);
          return all.length === 0 ? null : all.includes(wanted) ? wanted : !wanted;
        },
      };
    }
  }
}

function decimal(value: Exclude<SqlValue, null>): Decimal {
  return value instanceof Decimal ? value : Decimal.of(value as number | bigint);
}
