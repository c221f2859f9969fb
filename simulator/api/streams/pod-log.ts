import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogSource } from '../../kubelet/node-agent';
import type { LogEntry } from '../../runtime/container-runtime';
import { ApiError } from '../errors';
import type { StreamRequest } from '../extension-points';
import type { StreamServices } from './index';
import { formatLogTime, type LogOptions, parseLogOptions } from './log-options';
import { agentOf, containerName, getPod } from './pod-target';

/** pods/log (kubelet pkg/kubelet/kuberuntime/logs ReadLogs). */
export async function servePodLog(
  { client, agents, clock }: StreamServices,
  { namespace, name, query }: StreamRequest,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const options = parseLogOptions(query, clock.now());
  const pod = getPod(client, namespace, name);
  const container = containerName(pod, query.get('container'));
  if (!pod.spec?.nodeName)
    throw new ApiError(
      400,
      'BadRequest',
      `container "${container}" in pod "${name}" is waiting to start: ContainerCreating`,
    );
  const source = agentOf(agents, pod).findLog(namespace, name, container, { previous: options.previous });
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  const out = new LogWriter(response, options);
  const position = source.log.readFrom(Number.POSITIVE_INFINITY).next;
  for (const entry of selected(source, options)) if (!(await out.write(entry))) break;
  if (options.follow && !out.full) await followLog(source, position, out, message, response);
  if (!response.destroyed) response.end();
}

/** What is there already, cut to sinceTime and tailLines. */
function selected(source: LogSource, { since, tailLines, stream }: LogOptions): LogEntry[] {
  const recent = source.log
    .entries()
    .filter((entry) => entry.time >= since && (stream === undefined || entry.stream === stream));
  return tailLines === undefined ? recent : recent.slice(Math.max(0, recent.length - tailLines));
}

async function followLog(
  source: LogSource,
  from: number,
  out: LogWriter,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let position = from;
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
        const read = source.log.readFrom(position);
        position = read.next;
        for (const entry of read.entries) if (!(await out.write(entry))) return;
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
    private readonly response: ServerResponse,
    private readonly options: LogOptions,
  ) {
    this.left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    response.once('close', () => {
      this.full = true;
    });
  }

  /** False once no more is wanted. */
  async write(entry: LogEntry): Promise<boolean> {
    const { stream, timestamps } = this.options;
    if (this.full) return false;
    if (stream !== undefined && entry.stream !== stream) return true;
    const prefix = timestamps ? Buffer.from(`${formatLogTime(entry.time)} `) : undefined;
    const text = prefix ? Buffer.concat([prefix, entry.text]) : entry.text;
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
}
