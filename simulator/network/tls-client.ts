import { connect, type TLSSocket } from 'node:tls';
import type { NetworkStream } from '../runtime/container-runtime';
import { isIPv4 } from './name-resolution';
import { streamSocket } from './stream-socket';

export interface TlsOptions {
  host: string;
  /** Certificates of the authorities that are trusted, PEM. */
  ca?: string | undefined;
  /** False: take any certificate. */
  verify: boolean;
}

/** TLS spoken by a program in a container: a real handshake over its simulated connection. Rejects with OpenSSL's error. */
export function startTls(stream: NetworkStream, { host, ca, verify }: TlsOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: streamSocket(stream),
      host,
      ...(isIPv4(host) ? {} : { servername: host }),
      // A container without a bundle trusts nobody, whatever the server's own machine trusts.
      ca: ca ?? [],
      rejectUnauthorized: verify,
    });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}
