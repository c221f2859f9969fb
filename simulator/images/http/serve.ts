import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { NetworkError, type SocketAddress } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import { acceptTls, type ServerCertificate } from '../../network/tls-server';
import type { Process } from '../../runtime/process';
import { answerHalfOpen } from './half-open';

export interface Exchange {
  message: IncomingMessage;
  response: ServerResponse;
  url: URL;
  client: SocketAddress;
  local: SocketAddress;
}

/**
 * An HTTP server on a port of the process's network, until it ends. A handler that throws is answered with 500 and told
 * to the simulator. With a certificate it speaks HTTPS, or `secure` does over what was accepted. Throws NetworkError EADDRINUSE, EADDRNOTAVAIL; the returned function
 * stops listening.
 */
export function serveHttp(
  process: Process,
  port: number,
  handle: (exchange: Exchange) => Promise<void> | void,
  host = '0.0.0.0',
  secure?: ServerCertificate | ((plain: Duplex) => Duplex),
): () => void {
  const listener = process.network.listen(port, host);
  const ends = new WeakMap<object, { client: SocketAddress; local: SocketAddress }>();
  const http = createServer({ requestTimeout: 0, requireHostHeader: false });
  answerHalfOpen(http);
  http.on('request', (message, response) => {
    const end = ends.get(message.socket);
    if (!end) return;
    const url = new URL(`http://in.pod${message.url?.startsWith('/') ? message.url : '/'}`);
    Promise.resolve()
      .then(() => handle({ message, response, url, ...end }))
      .catch((error: unknown) => {
        if (process.status) return;
        process.system.processes.onError(error);
        if (!response.headersSent) response.statusCode = 500;
        response.end();
      });
  });
  http.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request');
    else socket.destroy();
  });
  process.onEnd(() => http.closeAllConnections());
  const accept = async () => {
    for (let next = await listener.accept(); next; next = await listener.accept()) {
      const plain = streamSocket(next);
      const socket = secured(plain, secure);
      socket.on('error', () => socket.destroy());
      ends.set(socket, { client: next.remote, local: next.local });
      http.emit('connection', socket);
    }
  };
  inBackground(process, accept());
  return () => listener.close();
}

function secured(plain: Duplex, secure: ServerCertificate | ((plain: Duplex) => Duplex) | undefined): Duplex {
  if (!secure) return plain;
  return typeof secure === 'function' ? secure(plain) : acceptTls(plain, secure);
}

/** Work beside a program's main course: its end calls it off, other faults are the simulator's. */
export function inBackground(process: Process, work: Promise<void>): void {
  work.catch((error: unknown) => {
    if (!process.status) process.system.processes.onError(error);
  });
}

/** Runs until a signal ends it; `onTerminate` decides the exit code of SIGTERM and SIGINT. */
export async function untilTerminated(
  process: Process,
  onTerminate: (signal: 'TERM' | 'INT') => Promise<number> | number,
): Promise<number> {
  const signalled = new Promise<number>((resolve, reject) => {
    for (const signal of ['TERM', 'INT'] as const)
      process.setAction(signal, () => void Promise.resolve(onTerminate(signal)).then(resolve, reject));
  });
  for (;;) {
    try {
      return await process.until(signalled);
    } catch (error) {
      if ((error as Error).name !== 'Interrupted') throw error;
    }
  }
}

/** The body of a request as a byte string. Rejects with NetworkError when the client goes away. */
export async function bodyOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of message) parts.push(part as Buffer);
  } catch {
    throw new NetworkError('ECONNRESET');
  }
  return Buffer.concat(parts).toString('latin1');
}
