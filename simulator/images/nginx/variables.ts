import { setting } from './config';
import type { NginxRequest } from './request';
import { version } from './version';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Puts the values of `$name`, `${name}` and `$1` into a text. `missing` stands for variables without a value. */
export function expand(text: string, request: NginxRequest, missing = ''): string {
  if (!text.includes('$')) return text;
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (_whole, braced: string | undefined, plain: string | undefined) => {
      const value = variable(braced ?? plain ?? '', request);
      return value === undefined || value === '' ? missing : value;
    },
  );
}

export function variable(name: string, request: NginxRequest): string | undefined {
  if (/^\d$/.test(name)) return request.captures[Number(name)];
  const known = request.variables.get(name);
  if (known !== undefined) return known;
  const map = request.config.maps.find((candidate) => candidate.variable === name);
  if (map) return mapped(map, request);
  if (name.startsWith('http_')) return header(request, name.slice(5));
  if (name.startsWith('arg_')) return new URLSearchParams(request.args).get(name.slice(4)) ?? undefined;
  if (name.startsWith('cookie_')) return cookie(request, name.slice(7));
  if (name.startsWith('sent_http_'))
    return request.response.getHeader(name.slice(10).replaceAll('_', '-'))?.toString();
  return builtIn(name, request);
}

/** `Host` without its port, else the first server name. */
export function hostOf(request: NginxRequest): string {
  const host = request.message.headers.host?.replace(/:\d+$/, '').toLowerCase();
  return host || request.server.names[0] || '';
}

function builtIn(name: string, request: NginxRequest): string | undefined {
  const { message, client, local, now } = request;
  const status = request.response.statusCode;
  const root = setting(request.location?.scope ?? request.server.scope, 'root')?.args[0] ?? '/etc/nginx/html';
  const values: Record<string, () => string | undefined> = {
    uri: () => request.uri,
    document_uri: () => request.uri,
    request_uri: () => message.url,
    args: () => request.args,
    query_string: () => request.args,
    is_args: () => (request.args === '' ? '' : '?'),
    host: () => hostOf(request),
    hostname: () => request.hostname,
    scheme: () => 'http',
    https: () => '',
    request: () => `${message.method} ${message.url} HTTP/${message.httpVersion}`,
    request_method: () => message.method,
    server_protocol: () => `HTTP/${message.httpVersion}`,
    remote_addr: () => client.address,
    binary_remote_addr: () => client.address,
    remote_port: () => String(client.port),
    remote_user: () => undefined,
    server_addr: () => local.address,
    server_port: () => String(local.port),
    server_name: () => request.server.names[0] ?? '',
    status: () => String(status),
    body_bytes_sent: () => String(request.bodyBytes),
    bytes_sent: () => String(request.bodyBytes + 230),
    request_length: () => String(100 + (message.url?.length ?? 0)),
    request_time: () => ((now - request.startedAt) / 1_000).toFixed(3),
    time_local: () => timeLocal(now),
    time_iso8601: () => `${new Date(now).toISOString().slice(0, 19)}+00:00`,
    msec: () => (now / 1_000).toFixed(3),
    pid: () => String(request.pid),
    connection: () => String(request.connection),
    nginx_version: () => request.variables.get('nginx_version') ?? version('latest'),
    content_type: () => message.headers['content-type'],
    content_length: () => message.headers['content-length'],
    document_root: () => root,
    realpath_root: () => root,
    request_filename: () => root + request.uri,
    proxy_add_x_forwarded_for: () =>
      [message.headers['x-forwarded-for'], client.address].filter(Boolean).join(', '),
    upstream_addr: () => request.upstream?.address,
    upstream_status: () => request.upstream?.status,
    upstream_response_time: () => (request.upstream ? '0.000' : undefined),
    empty: () => '',
  };
  return values[name]?.();
}

function mapped(map: NginxRequest['config']['maps'][number], request: NginxRequest): string {
  const source = expand(map.source, request);
  const exact = map.cases.find(([key]) => key.toLowerCase() === source.toLowerCase());
  const matching =
    exact ??
    map.cases.find(
      ([key]) =>
        key.startsWith('~') &&
        new RegExp(key.replace(/^~\*?/, ''), key.startsWith('~*') ? 'i' : '').test(source),
    ) ??
    map.cases.find(([key]) => key === 'default');
  return expand(matching?.[1] ?? '', request);
}

function header(request: NginxRequest, name: string): string | undefined {
  const value = request.message.headers[name.replaceAll('_', '-')];
  return Array.isArray(value) ? value.join(', ') : value;
}

function cookie(request: NginxRequest, name: string): string | undefined {
  for (const pair of (request.message.headers.cookie ?? '').split(/;\s*/)) {
    const [key, value] = pair.split('=');
    if (key === name) return value;
  }
  return undefined;
}

/** `20/Nov/2026:21:56:08 +0000` */
export function timeLocal(now: number): string {
  const date = new Date(now);
  const iso = date.toISOString();
  return `${iso.slice(8, 10)}/${months[date.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
