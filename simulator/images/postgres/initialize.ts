import { encode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { writeAll } from '../../files/write-all';
import type { Process } from '../../runtime/process';
import { Cluster } from './cluster';
import { makeVerifier } from './scram';

export interface NewCluster {
  folder: string;
  release: string;
  user: string;
  password: string;
  /** Of connections from other hosts, in pg_hba.conf. */
  hostMethod: string;
}

/** What initdb does: makes the folder's files, telling what it does. False, after saying why, when it cannot. */
export async function initialize(process: Process, wanted: NewCluster): Promise<boolean> {
  const { folder, user } = wanted;
  const say = (text: string) => process.write(1, text);
  const owner = process.uid === 0 ? 'root' : 'postgres';
  await say(
    [
      `The files belonging to this database system will be owned by user "${owner}".`,
      'This user must also own the server process.',
      '',
      'The database cluster will be initialized with locale "en_US.utf8".',
      'The default database encoding has accordingly been set to "UTF8".',
      'The default text search configuration will be set to "english".',
      '',
      Number.parseInt(wanted.release, 10) >= 18
        ? 'Data page checksums are enabled.'
        : 'Data page checksums are disabled.',
      '',
      '',
    ].join('\n'),
  );
  const fail = async (text: string) => {
    await process.write(2, `initdb: error: ${text}\n`);
    return false;
  };
  const { files } = process;
  if (files.list(folder).length > 0) {
    await fail(`directory "${folder}" exists but is not empty`);
    const mountPoint = files.list(folder).includes('lost+found');
    await process.write(
      2,
      mountPoint
        ? 'initdb: detail: It contains a lost+found directory, perhaps due to it being a mount point.\ninitdb: hint: Using a mount point directly as the data directory is not recommended.\nCreate a subdirectory under the mount point.\n'
        : `initdb: hint: If you want to create a new database system, either remove or empty the directory "${folder}" or run initdb with an argument other than "${folder}".\n`,
    );
    return false;
  }
  try {
    files.chmod(folder, 0o700);
  } catch (error) {
    return fail(`could not change permissions of directory "${folder}": ${errorText(error)}`);
  }
  await say(`fixing permissions on existing directory ${folder} ... ok\n`);
  try {
    for (const name of ['base', 'global', 'pg_wal']) files.mkdir(`${folder}/${name}`, 0o700);
    write(process, `${folder}/PG_VERSION`, `${wanted.release.split('.')[0]}\n`);
    write(process, `${folder}/pg_hba.conf`, hostRules(wanted.hostMethod));
    write(process, `${folder}/postgresql.conf`, configuration);
    new Cluster(process, folder).create(
      user,
      wanted.password === '' ? undefined : makeVerifier(wanted.password),
    );
  } catch (error) {
    if (!(error instanceof Error) || !/^(FileError|SqlError)$/.test(error.name)) throw error;
    return fail(
      `could not write to "${folder}": ${error instanceof FileError ? errorText(error) : error.message}`,
    );
  }
  const steps = [
    'creating subdirectories ... ok',
    'selecting dynamic shared memory implementation ... posix',
    'selecting default max_connections ... 100',
    'selecting default shared_buffers ... 128MB',
    'selecting default time zone ... Etc/UTC',
    'creating configuration files ... ok',
    'running bootstrap script ... ok',
    'performing post-bootstrap initialization ... ok',
    'syncing data to disk ... ok',
  ];
  await say(
    `${steps.join('\n')}\n\n\nSuccess. You can now start the database server using:\n\n    pg_ctl -D ${folder} -l logfile start\n\n`,
  );
  await process.write(
    2,
    'initdb: warning: enabling "trust" authentication for local connections\ninitdb: hint: You can change this by editing pg_hba.conf or using the option -A, or --auth-local and --auth-host, the next time you run initdb.\n',
  );
  return true;
}

function hostRules(method: string): string {
  return [
    '# TYPE  DATABASE  USER  ADDRESS       METHOD',
    'local   all       all                 trust',
    'host    all       all   127.0.0.1/32  trust',
    'host    all       all   ::1/128       trust',
    `host    all       all   all           ${method}`,
    '',
  ].join('\n');
}

const configuration = ["listen_addresses = '*'", 'max_connections = 100', 'shared_buffers = 128MB', ''].join(
  '\n',
);

function write(process: Process, path: string, text: string): void {
  const file = process.files.open(path, 'w', 0o600);
  try {
    writeAll(file, encode(text));
  } finally {
    file.release();
  }
}
