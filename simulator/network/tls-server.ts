import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

/** A server's certificate with its key, read once for all its connections. */
export interface ServerCertificate {
  readonly context: SecureContext;
}

/** PEM texts as a program reads them from its files. Throws what OpenSSL says when they are none or do not fit. */
export function serverCertificate(cert: string, key: string): ServerCertificate {
  // Without `ca`, the machine's authorities would be read, which takes a while: a server asks for no client's certificate.
  return { context: createSecureContext({ cert, key, ca: [] }) };
}

/** TLS as a server in a container speaks it: a real handshake over a simulated connection. */
export function acceptTls(
  plain: Duplex,
  { context }: ServerCertificate,
  alpn: string[] = ['http/1.1'],
  /** The certificate for the name that the client asks for, when it is another. */
  byName?: (name: string) => ServerCertificate | undefined,
): TLSSocket {
  const secure = new TLSSocket(plain, {
    isServer: true,
    secureContext: context,
    ALPNProtocols: alpn,
    ...(byName ? { SNICallback: (name, done) => done(null, byName(name)?.context) } : {}),
  });
  secure.on('_tlsError', () => secure.destroy());
  plain.on('error', () => secure.destroy());
  return secure;
}
