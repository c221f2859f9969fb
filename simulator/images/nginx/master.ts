import { encode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { FileView } from '../../files/file-view';
import { NetworkError } from '../../network/namespace';
import { Interrupted, type Process, type SignalName, signalNumbers } from '../../runtime/process';
import type { NginxConfig } from './config';
import { ConfigError } from './config-syntax';
import { Listeners } from './listeners';
import { NginxLogs } from './nginx-log';
import { resolve, systemReason } from './program';

/** nginx tries a taken port so often, half a second apart. */
const bindTries = 5;
const bindPauseMs = 500;
/** The image's user `nginx`. */
const workerCredentials = { uid: 101, gid: 101, groups: [101] };
const temporaryFolders = ['client', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

export interface MasterStart {
  version: string;
  /** Reads the configuration again, for a reload. */
  read: () => Promise<NginxConfig>;
}

/** The master process: ports, log files, workers, and signals until the end. */
export async function runMaster(process: Process, first: NginxConfig, start: MasterStart): Promise<number> {
  let config = first;
  const logs = new NginxLogs(process.files, () => process.clock.now(), config.errorLog);
  const say = (level: string, text: string) => logs.say(level, process.pid, text);
  const emergency = async (text: string) => {
    say('emerg', text);
    await process.write(2, `nginx: [emerg] ${text}\n`);
  };
  const workers = new Set<Process>();
  const context = {
    files: workerFiles(process, config),
    network: process.network,
    logs,
    resolve: (name: string) => resolve(process, name),
    counts: { active: 0, accepted: 0, requests: 0 },
  };
  const workerPid = () => [...workers][0]?.pid ?? process.pid;
  const listeners = new Listeners(process, context, start.version, workerPid);
  const pending: SignalName[] = [];
  let wake: () => void = () => undefined;
  for (const signal of ['HUP', 'QUIT', 'TERM', 'INT', 'USR1', 'CHLD'] as const)
    process.setAction(signal, () => {
      pending.push(signal);
      wake();
    });
  const news = () =>
    process
      .block<void>((done) => {
        wake = done;
        if (pending.length > 0) done();
        return undefined;
      })
      .catch((error: unknown) => {
        if (!(error instanceof Interrupted)) throw error;
      });
  process.onEnd(() => {
    listeners.close();
    logs.close();
  });

  const refusal = prepare(process, config, logs);
  if (refusal !== undefined) {
    await emergency(refusal);
    return 1;
  }
  if (process.uid !== 0)
    await process.write(
      2,
      `nginx: [warn] the "user" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:2\n`,
    );
  if (!(await bindPorts(process, listeners, config, emergency, say))) return 1;
  announce(start.version, process, say);
  const spawnWorkers = () => {
    say('notice', 'start worker processes');
    for (let index = 0; index < config.workers; index++) startWorker(process, workers, say);
  };
  spawnWorkers();

  for (;;) {
    if (pending.length === 0) await news();
    const signal = pending.shift();
    if (signal === 'CHLD') replaceDead(process, workers, say);
    if (signal === 'USR1') logs.close();
    if (signal === 'HUP') {
      say('notice', `signal 1 (SIGHUP) received from 0, reconfiguring`);
      say('notice', 'reconfiguring');
      const next = await reread(start, emergency);
      if (next && (await bindPorts(process, listeners, next, emergency, say))) {
        config = next;
        const old = [...workers];
        workers.clear();
        spawnWorkers();
        for (const worker of old) worker.signal('QUIT');
      }
    }
    if (signal === 'TERM' || signal === 'INT' || signal === 'QUIT') {
      const graceful = signal === 'QUIT';
      say(
        'notice',
        `signal ${signalNumbers[signal]} (SIG${signal}) received, ${graceful ? 'shutting down' : 'exiting'}`,
      );
      listeners.stopListening();
      while (graceful && listeners.busy) await process.sleep(20).catch(() => undefined);
      listeners.close();
      for (const worker of workers) worker.signal('KILL');
      say('notice', 'exit');
      removePid(process, config);
      return 0;
    }
  }
}

/** Files as the workers may read them: those of the `user`, when the master is the superuser. */
function workerFiles(process: Process, config: NginxConfig): FileView {
  if (process.uid !== 0 || config.user === 'root') return process.files;
  const nobody = { ...workerCredentials, cwd: '/', umask: 0o022, capable: () => false };
  return new FileView(process.system.mounts, nobody);
}

/** Folders, log files, pid file. A sentence when the file system refuses. */
function prepare(process: Process, config: NginxConfig, logs: NginxLogs): string | undefined {
  const { files } = process;
  try {
    logs.openFile(config.errorLog.path === 'stderr' ? '/dev/stderr' : config.errorLog.path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    void process.write(
      2,
      `nginx: [alert] could not open error log file: open() "${config.errorLog.path}" failed (${systemReason(error)})\n`,
    );
  }
  for (const name of temporaryFolders) {
    const path = `/var/cache/nginx/${name}_temp`;
    if (files.exists(path)) continue;
    try {
      files.mkdir(path, 0o700);
    } catch (error) {
      return `mkdir() "${path}" failed (${systemReason(error)})`;
    }
  }
  try {
    const file = files.open(config.pidFile, 'w', 0o644);
    file.write(encode(`${process.pid}\n`));
    file.release();
  } catch (error) {
    return `open() "${config.pidFile}" failed (${systemReason(error)})`;
  }
  return undefined;
}

async function bindPorts(
  process: Process,
  listeners: Listeners,
  config: NginxConfig,
  emergency: (text: string) => Promise<void>,
  say: (level: string, text: string) => void,
): Promise<boolean> {
  for (let attempt = 0; attempt < bindTries; attempt++) {
    try {
      listeners.use(config);
      return true;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const { address } = error as NetworkError & { address?: string };
      await emergency(`bind() to ${address} failed (${systemReason(error)})`);
      say('notice', `try again to bind() after ${bindPauseMs}ms`);
      await process.sleep(bindPauseMs);
    }
  }
  await emergency('still could not bind()');
  return false;
}

async function reread(
  start: MasterStart,
  emergency: (text: string) => Promise<void>,
): Promise<NginxConfig | undefined> {
  try {
    return await start.read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await emergency(error.message);
    return undefined;
  }
}

function announce(version: string, process: Process, say: (level: string, text: string) => void): void {
  say('notice', 'using the "epoll" event method');
  say('notice', `nginx/${version}`);
  say('notice', `OS: Linux ${process.system.machine.kernelRelease}`);
  say('notice', 'getrlimit(RLIMIT_NOFILE): 1048576:1048576');
  process.argv = [`nginx: master process ${process.argv.join(' ')}`];
}

/** Workers stand in the process list and may be killed; the work itself is the master's here. */
function startWorker(
  process: Process,
  workers: Set<Process>,
  say: (level: string, text: string) => void,
): void {
  const credentials = process.uid === 0 ? workerCredentials : process;
  const worker = process.spawn({
    argv: ['nginx: worker process'],
    credentials,
    program: async (self) => {
      for (const signal of ['QUIT', 'TERM'] as const) self.setAction(signal, () => self.end({ code: 0 }));
      for (;;) await self.block(() => undefined);
    },
  });
  workers.add(worker);
  say('notice', `start worker process ${worker.pid}`);
}

function replaceDead(
  process: Process,
  workers: Set<Process>,
  say: (level: string, text: string) => void,
): void {
  for (const child of [...process.children]) {
    const { status } = child;
    if (!status) continue;
    void process.wait(child);
    say('notice', `signal 17 (SIGCHLD) received from ${child.pid}`);
    const signal = status.signal;
    if (signal) say('alert', `worker process ${child.pid} exited on signal ${signalNumbers[signal]}`);
    else say('notice', `worker process ${child.pid} exited with code ${status.code}`);
    if (workers.delete(child)) startWorker(process, workers, say);
  }
}

function removePid(process: Process, config: NginxConfig): void {
  try {
    process.files.unlink(config.pidFile);
  } catch {
    // Somebody else removed it, or may: nothing depends on it any more.
  }
}
