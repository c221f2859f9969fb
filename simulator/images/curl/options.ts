export interface CurlOptions {
  urls: string[];
  method?: string;
  headers: [string, string][];
  data?: string;
  output?: string;
  writeOut?: string;
  user?: string;
  agent?: string;
  maxTimeMs?: number;
  connectTimeoutMs?: number;
  flags: Set<
    'silent' | 'showError' | 'include' | 'head' | 'fail' | 'location' | 'verbose' | 'get' | 'version'
  >;
}

const flags: Record<string, CurlOptions['flags'] extends Set<infer Flag> ? Flag : never> = {
  s: 'silent',
  silent: 'silent',
  S: 'showError',
  'show-error': 'showError',
  i: 'include',
  include: 'include',
  I: 'head',
  head: 'head',
  f: 'fail',
  fail: 'fail',
  L: 'location',
  location: 'location',
  v: 'verbose',
  verbose: 'verbose',
  G: 'get',
  get: 'get',
  V: 'version',
  version: 'version',
};
const ignored = new Set([
  'k',
  'insecure',
  'N',
  'no-buffer',
  '4',
  'ipv4',
  'g',
  'globoff',
  'no-progress-meter',
  'compressed',
  'http1.1',
]);
const withValue: Record<string, (options: CurlOptions, value: string) => void> = {
  X: (options, value) => {
    options.method = value;
  },
  d: (options, value) => {
    options.data = options.data === undefined ? value : `${options.data}&${value}`;
  },
  H: (options, value) => {
    const colon = value.indexOf(':');
    options.headers.push([value.slice(0, colon).trim(), value.slice(colon + 1).trim()]);
  },
  o: (options, value) => {
    options.output = value;
  },
  w: (options, value) => {
    options.writeOut = value;
  },
  A: (options, value) => {
    options.agent = value;
  },
  u: (options, value) => {
    options.user = value;
  },
  m: (options, value) => {
    options.maxTimeMs = Number(value) * 1_000;
  },
  'connect-timeout': (options, value) => {
    options.connectTimeoutMs = Number(value) * 1_000;
  },
};
const longNames: Record<string, string> = {
  request: 'X',
  data: 'd',
  'data-raw': 'd',
  'data-binary': 'd',
  header: 'H',
  output: 'o',
  'write-out': 'w',
  'user-agent': 'A',
  user: 'u',
  'max-time': 'm',
};

/** curl's command line; a sentence when it is wrong or not simulated. */
export function parseCurlOptions(args: readonly string[]): CurlOptions | string {
  const options: CurlOptions = { urls: [], headers: [], flags: new Set() };
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (!arg.startsWith('-') || arg === '-') {
      options.urls.push(arg);
      continue;
    }
    const names = arg.startsWith('--') ? [arg.slice(2)] : [...arg.slice(1)];
    for (const [at, name] of names.entries()) {
      const flag = flags[name];
      const take = withValue[longNames[name] ?? name];
      if (flag) options.flags.add(flag);
      else if (take) {
        const rest = arg.startsWith('--') ? '' : arg.slice(at + 2);
        const value = rest === '' ? args[++index] : rest;
        if (value === undefined) return `option ${arg}: requires parameter`;
        take(options, value);
        break;
      } else if (!ignored.has(name))
        return `option ${arg}: The embedded cluster does not simulate this option of curl; use a kind cluster for that.`;
    }
  }
  return options;
}
