import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../clock/clock';
import { NetworkError, type NetworkErrorCode, type NetworkNamespace } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import { startTls } from '../../network/tls-client';
import { TooManySteps } from '../../shell/bounded-regexp';
import { headerValue } from '../http/header-value';
import { all, setting } from './config';
import type { Directive } from './config-syntax';
import type { NginxLogs } from './nginx-log';
import { answerHeaders, requestHeaders } from './proxy-headers';
import type { NginxRequest } from './request';
import { bodyLimit, wholeBody } from './request-body';
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
  const { message } = request;
  const chunked = message.headers['transfer-encoding'] !== undefined;
  const body = chunked ? await wholeBody(message, bodyLimit(scope)) : undefined;
  if (chunked && !body) {
    if (!message.destroyed) logs.complain('error', request, 'client intended to send too large chunked body');
    return 413;
  }
  const repeats = mayRepeat(request, next, body);
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
    const goesOn = repeats && index < servers.length - 1;
    try {
      const socket = await connect(request, target, server, context);
      request.upstream = { address, status: '' };
      const answered = await forward(request, socket, target, { ...context, body, next: goesOn ? next : [] });
      if (answered === undefined || !(goesOn && next.includes(`http_${answered}`))) return answered;
      failedTry(upstream, server, context.clock.now());
    } catch (error) {
      if (error instanceof TooManySteps) throw error;
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
      if (!(error instanceof Connecting) && !repeats) break;
    }
  }
  return status;
}

async function connect(
  request: NginxRequest,
  { scheme, authority }: Target,
  server: { address: string; port: number },
  { network, clock }: ProxyContext,
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
  let late = false;
  const timer = clock.after(timeoutMs, () => {
    late = true;
    connection.destroy();
  });
  return startTls(connection, { host: authority.replace(/:\d+$/, ''), verify: false })
    .catch(() => {
      throw new NetworkError(late ? 'ETIMEDOUT' : 'ECONNRESET');
    })
    .finally(() => timer.cancel());
}

/** Whether the request may be sent once more: its body is still there, and twice does no more than once. */
function mayRepeat({ message }: NginxRequest, next: readonly string[], body: Buffer | undefined): boolean {
  const idempotent = !/^(POST|LOCK|PATCH)$/.test(message.method ?? '') || next.includes('non_idempotent');
  return idempotent && (body !== undefined || Number(message.headers['content-length'] ?? 0) === 0);
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

/**
 * Resolves when the answer has been passed on; with its status when error_page is to deal with it, or the next server
 * (`next`: the conditions for that).
 */
function forward(
  request: NginxRequest,
  socket: Duplex,
  target: Target,
  { clock, body, next }: ProxyContext & { body: Buffer | undefined; next: readonly string[] },
): Promise<number | undefined> {
  const { message, response } = request;
  const scope = request.location?.scope ?? [];
  const patience = timeOf(scope, 'proxy_read_timeout', defaultTimeout);
  let timer: Timer | undefined;
  const answered = new Promise<number | undefined>((resolve, reject) => {
    const late = () => {
      reject(new NetworkError('ETIMEDOUT'));
      socket.destroy();
    };
    const alive = () => {
      timer?.cancel();
      timer = clock.after(patience, late);
    };
    alive();
    const outgoing = httpRequest({
      createConnection: () => socket,
      method: message.method,
      path: target.path,
      setHost: false,
    });
    const headers = requestHeaders(request, target.authority, body?.length);
    for (const [name, value] of headers) outgoing.appendHeader(name, headerValue(value));
    if (!headers.some(([name]) => name.toLowerCase() === 'connection')) outgoing.removeHeader('Connection');
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const status = answer.statusCode ?? 502;
      if (request.upstream) request.upstream.status = String(status);
      if (next.includes(`http_${status}`) || isIntercepted(request, status)) {
        answer.resume();
        return resolve(status);
      }
      try {
        begin(request, status, answerHeaders(request, answer, target.redirect));
      } catch (error) {
        // An expression of the configuration takes too long.
        answer.destroy();
        return reject(error as Error);
      }
      answer.on('data', alive);
      answer.on('error', reject);
      const filtered = bodyFilter(request, answer);
      filtered.on('data', (chunk: Buffer) => {
        request.bodyBytes += chunk.length;
      });
      filtered.on('end', () => resolve(undefined));
      filtered.pipe(response);
    });
    response.on('close', () => {
      // Client Closed Request: what the access log tells then.
      if (!response.headersSent) response.statusCode = 499;
      socket.destroy();
      resolve(undefined);
    });
    if (body) outgoing.end(body);
    else message.pipe(outgoing);
  });
  return answered.finally(() => timer?.cancel());
}

/** Whether error_page deals with it (proxy_intercept_errors). */
function isIntercepted({ location }: NginxRequest, status: number): boolean {
  const scope = location?.scope ?? [];
  if (status < 300 || setting(scope, 'proxy_intercept_errors')?.args[0] !== 'on') return false;
  return all(scope, 'error_page').some(({ args }) => args.slice(0, -1).includes(String(status)));
}
