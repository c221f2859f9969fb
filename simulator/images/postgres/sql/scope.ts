import type { Expr, SelectStatement } from 'pgsql-ast-parser';
import type { Budget } from './budget';
import { SqlError } from './sql-error';
import type { SqlType } from './types';
import type { SqlValue } from './values';

export type Row = readonly SqlValue[];

/** What an expression is computed for: a row, within the row of an outer query; or a group of rows. */
export interface Env {
  row: Row;
  outer?: Env | undefined;
  group?: Row[] | undefined;
}

/** An expression whose names and types are settled. */
export interface Compiled {
  type: SqlType;
  /** Throws SqlError, as division by zero. */
  run(env: Env): SqlValue;
}

export interface Column {
  /** Name or alias of the table, as references call it. */
  table?: string | undefined;
  name: string;
  type: SqlType;
}

/** What a statement may ask of its surroundings. */
export interface Surroundings {
  /** Microseconds since the epoch at which the transaction began. */
  startedMicros: number;
  nowMicros(): number;
  user: string;
  database: string;
  version: string;
  setting(name: string): string | undefined;
  /** Runs a query within an expression. */
  query(statement: SelectStatement, outer: Scope): { columns: Column[]; rows(env: Env): Row[] };
  /** The next number of a sequence. */
  nextValue(sequence: string): bigint;
  random(): number;
  budget: Budget;
}

/** The names that an expression may use, and where their values are. */
export class Scope {
  /** Set in the outputs of a grouped query: which columns and expressions have one value per group. */
  grouping: { columns: Set<number>; expressions: Set<string> } | undefined;
  /** Within an aggregate's arguments. */
  aggregating = false;

  constructor(
    readonly columns: readonly Column[],
    readonly surroundings: Surroundings,
    readonly outer?: Scope,
  ) {}

  /** Where a name's value is. Throws SqlError 42703, 42702, 42P01, 42803. */
  resolve(name: string, table: string | undefined): Compiled {
    const matches = this.columns
      .map((column, index) => ({ column, index }))
      .filter(({ column }) => column.name === name && (table === undefined || column.table === table));
    if (matches.length > 1) throw new SqlError('42702', `column reference "${name}" is ambiguous`);
    const [match] = matches;
    if (match) return this.reference(match.index, match.column);
    if (this.outer) {
      const outside = this.outer.resolve(name, table);
      return { type: outside.type, run: (env) => outside.run(env.outer ?? env) };
    }
    if (table !== undefined && !this.columns.some((column) => column.table === table))
      throw new SqlError('42P01', `missing FROM-clause entry for table "${table}"`);
    throw new SqlError(
      '42703',
      `column ${table === undefined ? `"${name}"` : `${table}.${name}`} does not exist`,
    );
  }

  private reference(index: number, { name, table, type }: Column): Compiled {
    if (this.grouping && !this.aggregating && !this.grouping.columns.has(index))
      throw new SqlError(
        '42803',
        `column "${table === undefined ? name : `${table}.${name}`}" must appear in the GROUP BY clause or be used in an aggregate function`,
      );
    return { type, run: ({ row }) => row[index] ?? null };
  }

  /** Whether the whole expression is one that the query groups by. */
  groupsBy(expression: Expr): boolean {
    return !this.aggregating && (this.grouping?.expressions.has(JSON.stringify(expression)) ?? false);
  }
}
