import { type ControllerContext, keyOf, type StopController, splitKey } from './controller';
import { WorkQueue } from './work-queue';

/** Finished Pods are kept up to this number, as kube-controller-manager does by default. */
const THRESHOLD = 12_500;
/** Events are forgotten after this (kube-apiserver --event-ttl), looked at this often. */
const EVENT_TTL_MS = 3_600_000;
const SWEEP_MS = 300_000;

/** Removes Pods whose node has gone, too many finished ones, and old Events (pod garbage collector; the TTL of Events). */
export function startPodGarbageController(context: ControllerContext): StopController {
  const { client, clock } = context;
  const queue = new WorkQueue(
    clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const pod = client.get('pods', namespace, name);
      const node = pod?.spec?.nodeName;
      if (pod && node && !client.get('nodes', '', node)) {
        client.delete('pods', namespace, name, { gracePeriodSeconds: 0 });
      }
    },
    context.onError,
  );
  const stop = client.watch('nodes', {}, ({ type, object }) => {
    if (type !== 'DELETED') return;
    for (const pod of client.list('pods'))
      if (pod.spec?.nodeName === object.metadata.name) queue.add(keyOf(pod));
  });
  const sweep = (): void => {
    const oldest = clock.now() - EVENT_TTL_MS;
    for (const event of client.list('events')) {
      const at = Date.parse(
        String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp),
      );
      if (at < oldest) client.delete('events', event.metadata.namespace ?? '', event.metadata.name ?? '');
    }
    const finished = client
      .list('pods')
      .filter(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed');
    for (const { metadata } of finished.slice(0, Math.max(0, finished.length - THRESHOLD))) {
      client.delete('pods', metadata.namespace ?? '', metadata.name ?? '', { gracePeriodSeconds: 0 });
    }
    timer = clock.after(SWEEP_MS, sweep);
  };
  let timer = clock.after(SWEEP_MS, sweep);
  return () => {
    stop();
    queue.stop();
    timer.cancel();
  };
}
