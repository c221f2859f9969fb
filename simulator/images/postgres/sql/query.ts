import type { Expr, From, SelectedColumn, SelectFromStatement, SelectStatement } from 'pgsql-ast-parser';
import { compile } from './expressions';
import { commonOf } from './functions';
import { equalSides } from './join-keys';
import { cast, isTrue, toBoolean } from './operators';
import { byOutput, compareKeys, hasAggregate, orderKey, outputName } from './outputs';
import { type Column, type Compiled, type Env, type Row, Scope, type Surroundings } from './scope';
import { notSimulated, SqlError } from './sql-error';
import { type } from './types';
import { formatValue, type SqlValue } from './values';

/** A query that is ready to run. */
export interface Query {
  columns: Column[];
  rows(env: Env): Row[];
}

/** Where a query finds its tables. */
export interface Tables {
  /** Throws SqlError 42P01. */
  open(name: string, schema: string | undefined): Query & { primaryKey: string[] };
}

/** More rows than this are refused: a join of everything with everything must not fill the memory. */
const mostRows = 200_000;

/** Compiles queries against the tables of one database. */
export class Planner {
  private readonly bound = new Map<string, Query>();

  constructor(
    private readonly tables: Tables,
    private readonly surroundings: Surroundings,
  ) {}

  plan(statement: SelectStatement, outer?: Scope): Query {
    switch (statement.type) {
      case 'select':
        return this.select(statement, outer);
      case 'values':
        return this.values(statement.values, outer);
      case 'union':
      case 'union all':
        return this.union(
          statement.type === 'union',
          this.plan(statement.left, outer),
          this.plan(statement.right, outer),
        );
      case 'with':
        for (const { alias, statement: inner } of statement.bind) {
          if (/^(insert|update|delete)$/.test(inner.type))
            throw notSimulated(`${inner.type.toUpperCase()} in WITH`);
          this.bound.set(alias.name, this.plan(inner as SelectStatement, outer));
        }
        return this.plan(statement.in as SelectStatement, outer);
      default:
        throw notSimulated('WITH RECURSIVE');
    }
  }

  /** Outputs for given rows: the list of SELECT, or of RETURNING. */
  outputs(list: readonly SelectedColumn[], scope: Scope): { columns: Column[]; values: Compiled[] } {
    const columns: Column[] = [];
    const values: Compiled[] = [];
    for (const { expr, alias } of list) {
      if (expr.type === 'ref' && expr.name === '*') {
        const wanted = expr.table?.name;
        if (scope.columns.length === 0)
          throw new SqlError('42601', 'SELECT * with no tables specified is not valid');
        for (const column of scope.columns) {
          if (wanted !== undefined && column.table !== wanted) continue;
          columns.push(column);
          values.push(scope.resolve(column.name, column.table));
        }
        continue;
      }
      const value = compile(expr, scope);
      const shown = value.type.name === 'unknown' ? cast(value, type('text')) : value;
      columns.push({ name: alias?.name ?? outputName(expr), type: shown.type });
      values.push(shown);
    }
    return { columns, values };
  }

  private values(lists: Expr[][], outer: Scope | undefined): Query {
    const scope = new Scope([], this.surroundings, outer);
    const rows = lists.map((list) => list.map((each) => compile(each, scope)));
    const width = rows[0]?.length ?? 0;
    if (rows.some((row) => row.length !== width))
      throw new SqlError('42601', 'VALUES lists must all be the same length');
    const types = Array.from({ length: width }, (_each, at) =>
      commonOf(
        rows.map((row) => row[at] as Compiled),
        'VALUES',
      ),
    );
    const cells = rows.map((row) => row.map((cell, at) => cast(cell, types[at] ?? cell.type)));
    return {
      columns: types.map((each, at) => ({ name: `column${at + 1}`, type: each })),
      rows: (env) => cells.map((row) => row.map((cell) => cell.run({ row: [], outer: env }))),
    };
  }

  private union(distinct: boolean, left: Query, right: Query): Query {
    if (left.columns.length !== right.columns.length)
      throw new SqlError('42601', 'each UNION query must have the same number of columns');
    const casts = left.columns.map(
      (column, at): { type: Column['type']; left: Compiled; right: Compiled } => {
        const sides = [column, right.columns[at] as Column].map(
          (each): Compiled => ({ type: each.type, run: ({ row }) => row[at] ?? null }),
        );
        const common = commonOf(sides, 'UNION');
        return {
          type: common,
          left: cast(sides[0] as Compiled, common),
          right: cast(sides[1] as Compiled, common),
        };
      },
    );
    const columns = left.columns.map((column, at) => ({
      name: column.name,
      type: casts[at]?.type ?? column.type,
    }));
    return {
      columns,
      rows: (env) => {
        const rows = [
          ...left.rows(env).map((row) => casts.map((each) => each.left.run({ row }))),
          ...right.rows(env).map((row) => casts.map((each) => each.right.run({ row }))),
        ];
        return distinct ? distinctRows(rows, columns) : rows;
      },
    };
  }

  private select(statement: SelectFromStatement, outer: Scope | undefined): Query {
    const source = this.from(statement.from ?? [], outer);
    const scope = new Scope(source.columns, this.surroundings, outer);
    const where = statement.where ? toBoolean(compile(statement.where, scope), 'WHERE') : undefined;
    const list = statement.columns ?? [];
    const grouped =
      (statement.groupBy?.length ?? 0) > 0 ||
      statement.having != null ||
      list.some(({ expr }) => hasAggregate(expr)) ||
      (statement.orderBy ?? []).some(({ by }) => hasAggregate(by));
    const keys = grouped ? this.groupKeys(statement, list, scope, source.primaryKeys) : [];
    const { columns, values } = this.outputs(list, scope);
    const having = statement.having ? toBoolean(compile(statement.having, scope), 'HAVING') : undefined;
    const order = (statement.orderBy ?? []).map((each) => orderKey(each, list, values, scope));
    const limit = count(statement.limit?.limit, scope, 'LIMIT');
    const offset = count(statement.limit?.offset, scope, 'OFFSET');
    if (Array.isArray(statement.distinct)) throw notSimulated('DISTINCT ON');
    const distinct = statement.distinct === 'distinct';
    return {
      columns: columns.map(({ name, type: each }) => ({ name, type: each })),
      rows: (outside) => {
        const inside = (row: Row): Env => ({ row, outer: outside });
        const found = source.rows(outside);
        this.surroundings.budget.spend(found.length);
        const kept = found.filter((row) => !where || isTrue(where, inside(row)));
        let envs = grouped ? groups(kept, keys, inside) : kept.map(inside);
        if (having) envs = envs.filter((env) => isTrue(having, env));
        let rows = envs.map((env) => ({
          out: values.map((each) => each.run(env)),
          sort: order.map(({ key }) => key.run(env)),
        }));
        if (order.length > 0) rows.sort((a, b) => compareKeys(a.sort, b.sort, order));
        if (distinct) {
          const unique = new Set(
            distinctRows(
              rows.map(({ out }) => out),
              columns,
            ),
          );
          rows = rows.filter(({ out }) => unique.has(out));
        }
        const start = offset?.(outside) ?? 0;
        const most = limit?.(outside);
        return rows.slice(start, most === undefined ? undefined : start + most).map(({ out }) => out);
      },
    };
  }

  /** Settles GROUP BY, and from then on what the outputs may name. */
  private groupKeys(
    statement: SelectFromStatement,
    list: readonly SelectedColumn[],
    scope: Scope,
    primaryKeys: { table: string; columns: string[] }[],
  ): Compiled[] {
    const grouping = { columns: new Set<number>(), expressions: new Set<string>() };
    const keys = (statement.groupBy ?? []).map((written) => {
      const expression = byOutput(written, list, scope);
      const at = scope.columns.findIndex(
        ({ name, table }) =>
          expression.type === 'ref' &&
          name === expression.name &&
          (!expression.table || expression.table.name === table),
      );
      if (at >= 0) grouping.columns.add(at);
      grouping.expressions.add(JSON.stringify(expression));
      return compile(expression, scope);
    });
    // A table's primary key decides its other columns.
    for (const { table, columns } of primaryKeys) {
      const indexes = columns.map((name) =>
        scope.columns.findIndex((each) => each.table === table && each.name === name),
      );
      if (columns.length === 0 || !indexes.every((index) => grouping.columns.has(index))) continue;
      scope.columns.forEach((each, index) => {
        if (each.table === table) grouping.columns.add(index);
      });
    }
    scope.grouping = grouping;
    return keys;
  }

  private from(
    list: readonly From[],
    outer: Scope | undefined,
  ): Query & { primaryKeys: { table: string; columns: string[] }[] } {
    let joined: Query = { columns: [], rows: () => [[]] };
    const primaryKeys: { table: string; columns: string[] }[] = [];
    for (const each of list) {
      const next = this.source(each, outer);
      if (next.primaryKey) primaryKeys.push(next.primaryKey);
      joined = this.join(joined, next.query, each, outer);
    }
    return { ...joined, primaryKeys };
  }

  private source(
    from: From,
    outer: Scope | undefined,
  ): { query: Query; primaryKey?: { table: string; columns: string[] } } {
    if (from.lateral) throw notSimulated('LATERAL');
    if (from.type === 'table') {
      const { name, schema, alias = name } = from.name;
      const bound = schema === undefined ? this.bound.get(name) : undefined;
      if (bound)
        return {
          query: named(
            bound,
            alias,
            from.name.columnNames?.map((each) => each.name),
          ),
        };
      const table = this.tables.open(name, schema);
      return {
        query: named(
          table,
          alias,
          from.name.columnNames?.map((each) => each.name),
        ),
        primaryKey: { table: alias, columns: table.primaryKey },
      };
    }
    if (from.type === 'statement')
      return {
        query: named(
          this.plan(from.statement, outer),
          from.alias,
          from.columnNames?.map((each) => each.name),
        ),
      };
    if (from.function.name !== 'generate_series') throw notSimulated(`${from.function.name}() in FROM`);
    const alias = from.alias?.name ?? 'generate_series';
    const scope = new Scope([], this.surroundings, outer);
    const series = generateSeries(from.args.map((arg) => compile(arg, scope)));
    return { query: named(series, alias, from.alias?.columns?.map((each) => each.name) ?? [alias]) };
  }

  private join(left: Query, right: Query, from: From, outer: Scope | undefined): Query {
    const columns = [...left.columns, ...right.columns];
    const clause = from.join;
    const scope = new Scope(columns, this.surroundings, outer);
    const on = clause?.on ? toBoolean(compile(clause.on, scope), 'JOIN/ON') : undefined;
    if (clause?.using?.length) throw notSimulated('JOIN … USING (write JOIN … ON)');
    const kind = clause?.type ?? 'CROSS JOIN';
    const matching = clause?.on ? equalSides(clause.on, left.columns, right.columns) : undefined;
    const blank = (query: Query) => query.columns.map(() => null);
    return {
      columns,
      rows: (env) => {
        const [ours, theirs] = [left.rows(env), right.rows(env)];
        const near = matching?.(theirs);
        const result: Row[] = [];
        const matched = new Set<Row>();
        for (const a of ours) {
          let found = false;
          const candidates = near?.(a) ?? theirs;
          this.surroundings.budget.spend(candidates.length + 1);
          for (const b of candidates) {
            const row = [...a, ...b];
            if (on && !isTrue(on, { row, outer: env })) continue;
            found = true;
            matched.add(b);
            result.push(row);
            if (result.length > mostRows) throw tooMany();
          }
          if (!found && /LEFT|FULL/.test(kind)) result.push([...a, ...blank(right)]);
        }
        if (/RIGHT|FULL/.test(kind))
          for (const b of theirs) if (!matched.has(b)) result.push([...blank(left), ...b]);
        return result;
      },
    };
  }
}

function tooMany(): SqlError {
  return notSimulated(`results of more than ${mostRows} rows`);
}

function named(query: Query, table: string, names?: readonly string[]): Query {
  return {
    columns: query.columns.map((column, at) => ({ ...column, table, name: names?.[at] ?? column.name })),
    rows: query.rows,
  };
}

function generateSeries([from, to, step]: Compiled[]): Query {
  if (!from || !to) throw new SqlError('42883', 'function generate_series() does not exist');
  const common = commonOf([from, to], 'generate_series');
  if (common.name !== 'integer' && common.name !== 'bigint')
    throw notSimulated(`generate_series over ${common.name}`);
  return {
    columns: [{ name: 'generate_series', type: common }],
    rows: (env) => {
      const [first, last, by] = [from, to, step].map((each) => Number(each?.run(env) ?? 1));
      if (!by) throw new SqlError('22023', 'step size cannot equal zero');
      const rows: Row[] = [];
      for (let value = first ?? 0; by > 0 ? value <= (last ?? 0) : value >= (last ?? 0); value += by) {
        rows.push([common.name === 'bigint' ? BigInt(value) : value]);
        if (rows.length > mostRows) throw tooMany();
      }
      return rows;
    },
  };
}

function groups(rows: Row[], keys: Compiled[], inside: (row: Row) => Env): Env[] {
  if (keys.length === 0) return [{ ...inside(rows[0] ?? []), group: rows }];
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const name = keyOf(keys.map((key) => ({ value: key.run(inside(row)), type: key.type })));
    const group = found.get(name);
    if (group) group.push(row);
    else found.set(name, [row]);
  }
  return [...found.values()].map((group) => ({ ...inside(group[0] ?? []), group }));
}

function keyOf(values: { value: SqlValue; type: Column['type'] }[]): string {
  return JSON.stringify(
    values.map(({ value, type: each }) => (value === null ? null : formatValue(each, value))),
  );
}

function distinctRows<T extends Row>(rows: T[], columns: Column[]): T[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = keyOf(columns.map((column, at) => ({ value: row[at] ?? null, type: column.type })));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function count(
  expr: Expr | null | undefined,
  scope: Scope,
  place: string,
): ((outside: Env) => number | undefined) | undefined {
  if (!expr) return undefined;
  const value = cast(compile(expr, scope), type('bigint'));
  return (outside) => {
    const wanted = value.run({ row: [], outer: outside });
    if (wanted === null) return undefined;
    if (Number(wanted) < 0) throw new SqlError('2201W', `${place} must not be negative`);
    return Number(wanted);
  };
}
