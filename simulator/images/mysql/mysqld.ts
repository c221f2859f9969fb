import { FileError } from '../../files/file-system';
import { NetworkError } from '../../network/namespace';
import type { Process } from '../../runtime/process';
import { untilTerminated } from '../http/serve';
import { socketPath } from './client';
import { DataFolder } from './data-folder';
import { serveMysql } from './server';

/** Where its data lie. */
export const dataPath = '/var/lib/mysql';
/** InnoDB's buffers. */
const baseMemory = 180 * 1024 * 1024;

/** A line of its log: `2026-11-21T09:30:00.000000Z 0 [System] [MY-010931] [Server] text`. */
export async function logLine(process: Process, level: string, code: string, text: string): Promise<void> {
  const time = new Date(process.clock.now()).toISOString().replace('Z', '000Z');
  await process.write(2, `${time} 0 [${level}] [MY-${code}] [Server] ${text}\n`);
}

/** mysqld: databases and accounts on port 3306, until it is told to stop. */
export async function mysqld(process: Process, release: string): Promise<number> {
  const args = process.argv.slice(1);
  if (args.includes('--version') || args.includes('-V')) {
    await process.write(
      1,
      `/usr/sbin/mysqld  Ver ${release} for Linux on x86_64 (MySQL Community Server - GPL)\n`,
    );
    return 0;
  }
  const log = (level: string, code: string, text: string) => logLine(process, level, code, text);
  const abort = async (code: string, text: string) => {
    await log('ERROR', code, text);
    await log('ERROR', '010119', 'Aborting');
    return 1;
  };
  const unknown = args.find((arg) => !harmless.test(arg));
  if (unknown !== undefined)
    return abort(
      '000067',
      `The embedded cluster does not simulate mysqld's option '${unknown}'; use a kind cluster for that.`,
    );
  await log('System', '015015', 'MySQL Server - start.');
  if (process.uid === 0)
    return abort(
      '010123',
      'Fatal error: Please read "Security" section of the manual to find out how to run mysqld as root!',
    );
  await log('System', '010116', `/usr/sbin/mysqld (mysqld ${release}) starting as process ${process.pid}`);
  const data = new DataFolder(process, dataPath);
  if (!data.exists)
    return abort(
      '010326',
      `Fatal error: Can't open and lock privilege tables: Table 'mysql.user' doesn't exist`,
    );
  process.setMemory(baseMemory);
  const port = Number(args.find((arg) => arg.startsWith('--port='))?.slice('--port='.length) ?? 3306);
  try {
    serveMysql(process, data, release, port);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await log('ERROR', '010262', `Can't start server: Bind on TCP/IP port: ${error.message}`);
    return abort('010257', `Do you already have another mysqld server running on port: ${port} ?`);
  }
  setSocket(process, true);
  await log(
    'System',
    '010931',
    `/usr/sbin/mysqld: ready for connections. Version: '${release}'  socket: '${socketPath}'  port: ${port}  MySQL Community Server - GPL.`,
  );
  return untilTerminated(process, async () => {
    await log(
      'System',
      '013172',
      `Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: ${release}).`,
    );
    await log(
      'System',
      '010910',
      `/usr/sbin/mysqld: Shutdown complete (mysqld ${release})  MySQL Community Server - GPL.`,
    );
    setSocket(process, false);
    return 0;
  });
}

/** Options that change nothing here; the port may be another. */
const harmless =
  /^--(port=\d{1,5}|user=mysql|ignore-db-dir=lost\+found|default-authentication-plugin=\w+|mysql-native-password=\w+|character-set-server=utf8\w*|collation-server=utf8\w+|bind-address=(\*|0\.0\.0\.0)|skip-name-resolve|max[_-]connections=\d+|innodb[_-][\w-]+=\w+|sql[_-]mode=.*|lower[_-]case[_-]table[_-]names=\d)$/;

/** The socket's file, by which clients of the same container find the server. On a read-only root there is none. */
function setSocket(process: Process, there: boolean): void {
  try {
    if (there) process.files.open(socketPath, 'w', 0o777).release();
    else process.files.unlink(socketPath);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}
