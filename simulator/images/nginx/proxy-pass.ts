import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock/clock';
import { NetworkError, type NetworkErrorCode, type NetworkNamespace } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import { startTls } from '../../network/tls-client';
import { all, setting } from './config';
import type { Directive } from './config-syntax';
import type { NginxLogs } from './nginx-log';
import { answerHeaders, requestHeaders } from './proxy-headers';
import type { NginxRequest } from './request';
import { begin, bodyFilter } from './response';
import { speakingHttp10 } from './speaking-http10';
import { timeOf } from './times';
import { candidates, failedTry, type Upstream } from './upstreams';
import { encodePath, expand } from './variables';

const defaultTimeout = 60_000;

export interface ProxyContext {
  clock: Clock;
  network: NetworkNamespace;
  logs: NginxLogs;
  /** By the name servers of `resolver`; rejects with the reason in nginx's words. */
  lookUp: (name: string, resolver: readonly string[]) => Promise<string[]>;
}

interface Target {
  scheme: string;
  authority: string;
  /** Path and query for the upstream server. */
  path: string;
  /** What `proxy_redirect default` takes from Location, and puts there instead. */
  redirect: [from: string, to: string];
}

/** ngx_http_proxy_module: resolves with the status to show when no server answered. */
export async function passOn(
  request: NginxRequest,
  pass: Directive,
  context: ProxyContext,
): Promise<number | undefined> {
  const { logs } = context;
  const url = expand(pass.args[0] ?? '', request);
  const [, scheme = '', authority = '', path = ''] = /^(https?):\/\/([^/?]+)([/?].*)?$/.exec(url) ?? [];
  if (authority === '') {
    logs.complain('error', request, `invalid URL prefix in "${url}"`);
    return 500;
  }
  request.proxyHost = authority;
  const upstream =
    request.config.upstreams.get(authority) ?? (await dynamicUpstream(authority, scheme, request, context));
  if (!upstream) return 502;
  const location = request.location?.regex ? '' : (request.location?.pattern ?? '/');
  const target: Target = {
    scheme,
    authority,
    path: targetPath(request, pass, path),
    redirect: [`${scheme}://${authority}${path || '/'}`, path === '' ? '/' : location],
  };
  const scope = request.location?.scope ?? [];
  const next = setting(scope, 'proxy_next_upstream')?.args ?? ['error', 'timeout'];
  const servers = candidates(upstream, request.client.address, context.clock.now());
  if (servers.length === 0) {
    const shown = `upstream: "${scheme}://${authority}${target.path}"`;
    logs.complain('error', request, 'no live upstreams while connecting to upstream', shown);
    request.upstream = { address: authority, status: '502' };
    return 502;
  }
  let status = 502;
  for (const [index, server] of servers.entries()) {
    const address = `${server.address}:${server.port}`;
    const isLast = index === servers.length - 1;
    try {
      const socket = await connect(request, target, server, context);
      request.upstream = { address, status: '' };
      const answered = await forward(request, socket, target, context);
      const again = answered !== undefined && next.includes(`http_${answered}`) && !isLast;
      if (!again) return answered;
      failedTry(upstream, server, context.clock.now());
    } catch (error) {
      if (request.response.headersSent || request.response.destroyed) {
        request.response.destroy();
        return undefined;
      }
      const { text, timedOut } = troubleOf(error);
      status = timedOut ? 504 : 502;
      request.upstream = { address, status: String(status) };
      logs.complain('error', request, text, `upstream: "${scheme}://${address}${target.path}"`);
      failedTry(upstream, server, context.clock.now());
      if (!next.includes(timedOut ? 'timeout' : 'error')) break;
    }
  }
  return status;
}

async function connect(
  request: NginxRequest,
  { scheme, authority }: Target,
  server: { address: string; port: number },
  { network }: ProxyContext,
): Promise<Duplex> {
  const scope = request.location?.scope ?? [];
  const timeoutMs = timeOf(scope, 'proxy_connect_timeout', defaultTimeout);
  let connection: Awaited<ReturnType<NetworkNamespace['connect']>>;
  try {
    connection = await network.connect(server.address, server.port, { timeoutMs });
  } catch (error) {
    throw new Connecting(error);
  }
  const version = setting(scope, 'proxy_http_version')?.args[0] ?? '1.0';
  if (scheme === 'http') return streamSocket(version === '1.0' ? speakingHttp10(connection) : connection);
  // Certificates of upstream servers are not verified (proxy_ssl_verify is off by default).
  return startTls(connection, { host: authority.replace(/:\d+$/, ''), verify: false }).catch(() => {
    throw new NetworkError('ECONNRESET');
  });
}

/** A failure before the connection stood. */
class Connecting extends Error {
  constructor(override readonly cause: unknown) {
    super('connecting');
  }
}

/** Numbers and texts of errno as musl has them. */
const errors: Partial<Record<NetworkErrorCode, string>> = {
  ECONNREFUSED: '111: Connection refused',
  EHOSTUNREACH: '113: Host is unreachable',
  ENETUNREACH: '101: Network unreachable',
};

function troubleOf(error: unknown): { text: string; timedOut: boolean } {
  const doing = error instanceof Connecting ? 'connecting to' : 'reading response header from';
  const cause = error instanceof Connecting ? error.cause : error;
  const code = cause instanceof NetworkError ? cause.code : undefined;
  if (code === 'ETIMEDOUT')
    return { text: `upstream timed out (110: Operation timed out) while ${doing} upstream`, timedOut: true };
  const reason = code && errors[code];
  if (reason) return { text: `connect() failed (${reason}) while connecting to upstream`, timedOut: false };
  if (code === 'ECONNRESET')
    return {
      text: `recv() failed (104: Connection reset by peer) while ${doing} upstream`,
      timedOut: false,
    };
  const text = 'upstream prematurely closed connection while reading response header from upstream';
  return { text, timedOut: false };
}

/** A host that is known only now: an address, or a name for the servers of `resolver`. */
async function dynamicUpstream(
  authority: string,
  scheme: string,
  request: NginxRequest,
  { logs, lookUp }: ProxyContext,
): Promise<Upstream | undefined> {
  const [host = '', port = scheme === 'https' ? '443' : '80'] = authority.split(':');
  const resolver = setting(request.location?.scope ?? [], 'resolver')?.args ?? [];
  try {
    const addresses = await lookUp(host, resolver);
    const server = { weight: 1, current: 0, backup: false, down: false, maxFails: 1, failTimeoutMs: 10_000 };
    return {
      servers: addresses.map((address) => ({ ...server, address, port: Number(port) })),
      method: 'round-robin',
    };
  } catch (error) {
    logs.complain('error', request, (error as Error).message);
    return undefined;
  }
}

/** With a URI in proxy_pass, it takes the place of the location's prefix; without one the request's own is passed. */
function targetPath(request: NginxRequest, pass: Directive, path: string): string {
  const query = request.args === '' ? '' : `?${request.args}`;
  if (path === '')
    return request.uri === request.requested ? request.asked + query : encodePath(request.uri) + query;
  if ((pass.args[0] ?? '').includes('$')) return path;
  const prefix = request.location?.regex ? '' : (request.location?.pattern ?? '/');
  return path + encodePath(request.uri.slice(prefix.length)) + query;
}

/** Resolves when the answer has been passed on; with its status when error_page or the next server is to deal with it. */
async function forward(
  request: NginxRequest,
  socket: Duplex,
  target: Target,
  { clock }: ProxyContext,
): Promise<number | undefined> {
  const { message, response } = request;
  const scope = request.location?.scope ?? [];
  const buffered = message.headers['transfer-encoding'] === undefined ? undefined : await wholeBody(message);
  const patience = timeOf(scope, 'proxy_read_timeout', defaultTimeout);
  return new Promise((resolve, reject) => {
    let timer = clock.after(patience, () => late());
    const alive = () => {
      timer.cancel();
      timer = clock.after(patience, () => late());
    };
    const late = () => {
      reject(new NetworkError('ETIMEDOUT'));
      socket.destroy();
    };
    const outgoing = httpRequest({
      createConnection: () => socket,
      method: message.method,
      path: target.path,
      setHost: false,
    });
    const headers = requestHeaders(request, target.authority, buffered?.length);
    for (const [name, value] of headers) outgoing.appendHeader(name, value);
    if (!headers.some(([name]) => name.toLowerCase() === 'connection')) outgoing.removeHeader('Connection');
    outgoing.on('error', (error) => {
      timer.cancel();
      reject(error);
    });
    outgoing.on('response', (answer) => {
      const status = answer.statusCode ?? 502;
      if (request.upstream) request.upstream.status = String(status);
      const over = (result?: number) => {
        timer.cancel();
        resolve(result);
      };
      if (isTakenOver(request, status)) {
        answer.resume();
        return over(status);
      }
      begin(request, status, answerHeaders(request, answer, target.redirect));
      answer.on('data', alive);
      answer.on('error', (error) => {
        timer.cancel();
        reject(error);
      });
      const filtered = bodyFilter(request, answer);
      filtered.on('data', (chunk: Buffer) => {
        request.bodyBytes += chunk.length;
      });
      filtered.on('end', () => over());
      filtered.pipe(response);
    });
    response.on('close', () => {
      timer.cancel();
      // Client Closed Request: what the access log tells then.
      if (!response.headersSent) response.statusCode = 499;
      socket.destroy();
      resolve(undefined);
    });
    if (buffered) outgoing.end(buffered);
    else message.pipe(outgoing);
  });
}

/** By the next server (proxy_next_upstream), or by error_page (proxy_intercept_errors). */
function isTakenOver({ location }: NginxRequest, status: number): boolean {
  const scope = location?.scope ?? [];
  const next = setting(scope, 'proxy_next_upstream')?.args ?? [];
  if (next.includes(`http_${status}`)) return true;
  if (status < 300 || setting(scope, 'proxy_intercept_errors')?.args[0] !== 'on') return false;
  return all(scope, 'error_page').some(({ args }) => args.slice(0, -1).includes(String(status)));
}

/** A body in chunks: it is passed on with its length. */
async function wholeBody(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
