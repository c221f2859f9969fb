import type { IncomingMessage } from 'node:http';
import { decode, encode, toBytes } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import type { Process, Program } from '../../runtime/process';
import { openConnection } from './connect';
import { Cookies } from './cookies';
import { CurlFailure } from './failure';
import { urlsOf } from './glob';
import { type CurlOptions, parseCurlOptions } from './options';
import { proxyFor } from './proxy';
import { headText, meterLine, meterTitle, type Outcome, verboseHead, writeOutText } from './report';
import { type CurlRequest, content, type Payload, readPayload, requestFor, startRequest } from './request';

const version = '8.12.1';
/** Answers after which --retry tries again. */
const transient = new Set([408, 429, 500, 502, 503, 504]);

/** curl for HTTP and HTTPS. */
export const curl: Program = async (process) => {
  const options = parseCurlOptions(process.argv.slice(1));
  const say = (text: string) => process.write(2, `curl: ${text}\n`);
  if (typeof options === 'string') {
    await say(options);
    return 2;
  }
  if (options.flags.has('version')) {
    await process.write(
      1,
      `curl ${version} (x86_64-pc-linux-musl) libcurl/${version} OpenSSL\nProtocols: http https\n`,
    );
    return 0;
  }
  if (options.flags.has('help')) {
    await process.write(1, 'Usage: curl [options...] <url>\n');
    return 0;
  }
  if (options.urls.length === 0) {
    await say("(2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information");
    return 2;
  }
  const quiet = options.flags.has('silent') && !options.flags.has('showError');
  let code = 0;
  let payload: Payload;
  const cookies = new Cookies(options.cookie?.includes('=') ? options.cookie : undefined);
  try {
    payload = await readPayload(process, options);
    if (options.writeOut?.startsWith('@'))
      options.writeOut = await content(process, options.writeOut.slice(1));
    if (options.cookie !== undefined && !options.cookie.includes('=') && process.files.exists(options.cookie))
      cookies.load(decode(process.files.readFile(options.cookie)));
  } catch (error) {
    if (!(error instanceof CurlFailure)) throw error;
    if (!quiet) await say(`(${error.code}) ${error.message}`);
    return error.code;
  }
  const report = async (failure: CurlFailure) => {
    if (!quiet) await say(`(${failure.code}) ${failure.message}`);
  };
  for (const [index, pattern] of options.urls.entries()) {
    let urls: string[] = [];
    try {
      urls = options.flags.has('noGlob') ? [pattern] : urlsOf(pattern);
    } catch (error) {
      if (!(error instanceof CurlFailure)) throw error;
      await report(error);
      code = error.code;
    }
    for (const url of urls)
      code = await new Transfer(process, options, url, index, payload, cookies).run(report);
  }
  if (options.cookieJar !== undefined) await keepCookies(process, options.cookieJar, cookies);
  return code;
};

async function keepCookies(process: Process, path: string, cookies: Cookies): Promise<void> {
  try {
    const fd = process.addFd(await process.open(path, 'w'));
    await process.write(fd, cookies.jar());
    process.closeFd(fd);
  } catch (error) {
    // curl says so with -v alone.
    if (!(error instanceof FileError)) throw error;
  }
}

/** One URL: its redirects, its retries, and where its answer goes. */
class Transfer {
  private readonly startedAt: number;
  private readonly outcome: Outcome;
  private readonly showsMeter: boolean;

  constructor(
    private readonly process: Process,
    private readonly options: CurlOptions,
    private readonly text: string,
    private readonly index: number,
    private readonly payload: Payload,
    private readonly cookies: Cookies,
  ) {
    this.startedAt = process.clock.now();
    this.outcome = {
      url: text,
      bodyBytes: 0,
      totalMs: 0,
      lookupMs: 0,
      connectMs: 0,
      secureMs: 0,
      answeredMs: 0,
      redirects: 0,
      method: 'GET',
      uploadBytes: 0,
      exitCode: 0,
      error: '',
    };
    const { flags, outputs } = options;
    const toTerminal = outputs[index] === undefined && process.isTerminal(1);
    this.showsMeter = !flags.has('silent') && !flags.has('noMeter') && !toTerminal;
  }

  /** Resolves with curl's exit code; `report` is told of the failure, after the meter. */
  async run(report: (failure: CurlFailure) => Promise<void>): Promise<number> {
    const { process, options, outcome } = this;
    if (this.showsMeter) await process.write(2, meterTitle);
    const failure = await this.withRetries();
    outcome.totalMs = process.clock.now() - this.startedAt;
    if (this.showsMeter) await process.write(2, `${meterLine(outcome.bodyBytes, outcome.totalMs)}\n`);
    if (failure) {
      outcome.exitCode = failure.code;
      outcome.error = failure.message;
      await report(failure);
    }
    if (options.writeOut !== undefined) await this.writeOut(options.writeOut);
    return outcome.exitCode;
  }

  /** -w */
  private async writeOut(given: string): Promise<void> {
    const { process, outcome } = this;
    const unknown: string[] = [];
    const text = writeOutText(given, outcome, (name) => unknown.push(name));
    for (const name of unknown) await process.write(2, `curl: unknown --write-out variable: '${name}'\n`);
    await process.write(1, toBytes(text));
  }

  private async withRetries(): Promise<CurlFailure | undefined> {
    const { process, options } = this;
    for (let left = options.retries, pause = 1_000; ; left--, pause *= 2) {
      let failure: CurlFailure | undefined;
      try {
        await this.fetch(left > 0);
        return undefined;
      } catch (error) {
        if (!(error instanceof CurlFailure)) throw error;
        failure = error;
      }
      const reason = this.reasonToRetry(failure);
      if (left === 0 || reason === undefined) return failure;
      const wait = options.retryDelayMs ?? pause;
      const spent = process.clock.now() - this.startedAt + wait;
      if (options.retryMaxMs !== undefined && spent > options.retryMaxMs) return failure;
      if (!options.flags.has('silent'))
        await process.write(
          2,
          `Warning: Problem: ${reason}. Will retry in ${wait / 1_000} second${wait === 1_000 ? '' : 's'}. ${left} ${left === 1 ? 'retry' : 'retries'} left.\n`,
        );
      await process.sleep(wait);
    }
  }

  private reasonToRetry(failure: CurlFailure): string | undefined {
    const { flags } = this.options;
    if (failure instanceof TransientAnswer) return 'HTTP error';
    const status = this.outcome.answer?.statusCode ?? 0;
    if (failure.code === 22 && transient.has(status)) return 'HTTP error';
    if (failure.code === 28) return 'timeout';
    if (failure.code === 7 && flags.has('retryConnectionRefused')) return 'connection refused';
    return flags.has('retryAllErrors') ? '(retrying all errors)' : undefined;
  }

  private async fetch(mayRetry: boolean): Promise<void> {
    const { options, outcome, cookies } = this;
    const { flags } = options;
    let url = parseUrl(this.text);
    let method: string | undefined;
    for (;;) {
      outcome.url = url.href;
      const proxy = proxyFor(this.process, options, url);
      const request = requestFor(options, url, this.payload, {
        version,
        cookie: cookies.header(url),
        ...(method === undefined ? {} : { method }),
        proxied: proxy !== undefined,
      });
      outcome.method = request.method;
      outcome.uploadBytes = request.body?.length ?? 0;
      const answer = await this.send(request, url, proxy);
      outcome.answer = answer;
      for (const header of answer.headers['set-cookie'] ?? []) cookies.set(header, url);
      const status = answer.statusCode ?? 0;
      const target = answer.headers.location;
      if (flags.has('location') && status >= 300 && status < 400 && target) {
        if (flags.has('include') || flags.has('head')) await this.process.write(1, headText(answer));
        answer.resume();
        if (outcome.redirects >= options.mostRedirects)
          throw new CurlFailure(47, `Maximum (${options.mostRedirects}) redirects followed`);
        outcome.redirects++;
        if (status < 307 && request.method === 'POST' && options.method === undefined) method = 'GET';
        url = new URL(target, url);
        continue;
      }
      if (mayRetry && transient.has(status)) {
        answer.resume();
        throw new TransientAnswer();
      }
      if (flags.has('fail') && status >= 400) {
        answer.resume();
        throw new CurlFailure(22, `The requested URL returned error: ${status}`);
      }
      await this.show(answer);
      if (flags.has('failWithBody') && status >= 400)
        throw new CurlFailure(22, `The requested URL returned error: ${status}`);
      await this.tell(`Connection #0 to host ${url.hostname} left intact\n`);
      return;
    }
  }

  private async send(
    request: CurlRequest,
    url: URL,
    through: { host: string; port: number } | undefined,
  ): Promise<IncomingMessage> {
    const { process, options, outcome } = this;
    const { maxTimeMs } = options;
    const startedAt = process.clock.now();
    const until = maxTimeMs === undefined ? undefined : this.startedAt + maxTimeMs;
    const way = { url, through, until };
    const { socket, ...opened } = await openConnection(process, options, way, (text) => this.tell(text));
    Object.assign(outcome, opened);
    await this.showRequest(request);
    const left = until === undefined ? undefined : until - process.clock.now();
    const answer = await process.block<IncomingMessage>((done, failed) => {
      const outgoing = startRequest(request, socket);
      // curl says nothing of it in HTTP/1.1, unless it is told to.
      if (!request.headers.some(([name]) => name.toLowerCase() === 'connection'))
        outgoing.removeHeader('Connection');
      outgoing.on('response', done);
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        failed(
          /Parse Error/.test(error.message)
            ? new CurlFailure(1, 'Received HTTP/0.9 when not allowed')
            : new CurlFailure(52, 'Empty reply from server'),
        ),
      );
      outgoing.end(request.body);
      const timer =
        left === undefined
          ? undefined
          : process.clock.after(Math.max(0, left), () => failed(this.timedOut()));
      return () => timer?.cancel();
    });
    outcome.answeredMs = process.clock.now() - startedAt;
    if (options.flags.has('verbose')) await process.write(2, verboseHead(answer));
    return answer;
  }

  private async showRequest({ method, path, headers }: CurlRequest): Promise<void> {
    if (!this.options.flags.has('verbose')) return;
    const lines = [`${method} ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`), ''];
    await this.process.write(2, lines.map((line) => `> ${line}\r\n`).join(''));
    await this.tell('Request completely sent off\n');
  }

  private async show(answer: IncomingMessage): Promise<void> {
    const { process, options, outcome } = this;
    const { flags } = options;
    const fd = await this.output();
    try {
      if (options.dumpHeader !== undefined) await this.dumpHeader(options.dumpHeader, answer);
      if (flags.has('include') || flags.has('head')) await process.write(fd, headText(answer));
      const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      for (;;) {
        const { done, value } = await this.nextChunk(chunks);
        if (done) return;
        outcome.bodyBytes += value.length;
        await process.write(fd, Uint8Array.from(value));
      }
    } finally {
      if (fd !== 1) process.closeFd(fd);
    }
  }

  private async nextChunk(chunks: AsyncIterator<Buffer>): Promise<IteratorResult<Buffer>> {
    const { process, options, outcome } = this;
    const { maxTimeMs } = options;
    return process.block<IteratorResult<Buffer>>((done, failed) => {
      chunks.next().then(done, () => {
        const expected = Number(outcome.answer?.headers['content-length'] ?? Number.NaN);
        failed(
          Number.isNaN(expected)
            ? new CurlFailure(18, 'transfer closed with outstanding read data remaining')
            : new CurlFailure(18, `end of response with ${expected - outcome.bodyBytes} bytes missing`),
        );
      });
      if (maxTimeMs === undefined) return undefined;
      const left = Math.max(0, maxTimeMs - (process.clock.now() - this.startedAt));
      const timer = process.clock.after(left, () => failed(this.timedOut()));
      return () => timer.cancel();
    });
  }

  /** The descriptor that the body goes to. */
  private async output(): Promise<number> {
    const { process, options } = this;
    const chosen = options.outputs[this.index];
    if (chosen === undefined || (chosen !== 'remote' && chosen.path === '-')) return 1;
    const path = chosen === 'remote' ? remoteName(this.outcome.url) : chosen.path;
    if (options.flags.has('createDirs')) makeParents(process, path);
    try {
      return process.addFd(await process.open(path, 'w'));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new CurlFailure(23, 'Failure writing output to destination');
    }
  }

  private async dumpHeader(path: string, answer: IncomingMessage): Promise<void> {
    const fd = path === '-' ? 1 : this.process.addFd(await this.process.open(path, 'w'));
    await this.process.write(fd, headText(answer));
    if (fd !== 1) this.process.closeFd(fd);
  }

  private timedOut(): CurlFailure {
    const took = Math.round(this.process.clock.now() - this.startedAt);
    const { bodyBytes } = this.outcome;
    return new CurlFailure(
      28,
      `Operation timed out after ${took} milliseconds with ${bodyBytes} bytes received`,
    );
  }

  /** A line of -v. */
  private async tell(text: string): Promise<void> {
    if (this.options.flags.has('verbose')) await this.process.write(2, encode(`* ${text}`));
  }
}

/** An answer that is not shown, because it is asked for again. */
class TransientAnswer extends CurlFailure {
  constructor() {
    super(0, '');
  }
}

function remoteName(url: string): string {
  const name = new URL(url).pathname.split('/').at(-1) ?? '';
  if (name === '') throw new CurlFailure(23, 'Remote file name has no length');
  return name;
}

function makeParents(process: Process, path: string): void {
  const names = path.split('/').slice(0, -1);
  for (let count = 1; count <= names.length; count++) {
    const folder = names.slice(0, count).join('/');
    if (folder !== '' && !process.files.exists(folder)) process.files.mkdir(folder, 0o750);
  }
}

function parseUrl(text: string): URL {
  const full = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(full)) throw new CurlFailure(3, 'URL rejected: Malformed input to a URL function');
  const url = new URL(full);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new CurlFailure(
      1,
      `The embedded cluster does not simulate ${url.protocol.replace(':', '')} in curl; use a kind cluster for that.`,
    );
  return url;
}
