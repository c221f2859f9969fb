import { request as httpRequest, type IncomingMessage } from 'node:http';
import { decode } from '../../files/byte-string';
import { FileError } from '../../files/file-system';
import { NetworkError } from '../../network/namespace';
import { startTls } from '../../network/tls-client';
import type { Process } from '../../runtime/process';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What the API server said no to; or the connection did not come about (status 0). */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface ApiRequest {
  method?: string;
  /** With its query. */
  path: string;
  body?: unknown;
  /** Default application/json. */
  contentType?: string;
}

/** The API server as a Pod reaches it: by the variables of its environment, with its ServiceAccount's token and authority. */
export class ApiClient {
  constructor(private readonly process: Process) {}

  /** The decoded answer. Rejects with ApiFailure. */
  async request(what: ApiRequest): Promise<unknown> {
    const answer = await this.send(what);
    const text = await textOf(answer);
    const status = answer.statusCode ?? 0;
    if (status >= 300) throw new ApiFailure(status, messageIn(text));
    return text === '' ? undefined : decoded(text);
  }

  /** The events of a watch, until the server ends it. Rejects with ApiFailure. */
  async *watch(path: string): AsyncIterable<{ type: string; object: unknown }> {
    const answer = await this.send({ path });
    if (answer.statusCode !== 200)
      throw new ApiFailure(answer.statusCode ?? 0, messageIn(await textOf(answer)));
    answer.setEncoding('utf8');
    let rest = '';
    try {
      for await (const chunk of answer) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') yield decoded(line) as { type: string; object: unknown };
      }
    } catch (error) {
      throw error instanceof ApiFailure ? error : new ApiFailure(0, (error as Error).message);
    }
  }

  private async send({ method = 'GET', path, body, contentType = 'application/json' }: ApiRequest) {
    const { env, files, network } = this.process;
    const host = env.get('KUBERNETES_SERVICE_HOST') ?? '';
    const port = Number(env.get('KUBERNETES_SERVICE_PORT') ?? 0);
    try {
      const token = decode(files.readFile(`${account}/token`)).trim();
      const ca = decode(files.readFile(`${account}/ca.crt`));
      const socket = await startTls(await network.connect(host, port), { host, ca, verify: true });
      return await new Promise<IncomingMessage>((resolve, reject) => {
        const outgoing = httpRequest({
          createConnection: () => socket,
          method,
          path,
          headers: {
            Host: `${host}:${port}`,
            Authorization: `Bearer ${token}`,
            Accept: 'application/json',
            'User-Agent': 'nginx-ingress-controller',
            ...(body === undefined ? {} : { 'Content-Type': contentType }),
          },
        });
        outgoing.on('response', resolve);
        outgoing.on('error', reject);
        outgoing.end(body === undefined ? undefined : JSON.stringify(body));
      });
    } catch (error) {
      if (error instanceof FileError)
        throw new ApiFailure(0, `open ${error.path}: no such file or directory`);
      if (error instanceof NetworkError)
        throw new ApiFailure(0, `dial tcp ${host}:${port}: ${error.message}`);
      throw new ApiFailure(0, (error as Error).message);
    }
  }
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiFailure(0, (error as Error).message);
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
