import { PodlabError } from '../../errors';
import type { KubeApi } from '../kube-api';
import { refusal } from '../kube-status';
import { systemNamespace } from '../namespaced/session-objects';

interface Right {
  /** Completes "may not …". */
  says: string;
  attributes: { verb: string; resource: string; group?: string; subresource?: string; namespace?: string };
}

const rbac = 'rbac.authorization.k8s.io';

/** What the operator's user does for each session; whatever else it needs is among learners' rights, which it must have itself. */
const needed: Right[] = [
  { says: 'make namespaces', attributes: { verb: 'create', resource: 'namespaces' } },
  { says: 'remove namespaces', attributes: { verb: 'delete', resource: 'namespaces' } },
  { says: 'make quotas', attributes: { verb: 'create', resource: 'resourcequotas' } },
  { says: 'make roles', attributes: { verb: 'create', group: rbac, resource: 'roles' } },
  { says: 'bind roles', attributes: { verb: 'create', group: rbac, resource: 'rolebindings' } },
  {
    says: 'give out tokens of service accounts',
    attributes: {
      verb: 'create',
      resource: 'serviceaccounts',
      subresource: 'token',
      namespace: systemNamespace,
    },
  },
];

/**
 * Asks the API server itself (SelfSubjectAccessReview, authorization.k8s.io/v1) what the kubeconfig's user lacks; nothing where it
 * cannot be asked. Throws PodlabError `cluster-unavailable` when it does not know the user, KubeApiError for other refusals.
 */
export async function missingRights(admin: KubeApi, signal: AbortSignal): Promise<string[]> {
  const allowed = await Promise.all(needed.map(({ attributes }) => isAllowed(admin, attributes, signal)));
  return needed.filter((_, i) => !allowed[i]).map(({ says }) => says);
}

async function isAllowed(
  admin: KubeApi,
  resourceAttributes: Right['attributes'],
  signal: AbortSignal,
): Promise<boolean> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const { status, body } = await admin.request('POST', path, review, signal);
  if (status === 401)
    throw new PodlabError(
      'cluster-unavailable',
      'The cluster’s API server does not accept the credentials in the kubeconfig; they may have expired.',
      'Renew them: `kubectl get namespaces` must work with that kubeconfig.',
      503,
    );
  // An anonymous user may not even ask.
  if (status === 403) return false;
  if (status >= 300) throw refusal(status, typeof body === 'string' ? body : JSON.stringify(body));
  return (body as { status?: { allowed?: boolean } }).status?.allowed === true;
}
