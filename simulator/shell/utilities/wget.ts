import { decode, encode, toText } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { duplexStream } from '../../network/duplex-stream';
import { NetworkError } from '../../network/namespace';
import { startTls } from '../../network/tls-client';
import type { NetworkStream } from '../../runtime/container-runtime';
import { Ended, Interrupted } from '../../runtime/process';
import { addressOf, networkText } from './network-names';
import { type Options, type Utility, utility } from './utility';

interface Target {
  host: string;
  /** The host as the URL has it: with its port, if it says one. */
  named: string;
  port: number;
  secure: boolean;
  path: string;
  /** user:password before the host. */
  user: string;
}

interface Reply {
  statusLine: string;
  status: number;
  headers: [string, string][];
}

const mostRedirections = 5;
const usage = `[-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]
	[--post-data STR | --post-file FILE] [-Y on/off]
	[-P DIR] [-U AGENT] [-T SEC] URL...

Retrieve files via HTTP or FTP`;

/** BusyBox wget, over HTTP and HTTPS. */
export const wget = utility('wget', usage, async (self) => {
  const long = {
    continue: 'c',
    quiet: 'q',
    'server-response': 'S',
    'output-document': 'O',
    'output-file': 'o',
    'directory-prefix': 'P',
    'user-agent': 'U',
    timeout: 'T',
    tries: 't',
    proxy: 'Y',
    header: '1',
    'post-data': '2',
    spider: '3',
    'no-check-certificate': '4',
    'post-file': '5',
  };
  const options = self.options('cqSO:o:P:U:T:t:Y:1:2:345:', long);
  if (options.operands.length === 0) throw self.usageFault();
  for (const url of options.operands) {
    const stopped = await withTimeout(self, options, () => fetchUrl(self, options, url));
    if (stopped !== undefined) return stopped;
  }
  return 0;
});

/** -T: seconds without progress after which BusyBox gives up. */
async function withTimeout(
  self: Utility,
  options: Options,
  run: () => Promise<number | undefined>,
): Promise<number | undefined> {
  const seconds = Number(options.value('T') ?? 900);
  let timer: { cancel(): void } | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = self.process.clock.after(seconds * 1000, () => reject(new TimedOut()));
  });
  expired.catch(() => {});
  try {
    return await Promise.race([run(), expired]);
  } catch (error) {
    if (error instanceof TimedOut) self.fail('download timed out');
    throw error;
  } finally {
    timer?.cancel();
  }
}

class TimedOut extends Error {}

async function fetchUrl(self: Utility, options: Options, url: string): Promise<number | undefined> {
  let target = parseUrl(self, url);
  for (let turn = 0; turn <= mostRedirections; turn++) {
    const connection = await connectTo(self, options, target);
    const input = new ByteLines(self, connection);
    await self.process.until(connection.writable.write(encode(requestText(self, options, target))));
    const reply = await readReply(self, input);
    if (options.has('S')) await showReply(self, reply);
    const location = reply.headers.find(([name]) => name === 'location')?.[1];
    if (reply.status >= 300 && reply.status < 400 && location && reply.status !== 304) {
      connection.destroy();
      target = location.startsWith('/') ? { ...target, path: location } : parseUrl(self, location);
      continue;
    }
    if (reply.status !== 204 && (reply.status < 200 || reply.status >= 300)) {
      connection.destroy();
      self.fail(`server returned error: ${reply.statusLine}`);
    }
    if (options.has('3')) {
      connection.destroy();
      if (!options.has('q')) await say(self, 'remote file exists\n');
      return undefined;
    }
    await saveBody(self, options, target, reply, input);
    connection.destroy();
    return undefined;
  }
  return self.fail('too many redirections');
}

function parseUrl(self: Utility, url: string): Target {
  const match = /^(?:([a-z]+):\/\/)?(?:([^@/]*)@)?([^/:?#]+)(?::(\d+))?([^#]*)/.exec(url);
  const scheme = match?.[1] ?? 'http';
  if (!match?.[3]) return self.fail(`bad address '${url}'`);
  const secure = scheme === 'https';
  if (scheme !== 'http' && !secure) return self.fail(`not an http or ftp url: ${url}`);
  const path = match[5] || '/';
  return {
    host: match[3],
    named: match[4] === undefined ? match[3] : `${match[3]}:${match[4]}`,
    port: Number(match[4] ?? (secure ? 443 : 80)),
    secure,
    path: path.startsWith('/') ? path : `/${path}`,
    user: match[2] ?? '',
  };
}

async function connectTo(self: Utility, options: Options, target: Target): Promise<NetworkStream> {
  const { process } = self;
  const address = await addressOf(process, target.host);
  if (address === undefined) return self.fail(`bad address '${target.named}'`);
  if (!options.has('q')) await say(self, `Connecting to ${target.named} (${address}:${target.port})\n`);
  try {
    const connection = await process.until(process.network.connect(address, target.port));
    return target.secure ? await secured(self, options, target, connection) : connection;
  } catch (error) {
    if (error instanceof NetworkError)
      return self.fail(`can't connect to remote host (${address}): ${networkText(error)}`);
    throw error;
  }
}

/** BusyBox's own TLS checks no certificate, and says so. */
async function secured(
  self: Utility,
  options: Options,
  { host }: Target,
  connection: NetworkStream,
): Promise<NetworkStream> {
  if (!options.has('4') && !options.has('q'))
    await say(self, 'wget: note: TLS certificate validation not implemented\n');
  const handshake = startTls(connection, { host, verify: false });
  const socket = await self.process.until(handshake).catch((error: unknown) => {
    if (error instanceof Ended || error instanceof Interrupted) throw error;
    return self.fail('TLS error from peer (alert code 80): internal error');
  });
  return duplexStream(socket);
}

function requestText(self: Utility, options: Options, target: Target): string {
  const given = options.values('1');
  const gives = (name: string) => given.some((line) => line.toLowerCase().startsWith(`${name}:`));
  const body = postBody(self, options);
  const lines = [`${body === undefined ? 'GET' : 'POST'} ${target.path} HTTP/1.1`];
  if (!gives('host')) lines.push(`Host: ${target.named}`);
  if (!gives('user-agent')) lines.push(`User-Agent: ${options.value('U') ?? 'Wget'}`);
  lines.push('Connection: close');
  if (target.user)
    lines.push(`Authorization: Basic ${Buffer.from(target.user, 'latin1').toString('base64')}`);
  lines.push(...given);
  if (body !== undefined) {
    if (!gives('content-type')) lines.push('Content-Type: application/x-www-form-urlencoded');
    lines.push(`Content-Length: ${body.length}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

function postBody({ process }: Utility, options: Options): string | undefined {
  const file = options.value('5');
  return file === undefined ? options.value('2') : decode(process.files.readFile(file));
}

async function readReply(self: Utility, input: ByteLines): Promise<Reply> {
  const statusLine = await input.line();
  const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(statusLine)?.[1] ?? 0);
  if (status === 0) return self.fail('bad header line: no HTTP response');
  const headers: [string, string][] = [];
  for (let line = await input.line(); line !== ''; line = await input.line()) {
    const colon = line.indexOf(':');
    headers.push([line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]);
  }
  if (status === 100) return readReply(self, input);
  return { statusLine, status, headers };
}

async function showReply(self: Utility, { statusLine, headers }: Reply): Promise<void> {
  await say(self, `  ${statusLine}\n`);
  for (const [name, value] of headers)
    await say(self, `  ${name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())}: ${value}\n`);
  await say(self, '  \n');
}

async function saveBody(
  self: Utility,
  options: Options,
  target: Target,
  reply: Reply,
  input: ByteLines,
): Promise<void> {
  const { process } = self;
  const quiet = options.has('q');
  const given = options.value('O');
  const toOutput = given === '-';
  const name = given ?? fileName(target, options.value('P'));
  const header = (key: string) => reply.headers.find(([known]) => known === key)?.[1];
  if (!quiet) await say(self, toOutput ? 'writing to stdout\n' : `saving to '${name}'\n`);
  const file = toOutput ? undefined : await openForSaving(self, name, given !== undefined);
  const fd = file ? process.addFd(file) : 1;
  let received = 0;
  const parts =
    header('transfer-encoding') === 'chunked'
      ? input.chunked()
      : input.rest(Number(header('content-length') ?? -1));
  for await (const part of parts) {
    received += part.length;
    await process.write(fd, part);
  }
  if (file) process.closeFd(fd);
  if (quiet) return;
  const shown = (toOutput ? '-' : (name.split('/').at(-1) ?? name)).padEnd(20).slice(0, 20);
  await say(self, `${shown} 100% |${'*'.repeat(32)}| ${sizeText(received)}  0:00:00 ETA\n`);
  await say(self, toOutput ? 'written to stdout\n' : `'${name}' saved\n`);
}

function fileName({ path }: Target, folder: string | undefined): string {
  const last = path.split('?')[0]?.split('/').at(-1) || 'index.html';
  return folder ? `${folder.replace(/\/$/, '')}/${last}` : last;
}

async function openForSaving(self: Utility, name: string, replace: boolean) {
  try {
    return await self.process.open(name, replace ? 'w' : 'wx');
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await self.warnError(`can't open '${name}'`, error);
    return self.fail('', 1);
  }
}

/** As BusyBox's progress bar shows sizes: five places, then k and M. */
function sizeText(bytes: number): string {
  if (bytes < 100_000) return String(bytes).padStart(5);
  if (bytes < 100_000 * 1024) return `${Math.round(bytes / 1024)}k`.padStart(5);
  return `${Math.round(bytes / 1024 / 1024)}M`.padStart(5);
}

const say = (self: Utility, text: string) => self.process.write(2, text);

/** A connection read by lines first, then by bytes. */
class ByteLines {
  private held = '';
  private ended = false;
  private readonly source: AsyncIterator<Uint8Array>;

  constructor(
    private readonly self: Utility,
    connection: NetworkStream,
  ) {
    this.source = connection.readable[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    while (!this.held.includes('\n') && (await this.more()));
    const end = this.held.indexOf('\n');
    if (end < 0) return this.self.fail('error getting response');
    const line = this.held.slice(0, end).replace(/\r$/, '');
    this.held = this.held.slice(end + 1);
    return line;
  }

  /** `length` bytes, or all when it is negative. */
  async *rest(length: number): AsyncGenerator<Uint8Array> {
    let left = length < 0 ? Number.POSITIVE_INFINITY : length;
    while (left > 0) {
      if (this.held === '' && !(await this.more())) {
        if (length >= 0) this.self.fail('connection closed prematurely');
        return;
      }
      const part = this.held.slice(0, Math.min(left, this.held.length));
      this.held = this.held.slice(part.length);
      left -= part.length;
      yield encode(part);
    }
  }

  async *chunked(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const size = Number.parseInt(toText(await this.line()), 16);
      if (!(size > 0)) return;
      yield* this.rest(size);
      await this.line();
    }
  }

  private async more(): Promise<boolean> {
    if (this.ended) return false;
    try {
      const { value, done } = await this.self.process.until(this.source.next());
      if (done) this.ended = true;
      else this.held += decode(value);
      return !done;
    } catch (error) {
      if (error instanceof NetworkError)
        return this.self.fail(`error getting response: ${networkText(error)}`);
      throw error;
    }
  }
}
