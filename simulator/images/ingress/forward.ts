import { randomBytes } from 'node:crypto';
import { request as httpRequest, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Timer } from '../../clock/clock';
import { toBytes } from '../../files/byte-string';
import { inCidr } from '../../network/address-pool';
import { NetworkError } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import type { Process } from '../../runtime/process';
import { TooManySteps } from '../../shell/bounded-regexp';
import { klog } from '../agnhost/klog';
import { headerValue } from '../http/header-value';
import type { Exchange } from '../http/serve';
import { encodePath, timeLocal } from '../nginx/variables';
import type { ClusterState } from './cluster-state';
import { type Backend, findRoute, type Route, rewritten } from './routes';

const connectTimeoutMs = 5_000;
/** proxy-read-timeout */
const answerTimeoutMs = 60_000;
const ofConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te']);

/** What the access log tells of one request. */
interface Passed {
  upstream: string;
  address: string;
  status: string;
  bytes: number;
}

/** One request: to the route that its host and path have, else 404; 503 when nobody is behind it. */
export async function answerRequest(
  process: Process,
  state: ClusterState,
  exchange: Exchange,
  secure: boolean,
): Promise<void> {
  const { message, response, url, client } = exchange;
  const startedAt = process.clock.now();
  const id = randomBytes(16).toString('hex');
  const passed: Passed = { upstream: '', address: '', status: '', bytes: 0 };
  const host = (message.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  response.on('close', () => {
    const time = ((process.clock.now() - startedAt) / 1000).toFixed(3);
    const shown = (text: string) => (text === '' ? '-' : text);
    void process
      .write(
        1,
        `${client.address} - - [${timeLocal(process.clock.now())}] "${message.method} ${message.url} HTTP/${message.httpVersion}" ${response.statusCode} ${passed.bytes} "${message.headers.referer ?? '-'}" "${message.headers['user-agent'] ?? '-'}" ${100 + (message.url?.length ?? 0)} ${time} [${passed.upstream}] [] ${shown(passed.address)} ${passed.address === '' ? '-' : passed.bytes} ${passed.address === '' ? '-' : time} ${shown(passed.status)} ${id}\n`,
      )
      ?.catch(() => undefined);
  });
  const path = decoded(url.pathname);
  let found: ReturnType<typeof findRoute>;
  try {
    found = findRoute(state.allRoutes(), host, path);
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error;
    await klog(process, `pcre2_match() failed: -47 on "${path}". ${error.message}`, 'nginx.go:0', 'E');
    return page(response, 500);
  }
  if (!found) {
    const otherwise = state.defaultBackend();
    return otherwise
      ? pass(process, state, exchange, { backend: otherwise, target: message.url ?? '/', id, secure }, passed)
      : page(response, 404);
  }
  const { route, groups } = found;
  const elsewhere = redirection(state, route, exchange, secure, host);
  if (elsewhere) {
    response.setHeader('Location', headerValue(elsewhere.location));
    return page(response, elsewhere.status);
  }
  if (!allowed(route, client.address)) return page(response, 403);
  const changed = rewritten(route, groups, path);
  const target = changed === path ? (message.url ?? '/') : targetOf(route, changed, url.search);
  return pass(process, state, exchange, { backend: route.backend, target, id, secure }, passed);
}

/** Path and query of a rewritten request; a rewrite-target may bring a query of its own. */
function targetOf({ annotations }: Route, changed: string, search: string): string {
  const cut = annotations['rewrite-target']?.includes('?') ? changed.indexOf('?') : changed.length;
  const query = [changed.slice(cut + 1), search.slice(1)].filter((part) => part !== '').join('&');
  return `${encodePath(toBytes(changed.slice(0, cut))) || '/'}${query === '' ? '' : `?${query}`}`;
}

function redirection(
  state: ClusterState,
  route: Route,
  { message, url }: Exchange,
  secure: boolean,
  host: string,
): { status: number; location: string } | undefined {
  const says = route.annotations;
  const permanent = says['permanent-redirect'];
  if (permanent) return { status: redirectCode(says['permanent-redirect-code']), location: permanent };
  const temporal = says['temporal-redirect'];
  if (temporal) return { status: 302, location: temporal };
  const scheme = secure ? 'https' : 'http';
  if (says['app-root'] && url.pathname === '/')
    return { status: 302, location: `${scheme}://${host}${says['app-root']}` };
  const toTls =
    says['force-ssl-redirect'] === 'true' || (says['ssl-redirect'] !== 'false' && state.hasTls(route));
  return !secure && toTls ? { status: 308, location: `https://${host}${message.url ?? '/'}` } : undefined;
}

/** Codes from 300 to 308, else the usual one. */
function redirectCode(text: string | undefined): number {
  const code = Number(text ?? 301);
  return Number.isInteger(code) && code >= 300 && code <= 308 ? code : 301;
}

function allowed({ annotations }: Route, address: string): boolean {
  const ranges = (annotations['whitelist-source-range'] ?? '').split(',').map((each) => each.trim());
  return ranges[0] === '' || ranges.some((range) => !range.includes(':') && inCidr(address, range));
}

interface Pass {
  backend: Backend;
  target: string;
  id: string;
  secure: boolean;
}

async function pass(
  process: Process,
  state: ClusterState,
  exchange: Exchange,
  what: Pass,
  passed: Passed,
): Promise<void> {
  const { backend } = what;
  passed.upstream = `${backend.namespace}-${backend.service}-${backend.port.name ?? backend.port.number ?? ''}`;
  const endpoints = state.endpoints(backend);
  if (endpoints.length === 0) return page(exchange.response, 503);
  let status = 502;
  let sent = false;
  for (const { address, port } of endpoints.slice(0, 3)) {
    passed.address = `${address}:${port}`;
    try {
      const connection = await process.network.connect(address, port, { timeoutMs: connectTimeoutMs });
      sent = true;
      return await forward(process, streamSocket(connection), exchange, what, passed);
    } catch (error) {
      if (exchange.response.headersSent) return void exchange.response.destroy();
      status = error instanceof NetworkError && error.code === 'ETIMEDOUT' ? 504 : 502;
      // What was sent may have been done, and its body is gone.
      if (sent && !/^(GET|HEAD|OPTIONS)$/.test(exchange.message.method ?? '')) break;
    }
  }
  passed.status = String(status);
  page(exchange.response, status);
}

function forward(
  process: Process,
  socket: ReturnType<typeof streamSocket>,
  { message, response, client, local }: Exchange,
  { target, id, secure }: Pass,
  passed: Passed,
): Promise<void> {
  let late: Timer | undefined;
  const answered = new Promise<void>((resolve, reject) => {
    late = process.clock.after(answerTimeoutMs, () => {
      reject(new NetworkError('ETIMEDOUT'));
      socket.destroy();
    });
    const outgoing = httpRequest({
      createConnection: () => socket,
      method: message.method,
      path: target,
      setHost: false,
    });
    const scheme = secure ? 'https' : 'http';
    const own: Record<string, string> = {
      Host: message.headers.host ?? '',
      'X-Request-ID': id,
      'X-Real-IP': client.address,
      'X-Forwarded-For': client.address,
      'X-Forwarded-Host': message.headers.host ?? '',
      'X-Forwarded-Port': String(local.port),
      'X-Forwarded-Proto': scheme,
      'X-Forwarded-Scheme': scheme,
      'X-Scheme': scheme,
    };
    for (const [name, value] of Object.entries(own)) outgoing.setHeader(name, value);
    const taken = new Set([...ofConnection, ...Object.keys(own).map((name) => name.toLowerCase())]);
    for (let index = 0; index < message.rawHeaders.length; index += 2) {
      const [name = '', value = ''] = message.rawHeaders.slice(index, index + 2);
      if (!taken.has(name.toLowerCase())) outgoing.appendHeader(name, value);
    }
    outgoing.removeHeader('Connection');
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      late?.cancel();
      passed.status = String(answer.statusCode ?? 502);
      response.statusCode = answer.statusCode ?? 502;
      for (let index = 0; index < answer.rawHeaders.length; index += 2) {
        const [name = '', value = ''] = answer.rawHeaders.slice(index, index + 2);
        if (!ofConnection.has(name.toLowerCase()) && name.toLowerCase() !== 'server')
          response.appendHeader(name, value);
      }
      answer.on('data', (chunk: Buffer) => {
        passed.bytes += chunk.length;
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
  return answered.finally(() => late?.cancel());
}

/** nginx' own page of a status. */
function page(response: ServerResponse, status: number): void {
  const title = `${status} ${status === 503 ? 'Service Temporarily Unavailable' : (STATUS_CODES[status] ?? '')}`;
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/html');
  response.end(
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
