import type { Statement } from 'pgsql-ast-parser';
import { TooManySteps } from '../../../shell/bounded-regexp';
import { administrative } from './administration';
import { Budget } from './budget';
import type { Change, Database } from './catalog';
import { Definer } from './define';
import { Modifier, type Result } from './modify';
import { Planner, type Query } from './query';
import { type Parse, readStatement, syntaxError } from './read-statement';
import type { Surroundings } from './scope';
import { splitStatements } from './split';
import { notSimulated, SqlError } from './sql-error';
import { type ServerFacts, systemView } from './system-views';

export type { Result } from './modify';

/** Longer statements would keep the parser, and all that runs here with it, busy for more than a second. */
const longest = 100_000;

/** What a statement says of a role; `attributes` as \\du shows them. */
interface GivenRole {
  password?: string;
  attributes?: string[];
}

/** What one server gives to all its sessions. */
export interface SessionHost {
  nowMicros(): number;
  version: string;
  setting(name: string): string | undefined;
  /** Makes the changes of a transaction last. Throws SqlError when it cannot. */
  commit(database: Database, changes: readonly Change[]): void;
  createDatabase(name: string, owner: string): void;
  dropDatabase(name: string): void;
  createRole(name: string, role: GivenRole): void;
  changeRole(name: string, role: GivenRole): void;
  dropRole(name: string): void;
  facts(): ServerFacts;
}

/** One connection's conversation with a database. */
export class SqlSession {
  private readonly settings = new Map<string, string>();
  private changes: Change[] = [];
  /** What undoes each change, in the order of the changes. */
  private undo: Change[][] = [];
  /** I: idle, T: in a transaction, E: in one that has failed. */
  state: 'I' | 'T' | 'E' = 'I';
  private startedMicros = 0;

  constructor(
    private readonly parse: Parse,
    private readonly host: SessionHost,
    readonly database: Database,
    readonly user: string,
  ) {}

  /** Runs the statements of a text one by one, and hands over each result. Throws SqlError at the first that fails. */
  *run(sql: string): Generator<Result> {
    const statements = splitStatements(sql);
    // Several statements in one message are one transaction, unless they say otherwise.
    const together = statements.length > 1 && this.state === 'I';
    try {
      for (const text of statements) yield this.one(text, together);
      if (this.state === 'I') this.commit();
    } catch (error) {
      if (this.state === 'I') this.rollback();
      else this.state = 'E';
      throw error;
    }
  }

  /** The connection is gone. */
  end(): void {
    this.rollback();
    this.state = 'I';
  }

  private one(text: string, together: boolean): Result {
    if (this.state === 'I' && this.changes.length === 0) this.startedMicros = this.host.nowMicros();
    const statement = this.understood(text);
    if (this.state === 'E' && !/^(commit|rollback)$/.test('type' in statement ? statement.type : ''))
      throw new SqlError(
        '25P02',
        'current transaction is aborted, commands ignored until end of transaction block',
      );
    const result = 'run' in statement ? statement.run() : this.bounded(() => this.execute(statement));
    if (this.state === 'I' && !together) this.commit();
    return result;
  }

  /** Parsed, or a few statements that the parser does not know. Throws SqlError 42601. */
  private understood(text: string): Statement | { run(): Result } {
    const simple = administrative(text, {
      host: this.host,
      user: this.user,
      outside: (tag) => {
        if (this.state !== 'I') throw new SqlError('25001', `${tag} cannot run inside a transaction block`);
      },
      finish: (keep) => this.finish(keep),
    });
    if (simple) return simple;
    if (text.length > longest) throw notSimulated(`statements of more than ${longest} characters`);
    try {
      return readStatement(text, this.parse);
    } catch (error) {
      throw error instanceof SqlError ? error : syntaxError(text, error);
    }
  }

  /** Throws SqlError for a match that takes too long. */
  private bounded(run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof TooManySteps)) throw error;
      throw notSimulated('matches that take so many steps');
    }
  }

  private execute(statement: Statement): Result {
    const around = this.surroundings();
    const planner: Planner = new Planner(
      { open: (name, schema) => this.open(name, schema, modifier) },
      around,
    );
    const modifier: Modifier = new Modifier(this.database, planner, around, (change) => this.change(change));
    const definer = new Definer(this.database, modifier, around, (change) => this.change(change));
    around.query = (inner, outer) => planner.plan(inner, outer);
    switch (statement.type) {
      case 'select':
      case 'values':
      case 'union':
      case 'union all':
      case 'with': {
        const query: Query = planner.plan(statement);
        const rows = query.rows({ row: [] });
        return { tag: `SELECT ${rows.length}`, columns: query.columns, rows };
      }
      case 'insert':
        return modifier.insert(statement);
      case 'update':
        return modifier.update(statement);
      case 'delete':
        return modifier.delete(statement);
      case 'create table':
        return definer.createTable(statement);
      case 'create index':
        return definer.createIndex(statement);
      case 'alter table':
        return definer.alterTable(statement);
      case 'drop table':
      case 'drop index':
        return definer.drop(statement);
      case 'truncate table':
        return definer.truncate(
          statement.tables,
          statement.identity === 'restart',
          statement.cascade === 'cascade',
        );
      case 'begin':
      case 'start transaction': {
        const again = this.state !== 'I';
        if (!again) this.state = 'T';
        const tag = statement.type === 'begin' ? 'BEGIN' : 'START TRANSACTION';
        return again ? { tag, notice: 'there is already a transaction in progress' } : { tag };
      }
      case 'commit':
        return this.finish(true);
      case 'rollback':
        return this.finish(false);
      case 'show':
        return this.show(statement.variable.name);
      case 'set':
      case 'set timezone':
      case 'set names':
        throw notSimulated('SET');
      default:
        throw notSimulated(statement.type.toUpperCase());
    }
  }

  private finish(keep: boolean): Result {
    const { state } = this;
    this.state = 'I';
    if (state === 'I')
      return { tag: keep ? 'COMMIT' : 'ROLLBACK', notice: 'there is no transaction in progress' };
    if (keep && state === 'T') {
      this.commit();
      return { tag: 'COMMIT' };
    }
    this.rollback();
    return { tag: 'ROLLBACK' };
  }

  private show(name: string): Result {
    const value = this.setting(name.toLowerCase());
    if (value === undefined) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
    return { tag: 'SHOW', columns: [{ name, type: { name: 'text' } }], rows: [[value]] };
  }

  private setting(name: string): string | undefined {
    return this.settings.get(name) ?? this.host.setting(name);
  }

  private open(
    name: string,
    schema: string | undefined,
    modifier: Modifier,
  ): Query & { primaryKey: string[] } {
    const view =
      this.database.tables.has(name) && schema === undefined
        ? undefined
        : systemView(name, schema, this.database, this.host.facts());
    if (view) return { ...view, primaryKey: [] };
    const { def, rows } = modifier.table(name, schema);
    return {
      columns: def.columns.map((column) => ({ name: column.name, type: column.type })),
      rows: () => [...rows.values()],
      primaryKey: def.unique.find(({ primary }) => primary)?.columns ?? [],
    };
  }

  private surroundings(): Surroundings {
    return {
      startedMicros: this.startedMicros,
      nowMicros: () => this.host.nowMicros(),
      user: this.user,
      database: this.database.name,
      version: this.host.version,
      setting: (name) => this.setting(name),
      query: () => {
        throw notSimulated('a query here');
      },
      nextValue: (sequence) => {
        const next = this.database.sequences.get(sequence);
        if (next === undefined) throw new SqlError('42P01', `relation "${sequence}" does not exist`);
        this.change({ kind: 'sequence', name: sequence, next: String(next + 1n) });
        return next;
      },
      random: Math.random,
      budget: new Budget(),
    };
  }

  private change(change: Change): void {
    this.undo.push(this.database.apply(change));
    this.changes.push(change);
  }

  private commit(): void {
    const { changes, undo } = this;
    this.changes = [];
    this.undo = [];
    if (changes.length === 0) return;
    try {
      this.host.commit(this.database, changes);
    } catch (error) {
      this.takeBack(undo);
      throw error;
    }
  }

  private takeBack(undo: readonly Change[][]): void {
    for (let at = undo.length - 1; at >= 0; at--)
      for (const change of undo[at] ?? []) this.database.apply(change);
  }

  private rollback(): void {
    const { undo, changes } = this;
    this.changes = [];
    this.undo = [];
    this.takeBack(undo);
    const sequences = changes.filter(({ kind }) => kind === 'sequence');
    if (sequences.length > 0) this.host.commit(this.database, sequences);
  }
}
