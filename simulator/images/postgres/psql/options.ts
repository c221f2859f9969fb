/** The command line of psql. */
export interface PsqlOptions {
  host: string;
  port: number;
  user: string;
  database: string;
  password: string | undefined;
  actions: { kind: 'command' | 'file'; text: string }[];
  list: boolean;
  quiet: boolean;
  tuplesOnly: boolean;
  unaligned: boolean;
  expanded: boolean;
  csv: boolean;
  separator: string;
  stopOnError: boolean;
  single: boolean;
  echo: boolean;
  neverAsk: boolean;
  variables: Map<string, string>;
}

const withValue: Record<string, string> = {
  '-h': 'host',
  '--host': 'host',
  '-p': 'port',
  '--port': 'port',
  '-U': 'user',
  '--username': 'user',
  '-d': 'database',
  '--dbname': 'database',
  '-c': 'command',
  '--command': 'command',
  '-f': 'file',
  '--file': 'file',
  '-v': 'variable',
  '--set': 'variable',
  '--variable': 'variable',
  '-F': 'separator',
  '--field-separator': 'separator',
  '-P': 'pset',
  '--pset': 'pset',
};

const longFlags: Record<string, string> = {
  '--list': 'l',
  '--quiet': 'q',
  '--tuples-only': 't',
  '--no-align': 'A',
  '--expanded': 'x',
  '--no-psqlrc': 'X',
  '--no-password': 'w',
  '--password': 'W',
  '--single-transaction': '1',
  '--echo-all': 'a',
  '--echo-errors': 'b',
  '--echo-queries': 'e',
  '--csv': '\0csv',
};

/** What is asked for, or what to print instead and the exit code. */
export function parsePsql(
  args: readonly string[],
  env: ReadonlyMap<string, string>,
  account: string,
  release: string,
): PsqlOptions | { text: string; code: number } {
  const options: PsqlOptions = {
    host: env.get('PGHOST') ?? '',
    port: Number(env.get('PGPORT') ?? 5432),
    user: env.get('PGUSER') ?? '',
    database: env.get('PGDATABASE') ?? '',
    password: env.get('PGPASSWORD'),
    actions: [],
    list: false,
    quiet: false,
    tuplesOnly: false,
    unaligned: false,
    expanded: false,
    csv: false,
    separator: '|',
    stopOnError: false,
    single: false,
    echo: false,
    neverAsk: false,
    variables: new Map(),
  };
  const operands: string[] = [];
  const fail = (text: string) => ({
    text: `psql: ${text}\npsql: hint: Try "psql --help" for more information.\n`,
    code: 1,
  });
  const words = args.flatMap(separate);
  for (let at = 0; at < words.length; at++) {
    const arg = words[at] ?? '';
    if (arg === '-V' || arg === '--version') return { text: `psql (PostgreSQL) ${release}\n`, code: 0 };
    if (arg === '--help' || arg === '-?') return { text: usage, code: 0 };
    const [long = '', inline] = arg.startsWith('--')
      ? splitOnce(arg)
      : [arg.slice(0, 2), arg.slice(2) || undefined];
    const name = Object.hasOwn(withValue, long) ? withValue[long] : undefined;
    if (name !== undefined) {
      const value = inline ?? words[++at];
      if (value === undefined) return fail(`option requires an argument -- '${long.replace(/^-+/, '')}'`);
      const problem = assign(options, name, value);
      if (problem !== undefined) return { text: problem, code: 1 };
      continue;
    }
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    const letters = arg.startsWith('--') ? longFlags[arg] : arg.slice(1);
    if (letters === undefined) return fail(`unrecognized option '${arg}'`);
    for (const letter of letters === '\0csv' ? [letters] : letters) {
      if (!flag(options, letter)) return fail(`invalid option -- '${letter}'`);
    }
  }
  options.database ||= operands.shift() ?? '';
  options.user ||= operands.shift() ?? '';
  const address = /^postgres(?:ql)?:\/\/(?:([^:@/]+)(?::([^@/]*))?@)?([^:/?]*)(?::(\d+))?(?:\/([^?]*))?/.exec(
    options.database,
  );
  if (address) {
    const [, user, password, host, port, database] = address;
    Object.assign(options, {
      user: user ?? options.user,
      password: password === undefined ? options.password : decodeURIComponent(password),
      host: host || options.host,
      port: Number(port ?? options.port),
      database: database ?? '',
    });
  }
  options.user ||= account;
  options.database ||= options.user;
  if (options.host.startsWith('/')) options.host = '';
  return options;
}

/** `-Atc` is `-At -c`. */
function separate(arg: string): string[] {
  const match = /^-([A-Za-z0-9]+?)([hpUdcfvFP])$/.exec(arg);
  return match && !Object.hasOwn(withValue, arg.slice(0, 2)) ? [`-${match[1]}`, `-${match[2]}`] : [arg];
}

function splitOnce(arg: string): [string, string | undefined] {
  const equals = arg.indexOf('=');
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function assign(options: PsqlOptions, name: string, value: string): string | undefined {
  switch (name) {
    case 'port':
      options.port = Number(value);
      return undefined;
    case 'command':
    case 'file':
      options.actions.push({ kind: name, text: value });
      return undefined;
    case 'variable': {
      const [variable = '', set = ''] = splitOnce(value);
      options.variables.set(variable, set);
      if (variable === 'ON_ERROR_STOP') options.stopOnError = /^(1|on|true)$/i.test(set || '1');
      return undefined;
    }
    case 'pset': {
      const [setting = '', set = ''] = splitOnce(value);
      if (setting === 'format' && set === 'unaligned') options.unaligned = true;
      else if (setting === 'pager') return undefined;
      else
        return `psql: The embedded cluster does not simulate "--pset=${value}"; use a kind cluster for that.\n`;
      return undefined;
    }
    default:
      Object.assign(options, { [name]: value });
      return undefined;
  }
}

function flag(options: PsqlOptions, letter: string): boolean {
  const flags: Record<string, () => void> = {
    l: () => (options.list = true),
    q: () => (options.quiet = true),
    t: () => (options.tuplesOnly = true),
    A: () => (options.unaligned = true),
    x: () => (options.expanded = true),
    X: () => undefined,
    w: () => (options.neverAsk = true),
    W: () => undefined,
    1: () => (options.single = true),
    a: () => (options.echo = true),
    e: () => (options.echo = true),
    b: () => undefined,
    '\0csv': () => (options.csv = true),
  };
  flags[letter]?.();
  return letter in flags;
}

const usage = [
  'psql is the PostgreSQL interactive terminal.',
  '',
  'Usage:',
  '  psql [OPTION]... [DBNAME [USERNAME]]',
  '',
  '  -c, --command=COMMAND    run only single command (SQL or internal) and exit',
  '  -d, --dbname=DBNAME      database name to connect to',
  '  -f, --file=FILENAME      execute commands from file, then exit',
  '  -l, --list               list available databases, then exit',
  '  -v, --set=NAME=VALUE     set psql variable NAME to VALUE (ON_ERROR_STOP=1)',
  '  -1                       execute as a single transaction',
  '  -q, --quiet              run quietly (no messages, only query output)',
  '  -A, --no-align           unaligned table output mode',
  '  -t, --tuples-only        print rows only',
  '  -x, --expanded           turn on expanded table output',
  '      --csv                CSV (Comma-Separated Values) table output mode',
  '  -h, --host=HOSTNAME      database server host or socket directory',
  '  -p, --port=PORT          database server port (default: "5432")',
  '  -U, --username=USERNAME  database user name',
  '',
].join('\n');
