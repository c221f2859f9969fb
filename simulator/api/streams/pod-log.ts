import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Writable } from 'node:stream';
import type { LogSource } from '../../kubelet/node-agent';
import type { LogEntry } from '../../runtime/container-runtime';
import type { StreamRequest } from '../extension-points';
import type { StreamServices } from './index';
import { formatLogTime, type LogOptions, parseLogOptions } from './log-options';
import { agentOf, containerName, getPod } from './pod-target';
import { webSocketOutput } from './web-socket-output';

/** pods/log (kubelet pkg/kubelet/kuberuntime/logs ReadLogs). */
export async function servePodLog(
  { client, agents, clock }: StreamServices,
  { namespace, name, query }: StreamRequest,
  message: IncomingMessage,
  response: ServerResponse | Duplex,
  head: Buffer,
): Promise<void> {
  const options = parseLogOptions(query, clock.now());
  const pod = getPod(client, namespace, name);
  const container = containerName(pod, query.get('container'));
  // What no node has got yet has no log: an answer without content (LogLocation).
  if (!pod.spec?.nodeName) return endAtOnce(message, response, head);
  const source = agentOf(agents, pod).findLog(namespace, name, container, { previous: options.previous });
  const output = await outputOf(message, response, head);
  const out = new LogWriter(output, options);
  const place = { position: 0 };
  const release = source.log.hold(() => place.position);
  try {
    await showLog(source, options, out, place);
    if (options.follow && !out.full) await followLog(source, place, out, message, output);
  } finally {
    release();
  }
  if (!output.destroyed) output.end();
}

async function endAtOnce(
  message: IncomingMessage,
  response: ServerResponse | Duplex,
  head: Buffer,
): Promise<void> {
  if ('writeHead' in response) response.writeHead(204).end();
  else (await webSocketOutput(message, response, head)).end();
}

async function outputOf(
  message: IncomingMessage,
  response: ServerResponse | Duplex,
  head: Buffer,
): Promise<Writable> {
  if (!('writeHead' in response)) return webSocketOutput(message, response, head);
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  return response;
}

/** Where a reader is in a log. */
interface Place {
  position: number;
}

/** What is there already, from sinceTime or the first of tailLines on: `place` is after it then. */
async function showLog(
  { log }: LogSource,
  { tailLines }: LogOptions,
  out: LogWriter,
  place: Place,
): Promise<void> {
  const end = log.readFrom(Number.POSITIVE_INFINITY).next;
  const first =
    tailLines === undefined ? { position: 0, skip: 0 } : log.tail(tailLines, (entry) => out.wants(entry));
  let { skip } = first;
  place.position = first.position;
  while (place.position < end) {
    const { entries, next } = log.readFrom(place.position);
    place.position = next;
    const wanted = entries.filter((entry) => out.wants(entry));
    const shown = wanted.slice(skip);
    skip -= wanted.length - shown.length;
    if (!(await out.write(shown))) break;
  }
  place.position = Math.max(place.position, end);
}

async function followLog(
  source: LogSource,
  place: Place,
  out: LogWriter,
  message: IncomingMessage,
  response: Writable,
): Promise<void> {
  let wake: () => void = () => undefined;
  let news = true;
  let over = false;
  const notify = () => {
    news = true;
    wake();
  };
  const finish = () => {
    over = true;
    notify();
  };
  const stop = source.log.follow(notify);
  message.once('close', finish);
  response.once('close', finish);
  source.onExit(finish);
  try {
    for (;;) {
      while (news) {
        news = false;
        const read = source.log.readFrom(place.position);
        place.position = read.next;
        if (!(await out.write(read.entries.filter((entry) => out.wants(entry))))) return;
        if (read.entries.length > 0) news = true;
      }
      if (over || response.destroyed) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (news) resolve();
      });
    }
  } finally {
    stop();
  }
}

/** Writes entries at the pace of the client, up to limitBytes. */
class LogWriter {
  full = false;
  private left: number;

  constructor(
    private readonly response: Writable,
    private readonly options: LogOptions,
  ) {
    this.left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    response.once('close', () => {
      this.full = true;
    });
  }

  /** Whether it is of the stream and time that were asked for. */
  wants(entry: LogEntry): boolean {
    const { stream, since } = this.options;
    return entry.time >= since && (stream === undefined || entry.stream === stream);
  }

  /** False once no more is wanted. */
  async write(entries: readonly LogEntry[]): Promise<boolean> {
    if (this.full) return false;
    if (entries.length === 0) return true;
    const text = Buffer.concat(entries.flatMap((entry) => this.line(entry)));
    const part = text.length > this.left ? text.subarray(0, this.left) : text;
    this.left -= part.length;
    if (this.left <= 0) this.full = true;
    if (this.response.write(part)) return !this.full;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.response.off('drain', done);
        this.response.off('close', done);
        resolve();
      };
      this.response.on('drain', done);
      this.response.on('close', done);
      if (this.response.destroyed) done();
    });
    return !this.full;
  }

  private line({ time, text }: LogEntry): Uint8Array[] {
    return this.options.timestamps ? [Buffer.from(`${formatLogTime(time)} `), text] : [text];
  }
}
