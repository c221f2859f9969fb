import http from 'node:http';
import https from 'node:https';
import { isPodlabError, PodlabError } from '../errors';

/** Where an API server listens and how to prove who we are. PEM texts, not paths. */
export interface KubeServer {
  /** `https://host:port`, a path prefix is kept. */
  server: string;
  /** Authority that signed the server's certificate; the system's own when absent. */
  ca?: string;
  token?: string;
  /** Client certificate and key. */
  cert?: string;
  key?: string;
  /** Name that the server's certificate must carry, when it is not the host of `server`. */
  tlsServerName?: string;
  /** Accept any certificate. Only when a kubeconfig says so. */
  insecure?: boolean;
  /**
   * Credentials that expire (exec plug-ins, token files): asked before each request, expected to cache. `refused`: what it
   * gave before and the server did not take, so that these will not do.
   */
  credentials?: (refused?: Credentials) => Promise<Credentials>;
}

export interface Credentials {
  token?: string;
  cert?: string;
  key?: string;
}

export interface HttpRequest {
  method: string;
  /** Path with query, without the server's prefix. */
  path: string;
  body?: string;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal;
}

export interface HttpReply {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** The body was longer than the bound and has been cut. */
  cut: boolean;
}

/** The TLS half of a connection's options: for the keep-alive agent and for WebSockets alike. */
interface TlsIdentity {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized: boolean;
}

/** Who asks: the connection's half, the request's, and which of the credentials that expire they are. */
interface Identity {
  tls: TlsIdentity;
  headers: Record<string, string>;
  given: Credentials | undefined;
}

/** A request that has not ended by then never will: a server that is paused, a network that swallows packets. */
const longestSilenceMs = 60_000;

/** Connections to one API server, kept alive between requests. */
export class KubeHttp {
  readonly #options: KubeServer;
  readonly #base: URL;
  #agent: http.Agent | undefined;
  #agentKey = '';

  constructor(options: KubeServer) {
    this.#options = options;
    this.#base = new URL(options.server);
    if (this.#base.protocol !== 'https:' && this.#base.protocol !== 'http:')
      throw new PodlabError(
        'cluster-unreachable',
        `The API server address ${options.server} is neither https nor http.`,
        'Correct `server` in the kubeconfig.',
      );
  }

  /** Full URL of a path, for WebSockets with `wss:`. */
  url(path: string): URL {
    return new URL(this.#base.pathname.replace(/\/$/, '') + path, this.#base);
  }

  async identity(refused?: Credentials): Promise<Identity> {
    const { ca, tlsServerName, insecure, credentials } = this.#options;
    const given = await credentials?.(refused);
    const { token, cert, key } = { ...this.#options, ...given };
    const tls: TlsIdentity = { ca, cert, key, rejectUnauthorized: !insecure };
    if (tlsServerName) tls.servername = tlsServerName;
    return { tls, headers: token ? { authorization: `Bearer ${token}` } : {}, given };
  }

  /**
   * Sends one request and hands over the reply as soon as its head is there. Rejects with PodlabError
   * `cluster-unreachable`, or with the signal's reason.
   */
  async open(request: HttpRequest): Promise<http.IncomingMessage> {
    const identity = await this.identity();
    const message = await this.#ask(request, identity);
    if (message.statusCode !== 401 || !identity.given) return message;
    // They may have expired before their time; the request has changed nothing.
    message.resume();
    return this.#ask(request, await this.identity(identity.given));
  }

  /** As `open`, with the whole body up to `limit` bytes; the rest is not read. Bounded in time. */
  async send(request: HttpRequest, limit: number): Promise<HttpReply> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(new Error('it was silent for a minute')), longestSilenceMs);
    const { signal = silence.signal } = request;
    const forward = () => silence.abort(signal.reason);
    signal.addEventListener('abort', forward);
    try {
      signal.throwIfAborted();
      const message = await this.open({ ...request, signal: silence.signal });
      const { body, cut } = await readBody(message, limit);
      return { status: message.statusCode ?? 0, headers: message.headers, body, cut };
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      throw isPodlabError(error) ? error : this.unreachable(error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', forward);
    }
  }

  async #ask(request: HttpRequest, { tls, headers }: Identity): Promise<http.IncomingMessage> {
    request.signal?.throwIfAborted();
    try {
      return await this.#send(request, tls, headers);
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      throw this.unreachable(error);
    }
  }

  unreachable(cause: unknown): PodlabError {
    const code = (cause as { code?: string }).code;
    const why = whyUnreachable[code ?? ''] ?? (cause instanceof Error ? cause.message : String(cause));
    return new PodlabError(
      'cluster-unreachable',
      `The API server at ${this.#base.host} does not answer: ${why}.`,
      'Check that the cluster is running and can be reached from here, then try again.',
      503,
      { cause },
    );
  }

  close(): void {
    this.#agent?.destroy();
  }

  #send(request: HttpRequest, tls: TlsIdentity, headers: Record<string, string>, again = true) {
    return new Promise<http.IncomingMessage>((resolve, reject) => {
      const call = (this.#base.protocol === 'https:' ? https : http).request(this.url(request.path), {
        method: request.method,
        agent: this.#agentFor(tls),
        headers: {
          accept: request.accept ?? 'application/json',
          'user-agent': 'podlab',
          ...headers,
          ...(request.body !== undefined && {
            'content-type': request.contentType ?? 'application/json',
            'content-length': Buffer.byteLength(request.body),
          }),
        },
      });
      // Not the `signal` option: it would destroy a connection that is already back in the pool (Node 20).
      let reply: http.IncomingMessage | undefined;
      const onAbort = () => {
        if (!reply?.complete) call.destroy(request.signal?.reason);
      };
      request.signal?.addEventListener('abort', onAbort);
      call.on('close', () => request.signal?.removeEventListener('abort', onAbort));
      call.on('response', (message) => {
        reply = message;
        // Whoever reads the body sees the error; a body that nobody reads must not end the process.
        message.on('error', () => {});
        resolve(message);
      });
      call.on('error', (error: NodeJS.ErrnoException) => {
        // A kept-alive connection may have been closed by the server just as we took it: a read is safe to repeat.
        const stale = call.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        if (stale && again && request.method === 'GET')
          this.#send(request, tls, headers, false).then(resolve, reject);
        else reject(error);
      });
      call.end(request.body);
    });
  }

  /** One agent as long as the client certificate stays the same. */
  #agentFor(tls: TlsIdentity): http.Agent {
    const key = `${tls.cert ?? ''}`;
    if (this.#agent && this.#agentKey === key) return this.#agent;
    this.#agent?.destroy();
    this.#agentKey = key;
    const pool = { keepAlive: true, maxSockets: 64, maxFreeSockets: 8 };
    this.#agent =
      this.#base.protocol === 'https:' ? new https.Agent({ ...pool, ...tls }) : new http.Agent(pool);
    return this.#agent;
  }
}

const whyUnreachable: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ENOTFOUND: 'its name is not known (DNS)',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to it',
  ECONNRESET: 'it closed the connection',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the authority in the kubeconfig',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the authority in the kubeconfig',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the authority in the kubeconfig',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** The body as UTF-8 text; the connection is dropped once `limit` bytes have come. */
export async function readBody(
  message: http.IncomingMessage,
  limit: number,
): Promise<{ body: string; cut: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) {
      message.destroy();
      return { body: Buffer.concat(chunks).subarray(0, limit).toString('utf8'), cut: true };
    }
  }
  return { body: Buffer.concat(chunks).toString('utf8'), cut: false };
}
