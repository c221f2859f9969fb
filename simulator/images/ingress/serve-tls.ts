import { createServer } from 'node:http';
import { makeCertificate } from '../../certificate';
import type { SocketAddress } from '../../network/namespace';
import { streamSocket } from '../../network/stream-socket';
import { acceptTls, type ServerCertificate, serverCertificate } from '../../network/tls-server';
import type { Process } from '../../runtime/process';
import { type Exchange, inBackground } from '../http/serve';
import type { ClusterState } from './cluster-state';

/** HTTPS with the certificate of the host that a client names, else one that nobody trusts. */
export function serveTls(
  process: Process,
  port: number,
  state: ClusterState,
  handle: (exchange: Exchange) => Promise<void>,
): void {
  const listener = process.network.listen(port);
  const ends = new WeakMap<object, { client: SocketAddress; local: SocketAddress }>();
  const http = createServer({ requestTimeout: 0, requireHostHeader: false });
  http.on('request', (message, response) => {
    const end = ends.get(message.socket);
    if (!end) return;
    const url = new URL(`http://in.pod${message.url?.startsWith('/') ? message.url : '/'}`);
    inBackground(process, handle({ message, response, url, ...end }));
  });
  http.on('clientError', (_error, socket) => socket.destroy());
  process.onEnd(() => http.closeAllConnections());
  let fake: ServerCertificate | undefined;
  const usual = () => {
    if (!fake) {
      const { cert, key } = makeCertificate(
        'Kubernetes Ingress Controller Fake Certificate',
        ['ingress.local'],
        [],
      );
      fake = serverCertificate(cert, key);
    }
    return fake;
  };
  const named = (host: string) => {
    const found = state.certificate(host);
    try {
      return found && serverCertificate(found.cert, found.key);
    } catch {
      // A Secret with what is no certificate: the one that nobody trusts, as ingress-nginx does.
      return undefined;
    }
  };
  const accept = async () => {
    for (let next = await listener.accept(); next; next = await listener.accept()) {
      const plain = streamSocket(next);
      plain.on('error', () => plain.destroy());
      const socket = acceptTls(plain, usual(), ['http/1.1'], named);
      socket.on('error', () => socket.destroy());
      ends.set(socket, { client: next.remote, local: next.local });
      http.emit('connection', socket);
    }
  };
  inBackground(process, accept());
}
