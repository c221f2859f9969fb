import { duplexStream } from '../network/duplex-stream';
import { startTls } from '../network/tls-client';
import type { NetworkStream, Sandbox } from '../runtime/container-runtime';
import type { Container, Probe } from '../schema/types';
import { type HttpReply, httpGet } from './http-request';

export type HttpAction = NonNullable<Probe['httpGet']>;

/** Where an httpGet leads. */
export interface HttpTarget {
  scheme: 'http' | 'https';
  host: string;
  port: number;
  /** With its query. */
  path: string;
  headers: { name: string; value: string }[];
}

/** The server of an HTTPS request does not speak TLS (Go's net/http). */
export class PlainHttpError extends Error {
  constructor() {
    super('http: server gave HTTP response to HTTPS client');
  }
}

/** Fills in what an httpGet leaves out: the Pod's address, HTTP, `/` (probe/http NewRequestForHTTPGetAction). Undefined: no such port. */
export function httpTarget(action: HttpAction, container: Container, podIp: string): HttpTarget | undefined {
  const port = containerPort(action.port, container);
  if (port === undefined) return undefined;
  const { path = '/', httpHeaders } = action;
  return {
    scheme: (action.scheme ?? 'HTTP').toUpperCase() === 'HTTPS' ? 'https' : 'http',
    host: action.host || podIp,
    port,
    path: path.startsWith('/') ? path : `/${path}`,
    headers: httpHeaders ?? [],
  };
}

export const urlOf = ({ scheme, host, port, path }: HttpTarget): string =>
  `${scheme}://${host}:${port}${path}`;

/** One GET from the Pod's node. Certificates are not verified (probe/http, lifecycle httpDoer). */
export async function sendGet(sandbox: Sandbox, target: HttpTarget): Promise<HttpReply> {
  const { scheme, host, port, path, headers } = target;
  const stream = await sandbox.dial(port, { host });
  const usual = scheme === 'https' ? 443 : 80;
  const named = port === usual ? host : `${host}:${port}`;
  const secured = scheme === 'https' ? await secure(stream, host) : stream;
  return httpGet(secured, { host: named, path, headers });
}

async function secure(stream: NetworkStream, host: string): Promise<NetworkStream> {
  try {
    return duplexStream(await startTls(stream, { host, verify: false }));
  } catch (error) {
    stream.destroy();
    const { code } = error as { code?: string };
    if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO') throw new PlainHttpError();
    if (code === 'ECONNRESET') throw new Error('EOF');
    throw error;
  }
}

/** A port by number or by name (probe.ResolveContainerPort). */
export function containerPort(port: number | string | object, container: Container): number | undefined {
  const text = String(port);
  if (/^\d+$/.test(text)) return Number(text);
  return container.ports?.find(({ name }) => name === text)?.containerPort;
}
