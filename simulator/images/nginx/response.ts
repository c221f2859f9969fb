import { STATUS_CODES } from 'node:http';
import type { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { headerValue } from '../http/header-value';
import { all, setting } from './config';
import { expiryHeaders, isPacked, packsWithVary, withCharset } from './content-filters';
import type { NginxRequest } from './request';
import { expand } from './variables';

const withAddHeader = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

/** nginx' own texts where they differ from the registry's. */
const reasons: Record<number, string> = {
  302: 'Moved Temporarily',
  408: 'Request Time-out',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

function reasonOf(status: number): string {
  return reasons[status] ?? STATUS_CODES[status] ?? '';
}

/** `Server`'s value, and what stands at the foot of error pages. */
function serverName(request: NginxRequest): string {
  const tokens = setting(request.location?.scope ?? request.server.scope, 'server_tokens')?.args[0];
  return tokens === 'off' ? 'nginx' : `nginx/${request.variables.get('nginx_version')}`;
}

/** The page that nginx makes for a status; `more`: a sentence that tells what is wrong. */
export function builtInPage(request: NginxRequest, status: number, more?: string): string {
  const title = `${status} ${reasonOf(status)}`;
  return [
    '<html>',
    `<head><title>${more === undefined ? title : `${status} ${more}`}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    ...(more === undefined ? [] : [`<center>${more}</center>`]),
    `<hr><center>${serverName(request)}</center>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
}

/** Sends status, headers and body; add_header and HEAD are seen to. Header names keep their case. */
export function send(
  request: NginxRequest,
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: string | Uint8Array,
): void {
  const { response, message } = request;
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  begin(request, status, headers, status === 204 || status === 304 ? undefined : bytes.length);
  if (message.method === 'HEAD' || status === 204 || status === 304) {
    response.end();
    return;
  }
  if (!request.packed) {
    request.bodyBytes = bytes.length;
    response.end(bytes);
    return;
  }
  const packing = createGzip();
  packing.on('data', (chunk: Buffer) => {
    request.bodyBytes += chunk.length;
  });
  packing.pipe(response);
  packing.end(bytes);
}

/** The body of an answer that is passed on, packed when `begin` has said so. */
export function bodyFilter(request: NginxRequest, body: Readable): Readable {
  return request.packed ? body.pipe(createGzip()) : body;
}

/** The head of an answer whose body follows. `length`: undefined for chunks. */
export function begin(
  request: NginxRequest,
  status: number,
  headers: Record<string, string | string[] | undefined>,
  length?: number,
): void {
  const { response } = request;
  const shown = status === 200 ? (request.errorStatus ?? status) : status;
  response.statusCode = shown;
  response.statusMessage = reasonOf(shown);
  response.sendDate = false;
  response.setHeader('Server', serverName(request));
  response.setHeader('Date', new Date(request.now).toUTCString());
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined)
      response.setHeader(name, Array.isArray(value) ? value.map(headerValue) : headerValue(value));
  if (length !== undefined) response.setHeader('Content-Length', length);
  const type = response.getHeader('Content-Type')?.toString() ?? '';
  if (type !== '') response.setHeader('Content-Type', withCharset(request, type));
  pack(request, shown, type);
  if (withAddHeader.has(shown)) {
    const expiry = expiryHeaders(request, response.getHeader('Last-Modified')?.toString());
    for (const [name, value] of Object.entries(expiry)) response.setHeader(name, value);
  }
  for (const { args } of all(request.location?.scope ?? request.server.scope, 'add_header')) {
    const value = expand(args[1] ?? '', request);
    if (value !== '' && (withAddHeader.has(shown) || args[2] === 'always'))
      response.appendHeader(args[0] ?? '', headerValue(value));
  }
}

function pack(request: NginxRequest, status: number, type: string): void {
  const { response } = request;
  const known = response.getHeader('Content-Length');
  const length = known === undefined ? undefined : Number(known);
  const encoding = response.hasHeader('Content-Encoding');
  request.packed = isPacked(request, status, { type, length, encoding });
  if (!request.packed) return;
  response.removeHeader('Content-Length');
  response.removeHeader('Accept-Ranges');
  response.setHeader('Content-Encoding', 'gzip');
  const etag = response.getHeader('ETag')?.toString();
  if (etag && !etag.startsWith('W/')) response.setHeader('ETag', `W/${etag}`);
  if (packsWithVary(request)) response.setHeader('Vary', 'Accept-Encoding');
}
