import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { type Listener, NetworkError } from '../../network/namespace';
import type { Process, SignalName } from '../../runtime/process';
import { inBackground } from '../http/serve';
import { acceptAll } from './backend';
import { Cluster } from './cluster';
import { PostgresServer } from './server';
import { readSettings } from './settings';
import { dataFolder } from './version';

const helpers = [
  'checkpointer',
  'background writer',
  'walwriter',
  'autovacuum launcher',
  'logical replication launcher',
];

/** The postgres executable: serves the data of its folder until it is told to stop. */
export async function postgres(process: Process, release: string, alpine: boolean): Promise<number> {
  const args = process.argv.slice(1);
  if (/^(-V|--version)$/.test(args[0] ?? '')) {
    await process.write(1, `postgres (PostgreSQL) ${release}\n`);
    return 0;
  }
  if (process.uid === 0) {
    await process.write(
      2,
      '"root" execution of the PostgreSQL server is not permitted.\nThe server must be started under an unprivileged user ID to prevent\npossible system security compromise.  See the documentation for\nmore information on how to properly start the server.\n',
    );
    return 1;
  }
  const at = args.indexOf('-D');
  const folder = at >= 0 ? (args[at + 1] ?? '') : (process.env.get('PGDATA') ?? dataFolder(release));
  const cluster = new Cluster(process, folder);
  const settings = readSettings(process.files, folder, release, args);
  const server = new PostgresServer(
    process,
    cluster,
    release,
    typeof settings === 'string' ? new Map() : settings,
    alpine,
  );
  const fail = (text: string) => {
    server.log('FATAL', text);
    return 1;
  };
  if (typeof settings === 'string') return fail(settings);
  const problem = open(process, cluster, folder, release);
  if (problem !== undefined) return fail(problem);
  const listeners = listen(server);
  if (!listeners) return fail('could not create any TCP/IP sockets');
  const port = server.setting('port');
  for (const listener of listeners)
    inBackground(
      process,
      acceptAll(server, () => listener.accept()),
    );
  server.logStart(listeners.map(({ local }) => `listening on IPv4 address "${local.address}", port ${port}`));
  for (const name of helpers) idle(process, name);
  server.starting = false;
  return untilStopped(server, listeners);
}

/** Why the data cannot be served; undefined when it was read. */
function open(process: Process, cluster: Cluster, folder: string, release: string): string | undefined {
  try {
    const { uid, mode } = process.files.stat(folder);
    if (uid !== process.uid) return `data directory "${folder}" has wrong ownership`;
    if ((mode & 0o027) !== 0) return `data directory "${folder}" has invalid permissions`;
    const major = release.split('.')[0];
    const made = Buffer.from(process.files.readFile(`${folder}/PG_VERSION`))
      .toString()
      .trim();
    if (made !== major)
      return `database files are incompatible with server\nDETAIL:  The data directory was initialized by PostgreSQL version ${made}, which is not compatible with this version ${release}.`;
    cluster.load();
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return `could not read the data in "${folder}"`;
    if (!(error instanceof FileError)) throw error;
    return `could not access "${error.path || folder}": ${errorText(error)}`;
  }
}

function listen(server: PostgresServer): Listener[] | undefined {
  const port = Number(server.setting('port'));
  const wanted = server.setting('listen_addresses') ?? '';
  const hosts =
    wanted === '*'
      ? ['0.0.0.0']
      : wanted.split(/\s*,\s*/).map((host) => (host === 'localhost' ? '127.0.0.1' : host));
  const listeners: Listener[] = [];
  for (const host of hosts.filter(Boolean)) {
    try {
      listeners.push(server.process.network.listen(port, host));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      server.log('LOG', `could not bind IPv4 address "${host}": ${error.message}`);
    }
  }
  return listeners.length > 0 ? listeners : undefined;
}

/** A helper process of the server, as ps shows it; it ends with the server. */
function idle(process: Process, name: string): void {
  const child = process.spawn({
    argv: [`postgres: ${name} `],
    program: async (self) => {
      await self.block<void>(() => undefined);
      return 0;
    },
  });
  process.onEnd(() => {
    if (!child.status) child.end({ code: 0 });
  });
}

/** SIGINT (the image's) stops at once, SIGTERM when the sessions have ended, SIGQUIT without ceremony. */
async function untilStopped(server: PostgresServer, listeners: Listener[]): Promise<number> {
  const { process } = server;
  const stopped = new Promise<number>((resolve) => {
    const stop = (how: string) => {
      server.log('LOG', `received ${how} shutdown request`);
      for (const listener of listeners) listener.close();
      server.log('LOG', 'aborting any active transactions');
      server.log('LOG', 'shutting down');
      server.log('LOG', 'database system is shut down');
      resolve(0);
    };
    const actions: Partial<Record<SignalName, () => void>> = {
      INT: () => stop('fast'),
      TERM: () => {
        if (server.sessions.size === 0) return stop('smart');
        server.log('LOG', 'received smart shutdown request');
        for (const listener of listeners) listener.close();
        const look = () => (server.sessions.size === 0 ? stop('smart') : process.clock.after(200, look));
        process.clock.after(200, look);
        return undefined;
      },
      QUIT: () => resolve(2),
      HUP: () => server.log('LOG', 'received SIGHUP, reloading configuration files'),
    };
    for (const [signal, action] of Object.entries(actions)) process.setAction(signal as SignalName, action);
  });
  for (;;) {
    try {
      return await process.until(stopped);
    } catch (error) {
      if ((error as Error).name !== 'Interrupted') throw error;
    }
  }
}
