import { quotaUsage } from '../api/admission/quota-usage';
import { resourceList } from '../schema/pod-resources';
import { parseQuantity } from '../schema/quantity';
import { type ControllerContext, keyOf, type StopController, splitKey } from './controller';
import { watchEveryResource } from './every-resource';
import { WorkQueue } from './work-queue';

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
  // Whatever it is, a quota may count it.
  const stop = watchEveryResource(client, (_resource, { metadata: { namespace } }) => {
    if (!namespace) return;
    for (const quota of client.list('resourcequotas', { namespace })) queue.add(keyOf(quota));
  });
  return () => {
    stop();
    queue.stop();
  };
}
