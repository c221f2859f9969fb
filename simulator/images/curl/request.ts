import { type ClientRequest, request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { decode, encode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import type { Process } from '../../runtime/process';
import { CurlFailure } from './failure';
import { formBody } from './form';
import type { CurlOptions } from './options';

export interface CurlRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: [name: string, value: string][];
  body?: Uint8Array;
}

/** What is sent, apart from what a redirect changes. */
export interface Payload {
  /** Byte string of -d. */
  data?: string;
  upload?: Uint8Array;
  /** Of `data`; by default that of a form's fields. */
  type?: string;
}

/** Reads what -d @file and -T name. Rejects with CurlFailure 26. */
export async function readPayload(process: Process, options: CurlOptions): Promise<Payload> {
  if (options.upload !== undefined) return { upload: encode(await content(process, options.upload)) };
  if (options.form.length > 0) {
    const { body, type } = formBody(process, options.form);
    return { data: body, type };
  }
  if (options.data.length === 0) return {};
  const parts: string[] = [];
  for (const { kind, text } of options.data) {
    if (kind === 'urlencode') parts.push(urlEncoded(text));
    else if (kind === 'raw' || !text.startsWith('@')) parts.push(text);
    else {
      const read = await content(process, text.slice(1));
      parts.push(kind === 'data' ? read.replace(/[\r\n\0]/g, '') : read);
    }
  }
  return { data: parts.join('&') };
}

/** The request for one URL: of a redirect too, which drops the body unless it is a 307 or 308. */
export function requestFor(
  options: CurlOptions,
  url: URL,
  payload: Payload,
  extra: { version: string; cookie: string | undefined; method?: string; proxied: boolean },
): CurlRequest {
  const { flags } = options;
  const { data } = payload;
  const asQuery = flags.has('get') && data !== undefined;
  const upload = payload.upload ?? (data !== undefined && !asQuery ? encode(data) : undefined);
  const usual = flags.has('head') ? 'HEAD' : payload.upload ? 'PUT' : upload ? 'POST' : 'GET';
  const method = extra.method ?? options.method ?? usual;
  const body = extra.method === 'GET' ? undefined : upload;
  const query = asQuery ? `${url.search === '' ? '?' : '&'}${data}` : '';
  let headers: [string, string][] = [['Host', url.host]];
  const user = options.user ?? (url.username ? `${url.username}:${url.password}` : undefined);
  if (user !== undefined)
    headers.push(['Authorization', `Basic ${Buffer.from(user, 'latin1').toString('base64')}`]);
  headers.push(['User-Agent', options.agent ?? `curl/${extra.version}`], ['Accept', '*/*']);
  if (extra.proxied) headers.push(['Proxy-Connection', 'Keep-Alive']);
  if (options.referer !== undefined) headers.push(['Referer', options.referer]);
  if (extra.cookie !== undefined) headers.push(['Cookie', extra.cookie]);
  if (body) {
    headers.push(['Content-Length', String(body.length)]);
    const type = payload.type ?? 'application/x-www-form-urlencoded';
    if (!payload.upload) headers.push(['Content-Type', type]);
  }
  const given: [string, string][] = [];
  for (const line of options.headers) {
    const [, name = '', mark = '', value = ''] = /^([^:;]*)([:;]?)\s*(.*)$/s.exec(line) ?? [];
    headers = headers.filter(([known]) => known.toLowerCase() !== name.trim().toLowerCase());
    // `Name:` takes a header away, `Name;` sends it empty.
    if (mark === ';' || value !== '') given.push([name.trim(), value]);
  }
  return {
    method,
    path: `${extra.proxied ? url.origin : ''}${url.pathname}${url.search}${query}`,
    headers: [...headers, ...given],
    ...(body ? { body } : {}),
  };
}

/** Begins to send; the body is still to come. Throws CurlFailure for what Node does not send. */
export function startRequest({ method, path, headers }: CurlRequest, socket: Duplex): ClientRequest {
  try {
    const outgoing = httpRequest({ createConnection: () => socket, method, path, setHost: false });
    for (const [name, value] of headers) outgoing.appendHeader(name, value);
    return outgoing;
  } catch (error) {
    throw new CurlFailure(
      43,
      `The embedded cluster does not simulate this request: ${(error as Error).message}. Use a kind cluster for that.`,
    );
  }
}

/** What a file holds, or standard input (`-`). Rejects with CurlFailure 26. */
export async function content(process: Process, path: string): Promise<string> {
  if (path === '-') {
    let text = '';
    for (let part = await process.read(0); part.length > 0; part = await process.read(0))
      text += decode(part);
    return text;
  }
  try {
    return decode(process.files.readFile(path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new CurlFailure(26, `Failed to open ${path}`);
  }
}

/** `content`, `=content`, `name=content`. */
function urlEncoded(text: string): string {
  const split = text.indexOf('=');
  const name = split > 0 ? `${text.slice(0, split)}=` : '';
  const value = split >= 0 ? text.slice(split + 1) : text;
  const bytes = Buffer.from(value, 'latin1');
  return `${name}${[...bytes].map((byte) => (/[\w.~-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('')}`;
}
