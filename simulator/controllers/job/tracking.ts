import type { Pod } from '../../schema/types';
import type { ControllerContext } from '../controller';

/** Keeps a Pod until its end has been counted. */
export const FINALIZER = 'batch.kubernetes.io/job-tracking';

/**
 * Pods of a Job that has gone are no longer tracked: nothing may keep them from going too. `uid`: of the Job that has the name now,
 * if there is one.
 */
export function releaseOrphans(
  { client }: ControllerContext,
  namespace: string,
  name: string,
  uid?: string,
): void {
  for (const pod of client.list('pods', { namespace })) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
    if (owner?.kind === 'Job' && owner.name === name && owner.uid !== uid) untrack(client, pod);
  }
}

/** The Pod has been counted. */
export function untrack(client: ControllerContext['client'], pod: Pod): void {
  if (!pod.metadata.finalizers?.includes(FINALIZER)) return;
  const stored = client.get('pods', pod.metadata.namespace ?? '', pod.metadata.name ?? '');
  if (!stored) return;
  const finalizers = (stored.metadata.finalizers ?? []).filter((each) => each !== FINALIZER);
  client.update('pods', { ...stored, metadata: { ...stored.metadata, finalizers } });
}
