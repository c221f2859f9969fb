import { type Scope, setting } from './config';
import type { NginxRequest } from './request';
import { milliseconds } from './times';

const defaultCharsetTypes = [
  'text/html',
  'text/xml',
  'text/plain',
  'text/vnd.wap.wml',
  'application/javascript',
  'application/rss+xml',
];
const gzipStatuses = new Set([200, 403, 404]);

function scopeOf(request: NginxRequest): Scope {
  return request.location?.scope ?? request.server.scope;
}

/** ngx_http_charset_filter_module: a type with the name of its charset. */
export function withCharset(request: NginxRequest, type: string): string {
  const charset = setting(scopeOf(request), 'charset')?.args[0] ?? 'off';
  const types = setting(scopeOf(request), 'charset_types')?.args ?? defaultCharsetTypes;
  if (charset === 'off' || type.includes('charset=')) return type;
  return types.includes(type) || types.includes('*') ? `${type}; charset=${charset}` : type;
}

/** ngx_http_headers_module: Expires and Cache-Control. */
export function expiryHeaders(request: NginxRequest, modified: string | undefined): Record<string, string> {
  const args = setting(scopeOf(request), 'expires')?.args ?? ['off'];
  const [time = 'off'] = args.slice(-1);
  if (time === 'off') return {};
  if (time === 'epoch') return { Expires: 'Thu, 01 Jan 1970 00:00:01 GMT', 'Cache-Control': 'no-cache' };
  if (time === 'max')
    return { Expires: 'Thu, 31 Dec 2037 23:55:55 GMT', 'Cache-Control': 'max-age=315360000' };
  const negative = time.startsWith('-');
  const ms = (milliseconds(time.replace(/^[+-]/, '')) ?? 0) * (negative ? -1 : 1);
  const base = args[0] === 'modified' && modified ? Date.parse(modified) : request.now;
  const age = Math.round((base + ms - request.now) / 1_000);
  return {
    Expires: new Date(base + ms).toUTCString(),
    'Cache-Control': age < 0 ? 'no-cache' : `max-age=${age}`,
  };
}

/** ngx_http_gzip_filter_module: whether an answer is to be packed. `length`: undefined when nobody knows it yet. */
export function isPacked(
  request: NginxRequest,
  status: number,
  { type, length, encoding }: { type: string; length: number | undefined; encoding: boolean },
): boolean {
  const scope = scopeOf(request);
  const { headers, httpVersion } = request.message;
  if (setting(scope, 'gzip')?.args[0] !== 'on' || encoding || !gzipStatuses.has(status)) return false;
  if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(headers['accept-encoding'] ?? ''))) return false;
  if (httpVersion < (setting(scope, 'gzip_http_version')?.args[0] ?? '1.1')) return false;
  if (length !== undefined && length < Number(setting(scope, 'gzip_min_length')?.args[0] ?? 20)) return false;
  if (headers.via !== undefined && !setting(scope, 'gzip_proxied')?.args.includes('any')) return false;
  const types = ['text/html', ...(setting(scope, 'gzip_types')?.args ?? [])];
  return types.includes(type.split(';')[0] ?? '') || types.includes('*');
}

export function packsWithVary(request: NginxRequest): boolean {
  return setting(scopeOf(request), 'gzip_vary')?.args[0] === 'on';
}
