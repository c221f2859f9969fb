import { decode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import { isIPv4 } from '../../network/name-resolution';
import { NetworkError } from '../../network/namespace';
import type { Process, Program, SignalName } from '../../runtime/process';
import { readCertificates } from './certificates';
import { buildConfig, type NginxConfig } from './config';
import { loadConfigFiles } from './config-files';
import { ConfigError, parseConfig } from './config-syntax';
import { runMaster } from './master';
import { NginxLogs } from './nginx-log';

const defaultConfig = '/etc/nginx/nginx.conf';
const errorLog = '/var/log/nginx/error.log';
const resolverTimeoutMs = 30_000;
const signals: Record<string, SignalName> = { stop: 'TERM', quit: 'QUIT', reload: 'HUP', reopen: 'USR1' };

export interface Options {
  config: string;
  globals: string;
  test: boolean;
  dump: boolean;
  quiet: boolean;
  signal?: string;
  showVersion: boolean;
}

/** The nginx executable. `version` such as 1.27.5. */
export function nginxProgram(version: string): Program {
  return async (process) => {
    const options = parseOptions(process.argv.slice(1));
    if (typeof options === 'string') {
      await process.write(2, `nginx: ${options}\n`);
      return 1;
    }
    if (options.showVersion) {
      await process.write(2, `nginx version: nginx/${version}\n`);
      return 0;
    }
    const early = await EarlyLog.open(process);
    let config: NginxConfig;
    try {
      config = await readConfig(process, options);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      await early.tell('emerg', error.message);
      if (options.test) await process.write(2, `nginx: configuration file ${options.config} test failed\n`);
      return 1;
    }
    for (const warning of config.warnings) await early.tell('warn', warning);
    if (process.uid !== 0 && config.userAt !== undefined)
      await early.tell(
        'warn',
        `the "user" directive makes sense only if the master process runs with super-user privileges, ignored in ${config.userAt}`,
      );
    if (options.test) return report(process, options);
    if (options.signal !== undefined) return sendSignal(process, config, options.signal);
    const start = { version, read: () => readConfig(process, options) };
    if (config.foreground) return runMaster(process, config, start);
    const read = (self: Process) => ({ version, read: () => readConfig(self, options) });
    process.spawn({
      argv: process.argv,
      newSession: true,
      program: (self) => runMaster(self, config, read(self)),
    });
    return 0;
  };
}

/** The error log that nginx was built with, until the configuration names another; what matters is told on the console, too. */
class EarlyLog {
  private constructor(
    private readonly process: Process,
    private readonly logs: NginxLogs,
  ) {}

  static async open(process: Process): Promise<EarlyLog> {
    const logs = new NginxLogs(process.files, () => process.clock.now(), { path: errorLog, level: 'notice' });
    try {
      logs.openFile(errorLog);
    } catch (error) {
      await process.write(
        2,
        `nginx: [alert] could not open error log file: open() "${errorLog}" failed (${systemReason(error)})\n`,
      );
    }
    process.onEnd(() => logs.close());
    return new EarlyLog(process, logs);
  }

  async tell(level: string, text: string): Promise<void> {
    this.logs.say(level, this.process.pid, text);
    await this.process.write(2, `nginx: [${level}] ${text}\n`);
  }
}

async function readConfig(process: Process, options: Options): Promise<NginxConfig> {
  const { directives } = loadConfigFiles(process.files, options.config);
  const globals = parseConfig(options.globals, 'command line');
  const { cpus } = process.system.machine;
  const config = await buildConfig(directives, globals, cpus, (name) => resolve(process, name));
  readCertificates(config.servers, process.files);
  return config;
}

/** Addresses of a name that proxy_pass holds in a variable: by `resolver`, as it stands. Rejects in nginx's words. */
export async function lookUp(process: Process, name: string, resolver: readonly string[]): Promise<string[]> {
  if (isIPv4(name)) return [name];
  const servers = resolver.filter((each) => !each.includes('='));
  if (servers.length === 0) throw new Error(`no resolver defined to resolve ${name}`);
  let reason = '110: Operation timed out';
  for (const server of servers) {
    try {
      const [host = ''] = server.split(':');
      const [address = ''] = isIPv4(host) ? [host] : await resolve(process, host);
      const reply = await process.network.query({ name, type: 'A' }, address, {
        timeoutMs: resolverTimeoutMs,
      });
      const found = reply.answers.filter(({ type }) => type === 'A').map(({ value }) => value);
      if (found.length > 0) return found;
      reason =
        reply.code === 'NXDOMAIN' || reply.code === 'NOERROR' ? '3: Host not found' : '2: Server failure';
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
    }
  }
  throw new Error(`${name} could not be resolved (${reason})`);
}

/** A name as the container's resolver finds it: its own files are read each time. */
async function resolve(process: Process, name: string): Promise<string[]> {
  const text = (path: string) => (process.files.exists(path) ? decode(process.files.readFile(path)) : '');
  const files = { hosts: text('/etc/hosts'), resolvConf: text('/etc/resolv.conf') };
  return (await process.until(process.network.resolve(name, files))).addresses;
}

async function report(process: Process, options: Options): Promise<number> {
  if (!options.quiet) {
    await process.write(2, `nginx: the configuration file ${options.config} syntax is ok\n`);
    await process.write(2, `nginx: configuration file ${options.config} test is successful\n`);
  }
  if (!options.dump) return 0;
  for (const { path, text } of loadConfigFiles(process.files, options.config).files)
    await process.write(1, `# configuration file ${path}:\n${text}\n`);
  return 0;
}

async function sendSignal(process: Process, config: NginxConfig, name: string): Promise<number> {
  const signal = signals[name];
  if (!signal) {
    await process.write(2, `nginx: invalid option: "-s ${name}"\n`);
    return 1;
  }
  try {
    const pid = Number(decode(process.files.readFile(config.pidFile)).trim());
    if (!Number.isInteger(pid) || pid <= 0) {
      await process.write(2, `nginx: [error] invalid PID number "" in "${config.pidFile}"\n`);
      return 1;
    }
    const time = new Date(process.clock.now())
      .toISOString()
      .replace('T', ' ')
      .replaceAll('-', '/')
      .slice(0, 19);
    await process.write(2, `${time} [notice] ${process.pid}#${process.pid}: signal process started\n`);
    process.kill(pid, signal);
    return 0;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const what =
      error.code === 'ESRCH'
        ? 'kill() failed (3: No such process)'
        : `open() "${config.pidFile}" failed (2: No such file or directory)`;
    await process.write(2, `nginx: [error] ${what}\n`);
    return 1;
  }
}

/** A sentence when the command line is wrong. */
function parseOptions(args: readonly string[]): Options | string {
  const options: Options = {
    config: defaultConfig,
    globals: '',
    test: false,
    dump: false,
    quiet: false,
    showVersion: false,
  };
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (!/^-[a-zA-Z?]/.test(arg)) return `invalid option: "${arg}"`;
    const value = () => (arg.length > 2 ? arg.slice(2) : (args[++index] ?? ''));
    if (arg === '-v' || arg === '-V') options.showVersion = true;
    else if (arg === '-t') options.test = true;
    else if (arg === '-T') options.test = options.dump = true;
    else if (arg === '-q') options.quiet = true;
    else if (arg.startsWith('-c')) options.config = absolute(value());
    else if (arg.startsWith('-g')) options.globals = value();
    else if (arg.startsWith('-s')) options.signal = value();
    else if (arg.startsWith('-p') || arg.startsWith('-e')) value();
    else return `invalid option: "${arg.slice(1, 2)}"`;
  }
  return options;
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/etc/nginx/${path}`;
}

/** `13: Permission denied` */
export function systemReason(error: unknown): string {
  const numbers: Record<string, number> = {
    EPERM: 1,
    ENOENT: 2,
    EACCES: 13,
    EEXIST: 17,
    ENOTDIR: 20,
    ENOSPC: 28,
    EROFS: 30,
    EADDRINUSE: 98,
    EADDRNOTAVAIL: 99,
  };
  if (error instanceof NetworkError) return `${numbers[error.code] ?? 22}: ${error.message}`;
  if (error instanceof FileError) return `${numbers[error.code] ?? 22}: ${errorText(error)}`;
  throw error;
}
