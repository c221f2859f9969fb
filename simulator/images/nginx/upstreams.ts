import type { ServerBlock } from './config';
import { ConfigError, type Directive } from './config-syntax';
import { milliseconds } from './times';

export interface UpstreamServer {
  address: string;
  port: number;
  weight: number;
  /** Of the smooth weighted round robin. */
  current: number;
  backup: boolean;
  down: boolean;
  /** It rests for failTimeoutMs after so many failures within that time; 0: never. */
  maxFails: number;
  failTimeoutMs: number;
  failures?: number[];
}

export interface Upstream {
  servers: UpstreamServer[];
  method: 'round-robin' | 'random' | 'ip-hash';
}

/** Addresses of a host name; rejects when there is none. */
export type Resolve = (name: string) => Promise<string[]>;

/** `upstream` blocks, and one of a single server for each other host that a proxy_pass names. Throws ConfigError. */
export async function resolveUpstreams(
  http: readonly Directive[],
  servers: readonly ServerBlock[],
  resolve: Resolve,
): Promise<Map<string, Upstream>> {
  const upstreams = new Map<string, Upstream>();
  for (const { name, args, block = [], file, line } of http) {
    if (name !== 'upstream') continue;
    const listed = block.filter((directive) => directive.name === 'server');
    if (listed.length === 0) throw new ConfigError(`no servers are inside upstream in ${file}:${line}`);
    const has = (method: string) => block.some((directive) => directive.name === method);
    const found = await Promise.all(listed.map((directive) => upstreamServers(directive, resolve)));
    const method = has('ip_hash') ? 'ip-hash' : has('random') ? 'random' : 'round-robin';
    upstreams.set(args[0] ?? '', { servers: found.flat(), method });
  }
  for (const pass of servers.flatMap((server) => proxyPasses(server))) {
    const [, scheme, authority] = /^(https?|\$\w+):\/\/([^/]+)/.exec(pass.args[0] ?? '') ?? [];
    if (pass.args[0]?.startsWith('$')) continue;
    if (!authority) throw new ConfigError(`invalid URL prefix in ${pass.file}:${pass.line}`);
    if (authority.includes('$') || upstreams.has(authority)) continue;
    const port = scheme === 'https' ? 443 : 80;
    const found = await upstreamServers({ ...pass, args: [authority] }, resolve, port);
    upstreams.set(authority, { servers: found, method: 'round-robin' });
  }
  return upstreams;
}

/** The servers to try for a request, best first; none when all of several rest after failures. */
export function candidates(upstream: Upstream, client: string, now: number): UpstreamServer[] {
  const alone = upstream.servers.length === 1;
  const able = upstream.servers.filter((server) => !server.down && (alone || !rests(server, now)));
  const usable = able.filter(({ backup }) => !backup);
  const first = chosen(upstream, usable, client);
  const others = usable.filter((server) => server !== first);
  return [...(first ? [first] : []), ...others, ...able.filter(({ backup }) => backup)];
}

/** Notes that a server did not answer. */
export function failedTry(upstream: Upstream, server: UpstreamServer, now: number): void {
  if (upstream.servers.length === 1 || server.maxFails === 0) return;
  server.failures = [...(server.failures ?? []), now].slice(-server.maxFails);
  // As if nobody had failed, once everybody has: otherwise nobody would ever be asked again.
  if (upstream.servers.every((each) => each.down || rests(each, now)))
    for (const each of upstream.servers) each.failures = [];
}

function rests({ failures = [], maxFails, failTimeoutMs }: UpstreamServer, now: number): boolean {
  return maxFails > 0 && failures.filter((at) => now - at < failTimeoutMs).length >= maxFails;
}

function chosen(upstream: Upstream, usable: UpstreamServer[], client: string): UpstreamServer | undefined {
  const total = usable.reduce((sum, { weight }) => sum + weight, 0);
  const at = (point: number) => {
    let end = 0;
    return usable.find(({ weight }) => {
      end += weight;
      return point < end;
    });
  };
  if (upstream.method === 'random') return at(Math.floor(Math.random() * total));
  if (upstream.method === 'ip-hash') {
    // The first three parts of an address count.
    const parts = client.split('.').slice(0, 3);
    return at(parts.reduce((hash, part) => (hash * 113 + Number(part)) % 6_271, 89) % Math.max(1, total));
  }
  // Smooth weighted round robin (ngx_http_upstream_get_peer).
  let best: UpstreamServer | undefined;
  for (const server of usable) {
    server.current += server.weight;
    if (!best || server.current > best.current) best = server;
  }
  if (best) best.current -= total;
  return best;
}

async function upstreamServers(
  { args, file, line }: Directive,
  resolve: Resolve,
  otherwise = 80,
): Promise<UpstreamServer[]> {
  const [authority = '', ...options] = args;
  const [host = '', port = ''] = authority.split(':');
  const text = (name: string) =>
    options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const number = (name: string) => Number(text(name) || 1);
  let addresses: string[];
  try {
    addresses = await resolve(host);
  } catch {
    throw new ConfigError(`host not found in upstream "${authority}" in ${file}:${line}`);
  }
  return addresses.map((address) => ({
    address,
    port: Number(port || otherwise),
    weight: Math.max(1, number('weight')),
    current: 0,
    backup: options.includes('backup'),
    down: options.includes('down'),
    maxFails: number('max_fails'),
    failTimeoutMs: milliseconds(text('fail_timeout')) ?? 10_000,
  }));
}

function proxyPasses(server: ServerBlock): Directive[] {
  const inside = (directives: readonly Directive[]): Directive[] =>
    directives.flatMap((directive) => [
      ...(directive.name === 'proxy_pass' ? [directive] : []),
      ...inside(directive.block ?? []),
    ]);
  return inside(server.scope.at(-1) ?? []);
}
