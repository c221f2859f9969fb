import type { Expr, ExprCall, SelectStatement } from 'pgsql-ast-parser';
import { Decimal } from './decimal';
import { aggregate, callFunction, commonOf, isAggregate } from './functions';
import { alike, binary, cast, isTrue, toBoolean } from './operators';
import type { Compiled, Env, Scope } from './scope';
import { notSimulated, SqlError } from './sql-error';
import { isNumber, type SqlType, type, typeOf } from './types';
import { compareValues, type SqlValue } from './values';

const constant = (of: SqlType, value: SqlValue): Compiled => ({ type: of, run: () => value });

/** Settles names and types of an expression. Throws SqlError. */
export function compile(expr: Expr, scope: Scope): Compiled {
  if (scope.groupsBy(expr) && expr.type !== 'ref') {
    // One value per group: that of its first row.
    const { grouping } = scope;
    scope.grouping = undefined;
    try {
      return compile(expr, scope);
    } finally {
      scope.grouping = grouping;
    }
  }
  switch (expr.type) {
    case 'null':
      return constant(type('unknown'), null);
    case 'string':
      return constant(type('unknown'), expr.value);
    case 'boolean':
      return constant(type('boolean'), expr.value);
    case 'integer':
      return wholeNumber(expr.value);
    case 'numeric':
      return constant(type('numeric'), Decimal.of(expr.value));
    case 'ref':
      if (expr.name === '*') throw new SqlError('42601', 'syntax error at or near "*"');
      return scope.resolve(expr.name, expr.table?.name);
    case 'cast':
      return castTo(compile(expr.operand, scope), typeOf(expr.to));
    case 'constant':
      return castTo(constant(type('unknown'), String(expr.value)), typeOf(expr.dataType));
    case 'unary':
      return unary(expr.op, compile(expr.operand, scope));
    case 'binary':
      if (expr.op === 'IN' || expr.op === 'NOT IN')
        return membership(expr.left, expr.right, expr.op === 'IN', scope);
      return binary(expr.op, compile(expr.left, scope), compile(expr.right, scope));
    case 'ternary': {
      const [value, low, high] = [expr.value, expr.lo, expr.hi].map((each) => compile(each, scope)) as [
        Compiled,
        Compiled,
        Compiled,
      ];
      const within = binary('AND', binary('>=', value, low), binary('<=', value, high));
      return expr.op === 'BETWEEN' ? within : unary('NOT', within);
    }
    case 'case':
      return choice(expr, scope);
    case 'call':
      return call(expr, scope);
    case 'keyword':
      return keyword(expr.keyword, scope);
    case 'substring': {
      const parts = [
        expr.value,
        expr.from ?? ({ type: 'integer', value: 1 } as Expr),
        ...(expr.for ? [expr.for] : []),
      ];
      return callFunction(
        'substring',
        parts.map((each) => compile(each, scope)),
        scope,
      );
    }
    case 'member': {
      const inner = compile(expr.operand, scope);
      if (!/^jsonb?$/.test(inner.type.name)) throw notSimulated(`"${expr.op}" on ${inner.type.name}`);
      return jsonMember(inner, expr.member, expr.op === '->>');
    }
    case 'extract':
      return extract(expr.field.name, compile(expr.from, scope));
    case 'select':
    case 'union':
    case 'union all':
    case 'values':
    case 'with':
      return scalarQuery(expr as SelectStatement, scope);
    default:
      throw notSimulated(`the expression "${expr.type}"`);
  }
}

function wholeNumber(value: number): Compiled {
  if (Number.isSafeInteger(value) && Math.abs(value) <= 2_147_483_647)
    return constant(type('integer'), value);
  return constant(type('bigint'), BigInt(value));
}

/** A cast that the statement asks for. */
function castTo(inner: Compiled, to: SqlType): Compiled {
  return inner.type.name === to.name && !to.size ? inner : cast(inner, to, true);
}

function unary(op: string, inner: Compiled): Compiled {
  const boolean = type('boolean');
  switch (op) {
    case 'NOT': {
      const condition = toBoolean(inner, 'NOT');
      return {
        type: boolean,
        run: (env) => {
          const value = condition.run(env);
          return value === null ? null : !value;
        },
      };
    }
    case 'IS NULL':
    case 'IS NOT NULL':
      return { type: boolean, run: (env) => (inner.run(env) === null) === (op === 'IS NULL') };
    case 'IS TRUE':
    case 'IS FALSE':
    case 'IS NOT TRUE':
    case 'IS NOT FALSE': {
      const condition = toBoolean(inner, op);
      return {
        type: boolean,
        run: (env) => (condition.run(env) === op.endsWith('TRUE')) !== op.includes('NOT'),
      };
    }
    case '+':
      return inner;
    default:
      if (inner.type.name === 'interval' || !isNumber(inner.type))
        throw new SqlError('42883', `operator does not exist: - ${inner.type.name}`);
      return binary('-', constant(type('integer'), 0), inner);
  }
}

function membership(left: Expr, right: Expr, positive: boolean, scope: Scope): Compiled {
  const value = compile(left, scope);
  const found = /^(select|union|union all|values|with|with recursive)$/.test(right.type)
    ? queried(value, right as SelectStatement, scope)
    : // The parser takes a list of one for what stands in it.
      listed(value, right.type === 'list' ? right.expressions : [right], scope);
  return positive ? found : unary('NOT', found);
}

function listed(value: Compiled, expressions: Expr[], scope: Scope): Compiled {
  const tests = expressions.map((each) => binary('=', value, compile(each, scope)));
  return tests.reduce((all, test) => binary('OR', all, test));
}

function queried(value: Compiled, statement: SelectStatement, scope: Scope): Compiled {
  const query = scope.surroundings.query(statement, scope);
  const [column, ...more] = query.columns;
  if (!column || more.length > 0) throw new SqlError('42601', 'subquery has too many columns');
  return {
    type: type('boolean'),
    run: (env) => {
      const rows = query.rows(env);
      scope.surroundings.budget.spend(rows.length);
      const [a, b] = alike('=', value, { type: column.type, run: ({ row }) => row[0] ?? null });
      const wanted = a.run(env);
      if (rows.length === 0) return false;
      if (wanted === null) return null;
      let unknown = false;
      for (const row of rows) {
        const each = b.run({ row });
        if (each === null) unknown = true;
        else if (compareValues(wanted, each) === 0) return true;
      }
      return unknown ? null : false;
    },
  };
}

function scalarQuery(statement: SelectStatement, scope: Scope): Compiled {
  const query = scope.surroundings.query(statement, scope);
  const [column, ...more] = query.columns;
  if (!column || more.length > 0) throw new SqlError('42601', 'subquery must return only one column');
  return {
    type: column.type,
    run: (env) => {
      const rows = query.rows(env);
      if (rows.length > 1)
        throw new SqlError('21000', 'more than one row returned by a subquery used as an expression');
      return rows[0]?.[0] ?? null;
    },
  };
}

function choice(expr: Extract<Expr, { type: 'case' }>, scope: Scope): Compiled {
  const subject = expr.value ? compile(expr.value, scope) : undefined;
  const branches = expr.whens.map(({ when, value }) => ({
    test: subject ? binary('=', subject, compile(when, scope)) : toBoolean(compile(when, scope), 'CASE/WHEN'),
    value: compile(value, scope),
  }));
  const otherwise = expr.else ? compile(expr.else, scope) : constant(type('unknown'), null);
  const common = commonOf([...branches.map(({ value }) => value), otherwise], 'CASE');
  const values = branches.map(({ test, value }) => ({ test, value: cast(value, common) }));
  const last = cast(otherwise, common);
  return {
    type: common,
    run: (env) => (values.find(({ test }) => isTrue(test, env))?.value ?? last).run(env),
  };
}

function call(expr: ExprCall, scope: Scope): Compiled {
  const name = expr.function.name;
  if (expr.over) throw notSimulated('window functions');
  if (expr.filter || expr.withinGroup || expr.orderBy)
    throw notSimulated('FILTER, WITHIN GROUP and ORDER BY in aggregates');
  const first = expr.args[0];
  if (name === 'exists' && first) {
    const query = scope.surroundings.query(first as SelectStatement, scope);
    return { type: type('boolean'), run: (env) => query.rows(env).length > 0 };
  }
  if (!isAggregate(name))
    return callFunction(
      name,
      expr.args.map((arg) => compile(arg, scope)),
      scope,
    );
  if (!scope.grouping) throw new SqlError('42803', `aggregate functions are not allowed in WHERE`);
  if (scope.aggregating) throw new SqlError('42803', 'aggregate function calls cannot be nested');
  const star = first?.type === 'ref' && first.name === '*';
  scope.aggregating = true;
  try {
    const args = star ? [] : expr.args.map((arg) => compile(arg, scope));
    return aggregate(name, args, star, expr.distinct === 'distinct');
  } finally {
    scope.aggregating = false;
  }
}

function keyword(name: string, { surroundings }: Scope): Compiled {
  const dayMicros = 86_400_000_000;
  switch (name) {
    case 'current_timestamp':
      return { type: type('timestamp with time zone'), run: () => surroundings.startedMicros };
    case 'localtimestamp':
      return { type: type('timestamp without time zone'), run: () => surroundings.startedMicros };
    case 'current_date':
      return { type: type('date'), run: () => Math.floor(surroundings.startedMicros / dayMicros) };
    case 'current_user':
    case 'session_user':
    case 'user':
    case 'current_role':
      return constant(type('name'), surroundings.user);
    case 'current_catalog':
      return constant(type('name'), surroundings.database);
    case 'current_schema':
      return constant(type('name'), 'public');
    default:
      throw notSimulated(name.toUpperCase());
  }
}

function jsonMember(inner: Compiled, member: string | number, asText: boolean): Compiled {
  return {
    type: type(asText ? 'text' : inner.type.name),
    run: (env: Env) => {
      const text = inner.run(env);
      if (text === null) return null;
      const value: unknown = JSON.parse(String(text));
      const holder = value as Record<string, unknown> | unknown[] | null;
      const found =
        typeof member === 'number'
          ? Array.isArray(holder)
            ? holder.at(member)
            : undefined
          : holder !== null &&
              typeof holder === 'object' &&
              !Array.isArray(holder) &&
              Object.hasOwn(holder, member)
            ? holder[member]
            : undefined;
      if (found === undefined) return null;
      if (!asText) return JSON.stringify(found);
      return found === null ? null : typeof found === 'string' ? found : JSON.stringify(found);
    },
  };
}

function extract(field: string, inner: Compiled): Compiled {
  const from = inner.type.name === 'date' ? cast(inner, type('timestamp without time zone')) : inner;
  if (!from.type.name.startsWith('timestamp')) throw notSimulated(`extract from ${inner.type.name}`);
  const parts: Record<string, (at: Date, micros: number) => Decimal> = {
    year: (at) => Decimal.of(at.getUTCFullYear()),
    month: (at) => Decimal.of(at.getUTCMonth() + 1),
    day: (at) => Decimal.of(at.getUTCDate()),
    hour: (at) => Decimal.of(at.getUTCHours()),
    minute: (at) => Decimal.of(at.getUTCMinutes()),
    second: (_at, micros) => new Decimal(BigInt(((micros % 60e6) + 60e6) % 60e6), 6),
    epoch: (_at, micros) => new Decimal(BigInt(micros), 6),
    dow: (at) => Decimal.of(at.getUTCDay()),
  };
  const part = parts[field.toLowerCase()];
  if (!part) throw notSimulated(`extract(${field})`);
  return {
    type: type('numeric'),
    run: (env) => {
      const micros = from.run(env);
      return micros === null
        ? null
        : part(new Date(Math.floor((micros as number) / 1_000)), micros as number);
    },
  };
}
