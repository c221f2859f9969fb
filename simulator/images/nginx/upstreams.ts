import type { ServerBlock } from './config';
import { ConfigError, type Directive } from './config-syntax';

export interface UpstreamServer {
  address: string;
  port: number;
  weight: number;
  backup: boolean;
  down: boolean;
}

export interface Upstream {
  servers: UpstreamServer[];
  method: 'round-robin' | 'least-conn' | 'ip-hash' | 'random';
  /** Turns taken, for round robin. */
  turn: number;
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
    upstreams.set(args[0] ?? '', {
      servers: found.flat(),
      method: has('ip_hash')
        ? 'ip-hash'
        : has('least_conn')
          ? 'least-conn'
          : has('random')
            ? 'random'
            : 'round-robin',
      turn: 0,
    });
  }
  for (const pass of servers.flatMap((server) => proxyPasses(server))) {
    const authority = /^https?:\/\/([^/]+)/.exec(pass.args[0] ?? '')?.[1];
    if (!authority) throw new ConfigError(`invalid URL prefix in ${pass.file}:${pass.line}`);
    if (authority.includes('$') || upstreams.has(authority)) continue;
    const found = await upstreamServers({ ...pass, args: [authority] }, resolve);
    upstreams.set(authority, { servers: found, method: 'round-robin', turn: 0 });
  }
  return upstreams;
}

/** The servers to try for a request, best first. */
export function candidates(upstream: Upstream, client: string): UpstreamServer[] {
  const usable = upstream.servers.filter(({ down, backup }) => !down && !backup);
  const weighted = usable.flatMap((server) => Array.from({ length: server.weight }, () => server));
  const length = Math.max(1, weighted.length);
  const start =
    upstream.method === 'ip-hash'
      ? [...client].reduce((hash, char) => (hash * 113 + char.charCodeAt(0)) % 6_271, 89) % length
      : upstream.turn++ % length;
  const order = [...weighted.slice(start), ...weighted.slice(0, start)];
  return [...new Set([...order, ...upstream.servers.filter(({ down, backup }) => backup && !down)])];
}

async function upstreamServers({ args, file, line }: Directive, resolve: Resolve): Promise<UpstreamServer[]> {
  const [authority = '', ...options] = args;
  const [host = '', port = '80'] = authority.split(':');
  const number = (name: string) =>
    Number(options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1) ?? 1);
  let addresses: string[];
  try {
    addresses = await resolve(host);
  } catch {
    throw new ConfigError(`host not found in upstream "${authority}" in ${file}:${line}`);
  }
  return addresses.map((address) => ({
    address,
    port: Number(port),
    weight: Math.max(1, Math.min(100, number('weight'))),
    backup: options.includes('backup'),
    down: options.includes('down'),
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
