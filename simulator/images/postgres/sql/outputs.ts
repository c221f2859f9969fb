import type { Expr, OrderByStatement, SelectedColumn } from 'pgsql-ast-parser';
import { compile } from './expressions';
import { isAggregate } from './functions';
import type { Compiled, Scope } from './scope';
import { SqlError } from './sql-error';
import { compareValues, type SqlValue } from './values';

/** The name of a column that the statement gives none. */
export function outputName(expr: Expr): string {
  switch (expr.type) {
    case 'ref':
      return expr.name;
    case 'call':
      return expr.function.name;
    case 'cast': {
      const inner = outputName(expr.operand);
      return inner === '?column?' && expr.to.kind !== 'array' ? expr.to.name : inner;
    }
    case 'case':
      return 'case';
    case 'keyword':
      return expr.keyword;
    case 'extract':
      return 'extract';
    case 'substring':
      return 'substring';
    case 'boolean':
      return 'bool';
    case 'constant':
      return expr.dataType.kind === 'array' || /^(numeric|bigint)$/.test(expr.dataType.name)
        ? '?column?'
        : expr.dataType.name;
    case 'select': {
      const [only] = expr.columns ?? [];
      return only ? (only.alias?.name ?? outputName(only.expr)) : '?column?';
    }
    default:
      return '?column?';
  }
}

/** Whether an expression computes an aggregate of this query, not of one within it. */
export function hasAggregate(expr: unknown): boolean {
  if (Array.isArray(expr)) return expr.some(hasAggregate);
  if (expr === null || typeof expr !== 'object') return false;
  const node = expr as { type?: string; function?: { name: string } };
  if (/^(select|union|union all|with|values)$/.test(node.type ?? '')) return false;
  if (node.type === 'call' && isAggregate(node.function?.name ?? '')) return true;
  return Object.values(node).some(hasAggregate);
}

/** ORDER BY and GROUP BY may name an output, or its number. */
export function byOutput(written: Expr, list: readonly SelectedColumn[], scope: Scope): Expr {
  if (written.type === 'integer') {
    const output = list[written.value - 1];
    if (!output) throw new SqlError('42P10', `ORDER BY position ${written.value} is not in select list`);
    return output.expr;
  }
  if (written.type !== 'ref' || written.table) return written;
  const isColumn = scope.columns.some(({ name }) => name === written.name);
  return isColumn ? written : (list.find(({ alias }) => alias?.name === written.name)?.expr ?? written);
}

export interface OrderKey {
  key: Compiled;
  descending: boolean;
  nullsFirst: boolean;
}

export function orderKey(
  order: OrderByStatement,
  list: readonly SelectedColumn[],
  values: Compiled[],
  scope: Scope,
): OrderKey {
  const descending = order.order === 'DESC';
  const nullsFirst = order.nulls ? order.nulls === 'FIRST' : descending;
  const alias = order.by.type === 'ref' && !order.by.table ? order.by.name : undefined;
  const at = list.findIndex((each) => alias !== undefined && each.alias?.name === alias);
  const number = order.by.type === 'integer' ? order.by.value - 1 : -1;
  const star = list.some(({ expr }) => expr.type === 'ref' && expr.name === '*');
  if (number >= values.length)
    throw new SqlError('42P10', `ORDER BY position ${number + 1} is not in select list`);
  const key =
    number >= 0
      ? values[number]
      : at >= 0 && !star
        ? values[at]
        : compile(byOutput(order.by, list, scope), scope);
  return { key: key as Compiled, descending, nullsFirst };
}

export function compareKeys(a: SqlValue[], b: SqlValue[], order: OrderKey[]): number {
  for (const [at, { descending, nullsFirst }] of order.entries()) {
    const [x, y] = [a[at] ?? null, b[at] ?? null];
    if (x === null && y === null) continue;
    if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1;
    const result = compareValues(x, y);
    if (result !== 0) return descending ? -result : result;
  }
  return 0;
}
