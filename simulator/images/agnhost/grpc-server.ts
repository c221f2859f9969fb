import type { ServerHttp2Session } from 'node:http2';
import { type GrpcCode, grpcCodes, grpcFrame, grpcMessage } from '../../network/grpc';
import { streamSocket } from '../../network/stream-socket';
import { acceptTls, type ServerCertificate } from '../../network/tls-server';
import type { Process } from '../../runtime/process';
import { inBackground } from '../http/serve';

export type GrpcReply = { message: Buffer } | { code: GrpcCode; text: string };

/** Answers unary calls, by path (`/package.Service/Method`), on a port of the process's network until it ends. */
export async function serveGrpc(
  process: Process,
  port: number,
  methods: Record<string, (request: Buffer) => Promise<GrpcReply> | GrpcReply>,
  certificate?: ServerCertificate,
): Promise<void> {
  const listener = process.network.listen(port);
  // Loaded when it is needed: a cluster without gRPC starts without it.
  const { createServer } = await import('node:http2');
  const server = createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  process.onEnd(() => {
    for (const session of sessions) session.destroy();
  });
  server.on('stream', (stream, headers) => {
    const parts: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      const path = String(headers[':path']);
      const method = Object.hasOwn(methods, path) ? methods[path] : undefined;
      const request = grpcMessage(Buffer.concat(parts));
      const answer = async () => {
        const reply: GrpcReply = !method
          ? { code: 'Unimplemented', text: `unknown service ${path.split('/')[1] ?? ''}` }
          : request
            ? await method(request)
            : { code: 'Internal', text: 'grpc: received message of an unknown form' };
        if (stream.destroyed) return;
        const ok = 'message' in reply;
        const head = { ':status': 200, 'content-type': 'application/grpc' };
        const trailers = ok
          ? { 'grpc-status': '0', 'grpc-message': '' }
          : { 'grpc-status': String(grpcCodes.indexOf(reply.code)), 'grpc-message': encodeURI(reply.text) };
        if (!ok) {
          stream.respond({ ...head, ...trailers }, { endStream: true });
          return;
        }
        stream.on('wantTrailers', () => stream.sendTrailers(trailers));
        stream.respond(head, { waitForTrailers: true });
        stream.end(grpcFrame(reply.message));
      };
      inBackground(process, answer());
    });
  });
  const accept = async () => {
    for (let next = await listener.accept(); next; next = await listener.accept()) {
      const plain = streamSocket(next);
      plain.on('error', () => plain.destroy());
      server.emit('connection', certificate ? acceptTls(plain, certificate, ['h2']) : plain);
    }
  };
  inBackground(process, accept());
}
