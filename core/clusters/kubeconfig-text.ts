import { stringify } from 'yaml';

export interface KubeconfigParts {
  /** `https://host:port`, with a path where the API server has one. */
  server: string;
  /** PEM or, as in a kubeconfig, base64 of it; absent: the system's authorities. */
  caCertificate?: string;
  /** The name in the server's certificate when `server` is a relay's address. */
  tlsServerName?: string;
  insecureSkipTlsVerify?: boolean;
  token: string;
  user: string;
  namespace: string;
}

/** A kubeconfig (YAML) of one cluster, one user and one context, named `podlab`. */
export function kubeconfigText(parts: KubeconfigParts): string {
  const { server, caCertificate, tlsServerName, insecureSkipTlsVerify, token, user, namespace } = parts;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'podlab',
        cluster: {
          server,
          ...(caCertificate && { 'certificate-authority-data': asBase64(caCertificate) }),
          ...(tlsServerName && { 'tls-server-name': tlsServerName }),
          ...(insecureSkipTlsVerify && { 'insecure-skip-tls-verify': true }),
        },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'podlab', context: { cluster: 'podlab', user, namespace } }],
    'current-context': 'podlab',
  });
}

const asBase64 = (text: string) =>
  text.includes('-----BEGIN') ? Buffer.from(text).toString('base64') : text;
