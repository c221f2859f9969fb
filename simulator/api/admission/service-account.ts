import { resourceByName } from '../../schema/resources';
import type { Container, Pod, ServiceAccount, Volume } from '../../schema/types';
import type { Client } from '../client';
import { forbidden } from '../refusals';
import { randomSuffix } from '../storage/generate-name';
import type { AdmissionRequest } from './request';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Seven seconds over the hour, so that a kubelet which asks late still gets an hour. */
const TOKEN_SECONDS = 3607;

/** ServiceAccount: gives a new Pod its account, and its containers the account's token. */
export function injectServiceAccount({ name, namespace, object }: AdmissionRequest, client: Client): void {
  const pod = object as Pod;
  const spec = pod.spec ?? { containers: [] };
  pod.spec = spec;
  spec.serviceAccountName ||= 'default';
  spec.serviceAccount = spec.serviceAccountName;
  const account = client.get('serviceaccounts', namespace, spec.serviceAccountName);
  if (!account)
    throw forbidden(
      resourceByName('pods'),
      name,
      `error looking up service account ${namespace}/${spec.serviceAccountName}: serviceaccount "${spec.serviceAccountName}" not found`,
    );
  if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod);
  takePullSecrets(pod, account);
}

function mountToken({ spec }: Pod): void {
  if (!spec) return;
  const present = spec.volumes?.find(({ name }) => name.startsWith('kube-api-access-'))?.name;
  const volume = present ?? `kube-api-access-${randomSuffix(5)}`;
  const containers: Container[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const without = containers.filter(
    ({ volumeMounts }) => !volumeMounts?.some(({ mountPath }) => mountPath === TOKEN_PATH),
  );
  for (const container of without)
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name: volume, readOnly: true, mountPath: TOKEN_PATH },
    ];
  if (without.length > 0 && !present) spec.volumes = [...(spec.volumes ?? []), tokenVolume(volume)];
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}

function takePullSecrets({ spec }: Pod, { imagePullSecrets }: ServiceAccount): void {
  if (spec && !spec.imagePullSecrets?.length && imagePullSecrets?.length)
    spec.imagePullSecrets = imagePullSecrets.map(({ name }) => ({ name: name ?? '' }));
}
