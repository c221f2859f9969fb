import type { Client } from '../api/client';
import type { Pod } from '../schema/types';
import { type ControllerContext, keyOf, type StopController } from './controller';
import { WorkQueue } from './work-queue';

/**
 * Reconciles a Service (by its key) when it, or a Pod that it selects or has selected, changes; and when `watchProducts`, which
 * watches what is made of Services, says so.
 */
export function watchServicePods(
  context: ControllerContext,
  reconcile: (key: string) => void,
  watchProducts: (client: Client, enqueue: (key: string) => void) => StopController,
): StopController {
  const { client } = context;
  const queue = new WorkQueue(context.clock, reconcile, context.onError);
  const labels = new Map<string, Pod['metadata']['labels']>();
  const enqueue = (namespace: string, podLabels: Pod['metadata']['labels']): void => {
    for (const service of client.list('services', { namespace })) {
      const selector = Object.entries(service.spec?.selector ?? {});
      if (selector.length > 0 && selector.every(([key, value]) => podLabels?.[key] === value)) {
        queue.add(keyOf(service));
      }
    }
  };
  const stops = [
    client.watch('services', {}, ({ object }) => queue.add(keyOf(object))),
    client.watch('pods', {}, ({ type, object }) => {
      const key = keyOf(object);
      const namespace = object.metadata.namespace ?? '';
      enqueue(namespace, labels.get(key));
      enqueue(namespace, object.metadata.labels);
      if (type === 'DELETED') labels.delete(key);
      else labels.set(key, object.metadata.labels);
    }),
    watchProducts(client, (key) => queue.add(key)),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}
