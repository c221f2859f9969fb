import { stringify } from 'yaml';

/** A kubeconfig (YAML) with one cluster, one user with a bearer token and one context. */
export function kubeconfigText(options: {
  server: string;
  caCertificate: string;
  user: string;
  token: string;
  namespace?: string;
}): string {
  const { server, caCertificate, user, token, namespace } = options;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'podlab',
        cluster: {
          server,
          'certificate-authority-data': Buffer.from(caCertificate).toString('base64'),
        },
      },
    ],
    users: [{ name: user, user: { token } }],
    contexts: [
      {
        name: 'podlab',
        context: { cluster: 'podlab', user, ...(namespace ? { namespace } : {}) },
      },
    ],
    'current-context': 'podlab',
  });
}
