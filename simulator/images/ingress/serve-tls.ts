import { makeCertificate } from '../../certificate';
import { acceptTls, type ServerCertificate, serverCertificate } from '../../network/tls-server';
import type { Process } from '../../runtime/process';
import { type Exchange, serveHttp } from '../http/serve';
import type { ClusterState } from './cluster-state';

/** HTTPS with the certificate of the host that a client names, else one that nobody trusts. */
export function serveTls(
  process: Process,
  port: number,
  state: ClusterState,
  handle: (exchange: Exchange) => Promise<void>,
): void {
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
  serveHttp(process, port, handle, '0.0.0.0', (plain) => {
    plain.on('error', () => plain.destroy());
    return acceptTls(plain, usual(), ['http/1.1'], named);
  });
}
