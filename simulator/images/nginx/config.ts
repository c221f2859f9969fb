import type { ServerCertificate } from '../../network/tls-server';
import type { BoundedExpression } from '../../shell/bounded-regexp';
import { checkHeaderNames, checkListens, checkVariables, warningsOf } from './config-checks';
import { ConfigError, type Directive } from './config-syntax';
import { checkDirectives } from './directives';
import { compilePattern, Expressions } from './expressions';
import { timeOf } from './times';
import type { Resolve } from './upstreams';
import { resolveUpstreams, type Upstream } from './upstreams';

/** A configuration as the server uses it. */
export interface NginxConfig {
  user: string;
  /** File and line of `user`. */
  userAt?: string;
  workers: number;
  pidFile: string;
  /** `daemon off;` */
  foreground: boolean;
  expressions: Expressions;
  /** What is strange and does no harm: `[warn]`. */
  warnings: string[];
  errorLog: { path: string; level: string };
  servers: ServerBlock[];
  /** Of `stream`: connections that are passed on as they are. */
  streams: StreamServer[];
  upstreams: Map<string, Upstream>;
  formats: Map<string, string>;
  maps: { source: string; variable: string; cases: [string, string][] }[];
}

export interface ListenAddress {
  host: string;
  port: number;
  /** `[::]:80`: taken together with the IPv4 address of the same port. */
  ipv6: boolean;
  isDefault: boolean;
  ssl: boolean;
  /** File and line, for messages. */
  where: string;
}

export interface StreamServer {
  listens: ListenAddress[];
  upstream: Upstream;
  connectTimeoutMs: number;
}

/** Directives of one level, after those of the levels around it. */
export type Scope = readonly (readonly Directive[])[];

export interface ServerBlock {
  listens: ListenAddress[];
  names: string[];
  scope: Scope;
  locations: LocationBlock[];
  /** Of `ssl_certificate`, once it has been read. */
  certificate?: ServerCertificate;
}

export interface LocationBlock {
  modifier: '' | '=' | '~' | '~*' | '^~' | '@';
  pattern: string;
  regex?: BoundedExpression;
  scope: Scope;
  locations: LocationBlock[];
}

/** The last `name` directive of the innermost level that has one: nginx' inheritance. */
export function setting(scope: Scope, name: string): Directive | undefined {
  return all(scope, name).at(-1);
}

/** All `name` directives of the innermost level that has any. */
export function all(scope: Scope, name: string): Directive[] {
  for (let level = scope.length - 1; level >= 0; level--) {
    const found = scope[level]?.filter((directive) => directive.name === name) ?? [];
    if (found.length > 0) return found;
  }
  return [];
}

/** Checks and arranges. Names of upstream servers are resolved once, as nginx does at start. Throws ConfigError. */
export async function buildConfig(
  main: readonly Directive[],
  globals: readonly Directive[],
  cpus: number,
  resolve: Resolve,
): Promise<NginxConfig> {
  checkDirectives(main);
  const first = (name: string) => [...globals, ...main].find((directive) => directive.name === name);
  if (!main.some(({ name }) => name === 'events'))
    throw new ConfigError('no "events" section in configuration');
  const http = main.find(({ name }) => name === 'http')?.block ?? [];
  checkVariables(http);
  checkHeaderNames(http);
  const expressions = new Expressions(http);
  const workers = first('worker_processes')?.args[0] ?? '1';
  const errorLog = first('error_log')?.args ?? ['/var/log/nginx/error.log'];
  const servers = http
    .filter(({ name }) => name === 'server')
    .map((directive) => serverBlock(directive, [main, http]));
  checkListens(servers);
  return {
    expressions,
    warnings: warningsOf(servers),
    streams: await streamServers(main.find(({ name }) => name === 'stream')?.block ?? [], resolve),
    user: first('user')?.args[0] ?? 'nginx',
    ...placeOf(first('user')),
    workers: workers === 'auto' ? cpus : Math.max(1, Math.min(64, Number(workers) || 1)),
    pidFile: first('pid')?.args[0] ?? '/run/nginx.pid',
    foreground: first('daemon')?.args[0] === 'off',
    errorLog: { path: errorLog[0] ?? '', level: errorLog[1] ?? 'error' },
    servers,
    upstreams: await resolveUpstreams(http, servers, resolve),
    formats: new Map(
      http.filter(({ name }) => name === 'log_format').map(({ args }) => [args[0] ?? '', logFormat(args)]),
    ),
    maps: http
      .filter(({ name }) => name === 'map')
      .map(({ args, block = [] }) => ({
        source: args[0] ?? '',
        variable: (args[1] ?? '').replace(/^\$/, ''),
        cases: block.map((each): [string, string] => [each.name, each.args[0] ?? '']),
      })),
  };
}

function placeOf(user: Directive | undefined): { userAt?: string } {
  return user ? { userAt: `${user.file}:${user.line}` } : {};
}

function logFormat(args: string[]): string {
  const parts = args.slice(1);
  if (parts[0]?.startsWith('escape=')) parts.shift();
  return parts.join('');
}

const standardListen: ListenAddress = {
  host: '0.0.0.0',
  port: 80,
  ipv6: false,
  isDefault: false,
  ssl: false,
  where: '',
};

/** ngx_stream_core_module, as far as it passes TCP connections on. */
async function streamServers(block: readonly Directive[], resolve: Resolve): Promise<StreamServer[]> {
  const servers = block.filter(({ name }) => name === 'server');
  const passes = servers.map((server) => {
    const pass = server.block?.find(({ name }) => name === 'proxy_pass');
    if (!pass) throw new ConfigError(`no handler for server in ${server.file}:${server.line}`);
    return { ...pass, args: [`http://${pass.args[0] ?? ''}`] };
  });
  const asServers = passes.map((pass) => ({ listens: [], names: [], scope: [[pass]], locations: [] }));
  const upstreams = await resolveUpstreams(block, asServers, resolve);
  return servers.map(({ block: inner = [] }, index) => {
    const authority = (passes[index]?.args[0] ?? '').slice('http://'.length);
    const upstream = upstreams.get(authority);
    if (!upstream) throw new ConfigError(`host not found in upstream "${authority}"`);
    return {
      listens: inner.filter(({ name }) => name === 'listen').map(listenAddress),
      upstream,
      connectTimeoutMs: timeOf([block, inner], 'proxy_connect_timeout', 60_000),
    };
  });
}

function serverBlock({ block = [] }: Directive, outer: Scope): ServerBlock {
  const listens = block.filter(({ name }) => name === 'listen').map(listenAddress);
  const scope = [...outer, block];
  return {
    listens: listens.length > 0 ? listens : [standardListen],
    names: block.filter(({ name }) => name === 'server_name').flatMap(({ args }) => args),
    scope,
    locations: locationBlocks(block, scope),
  };
}

function locationBlocks(block: readonly Directive[], outer: Scope): LocationBlock[] {
  const seen = new Set<string>();
  return block
    .filter(({ name }) => name === 'location')
    .map((directive) => {
      const { args, file, line, block: inner = [] } = directive;
      const location = locationPattern(args, `in ${file}:${line}`);
      const key = `${location.modifier === '^~' ? '' : location.modifier} ${location.pattern}`;
      if (seen.has(key) && !location.regex)
        throw new ConfigError(`duplicate location "${location.pattern}" in ${file}:${line}`);
      seen.add(key);
      // `if` blocks are read where they stand; a location inherits no rewrites or proxy_pass from around it.
      const scope = [...outer.map((level) => level.filter((each) => inherited(each.name))), inner];
      return { ...location, scope, locations: locationBlocks(inner, scope) };
    });
}

const ownOnly = new Set([
  'return',
  'rewrite',
  'set',
  'if',
  'proxy_pass',
  'alias',
  'try_files',
  'stub_status',
  'internal',
  'break',
]);

function inherited(name: string): boolean {
  return !ownOnly.has(name);
}

function locationPattern(
  args: string[],
  where: string,
): Pick<LocationBlock, 'modifier' | 'pattern' | 'regex'> {
  const [first = '', second] = args;
  if (second === undefined) {
    if (first.startsWith('@')) return { modifier: '@', pattern: first };
    const glued = /^(=|~\*|~|\^~)(.+)$/.exec(first);
    return glued
      ? locationPattern([glued[1] ?? '', glued[2] ?? ''], where)
      : { modifier: '', pattern: first };
  }
  if (first === '=' || first === '^~') return { modifier: first, pattern: second };
  if (first === '~' || first === '~*')
    return { modifier: first, pattern: second, regex: compilePattern(second, first === '~*', where) };
  throw new ConfigError(`invalid location modifier "${first}" ${where}`);
}

function listenAddress({ args, file, line }: Directive): ListenAddress {
  const [address = '', ...options] = args;
  const where = `in ${file}:${line}`;
  const unknown = options.find(
    (option) =>
      !/^(default_server|default|ssl|reuseport|ipv6only=\w+|backlog=\d+|deferred|so_keepalive=\w+|http2)$/.test(
        option,
      ),
  );
  if (unknown === 'quic' || unknown === 'udp' || unknown === 'proxy_protocol')
    throw new ConfigError(
      `The embedded cluster does not simulate nginx's "listen … ${unknown}"; use a kind cluster for that. It stands ${where}`,
    );
  if (unknown) throw new ConfigError(`invalid parameter "${unknown}" ${where}`);
  const isDefault = options.includes('default_server') || options.includes('default');
  const match =
    /^(?:(\[[0-9a-fA-F:]+\]|[^:[\]]+):)?(\d+)$/.exec(address) ??
    /^(\[[0-9a-fA-F:]+\]|[^:[\]]+)()$/.exec(address);
  if (address.startsWith('unix:') || !match)
    throw new ConfigError(`host not found in "${address}" of the "listen" directive ${where}`);
  const port = match[2] ? Number(match[2]) : 80;
  if (port < 1 || port > 65_535)
    throw new ConfigError(`invalid port in "${address}" of the "listen" directive ${where}`);
  const host = match[1] ?? '*';
  const ipv6 = host.startsWith('[');
  return {
    host: host === '*' || ipv6 ? '0.0.0.0' : host === 'localhost' ? '127.0.0.1' : host,
    port,
    ipv6,
    isDefault,
    ssl: options.includes('ssl'),
    where,
  };
}
