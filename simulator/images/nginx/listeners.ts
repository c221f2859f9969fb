import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Connection, type Listener, NetworkError } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import type { Process } from '../../runtime/process';
import type { NginxConfig, ServerBlock } from './config';
import { type HandlerContext, handleRequest } from './handler';
import type { NginxRequest } from './request';
import { builtInPage, send } from './response';
import { hostOf } from './variables';

interface Accepted {
  client: { address: string; port: number };
  local: { address: string; port: number };
  number: number;
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

  constructor(
    private readonly process: Process,
    private readonly context: HandlerContext,
    private readonly version: string,
    /** The worker that logs. */
    private readonly workerPid: () => number,
  ) {
    this.http = createServer({ keepAliveTimeout: 0, requestTimeout: 0, requireHostHeader: false });
    this.http.on('request', (message, response) => {
      const accepted = this.accepted.get(message.socket);
      if (accepted && this.config) void this.serve(message, response, accepted, this.config);
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

  /** Resolves once nobody is being answered any more. */
  get busy(): boolean {
    return (
      this.context.counts.active > 0 &&
      [...this.open].some((socket) => !socket.destroyed && isAnswering(socket))
    );
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
    const { counts } = this.context;
    const socket = streamSocket(connection);
    counts.accepted++;
    counts.active++;
    this.accepted.set(socket, {
      client: connection.remote,
      local: connection.local,
      number: counts.accepted,
    });
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
    { client, local, number }: Accepted,
    config: NginxConfig,
  ): Promise<void> {
    this.context.counts.requests++;
    const clock = this.process.clock;
    const [path = '/', ...query] = (message.url ?? '/').split('?');
    const request: NginxRequest = {
      message,
      response,
      config,
      server: chooseServer(config, local, message.headers.host),
      uri: path,
      args: query.join('?'),
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
    response.on('close', () => {
      request.now = clock.now();
      this.context.logs.access(request);
    });
    try {
      request.uri = normalPath(path);
      if (message.httpVersion === '1.1' && hostOf(request) === '' && message.headers.host === undefined)
        return send(request, 400, { 'Content-Type': 'text/html' }, builtInPage(request, 400));
      await handleRequest(request, this.context);
    } catch (error) {
      if (!(error instanceof URIError)) this.process.system.processes.onError(error);
      const status = error instanceof URIError ? 400 : 500;
      if (!response.headersSent)
        send(request, status, { 'Content-Type': 'text/html' }, builtInPage(request, status));
      else response.destroy();
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

function isAnswering(socket: Duplex): boolean {
  return socket.writableLength > 0;
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
  const all = config.servers.flatMap(({ listens }) => listens);
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
  const found =
    named((each) => each.toLowerCase() === name) ??
    named(
      (each) =>
        (each.startsWith('*.') && name.endsWith(each.slice(1))) ||
        (each.startsWith('.') && (name === each.slice(1) || name.endsWith(each))),
    ) ??
    named((each) => each.endsWith('.*') && name.startsWith(each.slice(0, -1))) ??
    named((each) => each.startsWith('~') && new RegExp(each.slice(1), 'i').test(name)) ??
    servers.find(({ listens }) => listens.some(({ port, isDefault }) => port === local.port && isDefault)) ??
    servers[0] ??
    config.servers[0];
  if (!found) throw new Error('no server listens here');
  return found;
}
