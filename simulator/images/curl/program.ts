import { request as httpRequest, type IncomingMessage } from 'node:http';
import { decode, encode } from '../../files/byte-string';
import { NetworkError } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import type { Process, Program } from '../../runtime/process';
import { type CurlOptions, parseCurlOptions } from './options';

const version = '8.12.1';
const mostRedirects = 50;

/** An end with curl's own exit code and words. */
class CurlFailure extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** curl, as far as HTTP without TLS goes. */
export const curl: Program = async (process) => {
  const options = parseCurlOptions(process.argv.slice(1));
  const fail = async (code: number, text: string) => {
    await process.write(2, `curl: ${text}\n`);
    return code;
  };
  if (typeof options === 'string') return fail(2, options);
  if (options.flags.has('version')) {
    await process.write(1, `curl ${version} (x86_64-pc-linux-musl)\nProtocols: http\n`);
    return 0;
  }
  if (options.urls.length === 0) return fail(2, '(2) no URL specified');
  for (const url of options.urls) {
    try {
      await transfer(process, options, url);
    } catch (error) {
      if (!(error instanceof CurlFailure)) throw error;
      const quiet = options.flags.has('silent') && !options.flags.has('showError');
      if (options.writeOut !== undefined) await process.write(1, writeOut(options.writeOut, undefined, 0, 0));
      return quiet ? error.code : fail(error.code, `(${error.code}) ${error.message}`);
    }
  }
  return 0;
};

async function transfer(process: Process, options: CurlOptions, text: string): Promise<void> {
  const startedAt = process.clock.now();
  let url = parseUrl(text);
  for (let hop = 0; ; hop++) {
    const answer = await send(process, options, url);
    const status = answer.statusCode ?? 0;
    const target = answer.headers.location;
    if (options.flags.has('location') && status >= 300 && status < 400 && target && hop < mostRedirects) {
      answer.resume();
      url = new URL(target, url);
      continue;
    }
    if (options.flags.has('fail') && status >= 400) {
      answer.resume();
      throw new CurlFailure(22, `The requested URL returned error: ${status}`);
    }
    const size = await show(process, options, answer);
    if (options.writeOut !== undefined)
      await process.write(1, writeOut(options.writeOut, answer, size, process.clock.now() - startedAt));
    return;
  }
}

async function send(process: Process, options: CurlOptions, url: URL): Promise<IncomingMessage> {
  const host = url.hostname;
  const port = Number(url.port || 80);
  const read = (path: string) => (process.files.exists(path) ? decode(process.files.readFile(path)) : '');
  const files = { hosts: read('/etc/hosts'), resolvConf: read('/etc/resolv.conf') };
  const limit = options.connectTimeoutMs ?? options.maxTimeMs;
  const { addresses } = await process.until(process.network.resolve(host, files)).catch((error: unknown) => {
    throw error instanceof NetworkError ? new CurlFailure(6, `Could not resolve host: ${host}`) : error;
  });
  const connection = await process
    .until(process.network.connect(addresses[0] ?? '', port, limit === undefined ? {} : { timeoutMs: limit }))
    .catch((error: unknown) => {
      if (!(error instanceof NetworkError)) throw error;
      if (error.code === 'ETIMEDOUT' && limit !== undefined)
        throw new CurlFailure(28, `Connection timed out after ${limit} milliseconds`);
      throw new CurlFailure(
        7,
        `Failed to connect to ${host} port ${port} after 0 ms: Could not connect to server`,
      );
    });
  const { data, flags } = options;
  const method =
    options.method ?? (flags.has('head') ? 'HEAD' : data !== undefined && !flags.has('get') ? 'POST' : 'GET');
  const query = flags.has('get') && data !== undefined ? `${url.search === '' ? '?' : '&'}${data}` : '';
  const headers: Record<string, string> = {
    Host: url.host,
    'User-Agent': options.agent ?? `curl/${version}`,
    Accept: '*/*',
  };
  if (options.user !== undefined)
    headers['Authorization'] = `Basic ${Buffer.from(options.user).toString('base64')}`;
  const body = data !== undefined && !flags.has('get') ? Buffer.from(encode(data)) : undefined;
  if (body) {
    headers['Content-Length'] = String(body.length);
    headers['Content-Type'] = 'application/x-www-form-urlencoded';
  }
  for (const [name, value] of options.headers) {
    const known = Object.keys(headers).find((each) => each.toLowerCase() === name.toLowerCase());
    if (known) delete headers[known];
    if (value !== '') headers[name] = value;
  }
  return process.block<IncomingMessage>((done, failed) => {
    const outgoing = httpRequest({
      createConnection: () => streamSocket(connection),
      method,
      path: `${url.pathname}${url.search}${query}`,
      headers,
      setHost: false,
    });
    outgoing.on('response', done);
    outgoing.on('error', () => failed(new CurlFailure(52, 'Empty reply from server')));
    outgoing.end(body);
    const timer =
      options.maxTimeMs === undefined
        ? undefined
        : process.clock.after(options.maxTimeMs, () =>
            failed(
              new CurlFailure(
                28,
                `Operation timed out after ${options.maxTimeMs} milliseconds with 0 bytes received`,
              ),
            ),
          );
    return () => timer?.cancel();
  });
}

/** Resolves with the number of body bytes. */
async function show(process: Process, options: CurlOptions, answer: IncomingMessage): Promise<number> {
  const { flags, output } = options;
  const file = output !== undefined && output !== '-' ? await process.open(output, 'w') : undefined;
  const fd = file ? process.addFd(file) : 1;
  try {
    if (flags.has('include') || flags.has('head')) await process.write(fd, headText(answer));
    let size = 0;
    const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      const { done, value } = await process.until(chunks.next());
      if (done) return size;
      size += value.length;
      await process.write(fd, Uint8Array.from(value));
    }
  } finally {
    if (file) process.closeFd(fd);
  }
}

function headText(answer: IncomingMessage): string {
  const lines = [`HTTP/${answer.httpVersion} ${answer.statusCode} ${answer.statusMessage}`];
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function writeOut(format: string, answer: IncomingMessage | undefined, size: number, ms: number): string {
  const values: Record<string, string> = {
    http_code: String(answer?.statusCode ?? 0).padStart(3, '0'),
    response_code: String(answer?.statusCode ?? 0).padStart(3, '0'),
    size_download: String(size),
    time_total: (ms / 1_000).toFixed(6),
    content_type: answer?.headers['content-type'] ?? '',
    redirect_url: answer?.headers.location ?? '',
  };
  return format
    .replace(/%\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\r', '\r');
}

function parseUrl(text: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(full)) throw new CurlFailure(3, 'URL rejected: Malformed input to a URL function');
  const url = new URL(full);
  if (url.protocol !== 'http:')
    throw new CurlFailure(
      1,
      `The embedded cluster does not simulate ${url.protocol.replace(':', '')} in curl; use a kind cluster for that.`,
    );
  return url;
}
