import type { BinaryOperator } from 'pgsql-ast-parser';
import { type BoundedExpression, boundedExpression } from '../../../shell/bounded-regexp';
import { Decimal } from './decimal';
import { addInterval, type Interval } from './moments';
import type { Compiled, Env } from './scope';
import { notSimulated, SqlError } from './sql-error';
import { commonType, isMoment, isNumber, isText, isWhole, type SqlType, type, typeText } from './types';
import { castValue, compareValues, type SqlValue } from './values';

/** An expression as another type. */
export function cast(inner: Compiled, to: SqlType, explicit = false): Compiled {
  if (inner.type.name === to.name && !to.size) return inner;
  return { type: to, run: (env) => castValue(inner.run(env), inner.type, to, explicit) };
}

function noOperator(op: string, a: SqlType, b: SqlType): SqlError {
  return new SqlError(
    '42883',
    `operator does not exist: ${typeText({ name: a.name })} ${op} ${typeText({ name: b.name })}`,
    {
      hint: 'No operator matches the given name and argument types. You might need to add explicit type casts.',
    },
  );
}

/** Both sides as one type. Throws SqlError when there is no such operator. */
export function alike(op: string, left: Compiled, right: Compiled): [Compiled, Compiled, SqlType] {
  const common = commonType(left.type, right.type);
  if (!common) throw noOperator(op, left.type, right.type);
  const to = common.name === 'unknown' ? type('text') : type(common.name);
  return [cast(left, to), cast(right, to), to];
}

const comparisons: Partial<Record<BinaryOperator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

export function binary(op: BinaryOperator, left: Compiled, right: Compiled): Compiled {
  const holds = comparisons[op];
  if (holds) {
    const [a, b] = alike(op === '!=' ? '<>' : op, left, right);
    return both(type('boolean'), a, b, (x, y) => holds(compareValues(x, y)));
  }
  if (op === 'AND' || op === 'OR') return logical(op, left, right);
  if (op === '||') return concatenation(left, right);
  if (/LIKE$/.test(op)) return like(op, left, right);
  if (/^!?~\*?$/.test(op)) return matching(op, left, right);
  if (op === '+' || op === '-' || op === '*' || op === '/' || op === '%') return arithmetic(op, left, right);
  throw notSimulated(`the operator "${op}"`);
}

/** Null when either side is null. */
function both(
  result: SqlType,
  left: Compiled,
  right: Compiled,
  compute: (a: Exclude<SqlValue, null>, b: Exclude<SqlValue, null>) => SqlValue,
): Compiled {
  return {
    type: result,
    run: (env) => {
      const a = left.run(env);
      if (a === null) return null;
      const b = right.run(env);
      return b === null ? null : compute(a, b);
    },
  };
}

function logical(op: 'AND' | 'OR', left: Compiled, right: Compiled): Compiled {
  const decided = op === 'OR';
  const [a, b] = [toBoolean(left, op), toBoolean(right, op)];
  return {
    type: type('boolean'),
    run: (env) => {
      const x = a.run(env);
      if (x === decided) return decided;
      const y = b.run(env);
      if (y === decided) return decided;
      return x === null || y === null ? null : !decided;
    },
  };
}

/** A condition. Throws SqlError 42804. */
export function toBoolean(inner: Compiled, place: string): Compiled {
  if (inner.type.name !== 'boolean' && inner.type.name !== 'unknown')
    throw new SqlError('42804', `argument of ${place} must be type boolean, not type ${inner.type.name}`);
  return cast(inner, type('boolean'));
}

export function isTrue(condition: Compiled, env: Env): boolean {
  return condition.run(env) === true;
}

function concatenation(left: Compiled, right: Compiled): Compiled {
  const texts = [left, right].some(({ type: { name } }) => name === 'unknown' || isText({ name }));
  if (!texts) throw noOperator('||', left.type, right.type);
  return both(type('text'), cast(left, type('text')), cast(right, type('text')), (a, b) => `${a}${b}`);
}

function like(op: string, left: Compiled, right: Compiled): Compiled {
  const negative = op.startsWith('NOT');
  const folds = op.includes('ILIKE');
  if (![left, right].every(({ type: each }) => isText(each) || each.name === 'unknown'))
    throw noOperator(`${negative ? '!' : ''}~~${op.includes('ILIKE') ? '*' : ''}`, left.type, right.type);
  const expressionOf = remembered((pattern) => {
    const source = pattern.replace(/\\(.)|[\\^$.*+?()[\]{}|/%_-]/gsu, (whole, escaped?: string) => {
      if (escaped !== undefined) return escaped.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
      return whole === '%' ? '[\\s\\S]*' : whole === '_' ? '[\\s\\S]' : whole === '-' ? '-' : `\\${whole}`;
    });
    return boundedExpression(`^${source}$`, folds);
  });
  return both(
    type('boolean'),
    cast(left, type('text')),
    cast(right, type('text')),
    (a, b) => expressionOf(String(b)).test(String(a)) !== negative,
  );
}

function matching(op: string, left: Compiled, right: Compiled): Compiled {
  const expressionOf = remembered((pattern) => {
    try {
      return boundedExpression(pattern, op.endsWith('*'));
    } catch {
      throw new SqlError('2201B', `invalid regular expression: ${pattern}`);
    }
  });
  return both(
    type('boolean'),
    cast(left, type('text')),
    cast(right, type('text')),
    (a, b) => expressionOf(String(b)).test(String(a)) !== op.startsWith('!'),
  );
}

/** Most often all rows are held against one pattern. */
function remembered(make: (pattern: string) => BoundedExpression): (pattern: string) => BoundedExpression {
  let last: { pattern: string; expression: BoundedExpression } | undefined;
  return (pattern) => {
    if (last?.pattern !== pattern) last = { pattern, expression: make(pattern) };
    return last.expression;
  };
}

type Arithmetic = '+' | '-' | '*' | '/' | '%';

function arithmetic(op: Arithmetic, left: Compiled, right: Compiled): Compiled {
  const moments = momentArithmetic(op, left, right);
  if (moments) return moments;
  const unknowns = left.type.name === 'unknown' && right.type.name === 'unknown';
  const common = commonType(left.type, right.type);
  if (!common || !isNumber(common) || unknowns) throw noOperator(op, left.type, right.type);
  const to = common.name === 'real' ? type('double precision') : type(common.name);
  const [a, b] = [cast(left, to), cast(right, to)];
  return both(to, a, b, (x, y) => {
    if (x instanceof Decimal && y instanceof Decimal) return decimals(op, x, y);
    if (isWhole(to))
      return castValue(wholes(op, BigInt(x as number), BigInt(y as number)), type('bigint'), to, false);
    return floats(op, x as number, y as number);
  });
}

const byZero = () => new SqlError('22012', 'division by zero');

function decimals(op: Arithmetic, a: Decimal, b: Decimal): Decimal {
  if ((op === '/' || op === '%') && b.unscaled === 0n) throw byZero();
  if (op === '+') return a.add(b);
  if (op === '-') return a.add(b.negated());
  if (op === '*') return a.times(b);
  return op === '/' ? a.dividedBy(b) : a.modulo(b);
}

function wholes(op: Arithmetic, a: bigint, b: bigint): bigint {
  if ((op === '/' || op === '%') && b === 0n) throw byZero();
  if (op === '+') return a + b;
  if (op === '-') return a - b;
  if (op === '*') return a * b;
  return op === '/' ? a / b : a % b;
}

function floats(op: Arithmetic, a: number, b: number): number {
  if (op === '%') throw noOperator('%', type('double precision'), type('double precision'));
  if (op === '/' && b === 0) throw byZero();
  return op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : a / b;
}

/** Moments and spans; undefined when it is not about them. */
function momentArithmetic(op: Arithmetic, left: Compiled, right: Compiled): Compiled | undefined {
  if (op !== '+' && op !== '-') return undefined;
  if (op === '+' && left.type.name === 'interval' && isMoment(right.type))
    return momentArithmetic(op, right, left);
  if (isMoment(left.type) && right.type.name === 'interval') {
    const to = left.type.name === 'date' ? type('timestamp without time zone') : left.type;
    return both(to, cast(left, to), right, (a, b) =>
      addInterval(a as number, b as Interval, op === '+' ? 1 : -1),
    );
  }
  if (left.type.name === 'date' && isWhole(right.type))
    return both(type('date'), left, right, (a, b) => (a as number) + (op === '+' ? 1 : -1) * Number(b));
  if (op === '-' && isMoment(left.type) && isMoment(right.type)) {
    if (left.type.name === 'date' && right.type.name === 'date')
      return both(type('integer'), left, right, (a, b) => (a as number) - (b as number));
    const [a, b] = alike('-', left, right);
    return both(type('interval'), a, b, (x, y) => {
      const micros = (x as number) - (y as number);
      const days = Math.trunc(micros / 86_400e6);
      return { months: 0, days, micros: micros - days * 86_400e6 };
    });
  }
  return undefined;
}
