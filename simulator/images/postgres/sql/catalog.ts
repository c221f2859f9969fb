import type { Expr } from 'pgsql-ast-parser';
import { Decimal } from './decimal';
import type { SqlType } from './types';
import { UniqueKeys } from './unique-keys';
import type { SqlValue } from './values';

export interface ColumnDef {
  name: string;
  type: SqlType;
  notNull: boolean;
  default?: Expr;
  /** Of serial and identity columns. */
  sequence?: string;
}

export interface UniqueConstraint {
  name: string;
  columns: string[];
  primary: boolean;
}

export interface ForeignKey {
  name: string;
  columns: string[];
  table: string;
  foreignColumns: string[];
  onDelete?: string;
}

export interface CheckConstraint {
  name: string;
  expression: Expr;
}

/** All of a table but its rows: JSON-serialisable. */
export interface TableDef {
  name: string;
  owner: string;
  columns: ColumnDef[];
  unique: UniqueConstraint[];
  foreign: ForeignKey[];
  checks: CheckConstraint[];
  /** Indexes that constrain nothing. */
  indexes: { name: string; columns: string[] }[];
}

export interface Table {
  def: TableDef;
  /** By the number that a row got when it was inserted. */
  rows: Map<number, SqlValue[]>;
  nextRow: number;
  keys: UniqueKeys;
}

/** Everything that a database can change by: what its journal holds, and what undoes a transaction. */
export type Change =
  | { kind: 'put'; table: string; id: number; row: SqlValue[] }
  | { kind: 'remove'; table: string; id: number }
  | { kind: 'define'; def: TableDef }
  | { kind: 'drop'; table: string }
  | { kind: 'sequence'; name: string; next: string }
  | { kind: 'rename'; table: string; to: string };

/** The tables and sequences of one database. */
export class Database {
  readonly tables = new Map<string, Table>();
  readonly sequences = new Map<string, bigint>();
  /** For a rough measure of memory. */
  cells = 0;

  constructor(readonly name: string) {}

  /** Carries a change out, and says what would undo it. */
  apply(change: Change): Change[] {
    switch (change.kind) {
      case 'put': {
        const table = this.tables.get(change.table);
        const before = table?.rows.get(change.id);
        table?.rows.set(change.id, change.row);
        table?.keys.put(change.id, before, change.row);
        if (table) table.nextRow = Math.max(table.nextRow, change.id + 1);
        if (!before) this.cells += change.row.length;
        const { table: name, id } = change;
        return [before ? { kind: 'put', table: name, id, row: before } : { kind: 'remove', table: name, id }];
      }
      case 'remove': {
        const table = this.tables.get(change.table);
        const before = table?.rows.get(change.id);
        table?.rows.delete(change.id);
        if (before) table?.keys.remove(change.id, before);
        this.cells -= before?.length ?? 0;
        return before ? [{ kind: 'put', table: change.table, id: change.id, row: before }] : [];
      }
      case 'define': {
        const before = this.tables.get(change.def.name);
        // Columns may stand elsewhere now.
        const keys = new UniqueKeys();
        this.tables.set(change.def.name, { rows: new Map(), nextRow: 1, ...before, keys, def: change.def });
        return [before ? { kind: 'define', def: before.def } : { kind: 'drop', table: change.def.name }];
      }
      case 'drop': {
        const before = this.tables.get(change.table);
        if (!before) return [];
        this.tables.delete(change.table);
        for (const row of before.rows.values()) this.cells -= row.length;
        const rows = [...before.rows].map(
          ([id, row]): Change => ({ kind: 'put', table: change.table, id, row }),
        );
        return [{ kind: 'define', def: before.def }, ...rows];
      }
      case 'rename': {
        const table = this.tables.get(change.table);
        if (!table) return [];
        this.tables.delete(change.table);
        this.tables.set(change.to, { ...table, def: { ...table.def, name: change.to } });
        return [{ kind: 'rename', table: change.to, to: change.table }];
      }
      case 'sequence':
        // Numbers that were taken stay taken, as PostgreSQL's are.
        this.sequences.set(change.name, BigInt(change.next));
        return [];
    }
  }

  /** The changes that would make it from nothing: a checkpoint. */
  *everything(): Generator<Change> {
    for (const [name, next] of this.sequences) yield { kind: 'sequence', name, next: String(next) };
    for (const [name, { def, rows }] of this.tables) {
      yield { kind: 'define', def };
      for (const [id, row] of rows) yield { kind: 'put', table: name, id, row };
    }
  }
}

/** A change as a line of the journal; values that JSON has no form for are marked. */
export function encodeChange(change: Change): string {
  return JSON.stringify(change, (_key, value: unknown) => {
    if (typeof value === 'bigint') return { $big: String(value) };
    if (value instanceof Decimal) return { $dec: value.toString() };
    if (typeof value === 'number' && !Number.isFinite(value)) return { $num: String(value) };
    return value;
  });
}

/** Throws SyntaxError when the line is damaged. */
export function decodeChange(line: string): Change {
  return JSON.parse(line, (_key, value: unknown) => {
    if (value === null || typeof value !== 'object') return value;
    const marked = value as { $big?: string; $dec?: string; $num?: string };
    if (typeof marked.$big === 'string') return BigInt(marked.$big);
    if (typeof marked.$dec === 'string') return Decimal.parse(marked.$dec);
    return typeof marked.$num === 'string' ? Number(marked.$num) : value;
  }) as Change;
}
