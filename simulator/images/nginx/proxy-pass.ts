import { request as httpRequest } from 'node:http';
import { NetworkError, type NetworkNamespace } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import { all, setting } from './config';
import type { Directive } from './config-syntax';
import type { NginxLogs } from './nginx-log';
import type { NginxRequest } from './request';
import { begin } from './response';
import { candidates, type Upstream } from './upstreams';
import { expand } from './variables';

const defaultTimeout = 60_000;
const notPassedOn = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'date',
  'server',
  'x-accel-redirect',
]);

export interface ProxyContext {
  network: NetworkNamespace;
  logs: NginxLogs;
  resolve: (name: string) => Promise<string[]>;
}

/** ngx_http_proxy_module: resolves with the status to show when no server answered. */
export async function passOn(
  request: NginxRequest,
  pass: Directive,
  { network, logs, resolve }: ProxyContext,
): Promise<number | undefined> {
  const url = expand(pass.args[0] ?? '', request);
  const [, authority = '', path = ''] = /^http:\/\/([^/]+)(\/.*)?$/.exec(url) ?? [];
  if (authority === '') {
    logs.complain('error', request, `invalid URL prefix in "${url}"`);
    return 500;
  }
  const upstream = request.config.upstreams.get(authority) ?? (await dynamicUpstream(authority, resolve));
  if (!upstream) {
    logs.complain('error', request, `${authority.split(':')[0]} could not be resolved (3: Host not found)`);
    return 502;
  }
  const target = targetPath(request, pass, path);
  let status = 502;
  for (const server of candidates(upstream, request.client.address)) {
    const address = `${server.address}:${server.port}`;
    const shown = `upstream: "http://${address}${target}"`;
    try {
      const connection = await network.connect(server.address, server.port, {
        timeoutMs: seconds(request, 'proxy_connect_timeout'),
      });
      request.upstream = { address, status: '' };
      await forward(request, streamSocket(connection), target, authority);
      return undefined;
    } catch (error) {
      if (request.response.headersSent) {
        request.response.destroy();
        return undefined;
      }
      const timedOut = error instanceof NetworkError && error.code === 'ETIMEDOUT';
      status = timedOut ? 504 : 502;
      request.upstream = { address, status: String(status) };
      const what = timedOut
        ? 'upstream timed out (110: Operation timed out) while connecting to upstream'
        : error instanceof NetworkError && error.code === 'ECONNREFUSED'
          ? 'connect() failed (111: Connection refused) while connecting to upstream'
          : 'upstream prematurely closed connection while reading response header from upstream';
      logs.complain('error', request, `${what}, ${shown}`);
    }
  }
  return status;
}

async function dynamicUpstream(
  authority: string,
  resolve: (name: string) => Promise<string[]>,
): Promise<Upstream | undefined> {
  const [host = '', port = '80'] = authority.split(':');
  const addresses = await resolve(host).catch(() => []);
  if (addresses.length === 0) return undefined;
  return {
    servers: addresses.map((address) => ({
      address,
      port: Number(port),
      weight: 1,
      backup: false,
      down: false,
    })),
    method: 'round-robin',
    turn: 0,
  };
}

/** With a URI in proxy_pass, it takes the place of the location's prefix; without one the request's own is passed. */
function targetPath(request: NginxRequest, pass: Directive, path: string): string {
  const query = request.args === '' ? '' : `?${request.args}`;
  if (path === '')
    return request.redirects > 0 ? encodeURI(request.uri) + query : (request.message.url ?? '/');
  if ((pass.args[0] ?? '').includes('$')) return path;
  const prefix = request.location?.regex ? '' : (request.location?.pattern ?? '/');
  return path + encodeURI(request.uri.slice(prefix.length)) + query;
}

function forward(
  request: NginxRequest,
  socket: ReturnType<typeof streamSocket>,
  path: string,
  authority: string,
): Promise<void> {
  const { message, response } = request;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(message.headers)) if (value !== undefined) headers[name] = value;
  delete headers['keep-alive'];
  headers['host'] = authority;
  headers['connection'] = 'close';
  for (const { args } of all(request.location?.scope ?? [], 'proxy_set_header')) {
    const name = (args[0] ?? '').toLowerCase();
    const value = expand(args[1] ?? '', request);
    if (value === '') delete headers[name];
    else headers[name] = value;
  }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => socket,
      method: message.method,
      path,
      headers,
      setHost: false,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const hidden = new Set(
        all(request.location?.scope ?? [], 'proxy_hide_header').map(({ args }) =>
          (args[0] ?? '').toLowerCase(),
        ),
      );
      const passed: Record<string, string | string[] | undefined> = {};
      for (let index = 0; index < answer.rawHeaders.length; index += 2) {
        const name = answer.rawHeaders[index] ?? '';
        if (!notPassedOn.has(name.toLowerCase()) && !hidden.has(name.toLowerCase()))
          passed[name] = answer.headers[name.toLowerCase()];
      }
      const status = answer.statusCode ?? 502;
      if (request.upstream) request.upstream.status = String(status);
      begin(request, status, passed);
      answer.on('data', (chunk: Buffer) => {
        request.bodyBytes += chunk.length;
      });
      answer.on('error', reject);
      answer.on('end', resolve);
      answer.pipe(response);
    });
    response.on('close', () => {
      socket.destroy();
      resolve();
    });
    message.pipe(outgoing);
  });
}

function seconds(request: NginxRequest, name: string): number {
  const text = setting(request.location?.scope ?? [], name)?.args[0];
  if (text === undefined) return defaultTimeout;
  return text.endsWith('ms')
    ? Number.parseInt(text, 10)
    : Number.parseInt(text, 10) * (text.endsWith('m') ? 60_000 : 1_000);
}
