import { setting } from './config';
import { mapPattern, remember } from './expressions';
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

/** A decoded path, a byte string, as it stands in a request. */
export function encodePath(path: string): string {
  return path.replace(
    /[^A-Za-z0-9\-._~!$&'()*+,;=:@/]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
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

function rootOf(request: NginxRequest): string {
  return setting(request.location?.scope ?? request.server.scope, 'root')?.args[0] ?? '/etc/nginx/html';
}

const builtIns: Record<string, (request: NginxRequest) => string | undefined> = {
  uri: ({ uri }) => uri,
  document_uri: ({ uri }) => uri,
  request_uri: ({ message }) => message.url,
  args: ({ args }) => args,
  query_string: ({ args }) => args,
  is_args: ({ args }) => (args === '' ? '' : '?'),
  host: (request) => hostOf(request),
  hostname: ({ hostname }) => hostname,
  scheme: ({ secure }) => (secure ? 'https' : 'http'),
  https: ({ secure }) => (secure ? 'on' : ''),
  request: ({ message }) => `${message.method} ${message.url} HTTP/${message.httpVersion}`,
  request_method: ({ message }) => message.method,
  request_id: ({ id }) => id,
  request_completion: ({ response }) => (response.writableFinished ? 'OK' : ''),
  server_protocol: ({ message }) => `HTTP/${message.httpVersion}`,
  remote_addr: ({ client }) => client.address,
  binary_remote_addr: ({ client }) => client.address,
  realip_remote_addr: ({ message, client }) => message.socket.remoteAddress ?? client.address,
  remote_port: ({ client }) => String(client.port),
  remote_user: ({ user }) => user,
  server_addr: ({ local }) => local.address,
  server_port: ({ local }) => String(local.port),
  server_name: ({ server }) => server.names[0] ?? '',
  status: ({ response }) => String(response.statusCode),
  body_bytes_sent: ({ bodyBytes }) => String(bodyBytes),
  bytes_sent: ({ bodyBytes }) => String(bodyBytes + 230),
  request_length: ({ message }) => String(100 + (message.url?.length ?? 0)),
  request_time: ({ now, startedAt }) => ((now - startedAt) / 1_000).toFixed(3),
  time_local: ({ now }) => timeLocal(now),
  time_iso8601: ({ now }) => `${new Date(now).toISOString().slice(0, 19)}+00:00`,
  msec: ({ now }) => (now / 1_000).toFixed(3),
  pid: ({ pid }) => String(pid),
  connection: ({ connection }) => String(connection),
  connection_requests: () => '1',
  nginx_version: ({ variables }) => variables.get('nginx_version') ?? version('latest'),
  content_type: ({ message }) => message.headers['content-type'],
  content_length: ({ message }) => message.headers['content-length'],
  document_root: (request) => rootOf(request),
  realpath_root: (request) => rootOf(request),
  request_filename: (request) => rootOf(request) + request.uri,
  proxy_host: ({ proxyHost }) => proxyHost,
  proxy_port: ({ proxyHost }) => proxyHost?.split(':')[1] ?? (proxyHost === undefined ? undefined : '80'),
  proxy_add_x_forwarded_for: ({ message, client }) =>
    [message.headers['x-forwarded-for'], client.address].filter(Boolean).join(', '),
  upstream_addr: ({ upstream }) => upstream?.address,
  upstream_status: ({ upstream }) => upstream?.status,
  upstream_response_time: ({ upstream, now, startedAt }) =>
    upstream && ((now - startedAt) / 1_000).toFixed(3),
  upstream_connect_time: ({ upstream }) => upstream && '0.000',
  upstream_header_time: ({ upstream, now, startedAt }) => upstream && ((now - startedAt) / 1_000).toFixed(3),
  upstream_cache_status: () => undefined,
  gzip_ratio: () => undefined,
  ssl_protocol: ({ tls }) => tls?.protocol,
  ssl_cipher: ({ tls }) => tls?.cipher,
  ssl_server_name: ({ tls }) => tls?.serverName,
};

/** The names of the variables that nginx has itself. */
export const builtInVariables: ReadonlySet<string> = new Set(Object.keys(builtIns));

function builtIn(name: string, request: NginxRequest): string | undefined {
  return Object.hasOwn(builtIns, name) ? builtIns[name]?.(request) : undefined;
}

function mapped(map: NginxRequest['config']['maps'][number], request: NginxRequest): string {
  const source = expand(map.source, request);
  const exact = map.cases.find(([key]) => key.toLowerCase() === source.toLowerCase());
  const found = (key: string) => {
    const match = request.config.expressions.get(...mapPattern(key)).exec(source);
    if (match) remember(request, match);
    return match !== null;
  };
  const matching =
    exact ??
    map.cases.find(([key]) => key.startsWith('~') && found(key)) ??
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
