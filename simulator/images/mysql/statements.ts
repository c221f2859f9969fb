import { FileError } from '../../files/file-system';
import type { DataFolder } from './data-folder';

/** What a statement answers. */
export type Answer =
  | { kind: 'done'; rows: number }
  | { kind: 'rows'; columns: string[]; rows: (string | null)[][] };

/** A refusal, with MySQL's number and SQLSTATE. */
export class MysqlError extends Error {
  override readonly name = 'MysqlError';
  constructor(
    readonly code: number,
    readonly state: string,
    message: string,
  ) {
    super(message);
  }
}

export interface StatementContext {
  data: DataFolder;
  release: string;
  hostname: string;
  /** `name@host` */
  account: string;
  /** Of USE. */
  schema: string | undefined;
}

const identifier = '(?:`([^`]+)`|([\\w$]+))';
const text = "'((?:[^'\\\\]|\\\\.|'')*)'";

/** Statements longer than this are not looked at. */
const longest = 10_000;

/** One statement without its semicolon. There are databases and accounts, but no tables. Throws MysqlError. */
export function runStatement(sql: string, context: StatementContext): Answer {
  const statement = sql.trim();
  const match = (pattern: string) =>
    statement.length > longest
      ? null
      : new RegExp(`^${pattern.replaceAll(' ', '\\s+')}$`, 'i').exec(statement);
  const name = (found: RegExpExecArray, at: number) => found[at] ?? found[at + 1] ?? '';
  const done = { kind: 'done', rows: 0 } as const;
  const { data } = context;
  if (match('show (?:databases|schemas)')) return rows('Database', data.schemas());
  const created = match(
    `create (?:database|schema)( if not exists)? ${identifier}(?: (?:default )?(?:character set|charset|collate)[\\s=]+\\w+)*`,
  );
  if (created) return create(data, name(created, 2), created[1] !== undefined);
  const dropped = match(`drop (?:database|schema)( if exists)? ${identifier}`);
  if (dropped) return drop(data, name(dropped, 2), dropped[1] !== undefined);
  const used = match(`use ${identifier}`);
  if (used) {
    context.schema = known(data, name(used, 1));
    return done;
  }
  if (match('show tables')) {
    if (context.schema === undefined) throw new MysqlError(1046, '3D000', 'No database selected');
    if (!data.isSystem(context.schema)) return rows(`Tables_in_${context.schema}`, []);
  }
  const user = match(
    `(?:create|alter) user (?:if (?:not )?exists )?${text}(?:@${text})? identified by ${text}`,
  );
  if (user) {
    const [account = '', secret = ''] = [user[1], user[3]];
    const creates = /^create/i.test(statement);
    if (creates !== (data.keptOf(account) === undefined))
      throw new MysqlError(
        1396,
        'HY000',
        `Operation ${creates ? 'CREATE' : 'ALTER'} USER failed for '${account}'@'${user[2] ?? '%'}'`,
      );
    data.setPassword(account, secret.replaceAll("''", "'"));
    return done;
  }
  if (match('flush privileges')) return done;
  const selected = match('select (.+)');
  const values = selected && selection(selected[1] ?? '', context);
  if (values)
    return {
      kind: 'rows',
      columns: values.map(([column]) => column),
      rows: [values.map(([, value]) => value)],
    };
  const [what = ''] = /^\w+(?:\s+\w+)?/.exec(statement) ?? [];
  throw new MysqlError(
    1235,
    '42000',
    `The embedded cluster does not simulate ${what.toUpperCase()} of MySQL, which has databases and users here, but no tables; use postgres, or a kind cluster for that.`,
  );
}

function rows(column: string, values: readonly string[]): Answer {
  return { kind: 'rows', columns: [column], rows: values.map((value) => [value]) };
}

function known(data: DataFolder, name: string): string {
  if (!data.schemas().includes(name)) throw new MysqlError(1049, '42000', `Unknown database '${name}'`);
  return name;
}

function create(data: DataFolder, name: string, ifAbsent: boolean): Answer {
  if (data.schemas().includes(name)) {
    if (ifAbsent) return { kind: 'done', rows: 1 };
    throw new MysqlError(1007, 'HY000', `Can't create database '${name}'; database exists`);
  }
  if (!/^[\w$-]{1,64}$/.test(name)) throw new MysqlError(1102, '42000', `Incorrect database name '${name}'`);
  return onDisk(() => data.createSchema(name), `Can't create database '${name}'`, 1);
}

function drop(data: DataFolder, name: string, ifPresent: boolean): Answer {
  if (!data.schemas().includes(name)) {
    if (ifPresent) return { kind: 'done', rows: 0 };
    throw new MysqlError(1008, 'HY000', `Can't drop database '${name}'; database doesn't exist`);
  }
  if (data.isSystem(name))
    throw new MysqlError(3552, 'HY000', `Access to system schema '${name}' is rejected.`);
  return onDisk(() => data.dropSchema(name), `Error dropping database (can't rmdir './${name}')`, 0);
}

function onDisk(act: () => void, what: string, affected: number): Answer {
  try {
    act();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new MysqlError(1006, 'HY000', `${what} (${error.code})`);
  }
  return { kind: 'done', rows: affected };
}

/** Constants and what the server knows of itself, each with the name of its column. */
function selection(list: string, context: StatementContext): [string, string | null][] | undefined {
  const known: Record<string, string | null> = {
    'version()': context.release,
    '@@version': context.release,
    'database()': context.schema ?? null,
    'schema()': context.schema ?? null,
    'user()': context.account,
    'current_user()': context.account,
    current_user: context.account,
    '@@hostname': context.hostname,
    '@@port': '3306',
    '@@datadir': `${context.data.path}/`,
  };
  const found = list.split(/, ?/).map((each): [string, string | null] | undefined => {
    const [, value = '', alias] = /^(.+?)(?: as [`']?(\w+)[`']?)?$/i.exec(each) ?? [];
    if (Object.hasOwn(known, value.toLowerCase()))
      return [alias ?? value, known[value.toLowerCase()] ?? null];
    const [, number, quoted] = /^(?:(-?\d+(?:\.\d+)?)|'([^'\\]*)')$/.exec(value) ?? [];
    const constant = number ?? quoted;
    return constant === undefined ? undefined : [alias ?? constant, constant];
  });
  return found.every((each) => each !== undefined) ? found : undefined;
}
