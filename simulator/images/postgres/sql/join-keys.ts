import type { Expr } from 'pgsql-ast-parser';
import type { Column, Row } from './scope';
import { identityOf } from './values';

/**
 * For a condition that begins by demanding that a column of each side be equal: finds the rows of the right side that can meet
 * it, without looking at all of them. Undefined for other conditions.
 */
export function equalSides(
  on: Expr,
  left: readonly Column[],
  right: readonly Column[],
): ((theirs: Row[]) => (ours: Row) => Row[]) | undefined {
  if (on.type !== 'binary') return undefined;
  if (on.op === 'AND') return equalSides(on.left, left, right) ?? equalSides(on.right, left, right);
  if (on.op !== '=') return undefined;
  const [a, b] = [place(on.left, left, right), place(on.right, left, right)];
  if (!a || !b || a.side === b.side) return undefined;
  const [mine, theirs] = a.side === 'left' ? [a.index, b.index] : [b.index, a.index];
  // Values of other types are equal without being written alike.
  if (left[mine]?.type.name !== right[theirs]?.type.name || left[mine]?.type.name === 'character')
    return undefined;
  return (rows) => {
    const found = new Map<string, Row[]>();
    for (const row of rows) {
      const key = keyOf(row[theirs]);
      const same = found.get(key);
      if (same) same.push(row);
      else found.set(key, [row]);
    }
    return (row) => found.get(keyOf(row[mine])) ?? [];
  };
}

function place(
  expr: Expr,
  left: readonly Column[],
  right: readonly Column[],
): { side: 'left' | 'right'; index: number } | undefined {
  if (expr.type !== 'ref') return undefined;
  const find = (columns: readonly Column[]) =>
    columns.findIndex(({ name, table }) => name === expr.name && (!expr.table || expr.table.name === table));
  const [inLeft, inRight] = [find(left), find(right)];
  if (inLeft < 0 === inRight < 0) return undefined;
  return inLeft >= 0 ? { side: 'left', index: inLeft } : { side: 'right', index: inRight };
}

function keyOf(value: Row[number] | undefined): string {
  return value === undefined || value === null ? '' : `=${identityOf(value)}`;
}
