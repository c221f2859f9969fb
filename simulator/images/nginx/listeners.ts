import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type Connection, type Listener, NetworkError } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import { acceptTls } from '../../network/tls-server';
import type { Process } from '../../runtime/process';
import { TooManySteps } from '../../shell/bounded-regexp';
import { answerHalfOpen } from '../http/half-open';
import type { NginxConfig, ServerBlock } from './config';
import { remember } from './expressions';
import { firstByte } from './first-byte';
import { type HandlerContext, handleRequest } from './handler';
import type { NginxRequest } from './request';
import { builtInPage, send } from './response';
import { passConnection } from './stream-pass';
import { hostOf } from './variables';

/** The first byte of a handshake (TLS record of type 22). */
const tlsHandshake = 22;

interface Accepted {
  client: { address: string; port: number };
  local: { address: string; port: number };
  number: number;
  /** It came in plain to a port of TLS. */
  astray?: boolean;
}

interface Bound {
  key: string;
  listener: Listener;
}

/** The ports of a running nginx, and what comes in through them. */
export class Listeners {
  private readonly bound = new Map<string, Bound>();
  private readonly accepted = new WeakMap<object, Accepted>();
  private readonly open = new Set<Duplex>();
  private readonly http: Server;
  private config: NginxConfig | undefined;
  /** Requests whose answer is not over. */
  private answering = 0;

  constructor(
    private readonly process: Process,
    private readonly context: HandlerContext,
    private readonly version: string,
    /** The worker that logs. */
    private readonly workerPid: () => number,
  ) {
    this.http = createServer({ keepAliveTimeout: 0, requestTimeout: 0, requireHostHeader: false });
    answerHalfOpen(this.http);
    this.http.on('request', (message, response) => {
      const accepted = this.accepted.get(message.socket);
      if (!accepted || !this.config) return;
      this.answering++;
      response.on('close', () => this.answering--);
      void this.serve(message, response, accepted, this.config);
    });
    this.http.on('clientError', (_error, socket) => {
      // What is no HTTP at all, such as a TLS handshake, is answered in HTTP.
      if (socket.writable) socket.end(malformedAnswer(version));
      else socket.destroy();
    });
  }

  /** Takes the ports that a configuration names, and leaves those it no longer does. Throws NetworkError with `address`. */
  use(config: NginxConfig): void {
    const wanted = wantedAddresses(config);
    const fresh: Bound[] = [];
    try {
      for (const { key, host, port } of wanted) {
        if (this.bound.has(key)) continue;
        fresh.push({ key, listener: bind(this.process, host, port) });
      }
    } catch (error) {
      for (const { listener } of fresh) listener.close();
      throw error;
    }
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, { listener }] of this.bound) {
      if (keys.has(key)) continue;
      listener.close();
      this.bound.delete(key);
    }
    this.config = config;
    for (const each of fresh) {
      this.bound.set(each.key, each);
      void this.accept(each.listener);
    }
  }

  /** No new connections; those that are open end with their current answer. */
  stopListening(): void {
    for (const { listener } of this.bound.values()) listener.close();
    this.bound.clear();
  }

  /** Whether somebody is being answered. */
  get busy(): boolean {
    return this.answering > 0;
  }

  close(): void {
    this.stopListening();
    for (const socket of this.open) socket.destroy();
    this.http.closeAllConnections();
  }

  private async accept(listener: Listener): Promise<void> {
    for (let next = await listener.accept(); next; next = await listener.accept()) this.connected(next);
  }

  private connected(connection: Connection): void {
    const { counts, logs, clock, network } = this.context;
    const number = ++counts.accepted;
    const { config } = this;
    const { port } = connection.local;
    const stream = config?.streams.find(({ listens }) => listens.some((listen) => listen.port === port));
    if (stream) {
      const context = { network, logs, now: () => clock.now(), pid: this.workerPid };
      void passConnection(connection, number, stream, context);
    } else if (config && servesTls(config, port)) {
      void this.secured(connection, number, config).catch(() => connection.destroy());
    } else this.speakHttp(streamSocket(connection), connection, number);
  }

  /** TLS with the certificate of the server that the client names; what is no handshake is answered in plain HTTP. */
  private async secured(connection: Connection, number: number, config: NginxConfig): Promise<void> {
    const { byte, stream } = await firstByte(connection);
    const plain = streamSocket(stream);
    if (byte !== tlsHandshake) return this.speakHttp(plain, connection, number, true);
    const certificate = (name?: string) => chooseServer(config, connection.local, name).certificate;
    const usual = certificate() ?? config.servers.find((server) => server.certificate)?.certificate;
    if (!usual) return connection.destroy();
    this.speakHttp(acceptTls(plain, usual, ['http/1.1'], certificate), connection, number);
  }

  private speakHttp(socket: Duplex, connection: Connection, number: number, astray = false): void {
    const { counts } = this.context;
    counts.active++;
    this.accepted.set(socket, { client: connection.remote, local: connection.local, number, astray });
    this.open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      counts.active--;
      this.open.delete(socket);
    });
    this.http.emit('connection', socket);
  }

  private async serve(
    message: NginxRequest['message'],
    response: NginxRequest['response'],
    { client, local, number, astray }: Accepted,
    config: NginxConfig,
  ): Promise<void> {
    this.context.counts.requests++;
    const clock = this.process.clock;
    // A client may take it for a proxy, and tell the whole URL.
    const target = (message.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '') || '/';
    const [path = '/', ...query] = target.split('?');
    const matched: RegExpExecArray[] = [];
    const server = chooseServer(config, local, message.headers.host, (match) => {
      matched.push(match);
    });
    const request: NginxRequest = {
      message,
      response,
      config,
      server,
      uri: path,
      asked: path,
      requested: path,
      args: query.join('?'),
      ...secureParts(message),
      id: randomBytes(16).toString('hex'),
      variables: new Map([['nginx_version', this.version]]),
      captures: [],
      client,
      local,
      connection: number,
      startedAt: clock.now(),
      now: clock.now(),
      hostname: this.process.system.hostname,
      pid: this.workerPid(),
      bodyBytes: 0,
      redirects: 0,
    };
    for (const match of matched) remember(request, match);
    response.on('close', () => {
      request.now = clock.now();
      this.tell(request);
    });
    try {
      if (astray) {
        const status = 'The plain HTTP request was sent to HTTPS port';
        return send(request, 400, { 'Content-Type': 'text/html' }, builtInPage(request, 400, status));
      }
      request.uri = request.requested = normalPath(path);
      if (message.httpVersion === '1.1' && hostOf(request) === '' && message.headers.host === undefined)
        return send(request, 400, { 'Content-Type': 'text/html' }, builtInPage(request, 400));
      await handleRequest(request, this.context);
    } catch (error) {
      this.failed(request, error);
    }
  }

  private failed(request: NginxRequest, error: unknown): void {
    if (error instanceof TooManySteps)
      this.context.logs.complain('alert', request, `pcre2_match() failed: -47. ${error.message}`);
    else if (!(error instanceof URIError)) this.process.system.processes.onError(error);
    const status = error instanceof URIError ? 400 : 500;
    if (request.response.headersSent) request.response.destroy();
    else send(request, status, { 'Content-Type': 'text/html' }, builtInPage(request, status));
  }

  /** Its line in the access log. */
  private tell(request: NginxRequest): void {
    try {
      this.context.logs.access(request);
    } catch (error) {
      // A map that the format names has an expression that takes too long.
      if (!(error instanceof TooManySteps)) this.process.system.processes.onError(error);
    }
  }
}

/** Percent signs decoded, dots and double slashes resolved. Throws URIError. */
function normalPath(path: string): string {
  const parts: string[] = [];
  const decoded = Buffer.from(decodeURIComponent(path), 'utf8').toString('latin1');
  for (const part of decoded.split('/').slice(1)) {
    if (part === '..') {
      if (parts.pop() === undefined) throw new URIError('above the root');
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  const folder = /\/\.{0,2}$/.test(decoded) && parts.length > 0;
  return `/${parts.join('/')}${folder ? '/' : ''}`;
}

function malformedAnswer(version: string): string {
  const page = `<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<hr><center>nginx/${version}</center>\r\n</body>\r\n</html>\r\n`;
  return `HTTP/1.1 400 Bad Request\r\nServer: nginx/${version}\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`;
}

function secureParts({ socket }: NginxRequest['message']): Pick<NginxRequest, 'secure' | 'tls'> {
  if (!(socket instanceof TLSSocket)) return { secure: false };
  const serverName = (socket as TLSSocket & { servername?: string | false }).servername || '';
  return {
    secure: true,
    tls: { protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().name, serverName },
  };
}

function servesTls({ servers }: NginxConfig, port: number): boolean {
  return servers.some(({ listens }) => listens.some((listen) => listen.port === port && listen.ssl));
}

function bind(process: Process, host: string, port: number): Listener {
  try {
    return process.network.listen(port, host);
  } catch (error) {
    if (error instanceof NetworkError) throw Object.assign(error, { address: `${host}:${port}` });
    throw error;
  }
}

/** Each address once; a wildcard takes in the others of its port. */
function wantedAddresses(config: NginxConfig): { key: string; host: string; port: number }[] {
  const all = [...config.servers, ...config.streams].flatMap(({ listens }) => listens);
  const wanted = new Map<string, { key: string; host: string; port: number }>();
  for (const { host, port } of all) {
    const wildcard = all.some((other) => other.port === port && other.host === '0.0.0.0');
    const taken = wildcard ? '0.0.0.0' : host;
    const key = `${taken}:${port}`;
    wanted.set(key, { key, host: taken, port });
  }
  return [...wanted.values()];
}

/** The virtual server: by address and port, then by name (exact, *.x, x.*, regular expression), else the default. */
function chooseServer(
  config: NginxConfig,
  local: { address: string; port: number },
  host: string | undefined,
  onMatch: (match: RegExpExecArray) => void = () => undefined,
): ServerBlock {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  const listening = (specific: boolean) =>
    config.servers.filter(({ listens }) =>
      listens.some(
        (listen) =>
          listen.port === local.port &&
          (specific
            ? listen.host === local.address
            : listen.host === '0.0.0.0' || listen.host === local.address),
      ),
    );
  const specific = listening(true);
  const servers = specific.length > 0 ? specific : listening(false);
  const named = (test: (candidate: string) => boolean) => servers.find(({ names }) => names.some(test));
  const fits = (pattern: string) => {
    try {
      const match = config.expressions.get(pattern, true).exec(name);
      if (match) onMatch(match);
      return match !== null;
    } catch (error) {
      if (error instanceof TooManySteps) return false;
      throw error;
    }
  };
  const found =
    named((each) => each.toLowerCase() === name) ??
    named(
      (each) =>
        (each.startsWith('*.') && name.endsWith(each.slice(1))) ||
        (each.startsWith('.') && (name === each.slice(1) || name.endsWith(each))),
    ) ??
    named((each) => each.endsWith('.*') && name.startsWith(each.slice(0, -1))) ??
    named((each) => each.startsWith('~') && fits(each.slice(1))) ??
    servers.find(({ listens }) => listens.some(({ port, isDefault }) => port === local.port && isDefault)) ??
    servers[0] ??
    config.servers[0];
  if (!found) throw new Error('no server listens here');
  return found;
}
