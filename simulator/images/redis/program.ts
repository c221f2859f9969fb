import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { type Listener, NetworkError } from '../../network/namespace';
import type { Process, SignalName } from '../../runtime/process';
import { inBackground } from '../http/serve';
import { Persistence } from './persistence';
import { RedisServer } from './server';
import { ConfigurationError, loadSettings, type Settings } from './settings';
import { atLeast } from './version';

/** redis-server: reads its configuration and its data, and serves until it is told to stop. */
export async function redisServer(process: Process, release: string): Promise<number> {
  const args = process.argv.slice(1);
  if (args[0] === '-v' || args[0] === '--version') {
    await process.write(
      1,
      `Redis server v=${release} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0\n`,
    );
    return 0;
  }
  if (args[0] === '--sentinel' || args[0] === '--test-memory' || args[0] === '-')
    return refuse(process, args[0]);
  const file = args[0] !== undefined && !args[0].startsWith('--') ? args.shift() : undefined;
  let settings: Settings;
  try {
    settings = loadSettings(process.files, process.cwd, file, args, release);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    await process.write(2, `${error.message}\n`);
    return 1;
  }
  const server = new RedisServer(process, release, settings);
  sayStart(server, file !== undefined || args.length > 0);
  if (settings.get('dir') !== '' && process.files.tryStat(settings.get('dir'))?.type !== 'directory') {
    server.log('#', `Can't chdir to '${settings.get('dir')}': No such file or directory`, 'C');
    return 1;
  }
  const listeners = listen(server);
  if (!listeners) return 1;
  server.log('*', `Running mode=standalone, port=${settings.get('port')}.`);
  server.log(mark(server), 'Server initialized');
  server.persistence = new Persistence(server);
  const problem = await load(server);
  if (problem !== undefined) {
    server.log('#', `Fatal error loading the DB, check server logs. Exiting. ${problem}`);
    return 1;
  }
  for (const listener of listeners) inBackground(process, accept(server, listener));
  server.log('*', atLeast(release, 7, 2) ? 'Ready to accept connections tcp' : 'Ready to accept connections');
  return untilStopped(server);
}

async function refuse(process: Process, option: string): Promise<number> {
  await process.write(
    2,
    `redis-server: The embedded cluster does not simulate "redis-server ${option}"; use a kind cluster for that.\n`,
  );
  return 1;
}

/** Before 7.2 these lines counted as warnings. */
function mark(server: RedisServer): '*' | '#' {
  return atLeast(server.release, 7, 2) ? '*' : '#';
}

function sayStart(server: RedisServer, configured: boolean): void {
  const { release } = server;
  server.log(mark(server), 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo', 'C');
  server.log(
    mark(server),
    `Redis version=${release}, bits=64, commit=00000000, modified=0, pid=${server.process.pid}, just started`,
    'C',
  );
  if (configured) server.log(mark(server), 'Configuration loaded', 'C');
  else
    server.log(
      '#',
      'Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf',
      'C',
    );
  if (atLeast(release, 6, 2)) server.log('*', 'monotonic clock: POSIX clock_gettime');
}

/** `bind`: a minus in front means that the address may be missing; undefined when nothing can be listened on. */
function listen(server: RedisServer): Listener[] | undefined {
  const port = server.settings.number('port');
  const hosts = server.settings.get('bind').split(/\s+/).filter(Boolean);
  const listeners: Listener[] = [];
  for (const each of hosts) {
    const host = each.replace(/^-/, '');
    if (host.includes(':')) continue;
    try {
      listeners.push(server.process.network.listen(port, host === '*' ? '0.0.0.0' : host));
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      server.log(
        '#',
        `Warning: Could not create server TCP listening socket ${host}:${port}: bind: ${error.message}`,
      );
      if (each.startsWith('-')) continue;
      server.log('#', `Failed listening on port ${port} (tcp), aborting.`);
      return undefined;
    }
  }
  return listeners;
}

async function load(server: RedisServer): Promise<string | undefined> {
  try {
    return await server.persistence?.load();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return errorText(error);
  }
}

async function accept(server: RedisServer, listener: Listener): Promise<void> {
  for (let next = await listener.accept(); next; next = await listener.accept())
    inBackground(server.process, server.serve(next));
}

/** SIGTERM and SIGINT save as configured, SHUTDOWN as it was told. */
async function untilStopped(server: RedisServer): Promise<number> {
  const { process } = server;
  const stopped = new Promise<void>((resolve) => {
    const stop = (save?: boolean) => {
      server.log(mark(server), 'User requested shutdown...');
      if (save ?? server.settings.get('save') !== '') {
        server.log('*', 'Saving the final RDB snapshot before exiting.');
        if (server.persistence?.save() !== undefined) {
          server.log('#', "Error trying to save the DB, can't exit.");
          return;
        }
      }
      server.log(mark(server), 'Redis is now ready to exit, bye bye...');
      resolve();
    };
    server.stop = stop;
    const onSignal = (signal: SignalName) => {
      const seconds = Math.floor(server.now() / 1_000);
      server.write(
        `${process.pid}:signal-handler (${seconds}) Received SIG${signal} scheduling shutdown...\n`,
      );
      stop();
    };
    for (const signal of ['TERM', 'INT'] as const) process.setAction(signal, onSignal);
  });
  for (;;) {
    try {
      await process.until(stopped);
      return 0;
    } catch (error) {
      if ((error as Error).name !== 'Interrupted') throw error;
    }
  }
}
