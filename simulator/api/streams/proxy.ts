import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import { DialError } from '../../network/cluster-network';
import { streamSocket } from '../../network/stream-socket';
import { startTls } from '../../network/tls-client';
import type { NetworkStream } from '../../runtime/container-runtime';
import type { EndpointSlice, Pod, Service } from '../../schema/types';
import { ApiError } from '../errors';
import type { StreamRequest } from '../extension-points';
import type { StreamServices } from './index';
import { serveKubelet } from './kubelet-server';
import { getPod } from './pod-target';
import { rewriteLinks, throughProxy, type Way } from './proxied-links';

interface Target {
  node: string;
  host: string;
  port: number;
}

const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade'];
const dialTimeoutMs = 10_000;

/** pods/proxy and services/proxy: an HTTP request from the API server's node to the Pod. */
export async function serveProxy(
  services: StreamServices,
  request: StreamRequest,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { scheme, name, port } = splitName(request.name);
  if (request.resource === 'nodes') return serveKubelet(services, { ...request, name }, message, response);
  const target =
    request.resource === 'pods'
      ? podTarget(getPod(services.client, request.namespace, name), port)
      : serviceTarget(services, request.namespace, name, port);
  if (redirectsToRoot(request.path, message, response)) return;
  // An endpoint that somebody wrote by hand is on no node: it is reached from the API server's.
  const node = target.node || (services.client.list('nodes')[0]?.metadata.name ?? '');
  const connection = await services.network
    .dial({ node }, target.host, target.port, { timeoutMs: dialTimeoutMs })
    .catch((error: unknown) => {
      throw unreachable(error);
    });
  const socket = scheme === 'https' ? await secure(connection, target.host) : streamSocket(connection);
  const headers = { ...message.headers };
  for (const header of [...hopByHop, 'authorization']) delete headers[header];
  const query = withoutPath(request.query);
  const [own = ''] = (message.url ?? '').split('?');
  const way: Way = {
    prefix: own.endsWith(request.path) ? own.slice(0, own.length - request.path.length) : own,
    target: `${target.host}:${target.port}`,
    asked: message.headers.host ?? '',
  };
  await new Promise<void>((resolve, reject) => {
    const outgoing = httpRequest({
      createConnection: () => socket,
      method: message.method,
      path: `${request.path === '' ? '/' : request.path}${query}`,
      headers: { ...headers, host: way.target, 'x-forwarded-uri': message.url ?? '' },
      setHost: false,
    });
    outgoing.on('response', (answer) => {
      const answered = { ...answer.headers };
      for (const header of hopByHop) delete answered[header];
      const page = isPage(answer.headers);
      if (answered.location) answered.location = throughProxy(answered.location, way);
      if (page) delete answered['content-length'];
      response.writeHead(answer.statusCode ?? 502, answered);
      const ended = (error: Error | null | undefined) => (error ? reject(error) : resolve());
      if (page) pipeline(answer, rewriteLinks(way), response, ended);
      else pipeline(answer, response, ended);
    });
    outgoing.on('error', (error) => reject(response.headersSent ? error : unreachable(error)));
    response.on('close', () => {
      socket.destroy();
      resolve();
    });
    message.pipe(outgoing);
  });
}

/** Plain HTML, which is to have its links led through the proxy. */
function isPage(headers: IncomingHttpHeaders): boolean {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim();
  return type === 'text/html' && !headers['content-encoding'] && !headers.location;
}

/** Without a path relative links would lead astray: back with a slash (apimachinery, proxyRedirectsforRootPath). */
function redirectsToRoot(path: string, message: IncomingMessage, response: ServerResponse): boolean {
  if (path !== '' || !['GET', 'HEAD'].includes(message.method ?? '')) return false;
  const [own = '', query] = (message.url ?? '').split('?');
  response.writeHead(301, { location: `${own}/${query === undefined ? '' : `?${query}`}` }).end();
  return true;
}

/** Certificates of Pods are not verified (apiserver proxyTransport). */
function secure(connection: NetworkStream, host: string): Promise<Duplex> {
  return startTls(connection, { host, verify: false }).catch((error: unknown) => {
    connection.destroy();
    throw unreachable(error);
  });
}

function podTarget(pod: Pod, port: string): Target {
  const host = pod.status?.podIP;
  const node = pod.spec?.nodeName;
  if (!host || !node)
    throw new ApiError(400, 'BadRequest', `address not allowed: pod ${pod.metadata.name} has no address`);
  const declared = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const named = declared.find((candidate) => candidate.name === port)?.containerPort;
  const number = port === '' ? (declared[0]?.containerPort ?? 80) : (named ?? Number(port));
  if (!Number.isInteger(number)) throw new ApiError(400, 'BadRequest', `invalid port "${port}"`);
  return { node, host, port: number };
}

/** A ready endpoint of the Service's port, at random (registry/core/service ResourceLocation). */
function serviceTarget({ client }: StreamServices, namespace: string, name: string, wanted: string): Target {
  const service = client.get('services', namespace, name);
  if (!service)
    throw new ApiError(404, 'NotFound', `services "${name}" not found`, { name, kind: 'services' });
  const port = servicePort(service, wanted);
  if (!port) throw unavailable(`no service port "${wanted}" found for service "${name}"`);
  const slices = client.list('endpointslices.discovery.k8s.io', {
    namespace,
    labelSelector: `kubernetes.io/service-name=${name}`,
  });
  const ready = slices.flatMap((slice) => readyEndpoints(slice, port.name ?? ''));
  const chosen = ready[Math.floor(Math.random() * ready.length)];
  if (!chosen) throw unavailable(`no endpoints available for service "${name}"`);
  return chosen;
}

function servicePort(service: Service, wanted: string) {
  const ports = service.spec?.ports ?? [];
  if (wanted === '') return ports.length === 1 ? ports[0] : ports.find(({ name }) => !name);
  return ports.find((port) => port.name === wanted || String(port.port) === wanted);
}

function readyEndpoints(slice: EndpointSlice, portName: string): Target[] {
  const port = slice.ports?.find(({ name }) => (name ?? '') === portName)?.port;
  if (port === undefined) return [];
  return (slice.endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, nodeName }) => addresses.map((host) => ({ host, port, node: nodeName ?? '' })));
}

/** `[scheme:]name[:port]` */
function splitName(text: string): { scheme: string; name: string; port: string } {
  const parts = text.split(':');
  if (parts.length === 1) return { scheme: '', name: text, port: '' };
  if (parts.length === 2) return { scheme: '', name: parts[0] ?? '', port: parts[1] ?? '' };
  return { scheme: parts[0] ?? '', name: parts[1] ?? '', port: parts[2] ?? '' };
}

function withoutPath(query: URLSearchParams): string {
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

function unreachable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const text = error instanceof DialError ? error.message : `dial tcp: ${error.message}`;
  return unavailable(`error trying to reach service: ${text}`);
}

function unavailable(message: string): ApiError {
  return new ApiError(503, 'ServiceUnavailable', message);
}
