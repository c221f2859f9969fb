/** A piece of -d and its relatives, read when the transfer starts. */
export interface DataPart {
  kind: 'data' | 'raw' | 'binary' | 'urlencode';
  text: string;
}

interface HostPort {
  host: string;
  port: number;
}

export interface CurlOptions {
  urls: string[];
  method?: string;
  headers: string[];
  data: DataPart[];
  /** One for each URL in turn: a path, or 'remote' for -O. */
  outputs: ({ path: string } | 'remote')[];
  upload?: string;
  dumpHeader?: string;
  writeOut?: string;
  user?: string;
  agent?: string;
  referer?: string;
  /** -b: `name=value` pairs, or a file. */
  cookie?: string;
  cookieJar?: string;
  caFile?: string;
  /** host:port to address. */
  resolve: Map<string, string>;
  /** --connect-to: whom to connect to instead. */
  connectTo(target: HostPort): HostPort;
  /** --interface */
  bindTo?: string;
  /** -x; undefined: what the environment says. */
  proxy?: string;
  /** -F, as they stand on the command line. */
  form: string[];
  maxTimeMs?: number;
  connectTimeoutMs?: number;
  retries: number;
  retryDelayMs?: number;
  /** No try begins later than this after the first. */
  retryMaxMs?: number;
  mostRedirects: number;
  flags: Set<Flag>;
}

export type Flag =
  | 'silent'
  | 'showError'
  | 'include'
  | 'head'
  | 'fail'
  | 'failWithBody'
  | 'location'
  | 'verbose'
  | 'get'
  | 'insecure'
  | 'retryConnectionRefused'
  | 'retryAllErrors'
  | 'createDirs'
  | 'noMeter'
  | 'noGlob'
  | 'version'
  | 'help';

const flags: Record<string, Flag> = {
  s: 'silent',
  silent: 'silent',
  S: 'showError',
  'show-error': 'showError',
  i: 'include',
  include: 'include',
  'show-headers': 'include',
  I: 'head',
  head: 'head',
  f: 'fail',
  fail: 'fail',
  'fail-with-body': 'failWithBody',
  L: 'location',
  location: 'location',
  v: 'verbose',
  verbose: 'verbose',
  G: 'get',
  get: 'get',
  k: 'insecure',
  insecure: 'insecure',
  'retry-connrefused': 'retryConnectionRefused',
  'retry-all-errors': 'retryAllErrors',
  'create-dirs': 'createDirs',
  'no-progress-meter': 'noMeter',
  g: 'noGlob',
  globoff: 'noGlob',
  V: 'version',
  version: 'version',
  h: 'help',
  help: 'help',
};

/** Without effect on this network. */
const ignored = new Set(
  'N no-buffer 4 ipv4 # progress-bar compressed http1.0 http1.1 0 http2 tlsv1.2 tlsv1.3 q disable path-as-is no-keepalive tcp-nodelay'.split(
    ' ',
  ),
);

const withValue: Record<string, (options: CurlOptions, value: string) => void> = {
  request: (options, value) => {
    options.method = value;
  },
  data: (options, text) => void options.data.push({ kind: 'data', text }),
  'data-ascii': (options, text) => void options.data.push({ kind: 'data', text }),
  'data-raw': (options, text) => void options.data.push({ kind: 'raw', text }),
  'data-binary': (options, text) => void options.data.push({ kind: 'binary', text }),
  'data-urlencode': (options, text) => void options.data.push({ kind: 'urlencode', text }),
  json: (options, text) => {
    options.data.push({ kind: 'binary', text });
    options.headers.push('Content-Type: application/json', 'Accept: application/json');
  },
  header: (options, value) => void options.headers.push(value),
  output: (options, path) => void options.outputs.push({ path }),
  'upload-file': (options, value) => {
    options.upload = value;
  },
  'dump-header': (options, value) => {
    options.dumpHeader = value;
  },
  'write-out': (options, value) => {
    options.writeOut = value;
  },
  'user-agent': (options, value) => {
    options.agent = value;
  },
  referer: (options, value) => {
    options.referer = value;
  },
  user: (options, value) => {
    options.user = value;
  },
  'oauth2-bearer': (options, value) => void options.headers.push(`Authorization: Bearer ${value}`),
  cookie: (options, value) => {
    options.cookie = options.cookie === undefined ? value : `${options.cookie}; ${value}`;
  },
  'cookie-jar': (options, value) => {
    options.cookieJar = value;
  },
  cacert: (options, value) => {
    options.caFile = value;
  },
  resolve: (options, value) => {
    const [host = '', port = '', ...address] = value.replace(/^\+/, '').split(':');
    options.resolve.set(`${host}:${port}`, address.join(':'));
  },
  'connect-to': (options, value) => {
    const [host, port, otherHost, otherPort] = value.split(':');
    const otherwise = options.connectTo;
    options.connectTo = (target) => {
      const meant = (!host || host === target.host) && (!port || Number(port) === target.port);
      return meant
        ? { host: otherHost || target.host, port: Number(otherPort || target.port) }
        : otherwise(target);
    };
  },
  interface: (options, value) => {
    options.bindTo = value;
  },
  proxy: (options, value) => {
    options.proxy = value;
  },
  form: (options, text) => void options.form.push(text),
  'form-string': (options, text) => void options.form.push(text.replace('=', '=\0')),
  range: (options, value) => void options.headers.push(`Range: bytes=${value}`),
  'max-time': (options, value) => {
    options.maxTimeMs = Number(value) * 1_000;
  },
  'connect-timeout': (options, value) => {
    options.connectTimeoutMs = Number(value) * 1_000;
  },
  retry: (options, value) => {
    options.retries = Number(value);
  },
  'retry-delay': (options, value) => {
    options.retryDelayMs = Number(value) * 1_000;
  },
  'retry-max-time': (options, value) => {
    options.retryMaxMs = Number(value) * 1_000;
  },
  'max-redirs': (options, value) => {
    options.mostRedirects = Number(value) < 0 ? Number.POSITIVE_INFINITY : Number(value);
  },
  url: (options, value) => void options.urls.push(value),
};
const letters: Record<string, string> = {
  X: 'request',
  d: 'data',
  H: 'header',
  o: 'output',
  T: 'upload-file',
  D: 'dump-header',
  w: 'write-out',
  A: 'user-agent',
  e: 'referer',
  u: 'user',
  b: 'cookie',
  c: 'cookie-jar',
  m: 'max-time',
  x: 'proxy',
  F: 'form',
  r: 'range',
};
const numeric = new Set([
  'max-time',
  'connect-timeout',
  'retry',
  'retry-delay',
  'retry-max-time',
  'max-redirs',
]);
const tryHelp = "curl: try 'curl --help' or 'curl --manual' for more information";

/** curl's command line. A text when it is wrong or not simulated: what curl prints after `curl: `. */
export function parseCurlOptions(args: readonly string[]): CurlOptions | string {
  const options: CurlOptions = {
    urls: [],
    headers: [],
    data: [],
    outputs: [],
    resolve: new Map(),
    connectTo: (target) => target,
    form: [],
    retries: 0,
    mostRedirects: 50,
    flags: new Set(),
  };
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (!arg.startsWith('-') || arg === '-') {
      options.urls.push(arg);
      continue;
    }
    const long = arg.startsWith('--');
    const names = long ? [arg.slice(2)] : [...arg.slice(1)];
    for (const [at, name] of names.entries()) {
      const shown = long ? arg : `-${name}`;
      const valueName = long ? name : letters[name];
      const flag = flags[name];
      const take = valueName === undefined ? undefined : withValue[valueName];
      if (flag) options.flags.add(flag);
      else if (name === 'O' || name === 'remote-name') options.outputs.push('remote');
      else if (take && valueName !== undefined) {
        const rest = long ? '' : arg.slice(at + 2);
        const value = rest === '' ? args[++index] : rest;
        if (value === undefined) return `option ${shown}: requires parameter\n${tryHelp}`;
        if (numeric.has(valueName) && !/^-?\d+(\.\d+)?$/.test(value))
          return `option ${shown}: expected a proper numerical parameter\n${tryHelp}`;
        take(options, value);
        break;
      } else if (!ignored.has(name))
        return `option ${shown}: The embedded cluster does not simulate this option of curl; use a kind cluster for that.`;
    }
  }
  return options;
}
