import type {
  AlterTableStatement,
  ColumnConstraint,
  CreateColumnDef,
  CreateIndexStatement,
  CreateTableStatement,
  DropStatement,
  Name,
  TableConstraint,
} from 'pgsql-ast-parser';
import type { Change, ColumnDef, Database, TableDef } from './catalog';
import { compile } from './expressions';
import type { Modifier, Result } from './modify';
import { primaryKeyMark } from './read-statement';
import { Scope, type Surroundings } from './scope';
import { notSimulated, SqlError } from './sql-error';
import { isSerial, typeOf } from './types';
import { UniqueKeys } from './unique-keys';
import { castValue } from './values';

/** CREATE, ALTER, DROP and TRUNCATE of tables and indexes. */
export class Definer {
  constructor(
    private readonly database: Database,
    private readonly modifier: Modifier,
    private readonly surroundings: Surroundings,
    private readonly change: (change: Change) => void,
  ) {}

  createTable(statement: CreateTableStatement): Result {
    const { name } = statement.name;
    if (this.database.tables.has(name)) {
      if (!statement.ifNotExists) throw new SqlError('42P07', `relation "${name}" already exists`);
      return { tag: 'CREATE TABLE', notice: `relation "${name}" already exists, skipping` };
    }
    if (statement.inherits?.length) throw notSimulated('INHERITS');
    if (statement.temporary) throw notSimulated('temporary tables');
    const def: TableDef = {
      name,
      owner: this.surroundings.user,
      columns: [],
      unique: [],
      foreign: [],
      checks: [],
      indexes: [],
    };
    for (const column of statement.columns) {
      if (column.kind !== 'column') throw notSimulated('LIKE in CREATE TABLE');
      this.addColumn(def, column);
    }
    for (const constraint of statement.constraints ?? []) this.addConstraint(def, constraint);
    for (const { columns, primary } of def.unique)
      for (const column of def.columns) if (primary && columns.includes(column.name)) column.notNull = true;
    this.change({ kind: 'define', def });
    return { tag: 'CREATE TABLE' };
  }

  createIndex(statement: CreateIndexStatement): Result {
    const table = this.modifier.table(statement.table.name, statement.table.schema);
    const def = structuredClone(table.def);
    const columns = statement.expressions.map(({ expression }) => {
      if (expression.type !== 'ref') throw notSimulated('indexes on expressions');
      return this.known(def, expression.name);
    });
    if (statement.where) throw notSimulated('partial indexes');
    const name = statement.indexName?.name ?? `${def.name}_${columns.join('_')}_idx`;
    const taken = [...def.unique, ...def.indexes].some((each) => each.name === name);
    if (taken) {
      if (!statement.ifNotExists) throw new SqlError('42P07', `relation "${name}" already exists`);
      return { tag: 'CREATE INDEX', notice: `relation "${name}" already exists, skipping` };
    }
    if (statement.unique) {
      def.unique.push({ name, columns, primary: false });
      this.recheck(def);
    } else def.indexes.push({ name, columns });
    this.change({ kind: 'define', def });
    return { tag: 'CREATE INDEX' };
  }

  drop(statement: DropStatement): Result {
    const what = statement.type.replace('drop ', '');
    const tag = statement.type.toUpperCase();
    const notices: string[] = [];
    for (const { name, schema } of statement.names) {
      const missing = () => {
        if (!statement.ifExists)
          throw new SqlError(what === 'table' ? '42P01' : '42704', `${what} "${name}" does not exist`);
        notices.push(`${what} "${name}" does not exist, skipping`);
      };
      if (what === 'index') {
        const holder = [...this.database.tables.values()].find(({ def }) =>
          def.indexes.some((each) => each.name === name),
        );
        if (holder)
          this.change({
            kind: 'define',
            def: { ...holder.def, indexes: holder.def.indexes.filter((each) => each.name !== name) },
          });
        else missing();
        continue;
      }
      if (what !== 'table') throw notSimulated(tag);
      if (schema !== undefined && schema !== 'public') throw notSimulated('schemas other than public');
      if (!this.database.tables.has(name)) missing();
      else this.dropTable(name, statement.cascade === 'cascade');
    }
    return { tag, ...(notices.length > 0 ? { notice: notices.join('\n') } : {}) };
  }

  truncate(names: readonly Name[], restart: boolean, cascade: boolean): Result {
    for (const { name } of names) {
      const table = this.modifier.table(name);
      for (const { def } of this.database.tables.values())
        if (
          def.name !== name &&
          def.foreign.some((each) => each.table === name) &&
          !names.some((each) => each.name === def.name)
        ) {
          if (cascade) throw notSimulated('TRUNCATE … CASCADE');
          throw new SqlError('0A000', 'cannot truncate a table referenced in a foreign key constraint', {
            detail: `Table "${def.name}" references "${name}".`,
            hint: `Truncate table "${def.name}" at the same time, or use TRUNCATE ... CASCADE.`,
          });
        }
      for (const id of [...table.rows.keys()]) this.change({ kind: 'remove', table: name, id });
      if (restart)
        for (const { sequence } of table.def.columns)
          if (sequence) this.change({ kind: 'sequence', name: sequence, next: '1' });
    }
    return { tag: 'TRUNCATE TABLE' };
  }

  alterTable(statement: AlterTableStatement): Result {
    const { name, schema } = statement.table;
    if (statement.ifExists && !this.database.tables.has(name))
      return { tag: 'ALTER TABLE', notice: `relation "${name}" does not exist, skipping` };
    const table = this.modifier.table(name, schema);
    const def = structuredClone(table.def);
    for (const each of statement.changes) {
      switch (each.type) {
        case 'add column': {
          if (def.columns.some((column) => column.name === each.column.name.name)) {
            if (each.ifNotExists) break;
            throw new SqlError(
              '42701',
              `column "${each.column.name.name}" of relation "${name}" already exists`,
            );
          }
          this.addColumn(def, each.column);
          this.change({ kind: 'define', def: structuredClone(def) });
          const now = this.modifier.table(name);
          const at = def.columns.length - 1;
          for (const [id, row] of [...now.rows])
            this.modifier.put(now, id, [...row, this.modifier.defaultOf(now, at)]);
          break;
        }
        case 'drop column': {
          const at = def.columns.findIndex((column) => column.name === each.column.name);
          if (at < 0 && each.ifExists) break;
          this.known(def, each.column.name);
          def.columns.splice(at, 1);
          const kept = ({ columns }: { columns: string[] }) => !columns.includes(each.column.name);
          Object.assign(def, {
            unique: def.unique.filter(kept),
            foreign: def.foreign.filter(kept),
            indexes: def.indexes.filter(kept),
          });
          this.change({ kind: 'define', def: structuredClone(def) });
          for (const [id, row] of [...table.rows])
            this.change({ kind: 'put', table: name, id, row: row.filter((_value, index) => index !== at) });
          break;
        }
        case 'rename column':
          this.renameColumn(def, each.column.name, each.to.name);
          this.change({ kind: 'define', def: structuredClone(def) });
          break;
        case 'rename':
          if (this.database.tables.has(each.to.name))
            throw new SqlError('42P07', `relation "${each.to.name}" already exists`);
          this.change({ kind: 'rename', table: name, to: each.to.name });
          return { tag: 'ALTER TABLE' };
        case 'add constraint':
          this.addConstraint(def, each.constraint);
          this.recheck(def);
          this.change({ kind: 'define', def: structuredClone(def) });
          break;
        case 'alter column':
          this.alterColumn(def, each.column.name, each.alter);
          this.recheck(def);
          this.change({ kind: 'define', def: structuredClone(def) });
          break;
        default:
          throw notSimulated(`ALTER TABLE … ${each.type.toUpperCase()}`);
      }
    }
    return { tag: 'ALTER TABLE' };
  }

  private alterColumn(def: TableDef, name: string, alter: { type: string; default?: unknown }): void {
    this.known(def, name);
    const column = def.columns.find((each) => each.name === name) as ColumnDef;
    if (alter.type === 'set not null') column.notNull = true;
    else if (alter.type === 'drop not null') column.notNull = false;
    else if (alter.type === 'drop default') delete column.default;
    else if (alter.type === 'set default')
      column.default = alter.default as NonNullable<ColumnDef['default']>;
    else throw notSimulated(`ALTER COLUMN … ${alter.type.toUpperCase()}`);
  }

  private renameColumn(def: TableDef, from: string, to: string): void {
    this.known(def, from);
    if (def.columns.some(({ name }) => name === to))
      throw new SqlError('42701', `column "${to}" of relation "${def.name}" already exists`);
    if (def.checks.length > 0) throw notSimulated('RENAME COLUMN of a table with CHECK constraints');
    for (const column of def.columns) if (column.name === from) column.name = to;
    for (const each of [...def.unique, ...def.foreign, ...def.indexes])
      each.columns = each.columns.map((name) => (name === from ? to : name));
  }

  /** Every row must keep the constraints that a table is to have. Throws SqlError. */
  private recheck(def: TableDef): void {
    const { rows } = this.modifier.table(def.name);
    const copy = {
      def,
      rows: new Map<number, typeof rows extends Map<number, infer R> ? R : never>(),
      nextRow: 1,
      keys: new UniqueKeys(),
    };
    for (const [id, row] of rows) {
      this.modifier.check(copy, id, row);
      copy.rows.set(id, row);
      copy.keys.put(id, undefined, row);
    }
  }

  private dropTable(name: string, cascade: boolean): void {
    for (const { def } of this.database.tables.values()) {
      const foreign = def.foreign.find((each) => each.table === name);
      if (!foreign || def.name === name) continue;
      if (!cascade)
        throw new SqlError('2BP01', `cannot drop table ${name} because other objects depend on it`, {
          detail: `constraint ${foreign.name} on table ${def.name} depends on table ${name}`,
          hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
        });
      this.change({
        kind: 'define',
        def: { ...def, foreign: def.foreign.filter((each) => each.table !== name) },
      });
    }
    this.change({ kind: 'drop', table: name });
  }

  private addColumn(def: TableDef, { name: { name }, dataType, constraints = [] }: CreateColumnDef): void {
    if (def.columns.some((column) => column.name === name))
      throw new SqlError('42701', `column "${name}" specified more than once`);
    const column: ColumnDef = { name, type: typeOf(dataType), notNull: false };
    def.columns.push(column);
    if (isSerial(dataType)) {
      column.notNull = true;
      this.giveSequence(def, column);
    }
    for (const constraint of constraints) this.constrainColumn(def, column, constraint);
  }

  private giveSequence(def: TableDef, column: ColumnDef): void {
    column.sequence = `${def.name}_${column.name}_seq`;
    this.change({ kind: 'sequence', name: column.sequence, next: '1' });
  }

  private constrainColumn(def: TableDef, column: ColumnDef, constraint: ColumnConstraint): void {
    const { name } = column;
    switch (constraint.type) {
      case 'not null':
        column.notNull = true;
        return;
      case 'null':
        return;
      case 'default': {
        // Mistakes in it are found now.
        const value = compile(constraint.default, new Scope([], this.surroundings));
        if (constraint.default.type === 'string')
          castValue(constraint.default.value, value.type, column.type, false);
        column.default = constraint.default;
        return;
      }
      case 'add generated':
        if (constraint.expression) throw notSimulated('generated columns');
        column.notNull = true;
        this.giveSequence(def, column);
        return;
      case 'primary key':
      case 'unique':
        this.addConstraint(def, { ...constraint, type: constraint.type, columns: [{ name }] });
        return;
      case 'check':
        this.addConstraint(def, constraint, name);
        return;
      case 'reference':
        this.addConstraint(def, { ...constraint, type: 'foreign key', localColumns: [{ name }] });
        return;
    }
  }

  private addConstraint(def: TableDef, constraint: TableConstraint, column?: string): void {
    const given = constraint.constraintName?.name;
    switch (constraint.type) {
      case 'primary key':
      case 'unique': {
        const primary = constraint.type === 'primary key';
        const columns = constraint.columns.map(({ name }) => this.known(def, name, true));
        if (primary && def.unique.some((each) => each.primary))
          throw new SqlError('42P16', `multiple primary keys for table "${def.name}" are not allowed`);
        const name = given ?? (primary ? `${def.name}_pkey` : `${def.name}_${columns.join('_')}_key`);
        def.unique.push({ name, columns, primary });
        return;
      }
      case 'check': {
        const scope = new Scope(
          def.columns.map(({ name, type }) => ({ table: def.name, name, type })),
          this.surroundings,
        );
        compile(constraint.expr, scope);
        def.checks.push({
          name: given ?? `${def.name}_${column === undefined ? '' : `${column}_`}check`,
          expression: constraint.expr,
        });
        return;
      }
      case 'foreign key': {
        const columns = constraint.localColumns.map(({ name }) => this.known(def, name, true));
        const target =
          constraint.foreignTable.name === def.name
            ? def
            : this.modifier.table(constraint.foreignTable.name).def;
        const wanted = constraint.foreignColumns
          .map(({ name }) => name)
          .filter((name) => name !== primaryKeyMark);
        const foreignColumns =
          wanted.length > 0 ? wanted : (target.unique.find((each) => each.primary)?.columns ?? []);
        if (!target.unique.some((each) => each.columns.join() === foreignColumns.join()))
          throw new SqlError(
            '42830',
            `there is no unique constraint matching given keys for referenced table "${target.name}"`,
          );
        if (
          /set default/.test(`${constraint.onDelete} ${constraint.onUpdate}`) ||
          /cascade|set/.test(constraint.onUpdate ?? '')
        )
          throw notSimulated('ON UPDATE actions and SET DEFAULT of foreign keys');
        def.foreign.push({
          name: given ?? `${def.name}_${columns.join('_')}_fkey`,
          columns,
          table: target.name,
          foreignColumns,
          ...(constraint.onDelete ? { onDelete: constraint.onDelete } : {}),
        });
      }
    }
  }

  private known(def: TableDef, name: string, inKey = false): string {
    if (def.columns.some((column) => column.name === name)) return name;
    throw new SqlError(
      '42703',
      inKey
        ? `column "${name}" named in key does not exist`
        : `column "${name}" of relation "${def.name}" does not exist`,
    );
  }
}
