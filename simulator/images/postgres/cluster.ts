import { decode, encode, toBytes, toText } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { writeAll } from '../../files/write-all';
import type { Process } from '../../runtime/process';
import { type Change, Database, decodeChange, encodeChange } from './sql/catalog';
import { SqlError } from './sql/sql-error';

/** Journals longer than this are written anew. */
const checkpointBytes = 256 * 1024;

export interface Role {
  /** What is kept of its password; undefined: it has none, and cannot log in by one. */
  verifier?: string;
  /** As \\du shows them; undefined: those of the role that initdb makes. */
  attributes?: string[];
}

interface GlobalFile {
  roles: Record<string, Role>;
  databases: Record<string, { owner: string }>;
}

/** The data of a server in its folder: global/cluster.json, and a journal of changes per database in base/. */
export class Cluster {
  private readonly open = new Map<string, { database: Database; bytes: number }>();
  private global: GlobalFile = { roles: {}, databases: {} };

  constructor(
    private readonly process: Process,
    readonly folder: string,
  ) {}

  get roles(): Record<string, Role> {
    return this.global.roles;
  }

  get databases(): Record<string, { owner: string }> {
    return this.global.databases;
  }

  /** Throws FileError. */
  create(user: string, verifier: string | undefined): void {
    const owner = { owner: user };
    this.global = {
      roles: { [user]: verifier === undefined ? {} : { verifier } },
      databases: { postgres: owner, template0: owner, template1: owner },
    };
    this.saveGlobal();
  }

  /** Throws FileError, SyntaxError. */
  load(): void {
    this.global = JSON.parse(
      decode(this.process.files.readFile(`${this.folder}/global/cluster.json`)),
    ) as GlobalFile;
  }

  /** A database by its name, read when it is first asked for. */
  database(name: string): Database | undefined {
    if (!Object.hasOwn(this.databases, name)) return undefined;
    const known = this.open.get(name);
    if (known) return known.database;
    const database = new Database(name);
    const text = this.journalText(name);
    for (const line of text.split('\n')) if (line !== '') database.apply(decodeChange(toText(line)));
    this.open.set(name, { database, bytes: text.length });
    return database;
  }

  createDatabase(name: string, owner: string): void {
    if (Object.hasOwn(this.databases, name)) throw new SqlError('42P04', `database "${name}" already exists`);
    this.databases[name] = { owner };
    this.saveGlobal();
  }

  dropDatabase(name: string): void {
    if (!Object.hasOwn(this.databases, name))
      throw new SqlError('3D000', `database "${name}" does not exist`);
    delete this.databases[name];
    this.open.delete(name);
    this.saveGlobal();
    if (this.process.files.exists(this.journal(name))) this.process.files.unlink(this.journal(name));
  }

  createRole(name: string, role: Role): void {
    if (Object.hasOwn(this.roles, name)) throw new SqlError('42710', `role "${name}" already exists`);
    this.roles[name] = role;
    this.saveGlobal();
  }

  changeRole(name: string, change: Role): void {
    const role = Object.hasOwn(this.roles, name) ? this.roles[name] : undefined;
    if (!role) throw new SqlError('42704', `role "${name}" does not exist`);
    Object.assign(role, change);
    this.saveGlobal();
  }

  dropRole(name: string): void {
    if (!Object.hasOwn(this.roles, name)) throw new SqlError('42704', `role "${name}" does not exist`);
    const owned = Object.entries(this.databases).filter(([, { owner }]) => owner === name);
    if (owned.length > 0)
      throw new SqlError('2BP01', `role "${name}" cannot be dropped because some objects depend on it`, {
        detail: owned.map(([database]) => `owner of database ${database}`).join('\n'),
      });
    delete this.roles[name];
    this.saveGlobal();
  }

  /** Makes the changes of a transaction last. Throws SqlError when the disk is full or may not be written. */
  commit(database: Database, changes: readonly Change[]): void {
    const entry = this.open.get(database.name);
    const text = toBytes(changes.map((change) => `${encodeChange(change)}\n`).join(''));
    this.guarded(() => {
      const file = this.process.files.open(this.journal(database.name), 'a', 0o600);
      const { size } = file.stat();
      try {
        writeAll(file, encode(text));
      } catch (error) {
        // What fitted of it must not stand before what is written next.
        file.truncate(size);
        throw error;
      } finally {
        file.release();
      }
    });
    if (!entry) return;
    entry.bytes += text.length;
    if (entry.bytes > checkpointBytes) this.checkpoint(database.name);
    this.process.setMemory(
      2_000_000 + [...this.open.values()].reduce((sum, each) => sum + each.database.cells * 32, 0),
    );
  }

  /** Writes what is there in place of how it came about, when that is shorter. */
  private checkpoint(name: string): void {
    const entry = this.open.get(name);
    if (!entry) return;
    let text = '';
    for (const change of entry.database.everything()) text += toBytes(`${encodeChange(change)}\n`);
    if (text.length > entry.bytes / 2) return;
    this.replace(this.journal(name), text);
    entry.bytes = text.length;
  }

  private saveGlobal(): void {
    this.guarded(() =>
      this.replace(
        `${this.folder}/global/cluster.json`,
        toBytes(`${JSON.stringify(this.global, undefined, 1)}\n`),
      ),
    );
  }

  private replace(path: string, text: string): void {
    const file = this.process.files.open(`${path}.new`, 'w', 0o600);
    try {
      writeAll(file, encode(text));
    } finally {
      file.release();
    }
    this.process.files.rename(`${path}.new`, path);
  }

  private guarded(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const texts: Record<string, string> = {
        ENOSPC: 'No space left on device',
        EROFS: 'Read-only file system',
      };
      throw new SqlError(
        error.code === 'ENOSPC' ? '53100' : '58030',
        `could not write to file "${error.path || this.folder}": ${texts[error.code] ?? 'Permission denied'}`,
      );
    }
  }

  private journal(name: string): string {
    return `${this.folder}/base/${encodeURIComponent(name)}.journal`;
  }

  private journalText(name: string): string {
    const path = this.journal(name);
    return this.process.files.exists(path) ? decode(this.process.files.readFile(path)) : '';
  }
}
