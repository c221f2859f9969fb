import type {
  DeleteStatement,
  Expr,
  InsertStatement,
  SelectedColumn,
  UpdateStatement,
} from 'pgsql-ast-parser';
import type { Change, Database, ForeignKey, Table, UniqueConstraint } from './catalog';
import { compile } from './expressions';
import { cast, isTrue, toBoolean } from './operators';
import type { Planner, Query } from './query';
import { type Column, type Compiled, type Row, Scope, type Surroundings } from './scope';
import { notSimulated, SqlError } from './sql-error';
import { typeText } from './types';
import { formatValue, identityOf, mayAssign, type SqlValue } from './values';

/** What a statement did: its command tag, and rows when it returns some. */
export interface Result {
  tag: string;
  columns?: Column[];
  rows?: Row[];
  notice?: string;
}

/** INSERT, UPDATE and DELETE, with the constraints that they must keep. */
export class Modifier {
  constructor(
    private readonly database: Database,
    private readonly planner: Planner,
    private readonly surroundings: Surroundings,
    /** Carries out a change within the transaction. */
    private readonly change: (change: Change) => void,
  ) {}

  /** Throws SqlError 42P01. */
  table(name: string, schema?: string): Table {
    const table = schema === undefined || schema === 'public' ? this.database.tables.get(name) : undefined;
    if (table) return table;
    const full = schema === undefined ? name : `${schema}.${name}`;
    if (/^(pg_catalog|information_schema)$/.test(schema ?? '') || /^pg_/.test(name))
      throw notSimulated(`the system catalog "${full}"`);
    throw new SqlError('42P01', `relation "${full}" does not exist`);
  }

  insert(statement: InsertStatement): Result {
    const table = this.table(statement.into.name, statement.into.schema);
    const { def } = table;
    const targets =
      statement.columns?.map(({ name }) => this.columnIndex(table, name)) ??
      def.columns.map((_each, at) => at);
    const conflict = statement.onConflict ? this.conflictRule(table, statement.onConflict) : undefined;
    const returning = this.returning(table, statement.returning, statement.into.alias);
    const returned: Row[] = [];
    let count = 0;
    for (const values of this.incoming(statement, table, targets)) {
      const row = def.columns.map((_column, at) => {
        const given = targets.indexOf(at);
        const value = given >= 0 ? values[given] : undefined;
        return value === undefined ? this.defaultOf(table, at) : value.run({ row: [] });
      });
      const clash = conflict && this.clash(table, row, undefined, conflict.constraint);
      if (clash !== undefined) {
        const changed = conflict?.update(table.rows.get(clash) ?? [], row);
        if (!changed) continue;
        this.put(table, clash, changed);
        returned.push(changed);
      } else {
        this.put(table, undefined, row);
        returned.push(row);
      }
      count++;
    }
    return { tag: `INSERT 0 ${count}`, ...returning?.(returned) };
  }

  update(statement: UpdateStatement): Result {
    if (statement.from) throw notSimulated('UPDATE … FROM');
    const table = this.table(statement.table.name, statement.table.schema);
    const scope = this.scope(table, statement.table.alias);
    const where = statement.where ? toBoolean(compile(statement.where, scope), 'WHERE') : undefined;
    const sets = statement.sets.map(({ column, value }) => this.setter(table, column.name, value, scope));
    const returning = this.returning(table, statement.returning, statement.table.alias);
    this.surroundings.budget.spend(table.rows.size);
    const targets = [...table.rows].filter(([, row]) => !where || isTrue(where, { row }));
    const returned: Row[] = [];
    for (const [id, row] of targets) {
      const next = [...row];
      for (const { at, value } of sets) next[at] = value ? value.run({ row }) : this.defaultOf(table, at);
      this.put(table, id, next);
      this.checkReferences(table, row, next);
      returned.push(next);
    }
    return { tag: `UPDATE ${targets.length}`, ...returning?.(returned) };
  }

  delete(statement: DeleteStatement): Result {
    const table = this.table(statement.from.name, statement.from.schema);
    const scope = this.scope(table, statement.from.alias);
    const where = statement.where ? toBoolean(compile(statement.where, scope), 'WHERE') : undefined;
    const returning = this.returning(table, statement.returning, statement.from.alias);
    this.surroundings.budget.spend(table.rows.size);
    const targets = [...table.rows].filter(([, row]) => !where || isTrue(where, { row }));
    for (const [id, row] of targets) {
      if (!table.rows.has(id)) continue;
      this.change({ kind: 'remove', table: table.def.name, id });
      this.checkReferences(table, row, undefined);
    }
    return { tag: `DELETE ${targets.length}`, ...returning?.(targets.map(([, row]) => row)) };
  }

  /** The value that a column gets when it is given none. */
  defaultOf(table: Table, at: number): SqlValue {
    const column = table.def.columns[at];
    if (!column) return null;
    if (column.sequence !== undefined) {
      const next = this.surroundings.nextValue(column.sequence);
      return column.type.name === 'bigint' ? next : Number(next);
    }
    if (!column.default) return null;
    return cast(compile(column.default, new Scope([], this.surroundings)), column.type).run({ row: [] });
  }

  /** Stores a whole row that the table's constraints allow. Throws SqlError. */
  put(table: Table, id: number | undefined, row: SqlValue[]): void {
    this.surroundings.budget.spend(1 + 5 * table.def.checks.length);
    this.check(table, id, row);
    this.change({ kind: 'put', table: table.def.name, id: id ?? table.nextRow, row });
  }

  /** Throws SqlError 23xxx when a row breaks a constraint of the table. `id` is its own, when it has one. */
  check(table: Table, id: number | undefined, row: SqlValue[]): void {
    const { def } = table;
    const failing = {
      detail: `Failing row contains (${row.map((value, at) => shown(value, def.columns[at])).join(', ')}).`,
    };
    for (const [at, column] of def.columns.entries())
      if (column.notNull && (row[at] ?? null) === null)
        throw new SqlError(
          '23502',
          `null value in column "${column.name}" of relation "${def.name}" violates not-null constraint`,
          failing,
        );
    for (const { name, expression } of def.checks)
      if (toBoolean(compile(expression, this.scope(table)), 'CHECK').run({ row }) === false)
        throw new SqlError(
          '23514',
          `new row for relation "${def.name}" violates check constraint "${name}"`,
          failing,
        );
    for (const constraint of def.unique) {
      if (this.clash(table, row, id, constraint) === undefined) continue;
      throw new SqlError('23505', `duplicate key value violates unique constraint "${constraint.name}"`, {
        detail: `Key ${keyText(table, constraint.columns, row)} already exists.`,
      });
    }
    for (const foreign of def.foreign) this.checkForeign(table, row, foreign);
  }

  private *incoming(
    statement: InsertStatement,
    table: Table,
    targets: number[],
  ): Generator<(Compiled | undefined)[]> {
    const { insert } = statement;
    const check = (width: number) => {
      if (width > targets.length)
        throw new SqlError('42601', 'INSERT has more expressions than target columns');
      if (width < targets.length && statement.columns)
        throw new SqlError('42601', 'INSERT has more target columns than expressions');
    };
    if (insert.type === 'values') {
      const scope = new Scope([], this.surroundings);
      // All are settled before the first is stored: a mistake in the last row stores none.
      const rows = insert.values.map((list) => {
        check(list.length);
        return list.map((expr, at) =>
          expr.type === 'default' ? undefined : this.assign(table, targets[at] ?? 0, compile(expr, scope)),
        );
      });
      yield* rows;
      return;
    }
    const query: Query = this.planner.plan(insert);
    check(query.columns.length);
    for (const row of query.rows({ row: [] }))
      yield query.columns.map((column, at) =>
        this.assign(table, targets[at] ?? 0, { type: column.type, run: () => row[at] ?? null }),
      );
  }

  /** A value as the column's type. Throws SqlError 42804. */
  private assign(table: Table, at: number, value: Compiled): Compiled {
    const column = table.def.columns[at];
    if (!column) throw new SqlError('42601', 'INSERT has more expressions than target columns');
    if (!mayAssign(value.type, column.type))
      throw new SqlError(
        '42804',
        `column "${column.name}" is of type ${typeText({ name: column.type.name })} but expression is of type ${typeText({ name: value.type.name })}`,
        { hint: 'You will need to rewrite or cast the expression.' },
      );
    return cast(value, column.type);
  }

  private setter(
    table: Table,
    name: string,
    expr: Expr,
    scope: Scope,
  ): { at: number; value: Compiled | undefined } {
    const at = this.columnIndex(table, name);
    return { at, value: expr.type === 'default' ? undefined : this.assign(table, at, compile(expr, scope)) };
  }

  private columnIndex({ def }: Table, name: string): number {
    const at = def.columns.findIndex((column) => column.name === name);
    if (at < 0) throw new SqlError('42703', `column "${name}" of relation "${def.name}" does not exist`);
    return at;
  }

  private scope({ def }: Table, alias?: string): Scope {
    return new Scope(
      def.columns.map(({ name, type }) => ({ table: alias ?? def.name, name, type })),
      this.surroundings,
    );
  }

  private returning(
    table: Table,
    list: readonly SelectedColumn[] | null | undefined,
    alias: string | undefined,
  ): ((rows: Row[]) => { columns: Column[]; rows: Row[] }) | undefined {
    if (!list) return undefined;
    const { columns, values } = this.planner.outputs(list, this.scope(table, alias));
    return (rows) => ({ columns, rows: rows.map((row) => values.map((value) => value.run({ row }))) });
  }

  private conflictRule(table: Table, rule: NonNullable<InsertStatement['onConflict']>) {
    const { on } = rule;
    let constraint: UniqueConstraint | undefined;
    if (on) {
      const names =
        on.type === 'on expr' ? on.exprs.map((each) => (each.type === 'ref' ? each.name : '')) : [];
      constraint = table.def.unique.find((each) =>
        on.type === 'on expr'
          ? each.columns.length === names.length && names.every((name) => each.columns.includes(name))
          : each.name === on.constraint.name,
      );
      if (!constraint)
        throw new SqlError(
          '42P10',
          'there is no unique or exclusion constraint matching the ON CONFLICT specification',
        );
    }
    const { do: action } = rule;
    if (action === 'do nothing') return { constraint, update: () => undefined };
    const columns = [table.def.name, 'excluded'].flatMap((name) =>
      table.def.columns.map((column) => ({ table: name, name: column.name, type: column.type })),
    );
    // A bare name means the row that is there.
    const scope = new OwnFirst(columns, this.surroundings);
    const sets = action.sets.map(({ column, value }) => this.setter(table, column.name, value, scope));
    const where = rule.where ? toBoolean(compile(rule.where, scope), 'WHERE') : undefined;
    return {
      constraint,
      update: (before: Row, proposed: Row): SqlValue[] | undefined => {
        const row = [...before, ...proposed];
        if (where && !isTrue(where, { row })) return undefined;
        const next = [...before];
        for (const { at, value } of sets) next[at] = value ? value.run({ row }) : null;
        return next;
      },
    };
  }

  /** The row that has the same key; of any constraint when none is named. Nulls are never the same. */
  private clash(
    table: Table,
    row: Row,
    self: number | undefined,
    only: UniqueConstraint | undefined,
  ): number | undefined {
    for (const { columns } of only ? [only] : table.def.unique) {
      const at = columns.map((name) => this.columnIndex(table, name));
      const id = table.keys.find(
        table.rows,
        at,
        at.map((index) => row[index] ?? null),
      );
      if (id !== undefined && id !== self) return id;
    }
    return undefined;
  }

  private checkForeign(
    table: Table,
    row: Row,
    { name, columns, table: target, foreignColumns }: ForeignKey,
  ): void {
    const key = columns.map((column) => row[this.columnIndex(table, column)] ?? null);
    if (key.includes(null)) return;
    const other = this.table(target);
    const at = foreignColumns.map((column) => this.columnIndex(other, column));
    if (other.keys.find(other.rows, at, key) !== undefined) return;
    throw new SqlError(
      '23503',
      `insert or update on table "${table.def.name}" violates foreign key constraint "${name}"`,
      {
        detail: `Key ${keyText(table, columns, row)} is not present in table "${target}".`,
      },
    );
  }

  /** Rows elsewhere that point to a row which changes or goes. */
  private checkReferences(table: Table, before: Row, after: Row | undefined): void {
    for (const other of this.database.tables.values()) {
      for (const foreign of other.def.foreign) {
        if (foreign.table !== table.def.name) continue;
        const at = foreign.foreignColumns.map((column) => this.columnIndex(table, column));
        if (after && at.every((index) => same(before[index], after[index]))) continue;
        const own = foreign.columns.map((column) => this.columnIndex(other, column));
        this.surroundings.budget.spend(other.rows.size);
        const pointing = [...other.rows].filter(([, row]) =>
          own.every((index, i) => row[index] !== null && same(row[index], before[at[i] ?? 0])),
        );
        if (pointing.length === 0) continue;
        this.followDeletion(table, other, foreign, own, pointing, before, after === undefined);
      }
    }
  }

  private followDeletion(
    table: Table,
    other: Table,
    foreign: ForeignKey,
    own: number[],
    pointing: [number, SqlValue[]][],
    before: Row,
    deleted: boolean,
  ): void {
    const action = deleted ? foreign.onDelete : undefined;
    if (action === 'cascade') {
      for (const [id, row] of pointing) {
        this.change({ kind: 'remove', table: other.def.name, id });
        this.checkReferences(other, row, undefined);
      }
    } else if (action === 'set null') {
      for (const [id, row] of pointing)
        this.put(
          other,
          id,
          row.map((value, index) => (own.includes(index) ? null : value)),
        );
    } else
      throw new SqlError(
        '23503',
        `update or delete on table "${table.def.name}" violates foreign key constraint "${foreign.name}" on table "${other.def.name}"`,
        {
          detail: `Key ${keyText(table, foreign.foreignColumns, before)} is still referenced from table "${other.def.name}".`,
        },
      );
  }
}

/** Names of the first table win. */
class OwnFirst extends Scope {
  override resolve(name: string, table: string | undefined): Compiled {
    return super.resolve(name, table ?? this.columns[0]?.table);
  }
}

function same(a: SqlValue | undefined, b: SqlValue | undefined): boolean {
  return a === b || (a != null && b != null && identityOf(a) === identityOf(b));
}

function shown(value: SqlValue, column: { type: Column['type'] } | undefined): string {
  return value === null || !column ? 'null' : formatValue(column.type, value);
}

/** `(id, name)=(1, ann)` */
function keyText({ def }: Table, columns: string[], row: Row): string {
  const values = columns.map((name) => {
    const at = def.columns.findIndex((column) => column.name === name);
    return shown(row[at] ?? null, def.columns[at]);
  });
  return `(${columns.join(', ')})=(${values.join(', ')})`;
}
