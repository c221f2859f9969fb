import { decode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { FileView } from '../../files/file-view';
import { splitWords } from './words';

/** A configuration that Redis would not start with; the message is what it prints. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Parameters that have an effect here, with the values of the image. */
const effective: Record<string, string> = {
  port: '6379',
  bind: '* -::*',
  requirepass: '',
  databases: '16',
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  maxclients: '10000',
  save: '3600 1 300 100 60 10000',
  dir: '/data',
  dbfilename: 'dump.rdb',
  appendonly: 'no',
  appendfilename: 'appendonly.aof',
  appenddirname: 'appendonlydir',
  'stop-writes-on-bgsave-error': 'yes',
  logfile: '',
  loglevel: 'notice',
};

/** Parameters of what this server has no need of: kept and shown, and that is all their effect. */
const kept: Record<string, string> = {
  'protected-mode': 'no',
  daemonize: 'no',
  supervised: 'no',
  pidfile: '',
  timeout: '0',
  'tcp-keepalive': '300',
  'tcp-backlog': '511',
  appendfsync: 'everysec',
  'no-appendfsync-on-rewrite': 'no',
  'auto-aof-rewrite-percentage': '100',
  'auto-aof-rewrite-min-size': '67108864',
  'aof-load-truncated': 'yes',
  'aof-use-rdb-preamble': 'yes',
  rdbcompression: 'yes',
  rdbchecksum: 'yes',
  'maxmemory-samples': '5',
  'lazyfree-lazy-eviction': 'no',
  'lazyfree-lazy-expire': 'no',
  'lazyfree-lazy-server-del': 'no',
  'replica-lazy-flush': 'no',
  'slowlog-log-slower-than': '10000',
  'slowlog-max-len': '128',
  'latency-monitor-threshold': '0',
  'lua-time-limit': '5000',
  hz: '10',
  'dynamic-hz': 'yes',
  activerehashing: 'yes',
  activedefrag: 'no',
  'jemalloc-bg-thread': 'yes',
  'always-show-logo': 'no',
  'set-proc-title': 'yes',
  'io-threads': '1',
  'io-threads-do-reads': 'no',
  'replica-read-only': 'yes',
  'replica-serve-stale-data': 'yes',
  'repl-diskless-sync': 'yes',
  'min-replicas-to-write': '0',
  'hash-max-listpack-entries': '128',
  'hash-max-ziplist-entries': '128',
  'list-max-listpack-size': '-2',
  'set-max-intset-entries': '512',
  'zset-max-listpack-entries': '128',
  'client-output-buffer-limit': 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
  'notify-keyspace-events': '',
  'cluster-enabled': 'no',
};

/** Values that ask for what is not simulated. */
const refusedValues: Record<string, RegExp> = {
  daemonize: /^yes$/,
  'cluster-enabled': /^yes$/,
  'notify-keyspace-events': /./,
};

/** Directives of Redis that are not simulated at all. */
const refused =
  /^(replicaof|slaveof|masterauth|masteruser|user|aclfile|loadmodule|rename-command|unixsocket|unixsocketperm|tls-.*|cluster-.*|sentinel|replica-announce-.*|slave-.*|repl-.*)$/;

const mostDatabases = 1024;
const policies = /^(noeviction|(allkeys|volatile)-(lru|lfu|random)|volatile-ttl)$/;

/** The parameters of a server, as CONFIG shows them. */
export class Settings {
  private readonly values = new Map(Object.entries({ ...effective, ...kept }));
  /** Absolute path of the file it was started with; '' without one. */
  file = '';

  get(name: string): string {
    return this.values.get(name) ?? '';
  }

  number(name: string): number {
    return Number(this.get(name));
  }

  names(): string[] {
    return [...this.values.keys()].sort();
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** Why a value cannot be; undefined when it was set. */
  set(name: string, value: string): string | undefined {
    if (refused.test(name) || refusedValues[name]?.test(value))
      return `The embedded cluster does not simulate Redis' "${name} ${value}"; use a kind cluster for that.`;
    if (!this.values.has(name)) return 'Bad directive or wrong number of arguments';
    const before = this.get(name);
    if (/^(yes|no)$/.test(before) && !/^(yes|no)$/i.test(value)) return "argument must be 'yes' or 'no'";
    if (name === 'maxmemory') {
      const bytes = memoryBytes(value);
      if (bytes === undefined) return 'argument must be a memory value';
      this.values.set(name, String(bytes));
      return undefined;
    }
    if (name === 'maxmemory-policy' && !policies.test(value))
      return 'argument(s) must be one of the following: volatile-lru, volatile-lfu, volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, noeviction';
    if (name === 'save' && value !== '' && (!/^\d+ \d+( \d+ \d+)*$/.test(value) || /(^| )0 \d/.test(value)))
      return 'Invalid save parameters';
    if (/^(port|databases|maxclients)$/.test(name) && !/^\d+$/.test(value))
      return "argument couldn't be parsed into an integer";
    if (name === 'port' && Number(value) > 65_535) return 'argument must be between 0 and 65535 inclusive';
    if (name === 'databases' && !(Number(value) >= 1 && Number(value) <= mostDatabases))
      return Number(value) < 1
        ? 'argument must be between 1 and 2147483647 inclusive'
        : `The embedded cluster does not simulate more than ${mostDatabases} databases; use a kind cluster for that.`;
    if (name === 'loglevel' && !/^(debug|verbose|notice|warning|nothing)$/.test(value))
      return 'argument(s) must be one of the following: debug, verbose, notice, warning, nothing';
    this.values.set(name, /^(yes|no)$/i.test(value) ? value.toLowerCase() : value);
    return undefined;
  }
}

/** Bytes of `2mb`, `1g`, `100`; undefined when it is none. */
function memoryBytes(text: string): number | undefined {
  const match = /^(\d+)(b|k|kb|m|mb|g|gb)?$/i.exec(text);
  if (!match) return undefined;
  const units: Record<string, number> = {
    k: 1e3,
    kb: 1024,
    m: 1e6,
    mb: 1024 ** 2,
    g: 1e9,
    gb: 1024 ** 3,
  };
  return Number(match[1]) * (units[(match[2] ?? '').toLowerCase()] ?? 1);
}

/** Reads the file, when there is one, and then the options of the command line. Throws ConfigurationError. */
export function loadSettings(
  files: FileView,
  folder: string,
  path: string | undefined,
  options: string[],
  release: string,
): Settings {
  const settings = new Settings();
  settings.set('dir', folder);
  const state = { saves: false };
  if (path !== undefined) {
    settings.file = files.exists(path) ? files.realpath(path) : path;
    readFile(settings, files, path, release, state, 0);
  }
  const lines = optionLines(options);
  for (const [index, line] of lines.entries()) apply(settings, files, line, index + 1, release, state, 0);
  if (/^\.\/?$/.test(settings.get('dir'))) settings.set('dir', folder);
  return settings;
}

type State = { saves: boolean };

function readFile(
  settings: Settings,
  files: FileView,
  path: string,
  release: string,
  state: State,
  depth: number,
): void {
  let text: string;
  try {
    text = decode(files.readFile(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new ConfigurationError(`Fatal error, can't open config file '${path}': ${errorText(error)}`);
  }
  for (const [index, line] of text.split('\n').entries())
    apply(settings, files, line.trim(), index + 1, release, state, depth);
}

function apply(
  settings: Settings,
  files: FileView,
  line: string,
  number: number,
  release: string,
  state: State,
  depth: number,
): void {
  if (line === '' || line.startsWith('#')) return;
  const fail = (why: string): never => {
    throw new ConfigurationError(
      `\n*** FATAL CONFIG FILE ERROR (Redis ${release}) ***\nReading the configuration file, at line ${number}\n>>> '${line}'\n${why}`,
    );
  };
  const words = splitWords(line) ?? fail('Unbalanced quotes in configuration line');
  const [directive = '', ...values] = words;
  const name = directive.toLowerCase();
  if (values.length === 0) fail('Bad directive or wrong number of arguments');
  if (name === 'include') {
    if (depth > 10) fail('The maximum depth of include directives is reached');
    readFile(settings, files, values[0] ?? '', release, state, depth + 1);
    return;
  }
  let value = values.join(' ');
  // The first rule replaces those of the image, the next ones join it.
  if (name === 'save' && value !== '') {
    if (state.saves && settings.get('save') !== '') value = `${settings.get('save')} ${value}`;
    state.saves = true;
  }
  const problem = settings.set(name, value);
  if (problem !== undefined) fail(problem);
}

/** `--port 6380 --save ''` as lines of a configuration file. */
function optionLines(options: string[]): string[] {
  const lines: string[][] = [];
  for (const option of options) {
    if (option.startsWith('--')) lines.push([option.slice(2)]);
    else lines.at(-1)?.push(`"${option.replace(/[\\"]/g, '\\$&')}"`);
  }
  return lines.map((words) => words.join(' '));
}
