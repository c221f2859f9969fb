import { type ControllerContext, type StopController, splitKey } from './controller';
import { WorkQueue } from './work-queue';

const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Sees to it that every namespace has its `default` account and its kube-root-ca.crt (serviceaccount and root-ca-cert-publisher). */
export function startServiceAccountController(context: ControllerContext): StopController {
  const { client } = context;
  const queue = new WorkQueue(
    context.clock,
    (key) => {
      const [, name] = splitKey(key);
      const namespace = client.get('namespaces', '', name);
      if (!namespace || namespace.metadata.deletionTimestamp) return;
      if (!client.get('serviceaccounts', name, 'default')) {
        client.create('serviceaccounts', {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'default', namespace: name },
        });
      }
      const data = { 'ca.crt': context.caCertificate };
      const published = client.get('configmaps', name, 'kube-root-ca.crt');
      if (!published) {
        client.create('configmaps', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: 'kube-root-ca.crt',
            namespace: name,
            annotations: { 'kubernetes.io/description': DESCRIPTION },
          },
          data,
        });
      } else if (published.data?.['ca.crt'] !== context.caCertificate) {
        client.update('configmaps', { ...published, data });
      }
    },
    context.onError,
  );
  const stops = [
    client.watch('namespaces', {}, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(object.metadata.name ?? '');
    }),
    client.watch('serviceaccounts', { fieldSelector: 'metadata.name=default' }, ({ type, object }) => {
      if (type === 'DELETED') queue.add(object.metadata.namespace ?? '');
    }),
    client.watch('configmaps', { fieldSelector: 'metadata.name=kube-root-ca.crt' }, ({ object }) =>
      queue.add(object.metadata.namespace ?? ''),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}
