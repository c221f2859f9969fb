import { decode, toText } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { Process } from '../../runtime/process';
import { dropToUser, execCommand } from '../run-as';
import { acceptAll } from './backend';
import { Cluster } from './cluster';
import { initialize } from './initialize';
import { PostgresServer } from './server';
import { defaultSettings } from './settings';
import { splitStatements } from './sql/split';
import { SqlError } from './sql/sql-error';
import { dataFolder } from './version';

const scripts = '/docker-entrypoint-initdb.d';

/** docker-entrypoint.sh: makes the data when there is none, and becomes the command. */
export async function runEntrypoint(process: Process, release: string, alpine: boolean): Promise<number> {
  let command = process.argv.slice(1);
  if (command[0]?.startsWith('-')) command = ['postgres', ...command];
  if (command[0] !== 'postgres' || command.some((word) => /^(-V|--version|--help|-\?)$/.test(word)))
    return execCommand(process, command);
  const folder = process.env.get('PGDATA') ?? dataFolder(release);
  if (process.uid === 0) {
    makeFolder(process, folder);
    dropToUser(process, 'postgres', [folder, '/var/run/postgresql']);
  } else makeFolder(process, folder);
  if (process.files.tryStat(`${folder}/PG_VERSION`)) {
    await process.write(
      1,
      '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n',
    );
    return execCommand(process, command);
  }
  const problem = await prepare(process, folder, release, alpine);
  return problem ?? execCommand(process, command);
}

function makeFolder(process: Process, folder: string): void {
  let path = '';
  for (const name of folder.split('/').filter(Boolean)) {
    path += `/${name}`;
    if (process.files.exists(path)) continue;
    try {
      process.files.mkdir(path, 0o700);
    } catch (error) {
      // What comes next says that the folder is not there, or may not be written.
      if (!(error instanceof FileError)) throw error;
      return;
    }
  }
}

/** An exit code when it cannot go on. */
async function prepare(
  process: Process,
  folder: string,
  release: string,
  alpine: boolean,
): Promise<number | undefined> {
  const problem = await variables(process);
  if (typeof problem === 'string') {
    await process.write(2, problem);
    return 1;
  }
  const { user, password, database, hostMethod } = problem;
  try {
    process.files.list(folder);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await process.write(2, `initdb: error: could not access directory "${folder}": ${errorText(error)}\n`);
    return 1;
  }
  if (!(await initialize(process, { folder, release, user, password, hostMethod }))) return 1;
  const server = await temporaryServer(process, folder, release, alpine);
  if (database !== 'postgres') {
    server.cluster.createDatabase(database, user);
    await process.write(1, 'CREATE DATABASE\n\n');
  }
  const code = await runScripts(process, server, user, database);
  if (code !== 0) return code;
  server.log('LOG', 'received fast shutdown request', process.pid);
  server.log('LOG', 'shutting down', process.pid);
  server.log('LOG', 'database system is shut down', process.pid);
  await process.write(
    1,
    ' done\nserver stopped\n\nPostgreSQL init process complete; ready for start up.\n\n',
  );
  return undefined;
}

interface Variables {
  user: string;
  password: string;
  database: string;
  hostMethod: string;
}

/** POSTGRES_*, or the files that POSTGRES_*_FILE name; a text says what is wrong. */
async function variables(process: Process): Promise<Variables | string> {
  const read = (name: string): string | { problem: string } => {
    const [plain, file] = [process.env.get(name), process.env.get(`${name}_FILE`)];
    if (plain && file)
      return { problem: `error: both ${name} and ${name}_FILE are set (but are exclusive)\n` };
    if (!file) return toText(plain ?? '');
    try {
      return toText(decode(process.files.readFile(file))).replace(/\n+$/, '');
    } catch (error) {
      return { problem: `/usr/local/bin/docker-entrypoint.sh: line 21: ${file}: ${errorText(error)}\n` };
    }
  };
  const values = ['POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB', 'POSTGRES_INITDB_ARGS'].map(read);
  for (const value of values) if (typeof value !== 'string') return value.problem;
  const [user = '', password = '', database = '', initArguments = ''] = values as string[];
  const method = process.env.get('POSTGRES_HOST_AUTH_METHOD') ?? '';
  // These say what is so anyway.
  const allowed =
    /^(--data-checksums|-k|--encoding=?\s*UTF-?8|-E\s*UTF-?8|--auth(-host|-local)?=scram-sha-256|\s)*$/i;
  if (!allowed.test(initArguments))
    return `The embedded cluster does not simulate POSTGRES_INITDB_ARGS="${initArguments}"; use a kind cluster for that.\n`;
  // What is kept of the passwords answers to md5 as well: the server then asks by SCRAM.
  if (!/^(|trust|reject|md5|scram-sha-256)$/.test(method))
    return `The embedded cluster does not simulate POSTGRES_HOST_AUTH_METHOD=${method}; use a kind cluster for that.\n`;
  if (password === '' && method !== 'trust')
    return [
      'Error: Database is uninitialized and superuser password is not specified.',
      '       You must specify POSTGRES_PASSWORD to a non-empty value for the',
      '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".',
      '',
      '       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all',
      '       connections without a password. This is *not* recommended.',
      '',
      '       See PostgreSQL documentation about "trust":',
      '       https://www.postgresql.org/docs/current/auth-trust.html',
      '',
    ].join('\n');
  const name = user || 'postgres';
  return { user: name, password, database: database || name, hostMethod: method || 'scram-sha-256' };
}

async function temporaryServer(
  process: Process,
  folder: string,
  release: string,
  alpine: boolean,
): Promise<PostgresServer> {
  const cluster = new Cluster(process, folder);
  cluster.load();
  const server = new PostgresServer(process, cluster, release, defaultSettings(release), alpine);
  server.starting = false;
  await process.write(1, 'waiting for server to start....');
  server.logStart([]);
  await process.write(1, ' done\nserver started\n');
  return server;
}

/** *.sql and *.sh of /docker-entrypoint-initdb.d, in order; the code of the first that fails. */
async function runScripts(
  process: Process,
  server: PostgresServer,
  user: string,
  database: string,
): Promise<number> {
  const names = process.files.exists(scripts)
    ? process.files
        .list(scripts)
        .filter((name) => !name.startsWith('.'))
        .sort()
    : [];
  const say = (text: string) => process.write(1, `/usr/local/bin/docker-entrypoint.sh: ${text}\n`);
  if (names.length === 0) await say(`ignoring ${scripts}/*\n`);
  for (const name of names) {
    const path = `${scripts}/${name}`;
    if (/\.sql\.(gz|xz|zst)$/.test(name)) {
      await process.write(
        2,
        `${path}: The embedded cluster does not simulate packed scripts; use a kind cluster for that.\n`,
      );
      return 1;
    }
    if (!/\.(sql|sh)$/.test(name)) {
      await say(`ignoring ${path}`);
      continue;
    }
    const sourced = name.endsWith('.sh') && !process.files.access(path, 1);
    await say(`${sourced ? 'sourcing' : 'running'} ${path}`);
    const code = name.endsWith('.sql')
      ? await runSql(process, server, path, user, database)
      : await runShell(process, server, path, user, database);
    await process.write(1, '\n');
    if (code !== 0) return code;
  }
  await process.write(1, 'waiting for server to shut down....');
  return 0;
}

async function runSql(
  process: Process,
  server: PostgresServer,
  path: string,
  user: string,
  database: string,
): Promise<number> {
  const session = await server.join(database, user);
  if (!session) return 2;
  const text = toText(decode(process.files.readFile(path)));
  try {
    for (const statement of splitStatements(text)) {
      for (const { tag, notice } of session.run(statement)) {
        if (notice !== undefined) await process.write(2, `psql:${path}: NOTICE:  ${notice}\n`);
        await process.write(1, `${tag}\n`);
      }
    }
    return 0;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    server.logFailure(error, text);
    await process.write(2, `psql:${path}: ERROR:  ${error.message}\n`);
    return 3;
  } finally {
    server.leave(session);
  }
}

/** A script talks to the server that is being prepared, on the loopback interface alone. */
async function runShell(
  process: Process,
  server: PostgresServer,
  path: string,
  user: string,
  database: string,
): Promise<number> {
  const listener = process.network.listen(5432, '127.0.0.1');
  void acceptAll(server, () => listener.accept());
  try {
    const env = new Map(process.env)
      .set('PGUSER', user)
      .set('POSTGRES_USER', user)
      .set('PGDATABASE', database)
      .set('POSTGRES_DB', database);
    const direct = process.files.access(path, 1);
    const child = process.spawn({
      // A script that may not be executed becomes part of the entrypoint, which ends at the first failure.
      path: direct ? path : '/bin/bash',
      argv: direct ? [path] : ['bash', '-e', '-o', 'pipefail', path],
      env,
    });
    return (await process.wait(child)).code;
  } finally {
    listener.close();
  }
}
