import { randomBytes } from 'node:crypto';
import { decode, toText } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { Process } from '../../runtime/process';
import { dropToUser, execCommand } from '../run-as';
import { DataFolder } from './data-folder';
import { dataPath, logLine } from './mysqld';
import { MysqlError, runStatement, type StatementContext } from './statements';

const scripts = '/docker-entrypoint-initdb.d';

/** docker-entrypoint.sh: makes the data when there is none, and becomes the command. */
export async function runEntrypoint(process: Process, release: string): Promise<number> {
  let command = process.argv.slice(1);
  if (command[0]?.startsWith('-')) command = ['mysqld', ...command];
  if (command[0] !== 'mysqld' || command.some((word) => /^(-V|--version|--help|-\?)$/.test(word)))
    return execCommand(process, command);
  const started = `Entrypoint script for MySQL Server ${release}-1.el9 started.`;
  await say(process, 'Note', started);
  if (process.uid === 0) {
    await say(process, 'Note', "Switching to dedicated user 'mysql'");
    dropToUser(process, 'mysql', [dataPath, '/var/run/mysqld']);
    await say(process, 'Note', started);
  }
  const data = new DataFolder(process, dataPath);
  if (!data.exists) {
    const problem = await prepare(process, data, release);
    if (problem !== undefined) return problem;
  }
  return execCommand(process, command);
}

/** A line such as `2026-11-21 09:30:00+00:00 [Note] [Entrypoint]: text`. */
async function say(process: Process, level: 'Note' | 'Warn' | 'ERROR', text: string): Promise<void> {
  const time = `${new Date(process.clock.now()).toISOString().slice(0, 19).replace('T', ' ')}+00:00`;
  await process.write(level === 'Note' ? 1 : 2, `${time} [${level}] [Entrypoint]: ${text}\n`);
}

const choices = ['MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD'];
const listed = choices.map((name) => `\n    - ${name}`).join('');

interface Variables {
  root: string;
  user: string;
  password: string;
  database: string;
}

/** Makes databases and accounts; an exit code when it cannot. */
async function prepare(process: Process, data: DataFolder, release: string): Promise<number | undefined> {
  const wanted = await variables(process);
  if (typeof wanted === 'string') {
    await say(process, 'ERROR', wanted);
    return 1;
  }
  await say(process, 'Note', 'Initializing database files');
  if (data.inTheWay.length > 0) {
    await logLine(
      process,
      'ERROR',
      '010457',
      '--initialize specified but the data directory has files in it. Aborting.',
    );
    await logLine(
      process,
      'ERROR',
      '013236',
      `The designated data directory ${dataPath}/ is unusable. You can remove all files that the server added to it.`,
    );
    await logLine(process, 'ERROR', '010119', 'Aborting');
    return 1;
  }
  try {
    data.initialize();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await logLine(process, 'ERROR', '010460', `Cannot write to ${dataPath}/: ${errorText(error)}`);
    return 1;
  }
  await say(process, 'Note', 'Database files initialized');
  await say(process, 'Note', 'Starting temporary server');
  await say(process, 'Note', 'Temporary server started.');
  const code = await fill(process, data, release, wanted);
  if (code !== 0) return code;
  await say(process, 'Note', 'Stopping temporary server');
  await say(process, 'Note', 'Temporary server stopped');
  await process.write(1, '\n');
  await say(process, 'Note', 'MySQL init process done. Ready for start up.');
  await process.write(1, '\n');
  return undefined;
}

async function fill(
  process: Process,
  data: DataFolder,
  release: string,
  { root, user, password, database }: Variables,
): Promise<number> {
  data.setPassword('root', root);
  if (database !== '') {
    await say(process, 'Note', `Creating database ${database}`);
    if (!data.schemas().includes(database)) data.createSchema(database);
  }
  if (user !== '' && password !== '') {
    await say(process, 'Note', `Creating user ${user}`);
    data.setPassword(user, password);
    if (database !== '') await say(process, 'Note', `Giving user ${user} access to schema ${database}`);
  } else if (user !== '')
    await say(
      process,
      'Warn',
      'MYSQL_USER specified, but missing MYSQL_PASSWORD; MYSQL_USER will not be created',
    );
  const context: StatementContext = {
    ...{ data, release, hostname: process.system.hostname, account: 'root@localhost' },
    schema: database || undefined,
  };
  const names = process.files.exists(scripts) ? process.files.list(scripts).sort() : [];
  for (const name of names.filter((each) => !each.startsWith('.'))) {
    if (!(await runScript(process, `${scripts}/${name}`, context))) return 1;
  }
  return 0;
}

/** MYSQL_*, or the files that MYSQL_*_FILE name; a text says what is wrong. */
async function variables(process: Process): Promise<Variables | string> {
  const { env, files } = process;
  const values: Record<string, string> = {};
  for (const name of ['MYSQL_ROOT_PASSWORD', 'MYSQL_USER', 'MYSQL_PASSWORD', 'MYSQL_DATABASE']) {
    const [plain, file] = [env.get(name), env.get(`${name}_FILE`)];
    if (plain && file) return `Both ${name} and ${name}_FILE are set (but are exclusive)`;
    try {
      values[name] = toText(file ? decode(files.readFile(file)).replace(/\n+$/, '') : (plain ?? ''));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return `${file}: ${errorText(error)}`;
    }
  }
  const { MYSQL_ROOT_PASSWORD = '', MYSQL_USER = '', MYSQL_PASSWORD = '', MYSQL_DATABASE = '' } = values;
  const [empty, random] = [env.get('MYSQL_ALLOW_EMPTY_PASSWORD'), env.get('MYSQL_RANDOM_ROOT_PASSWORD')];
  if (MYSQL_ROOT_PASSWORD === '' && !empty && !random)
    return `Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:${listed}`;
  if (MYSQL_USER === 'root')
    return `MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user and cannot be used for the root user\n    Remove MYSQL_USER="root" and use one of the following to control the root user password:${listed}`;
  if (MYSQL_DATABASE !== '' && !/^[\w$-]{1,64}$/.test(MYSQL_DATABASE))
    return `Incorrect database name '${MYSQL_DATABASE}'`;
  let root = MYSQL_ROOT_PASSWORD;
  if (random) {
    root = randomBytes(18).toString('base64');
    await say(process, 'Note', `GENERATED ROOT PASSWORD: ${root}`);
  }
  return { root, user: MYSQL_USER, password: MYSQL_PASSWORD, database: MYSQL_DATABASE };
}

/** Whether a file of /docker-entrypoint-initdb.d was carried out, or passed over. */
async function runScript(process: Process, path: string, context: StatementContext): Promise<boolean> {
  const tell = (text: string) => say(process, 'Note', `/usr/local/bin/docker-entrypoint.sh: ${text}`);
  if (/\.(sh|sql\.(gz|bz2|xz|zst))$/.test(path)) {
    await say(
      process,
      'ERROR',
      `${path}: The embedded cluster simulates .sql files alone here; use a kind cluster for others.`,
    );
    return false;
  }
  if (!path.endsWith('.sql')) {
    await tell(`ignoring ${path}`);
    return true;
  }
  await tell(`running ${path}`);
  const text = toText(decode(process.files.readFile(path))).replace(/^\s*--.*$/gm, '');
  try {
    for (const statement of text.split(';')) if (statement.trim() !== '') runStatement(statement, context);
    return true;
  } catch (error) {
    if (!(error instanceof MysqlError)) throw error;
    await process.write(2, `ERROR ${error.code} (${error.state}) at line 1: ${error.message}\n`);
    return false;
  }
}
