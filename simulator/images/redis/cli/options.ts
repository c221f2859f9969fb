/** The command line of redis-cli. */
export interface CliOptions {
  host: string;
  port: number;
  password?: string | undefined;
  user?: string;
  database: number;
  protocol: 2 | 3;
  format: 'standard' | 'raw' | 'csv' | undefined;
  /** -e: an error reply becomes exit code 1. */
  failing: boolean;
  quiet: boolean;
  repeat: number;
  intervalMs: number;
  /** -x: the last argument is standard input. */
  lastFromInput: boolean;
  scan: boolean;
  pattern?: string;
  words: string[];
}

const refused = new Set(
  '--latency --latency-history --latency-dist --lru-test --replica --slave --rdb --functions-rdb --pipe --bigkeys --memkeys --hotkeys --stat --intrinsic-latency --eval --ldb --cluster --tls -s -c --keystats'.split(
    ' ',
  ),
);

/** What is asked for, or what to print instead and the exit code. */
export function parseCli(
  args: readonly string[],
  env: ReadonlyMap<string, string>,
  release: string,
): CliOptions | { text: string; code: number } {
  const options: CliOptions = {
    host: '127.0.0.1',
    port: 6379,
    password: env.get('REDISCLI_AUTH'),
    database: 0,
    protocol: 2,
    format: undefined,
    failing: false,
    quiet: env.has('REDISCLI_AUTH'),
    repeat: 1,
    intervalMs: 0,
    lastFromInput: false,
    scan: false,
    words: [],
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const more = i + 1 < args.length;
    const value = () => args[++i] ?? '';
    if (arg === '-h' && !more) return { text: usage(release), code: 0 };
    if (arg === '--help' || arg === '-?') return { text: usage(release), code: 0 };
    if (arg === '-v' || arg === '--version') return { text: `redis-cli ${release}\n`, code: 0 };
    if (refused.has(arg))
      return {
        text: `redis-cli: The embedded cluster does not simulate "redis-cli ${arg}"; use a kind cluster for that.\n`,
        code: 1,
      };
    if (arg === '-h' && more) options.host = value();
    else if (arg === '-p' && more) options.port = Number(value());
    else if ((arg === '-a' || arg === '--pass') && more) options.password = value();
    else if (arg === '--user' && more) options.user = value();
    else if (arg === '-n' && more) options.database = Number(value());
    else if (arg === '-r' && more) options.repeat = Number(value());
    else if (arg === '-i' && more) options.intervalMs = Number(value()) * 1_000;
    else if (arg === '-u' && more) {
      const problem = takeAddress(options, value());
      if (problem) return { text: problem, code: 1 };
    } else if (arg === '--pattern' && more) options.pattern = value();
    else if (arg === '--raw') options.format = 'raw';
    else if (arg === '--no-raw') options.format = 'standard';
    else if (arg === '--csv') options.format = 'csv';
    else if (arg === '--no-auth-warning') options.quiet = true;
    else if (arg === '-e') options.failing = true;
    else if (arg === '-x') options.lastFromInput = true;
    else if (arg === '--scan') options.scan = true;
    else if (arg === '-2' || arg === '-3') options.protocol = arg === '-3' ? 3 : 2;
    else if (arg.startsWith('-') && arg !== '-')
      return {
        text: `Unrecognized option or bad number of args for: '${arg}'\n`,
        code: 1,
      };
    else {
      options.words = args.slice(i);
      break;
    }
  }
  return options;
}

/** redis://[user:password@]host[:port][/database] */
function takeAddress(options: CliOptions, text: string): string | undefined {
  const match = /^redis:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/]*)(?::(\d+))?(?:\/(\d*))?$/.exec(text);
  if (!match) return 'Invalid URI scheme\n';
  const [, user, password, host, port, database] = match;
  if (password !== undefined && user) options.user = user;
  if (password !== undefined || user !== undefined) options.password = password ?? user;
  if (host) options.host = host;
  if (port) options.port = Number(port);
  if (database) options.database = Number(database);
  return undefined;
}

function usage(release: string): string {
  return [
    `redis-cli ${release}`,
    '',
    'Usage: redis-cli [OPTIONS] [cmd [arg [arg ...]]]',
    '  -h <hostname>      Server hostname (default: 127.0.0.1).',
    '  -p <port>          Server port (default: 6379).',
    '  -a <password>      Password to use when connecting to the server.',
    '  --user <username>  Used to send ACL style AUTH username pass. Needs -a.',
    '  -u <uri>           Server URI: redis://user:password@host:port/dbnum',
    '  -r <repeat>        Execute specified command N times.',
    '  -i <interval>      When -r is used, waits <interval> seconds per command.',
    '  -n <db>            Database number.',
    '  -x                 Read last argument from STDIN.',
    '  -e                 Return exit error code when command execution fails.',
    '  --raw              Use raw formatting for replies (default when STDOUT is not a tty).',
    '  --no-raw           Force formatted output even when STDOUT is not a tty.',
    '  --csv              Output in CSV format.',
    '  --scan             List all keys using the SCAN command.',
    '  --pattern <pat>    Keys pattern when using the --scan option (default: *).',
    '',
  ].join('\n');
}
