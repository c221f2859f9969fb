import { quotaUsage } from '../api/admission/quota-usage';
import { resourceList } from '../schema/pod-resources';
import { parseQuantity } from '../schema/quantity';
import type { ResourceName } from '../schema/types';
import { type ControllerContext, keyOf, type StopController, splitKey } from './controller';
import { WorkQueue } from './work-queue';

/** What quotas count by default; others (`count/deployments.apps`) are looked at again when one of these changes. */
const WATCHED: readonly ResourceName[] = [
  'pods',
  'services',
  'configmaps',
  'secrets',
  'persistentvolumeclaims',
  'deployments.apps',
  'replicasets.apps',
  'jobs.batch',
];

/** Keeps `status.used` of every ResourceQuota true (resourcequota controller); admission enforces them. */
export function startResourceQuotaController(context: ControllerContext): StopController {
  const { client } = context;
  const queue = new WorkQueue(
    context.clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const quota = client.get('resourcequotas', namespace, name);
      if (!quota) return;
      const hard = quota.spec?.hard ?? {};
      const used = resourceList(quotaUsage(quota, client));
      const amounts = new Map(Object.entries(hard).map(([name_, text]) => [name_, parseQuantity(text)]));
      client.updateStatus('resourcequotas', { ...quota, status: { hard: resourceList(amounts), used } });
    },
    context.onError,
  );
  const stops = [
    client.watch('resourcequotas', {}, ({ object }) => queue.add(keyOf(object))),
    ...WATCHED.map((resource) =>
      client.watch(resource, {}, ({ object }) => {
        const namespace = object.metadata.namespace ?? '';
        for (const quota of client.list('resourcequotas', { namespace })) queue.add(keyOf(quota));
      }),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}
