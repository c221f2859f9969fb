import { FileError } from '../../files/file-system';
import type { FileView } from '../../files/file-view';
import { byteRange } from '../http/byte-range';
import { setting } from './config';
import type { NginxRequest } from './request';
import { send } from './response';
import { expand, hostOf, timeLocal } from './variables';

/** What came of looking for a file. */
export type FileOutcome =
  | { kind: 'served' }
  | { kind: 'internal'; uri: string }
  /** `notFound`: log_not_found decides whether the complaint is told. */
  | { kind: 'status'; code: number; complaint?: string; notFound?: boolean };

/** The file that a URI means: root and URI, or alias and what follows the location's prefix. */
export function filePath(request: NginxRequest, uri: string): string {
  const scope = request.location?.scope ?? request.server.scope;
  const alias = request.location && setting([scope.at(-1) ?? []], 'alias');
  if (alias && request.location) {
    const base = expand(alias.args[0] ?? '', request);
    return request.location.regex ? base : base + uri.slice(request.location.pattern.length);
  }
  const root = expand(setting(scope, 'root')?.args[0] ?? 'html', request);
  return (root.startsWith('/') ? root : `/etc/nginx/${root}`).replace(/\/$/, '') + uri;
}

/** ngx_http_static_module, index and autoindex. */
export async function serveFile(request: NginxRequest, files: FileView): Promise<FileOutcome> {
  const { method } = request.message;
  const path = filePath(request, request.uri);
  const found = files.tryStat(path);
  if (request.uri.endsWith('/')) return serveFolder(request, files, path, found?.type === 'directory');
  if (!found) return failure(files, path);
  if (found.type === 'directory') return redirect(request, `${request.uri}/`);
  if (method !== 'GET' && method !== 'HEAD') return { kind: 'status', code: 405 };
  return sendFile(request, files, path);
}

function serveFolder(request: NginxRequest, files: FileView, path: string, isFolder: boolean): FileOutcome {
  const scope = request.location?.scope ?? request.server.scope;
  for (const name of setting(scope, 'index')?.args ?? ['index.html']) {
    const expanded = expand(name, request);
    if (files.tryStat(path + expanded)?.type === 'file')
      return { kind: 'internal', uri: request.uri + expanded };
  }
  if (!isFolder)
    return {
      kind: 'status',
      code: 404,
      notFound: true,
      complaint: `"${path}index.html" is not found (2: No such file or directory)`,
    };
  if (setting(scope, 'autoindex')?.args[0] === 'on') {
    listing(request, files, path);
    return { kind: 'served' };
  }
  return { kind: 'status', code: 403, complaint: `directory index of "${path}" is forbidden` };
}

function sendFile(request: NginxRequest, files: FileView, path: string): FileOutcome {
  let content: Uint8Array;
  try {
    content = files.readFile(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return failure(files, path, error);
  }
  const { headers } = request.message;
  const stat = files.stat(path);
  const modified = Math.floor(stat.mtimeMs / 1_000);
  const scope = request.location?.scope ?? request.server.scope;
  const tagged = setting(scope, 'etag')?.args[0] !== 'off';
  const etag = `"${modified.toString(16)}-${content.length.toString(16)}"`;
  const tag = tagged ? { ETag: etag } : {};
  const common = { 'Last-Modified': new Date(modified * 1_000).toUTCString() };
  const since = Date.parse(headers['if-modified-since'] ?? '');
  if (
    headers['if-none-match'] === etag ||
    (headers['if-none-match'] === undefined && since === modified * 1_000)
  ) {
    send(request, 304, { ...common, ...tag }, '');
    return { kind: 'served' };
  }
  const range = byteRange(headers.range, content.length);
  if (range === 'unsatisfiable') return { kind: 'status', code: 416 };
  const type = { 'Content-Type': typeOf(request, path) };
  if (range) {
    const [first, last] = range;
    const where = { 'Content-Range': `bytes ${first}-${last}/${content.length}` };
    send(request, 206, { ...type, ...common, ...tag, ...where }, content.subarray(first, last + 1));
  } else send(request, 200, { ...type, ...common, ...tag, 'Accept-Ranges': 'bytes' }, content);
  return { kind: 'served' };
}

function failure(files: FileView, path: string, error?: FileError): FileOutcome {
  const code = error?.code ?? codeOf(files, path);
  if (code === 'EACCES')
    return { kind: 'status', code: 403, complaint: `open() "${path}" failed (13: Permission denied)` };
  const reason = code === 'ENOTDIR' ? '20: Not a directory' : '2: No such file or directory';
  return { kind: 'status', code: 404, notFound: true, complaint: `open() "${path}" failed (${reason})` };
}

function codeOf(files: FileView, path: string): string {
  try {
    files.stat(path);
    return '';
  } catch (error) {
    return error instanceof FileError ? error.code : '';
  }
}

export function redirect(request: NginxRequest, path: string, status = 301): FileOutcome {
  const query = request.args === '' ? '' : `?${request.args}`;
  const location = /^https?:/.test(path) ? path : absoluteLocation(request, `${path}${query}`);
  request.variables.set('redirect_location', location);
  return { kind: 'status', code: status };
}

/** A path as Location tells it: absolute_redirect, server_name_in_redirect and port_in_redirect. */
export function absoluteLocation(request: NginxRequest, path: string): string {
  const scope = request.location?.scope ?? request.server.scope;
  const says = (name: string) => setting(scope, name)?.args[0];
  if (says('absolute_redirect') === 'off') return path;
  const own = says('server_name_in_redirect') === 'on' ? request.server.names[0] : undefined;
  const { port, address } = request.local;
  const usual = port === (request.secure ? 443 : 80) || says('port_in_redirect') === 'off';
  const host = own ?? (hostOf(request) || address);
  return `http${request.secure ? 's' : ''}://${host}${usual ? '' : `:${port}`}${path}`;
}

/** The MIME type by the file's extension: the `types` block, else default_type. */
function typeOf(request: NginxRequest, path: string): string {
  const scope = request.location?.scope ?? request.server.scope;
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase();
  const types = setting(scope, 'types')?.block ?? [];
  const found = extension === undefined ? undefined : types.find(({ args }) => args.includes(extension));
  return found?.name ?? setting(scope, 'default_type')?.args[0] ?? 'text/plain';
}

/** ngx_http_autoindex_module. */
function listing(request: NginxRequest, files: FileView, path: string): void {
  const entries = files
    .list(path)
    .filter((name) => !name.startsWith('.'))
    .map((name) => ({ name, stat: files.tryStat(path + name) }));
  entries.sort((a, b) => Number(b.stat?.type === 'directory') - Number(a.stat?.type === 'directory'));
  const rows = entries.map(({ name, stat }) => {
    const folder = stat?.type === 'directory';
    const shown = folder ? `${name}/` : name;
    const time = timeLocal(stat?.mtimeMs ?? 0)
      .replaceAll('/', '-')
      .replace(/:(\d\d:\d\d):.*/, ' $1');
    return `<a href="${encodeURI(shown)}">${shown}</a>${' '.repeat(Math.max(1, 51 - shown.length))}${time} ${(folder ? '-' : String(stat?.size ?? 0)).padStart(19)}`;
  });
  const title = `Index of ${request.uri}`;
  send(
    request,
    200,
    { 'Content-Type': 'text/html' },
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n${rows.map((row) => `${row}\r\n`).join('')}</pre><hr></body>\r\n</html>\r\n`,
  );
}
