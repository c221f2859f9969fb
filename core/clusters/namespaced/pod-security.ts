import { PodlabError } from '../../errors';
import type { KubeApi } from '../kube-api';
import { refusal } from '../kube-status';

/** What no learner may run on a cluster that others use: the Pod Security level `baseline` forbids each of its fields. */
const privileged = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'podlab-trial' },
  spec: {
    hostPID: true,
    containers: [{ name: 'trial', image: 'busybox:1.36', securityContext: { privileged: true } }],
  },
};

/**
 * Tries, without making it (dryRun), a Pod that the namespace's labels forbid. Throws PodlabError `cluster-unavailable`
 * when the cluster would run it: its Pod Security admission is off, and a learner could take the node over.
 */
export async function demandPodSecurity(
  admin: KubeApi,
  namespace: string,
  title: string,
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const { status, body } = await admin.request('POST', path, privileged, signal);
  const refused = status >= 400 && status < 500 && status !== 429;
  if (refused) return;
  // An error of the server's own proves nothing.
  if (status >= 300) throw refusal(status, JSON.stringify(body));
  throw new PodlabError(
    'cluster-unavailable',
    `No place could be made on ${title}: it does not enforce Pod Security, so a learner could take over its nodes.`,
    'Turn on its PodSecurity admission (Kubernetes has it on by default), or choose another cluster.',
    503,
  );
}
