import { encode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { FileView } from '../../files/file-view';
import { NetworkError } from '../../network/namespace';
import { Interrupted, type Process, type SignalName, signalNumbers } from '../../runtime/process';
import type { NginxConfig } from './config';
import { ConfigError } from './config-syntax';
import { Listeners } from './listeners';
import { NginxLogs } from './nginx-log';
import { lookUp, systemReason } from './program';
import { Workers, workerCredentials } from './workers';

/** nginx tries a taken port so often, half a second apart. */
const bindTries = 5;
const bindPauseMs = 500;
const temporaryFolders = ['client', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

export interface MasterStart {
  version: string;
  /** Reads the configuration again, for a reload. */
  read: () => Promise<NginxConfig>;
}

interface Received {
  signal: SignalName;
  /** 0: from outside of the container. */
  sender: number;
}

/** The master process: ports, log files, workers, and signals until the end. */
export async function runMaster(process: Process, first: NginxConfig, start: MasterStart): Promise<number> {
  const logs = new NginxLogs(process.files, () => process.clock.now(), first.errorLog);
  const say = (level: string, text: string) => logs.say(level, process.pid, text);
  const emergency = async (text: string) => {
    say('emerg', text);
    await process.write(2, `nginx: [emerg] ${text}\n`);
  };
  const workers: Workers = new Workers(process, logs, (): boolean => listeners.busy);
  const context = {
    files: workerFiles(process, first),
    network: process.network,
    clock: process.clock,
    logs,
    lookUp: (name: string, resolver: readonly string[]) => lookUp(process, name, resolver),
    counts: { active: 0, accepted: 0, requests: 0 },
  };
  const listeners: Listeners = new Listeners(process, context, start.version, (): number => workers.pid);
  const pending: Received[] = [];
  let wake: () => void = () => undefined;
  for (const signal of ['HUP', 'QUIT', 'TERM', 'INT', 'USR1', 'CHLD'] as const)
    process.setAction(signal, (_signal, sender) => {
      pending.push({ signal, sender });
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

  const refusal = prepare(process, first, logs);
  if (refusal !== undefined) {
    await emergency(refusal);
    return 1;
  }
  if (!(await bindPorts(process, listeners, first, emergency, say))) return 1;
  announce(start.version, process, say);
  workers.start(first);

  for (let ending = false; ; ) {
    if (pending.length === 0) await news();
    const received = pending.shift();
    if (!received) continue;
    const { signal, sender } = received;
    const from = sender > 0 ? ` from ${sender}` : '';
    if (signal === 'CHLD') workers.buryDead(ending);
    if (signal === 'USR1') {
      say('notice', `signal 10 (SIGUSR1) received${from}, reopening logs`);
      say('notice', 'reopening logs');
      logs.close();
    }
    if (signal === 'HUP' && !ending) {
      say('notice', `signal 1 (SIGHUP) received${from}, reconfiguring`);
      say('notice', 'reconfiguring');
      const next = await reread(start, emergency);
      if (next && (await bindPorts(process, listeners, next, emergency, say))) {
        say('notice', 'using the "epoll" event method');
        workers.start(next);
      }
    }
    if (signal === 'TERM' || signal === 'INT' || signal === 'QUIT') {
      ending = true;
      const does = signal === 'QUIT' ? 'shutting down' : 'exiting';
      say('notice', `signal ${signalNumbers[signal]} (SIG${signal}) received${from}, ${does}`);
      listeners.stopListening();
      workers.stop(signal === 'QUIT' ? 'QUIT' : 'TERM');
    }
    if (!ending || workers.any) continue;
    listeners.close();
    removePid(process, first);
    say('notice', 'exit');
    return 0;
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
      for (const each of [address ?? '', ...sixthOf(config, address ?? '')])
        await emergency(`bind() to ${each} failed (${systemReason(error)})`);
      say('notice', `try again to bind() after ${bindPauseMs}ms`);
      await process.sleep(bindPauseMs);
    }
  }
  await emergency('still could not bind()');
  return false;
}

/** The address of IPv6 that is bound together with one of IPv4. */
function sixthOf({ servers }: NginxConfig, address: string): string[] {
  const port = Number(address.slice(address.lastIndexOf(':') + 1));
  const both = servers.some(({ listens }) => listens.some((listen) => listen.ipv6 && listen.port === port));
  return both && address.startsWith('0.0.0.0') ? [`[::]:${port}`] : [];
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
  const alpine = process.files.exists('/etc/alpine-release');
  say('notice', `built by gcc ${alpine ? '14.2.0 (Alpine 14.2.0)' : '12.2.0 (Debian 12.2.0-14+deb12u1)'} `);
  say('notice', `OS: Linux ${process.system.machine.kernelRelease}`);
  say('notice', 'getrlimit(RLIMIT_NOFILE): 1048576:1048576');
  process.argv = [`nginx: master process ${process.argv.join(' ')}`];
}

function removePid(process: Process, config: NginxConfig): void {
  try {
    process.files.unlink(config.pidFile);
  } catch {
    // Somebody else removed it, or may: nothing depends on it any more.
  }
}
