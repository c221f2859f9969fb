import type { NetworkStream } from '../runtime/container-runtime';

export interface HttpReply {
  status: number;
  /** By name in lower case. */
  headers: Map<string, string>;
  body: string;
}

/** More of a body is not read (probe maxRespBodyLength). */
const BODY_LIMIT = 10_240;

/** One GET over an open connection, HTTP/1.1, without keep-alive. Rejects with `EOF` when no reply comes. */
export async function httpGet(
  stream: NetworkStream,
  request: { host: string; path: string; headers: { name: string; value: string }[] },
): Promise<HttpReply> {
  const own = new Set(request.headers.map(({ name }) => name.toLowerCase()));
  const defaults = [
    { name: 'Host', value: request.host },
    { name: 'User-Agent', value: 'kube-probe/1.36' },
    { name: 'Accept', value: '*/*' },
  ].filter(({ name }) => !own.has(name.toLowerCase()));
  const headers = [...defaults, ...request.headers, { name: 'Connection', value: 'close' }];
  const lines = headers.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
  try {
    await stream.writable.write(Buffer.from(`GET ${request.path} HTTP/1.1\r\n${lines}\r\n`));
    let text = '';
    for await (const chunk of stream.readable) {
      text += Buffer.from(chunk).toString('latin1');
      if (text.length > BODY_LIMIT * 2 || complete(text)) break;
    }
    return parse(text);
  } finally {
    stream.destroy();
  }
}

function complete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = text.slice(0, end);
  if (isChunked(head)) return text.endsWith('\r\n0\r\n\r\n');
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length !== undefined && text.length - end - 4 >= Number(length);
}

function parse(text: string): HttpReply {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
  if (!status)
    throw new Error(text === '' ? 'EOF' : `malformed HTTP response ${JSON.stringify(text.slice(0, 60))}`);
  const end = text.indexOf('\r\n\r\n');
  const head = end < 0 ? text : text.slice(0, end);
  const headers = new Map<string, string>();
  for (const line of head.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const sent = end < 0 ? '' : text.slice(end + 4);
  const body = isChunked(head) ? joinChunks(sent) : sent;
  return { status: Number(status), headers, body: body.slice(0, BODY_LIMIT) };
}

function isChunked(head: string): boolean {
  return /\r\ntransfer-encoding: *chunked/i.test(head);
}

/** A chunked body without its framing (RFC 9112, 7.1). */
function joinChunks(text: string): string {
  let body = '';
  for (let at = 0; at < text.length; ) {
    const line = text.indexOf('\r\n', at);
    const size = line < 0 ? 0 : Number.parseInt(text.slice(at, line), 16);
    if (!(size > 0)) break;
    body += text.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
  return body;
}
