import { decode, encode } from '../../files/byte-string';
import { writeAll } from '../../files/write-all';
import type { Process } from '../../runtime/process';
import { keptOf } from './passwords';

const systemSchemas = ['information_schema', 'mysql', 'performance_schema', 'sys'];

/** The data of a server in its folder: a folder for each database, and the accounts. */
export class DataFolder {
  /** What is kept of each account's password. */
  private accounts: Record<string, string> = {};

  constructor(
    private readonly process: Process,
    readonly path: string,
  ) {
    if (this.exists) this.accounts = JSON.parse(decode(process.files.readFile(this.accountsFile)));
  }

  /** Whether it was initialized. */
  get exists(): boolean {
    return this.process.files.exists(this.accountsFile);
  }

  /** Names that `mysqld --initialize` finds in its way. */
  get inTheWay(): string[] {
    const { files } = this.process;
    return files.exists(this.path) ? files.list(this.path).filter((name) => !name.startsWith('.')) : [];
  }

  /** Throws FileError. */
  initialize(): void {
    const { files } = this.process;
    for (const name of systemSchemas.slice(1)) files.mkdir(`${this.path}/${name}`, 0o750);
    for (const name of ['auto.cnf', 'ibdata1', 'mysql.ibd'])
      files.open(`${this.path}/${name}`, 'w', 0o640).release();
    this.save();
  }

  /** undefined: there is no such account. */
  keptOf(user: string): string | undefined {
    return Object.hasOwn(this.accounts, user) ? this.accounts[user] : undefined;
  }

  setPassword(user: string, password: string): void {
    this.accounts[user] = keptOf(password);
    this.save();
  }

  schemas(): string[] {
    const { files } = this.process;
    const own = files
      .list(this.path)
      .filter((name) => files.tryStat(`${this.path}/${name}`)?.type === 'directory');
    return [...new Set([...systemSchemas, ...own.filter((name) => /^[\w$]/.test(name))])].sort();
  }

  /** Throws FileError. */
  createSchema(name: string): void {
    this.process.files.mkdir(`${this.path}/${name}`, 0o750);
  }

  dropSchema(name: string): void {
    this.process.files.rmdir(`${this.path}/${name}`);
  }

  isSystem(name: string): boolean {
    return systemSchemas.includes(name.toLowerCase());
  }

  private get accountsFile(): string {
    return `${this.path}/mysql/accounts.json`;
  }

  private save(): void {
    const file = this.process.files.open(this.accountsFile, 'w', 0o640);
    try {
      writeAll(file, encode(JSON.stringify(this.accounts)));
    } finally {
      file.release();
    }
  }
}
