/** What the command line of memcached says. */
export interface MemcachedOptions {
  port: number;
  host: string;
  megabytes: number;
  connections: number;
  threads: number;
  /** Bytes of the largest value. */
  mostValue: number;
  user: boolean;
  version: boolean;
}

const names: Record<string, string> = {
  port: 'p',
  listen: 'l',
  'memory-limit': 'm',
  'conn-limit': 'c',
  threads: 't',
  'max-item-size': 'I',
  user: 'u',
  'udp-port': 'U',
  version: 'V',
  verbose: 'v',
};

/** The options, or what is wrong with them. */
export function parseOptions(args: readonly string[]): MemcachedOptions | string {
  const options: MemcachedOptions = {
    ...{ port: 11_211, host: '0.0.0.0', megabytes: 64, connections: 1024, threads: 4 },
    ...{ mostValue: 1024 * 1024, user: false, version: false },
  };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    const [, long, given] = /^--([\w-]+)(?:=(.*))?$/.exec(arg) ?? [];
    const letter = long === undefined ? (/^-(\w)/.exec(arg)?.[1] ?? '') : (names[long] ?? '');
    if (/^-v+$/.test(arg) || letter === 'v') continue;
    if (letter === 'V' || letter === 'h') {
      options.version = true;
      continue;
    }
    if (!/^[plmctIuU]$/.test(letter))
      return `memcached: The embedded cluster does not simulate memcached's option "${arg}"; use a kind cluster for that.`;
    const glued = long === undefined && arg.length > 2 ? arg.slice(2) : undefined;
    const value = given ?? glued ?? args[++at];
    if (value === undefined) return `memcached: option requires an argument -- '${letter}'`;
    const problem = apply(options, letter, value);
    if (problem !== undefined) return problem;
  }
  return options;
}

function apply(options: MemcachedOptions, letter: string, value: string): string | undefined {
  const number = Number(value);
  const whole = Number.isInteger(number) && number > 0;
  if (letter === 'u') options.user = true;
  else if (letter === 'l') options.host = value.replace(/:\d+$/, '') || '0.0.0.0';
  else if (letter === 'U') {
    if (number !== 0)
      return 'memcached: The embedded cluster does not simulate UDP of memcached; use a kind cluster for that.';
  } else if (letter === 'I') {
    const [, digits, unit = ''] = /^(\d+)([km]?)$/i.exec(value) ?? [];
    const bytes = Number(digits) * ({ '': 1, k: 1024, m: 1024 ** 2 }[unit.toLowerCase()] ?? 1);
    if (!(bytes >= 1024)) return 'Item max size cannot be less than 1024 bytes.';
    if (bytes > 1024 ** 3) return 'Cannot set item size limit higher than a gigabyte.';
    options.mostValue = bytes;
  } else if (!whole) return `memcached: invalid number "${value}" of -${letter}`;
  else if (letter === 'p') {
    if (number > 65_535) return 'Port out of range';
    options.port = number;
  } else if (letter === 'm') options.megabytes = number;
  else if (letter === 'c') options.connections = number;
  else options.threads = number;
  return undefined;
}
