import { decode } from '../../files/byte-string';
import type { Process } from '../../runtime/process';
import type { Cluster } from './cluster';
import { makeVerifier } from './scram';
import { SqlSession } from './sql/session';
import type { SqlError } from './sql/sql-error';
import { versionText } from './version';

function verifierFor(password: string | undefined): { verifier?: string } {
  return password === undefined ? {} : { verifier: makeVerifier(password) };
}

/** A running PostgreSQL: its data, its sessions, and whose turn it is. */
export class PostgresServer {
  readonly sessions = new Set<SqlSession>();
  starting = true;
  /** The session whose transaction is open and has begun to change something: the others wait. */
  private holder: SqlSession | undefined;
  private readonly waiting: (() => void)[] = [];

  constructor(
    readonly process: Process,
    readonly cluster: Cluster,
    readonly release: string,
    private readonly settings: ReadonlyMap<string, string>,
    private readonly alpine: boolean,
  ) {}

  setting(name: string): string | undefined {
    return this.settings.get(name);
  }

  /** A line of its log: `2026-11-21 09:30:00.000 UTC [1] LOG:  text`. */
  log(severity: string, text: string, pid = this.process.pid): void {
    const time = new Date(this.process.clock.now()).toISOString().replace('T', ' ').replace('Z', '');
    const line = Buffer.from(`${time} UTC [${pid}] ${severity}:  ${text}\n`);
    void Promise.resolve(this.process.write(2, line)).catch(() => undefined);
  }

  /** The lines of a start; `listening` are those about addresses. */
  logStart(listening: readonly string[]): void {
    this.log('LOG', `starting ${versionText(this.release, this.alpine)}`);
    for (const line of [...listening, `listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"`])
      this.log('LOG', line);
    const time = new Date(this.process.clock.now()).toISOString().replace('T', ' ').slice(0, 19);
    this.log('LOG', `database system was shut down at ${time} UTC`, this.process.pid + 28);
    this.log('LOG', 'database system is ready to accept connections');
  }

  logFailure(error: SqlError, sql: string): void {
    const { position, detail, hint } = error.more;
    this.log('ERROR', `${error.message}${position === undefined ? '' : ` at character ${position}`}`);
    if (detail !== undefined) this.log('DETAIL', detail);
    if (hint !== undefined) this.log('HINT', hint);
    this.log('STATEMENT', sql.trim());
  }

  /** The first rule of pg_hba.conf for a client's address, as far as rules are simulated. */
  methodFor(address: string): string {
    const text = decode(this.process.files.readFile(`${this.cluster.folder}/pg_hba.conf`));
    for (const line of text.split('\n')) {
      const [type, , , range, method] = line.trim().split(/\s+/);
      if (type !== 'host') continue;
      if (range === 'all' || range === '0.0.0.0/0' || (range === '127.0.0.1/32' && address === '127.0.0.1'))
        return method ?? 'reject';
    }
    return 'reject';
  }

  /** A session with a database; undefined when there is none of that name. */
  async join(name: string, user: string): Promise<SqlSession | undefined> {
    const database = this.cluster.database(name);
    if (!database) return undefined;
    // The parser is large: it is loaded with the first session.
    const { parse, toSql } = await import('pgsql-ast-parser');
    const session = new SqlSession(
      (sql) => parse(sql, { locationTracking: true }),
      {
        version: versionText(this.release, this.alpine),
        nowMicros: () => Math.floor(this.process.clock.now() * 1_000),
        setting: (setting) => this.setting(setting),
        commit: (target, changes) => this.cluster.commit(target, changes),
        facts: () => ({
          databases: this.cluster.databases,
          roles: Object.entries(this.cluster.roles).map(([name, { attributes }]) => ({ name, attributes })),
          toSql: (expression) => toSql.expr(expression),
        }),
        createDatabase: (wanted, owner) => this.cluster.createDatabase(wanted, owner),
        dropDatabase: (wanted) => this.cluster.dropDatabase(wanted),
        createRole: (role, { password, attributes = [] }) =>
          this.cluster.createRole(role, { ...verifierFor(password), attributes }),
        changeRole: (role, { password, attributes }) =>
          this.cluster.changeRole(role, { ...verifierFor(password), ...(attributes ? { attributes } : {}) }),
        dropRole: (role) => this.cluster.dropRole(role),
      },
      database,
      user,
    );
    this.sessions.add(session);
    return session;
  }

  leave(session: SqlSession): void {
    session.end();
    this.sessions.delete(session);
    this.yieldTurn(session);
  }

  /** Waits until no other session is in the middle of a transaction. */
  async turn(session: SqlSession): Promise<void> {
    while (this.holder && this.holder !== session)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.holder = session;
  }

  /** After a message: the turn goes on while the transaction does. */
  done(session: SqlSession): void {
    if (session.state === 'I') this.yieldTurn(session);
  }

  private yieldTurn(session: SqlSession): void {
    if (this.holder !== session) return;
    this.holder = undefined;
    for (const go of this.waiting.splice(0)) go();
  }
}
