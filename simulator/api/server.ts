import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { PodMetrics } from '../metrics/usage-sampler';
import type { ResourceName } from '../schema/types';
import { READ_ONLY, unsimulatedAt } from '../schema/unsimulated';
import { impersonate } from './authorization/impersonation';
import { authorize, decide, type NamedResource, rulesFor } from './authorization/rbac';
import { answerReview } from './authorization/reviews';
import { readFieldValidation } from './decoding/typed-decode';
import { ApiError } from './errors';
import type { Extensions, StreamHandler, StreamRequest } from './extension-points';
import { authenticate, type TokenReader } from './http/authentication';
import { serveBindings } from './http/bindings';
import { readBody } from './http/body';
import { serveComponentStatuses } from './http/component-statuses';
import { isUnderBuiltIn } from './http/discovery';
import { type Exchange, sendError, sendJson, sendText } from './http/exchange';
import { isSet, selectedName } from './http/list-options';
import { serveMetrics } from './http/metrics';
import { acceptsObject } from './http/negotiation';
import { serveNonResource } from './http/non-resource';
import { ObjectJson } from './http/object-json';
import { requestContext } from './http/request-options';
import { serveResource } from './http/resource-handler';
import { parseRoute, type Route } from './http/route';
import { readBodyObject } from './http/write-handler';
import { badRequest } from './refusals';
import type { ServiceAccountTokens } from './service-account-tokens';
import type { ObjectStorage } from './storage/object-storage';

export interface ApiServerParts {
  storage: ObjectStorage;
  extensions: Extensions;
  tokens: ServiceAccountTokens;
  readToken: TokenReader;
  streams: StreamHandler;
  /** What runs now uses: for `metrics.k8s.io`. */
  metrics: () => PodMetrics[];
  certificate: { ca: string; cert: string; key: string };
  onError: (error: unknown) => void;
}

/** Said to everyone who reads or writes such an object (APILifecycleDeprecated). */
const DEPRECATED: Readonly<Partial<Record<ResourceName, string>>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

const STREAMS: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward', 'log', 'proxy']);

/** The HTTPS front of a cluster: who asks, may they, what for, in which form. */
export class ApiServer {
  private readonly server: Server;
  private readonly upgraded = new Set<Duplex>();
  private readonly json: ObjectJson;

  constructor(private readonly parts: ApiServerParts) {
    this.json = new ObjectJson(parts.storage.parts.clock);
    const { ca, cert, key } = parts.certificate;
    this.server = createServer({
      cert,
      key,
      ca,
      requestCert: true,
      rejectUnauthorized: false,
      keepAlive: true,
      keepAliveTimeout: 120_000,
    });
    // A watch or an exec may stay open for as long as it likes.
    this.server.requestTimeout = 0;
    this.server.headersTimeout = 30_000;
    this.server.on('request', (request, response) => void this.answer(request, response));
    this.server.on('upgrade', (request, socket, head) => {
      this.upgraded.add(socket);
      socket.once('close', () => this.upgraded.delete(socket));
      void this.upgrade(request, socket, head);
    });
    this.server.on('tlsClientError', () => {});
    this.server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    });
  }

  /** Resolves with the port it listens on. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.removeListener('error', reject);
        this.server.on('error', this.parts.onError);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
      // Exec, attach and port-forward: the HTTP server no longer counts them as its own, and waits for them all the same.
      for (const socket of this.upgraded) socket.destroy();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const warnings: string[] = [];
    response.on('error', () => response.destroy());
    try {
      const exchange = this.open(request, response, warnings);
      await this.dispatch(exchange);
    } catch (error) {
      if (!(error instanceof ApiError)) this.parts.onError(error);
      sendError({ request, response, warnings }, error);
    }
  }

  private open(request: IncomingMessage, response: ServerResponse, warnings: string[]): Exchange {
    const url = requestUrl(request);
    const authenticated = authenticate(request, this.parts.readToken);
    const user = impersonate(authenticated, request.headers, (access) =>
      authorize(this.parts.storage.parts.store, authenticated, access),
    );
    return { request, response, path: url.pathname, query: url.searchParams, user, warnings };
  }

  private async dispatch(exchange: Exchange): Promise<void> {
    const route = parseRoute(exchange.path, this.parts.storage.resources);
    if (route.kind === 'other') return this.serveOther(exchange, route.named);
    if (route.kind === 'review') return this.review(exchange, route);
    const verb = this.verbOf(exchange, route);
    this.authorize(exchange, namedBy(route), verb);
    const { subresource } = route;
    // OPTIONS is no verb: only a server behind the proxy may know it.
    const passesOn = subresource === 'proxy' && exchange.request.method === 'OPTIONS';
    if (!passesOn && !verbsOf(route).includes(verb)) throw notAllowed();
    if (READ_ONLY.has(route.resource.name) && !['get', 'list', 'watch'].includes(verb)) {
      throw notSimulated(`changes of ${route.resource.kind} objects`);
    }
    const deprecation = DEPRECATED[route.resource.name];
    if (deprecation) exchange.warnings.push(deprecation);
    if (STREAMS.has(subresource)) return this.stream(exchange, route, exchange.response, Buffer.alloc(0));
    return serveResource({ ...this.parts, json: this.json }, exchange, route, verb);
  }

  private async review(exchange: Exchange, route: Extract<Route, { kind: 'review' }>): Promise<void> {
    const { review, namespace } = route;
    if (exchange.request.method !== 'POST') throw notAllowed();
    const { store } = this.parts.storage.parts;
    authorize(store, exchange.user, {
      verb: 'create',
      group: review.group,
      version: review.version,
      resource: review.plural,
      subresource: '',
      namespace,
      name: '',
    });
    if (!acceptsObject(exchange.request.headers.accept)) {
      const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
      throw new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types}`);
    }
    const bytes = await readBody(exchange.request);
    const context = requestContext(exchange);
    const object = readBodyObject(
      {
        contentType: exchange.request.headers['content-type'],
        bytes,
        validation: readFieldValidation(exchange.query.get('fieldValidation')),
        context,
      },
      review,
      this.parts.extensions,
    );
    const answer = answerReview(
      {
        decide: (user, access) => decide(store, user, access),
        rulesFor: (user, where) => rulesFor(store, user, where),
        readToken: this.parts.readToken,
        now: () => this.parts.storage.parts.clock.now(),
      },
      review,
      object,
      exchange.user,
    );
    sendJson(exchange, 201, answer);
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const written = bytesWritten(socket);
    try {
      const exchange = this.open(request, undefined as unknown as ServerResponse, []);
      const route = parseRoute(exchange.path, this.parts.storage.resources);
      if (route.kind !== 'resource' || !STREAMS.has(route.subresource)) {
        throw new ApiError(400, 'BadRequest', 'Upgrade request required for a streaming subresource only');
      }
      this.authorize(exchange, namedBy(route), this.verbOf(exchange, route));
      await this.stream(exchange, route, socket, head);
    } catch (error) {
      if (!(error instanceof ApiError)) this.parts.onError(error);
      // Once the protocol has changed, a response would be rubbish in the client's stream.
      if (bytesWritten(socket) === written) refuseUpgrade(socket, error);
      else socket.destroy();
    }
  }

  private async stream(
    exchange: Exchange,
    route: Extract<Route, { kind: 'resource' }>,
    response: ServerResponse | Duplex,
    head: Buffer,
  ): Promise<void> {
    const { streams, storage } = this.parts;
    const subresource = route.subresource as StreamRequest['subresource'];
    if (subresource !== 'log') {
      storage.admit(
        'CONNECT',
        requestContext(exchange),
        route.resource,
        route.namespace,
        route.name,
        subresource,
      );
    }
    await streams(
      {
        resource: route.resource.plural as StreamRequest['resource'],
        namespace: route.namespace,
        name: route.name,
        subresource,
        path: route.rest,
        query: exchange.query,
        user: exchange.user,
      },
      exchange.request,
      response,
      head,
    );
  }

  private verbOf(exchange: Exchange, route: Pick<NamedResource, 'name' | 'subresource'>): string {
    const watching = isSet(exchange.query, 'watch');
    switch (exchange.request.method) {
      case 'GET':
      case 'HEAD':
        return watching && !route.subresource ? 'watch' : route.name ? 'get' : 'list';
      case 'POST':
        return 'create';
      case 'PUT':
        return 'update';
      case 'PATCH':
        return 'patch';
      case 'DELETE':
        return route.name ? 'delete' : 'deletecollection';
      default:
        return '';
    }
  }

  private authorize({ user, query }: Exchange, named: NamedResource, verb: string): void {
    const listing = verb === 'list' || verb === 'watch';
    const name = named.name || (listing ? selectedName(query) : '');
    authorize(this.parts.storage.parts.store, user, { ...named, verb, name });
  }

  /** What is not stored, and what is not served at all: the latter is told only to those who might ask for it. */
  private async serveOther(exchange: Exchange, named: NamedResource | undefined): Promise<void> {
    const { path, request } = exchange;
    const { store, clock } = this.parts.storage.parts;
    if (named) this.authorize(exchange, named, this.verbOf(exchange, named));
    else authorize(store, exchange.user, { path, verb: (request.method ?? 'GET').toLowerCase() });
    if (serveMetrics(exchange, { store, pods: this.parts.metrics, now: () => clock.now() })) return;
    if (serveComponentStatuses(exchange)) return;
    if (await serveBindings(this.parts, exchange)) return;
    const unsimulated = unsimulatedAt(path);
    if (unsimulated) throw notSimulated(unsimulated.kind);
    const { resources } = this.parts.storage;
    if (await serveNonResource(exchange, { store, resources, tokens: this.parts.tokens })) return;
    if (isUnderBuiltIn(path)) {
      throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
    }
    // As Go's own http.NotFound writes it (apiserver notfoundhandler): no Status.
    exchange.response.setHeader('x-content-type-options', 'nosniff');
    sendText(exchange, 404, 'text/plain; charset=utf-8', '404 page not found\n');
  }
}

function namedBy({
  resource,
  namespace,
  name,
  subresource,
}: Extract<Route, { kind: 'resource' }>): NamedResource {
  return {
    group: resource.group,
    version: resource.version,
    resource: resource.plural,
    subresource,
    namespace: resource.name === 'namespaces' ? name : namespace,
    name,
  };
}

/** Throws 400 for what is no path: an address of another server, as for a proxy, or nothing that can be read. */
function requestUrl({ url = '/' }: IncomingMessage): URL {
  const base = 'https://cluster';
  if (url.startsWith('/') && !url.startsWith('//') && URL.canParse(url, base)) return new URL(url, base);
  throw badRequest(`the path of the request cannot be read: ${url.slice(0, 200)}`);
}

function notAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  );
}

function notSimulated(what: string): ApiError {
  const sentence = `The embedded cluster does not simulate ${what}; use a kind cluster for that.`;
  return new ApiError(405, 'MethodNotAllowed', sentence);
}

function verbsOf(route: Extract<Route, { kind: 'resource' }>): readonly string[] {
  const { resource, subresource } = route;
  if (!subresource) {
    const here = route.name
      ? ['delete', 'get', 'patch', 'update', 'watch']
      : ['create', 'deletecollection', 'list', 'watch'];
    return resource.verbs.filter((verb) => here.includes(verb));
  }
  return resource.subresources.find((each) => each.name === subresource)?.verbs ?? [];
}

function bytesWritten(socket: Duplex): number {
  return (socket as Socket).bytesWritten;
}

/** Before the protocol has changed, a refusal is an ordinary response on the raw socket. */
function refuseUpgrade(socket: Duplex, error: unknown): void {
  if (socket.destroyed) return;
  const chunks: string[] = [];
  sendError(
    {
      warnings: [],
      response: {
        headersSent: false,
        setHeader() {},
        writeHead: (code: number, headers: Record<string, unknown>) => {
          chunks.push(
            `HTTP/1.1 ${code} Refused\r\n`,
            ...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`),
            'connection: close\r\n\r\n',
          );
        },
        end: (body: string) => socket.end(chunks.join('') + body),
      } as unknown as ServerResponse,
    },
    error,
  );
}
