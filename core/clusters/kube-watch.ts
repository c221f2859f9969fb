import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { isPodlabError } from '../errors';
import { KubeApiError, type KubeObject, type WatchHandlers } from './kube-api';
import { type KubeHttp, readBody } from './kube-http';
import { refusal } from './kube-status';

/** Asked of the server, so that a watch behind a silent network ends by itself. */
const timeoutSeconds = 290;
/** Longest line: an object is at most 1.5 MiB, etcd's bound. */
const lineLimit = 4 * 1024 * 1024;

interface WatchLine {
  type: string;
  object: KubeObject & { code?: number; reason?: string; message?: string };
}

/** One watch stream: a JSON document per line. Returns the function that ends it silently. */
export function openWatch(
  connection: KubeHttp,
  path: string,
  resourceVersion: string,
  handlers: WatchHandlers,
): () => void {
  const abort = new AbortController();
  let over = false;
  // The server ends the stream after timeoutSeconds; if it cannot even do that, we do.
  const overdue = setTimeout(() => finish({ gone: false }), (timeoutSeconds + 20) * 1000);
  overdue.unref();
  const finish = (reason?: { gone: boolean; error?: Error }) => {
    if (over) return;
    over = true;
    clearTimeout(overdue);
    abort.abort();
    if (reason) handlers.end(reason);
  };
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: String(timeoutSeconds),
  });

  async function run() {
    const message = await connection.open({ method: 'GET', path: `${path}?${query}`, signal: abort.signal });
    const status = message.statusCode ?? 0;
    if (status >= 300) {
      const { body } = await readBody(message, 64 * 1024);
      return finish({ gone: status === 410, error: refusal(status, body) });
    }
    for await (const line of lines(message)) {
      if (over) return;
      const { type, object } = JSON.parse(line) as WatchLine;
      if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') handlers.event(type, object);
      else if (type === 'ERROR') {
        const error = new KubeApiError(
          object.code ?? 500,
          object.reason ?? '',
          object.message ?? 'watch error',
        );
        return finish({ gone: object.code === 410, error });
      }
    }
    finish({ gone: false });
  }

  run().catch((error: unknown) =>
    finish({ gone: false, error: isPodlabError(error) ? error : connection.unreachable(error) }),
  );
  return () => finish();
}

async function* lines(message: IncomingMessage): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of message as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > lineLimit) throw new Error('a watch event is longer than 4 MiB');
    for (const part of parts) if (part.trim()) yield part;
  }
}
