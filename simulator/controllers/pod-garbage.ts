import type { Client } from '../api/client';
import type { Pod, PodCondition } from '../schema/types';
import { type ControllerContext, keyOf, type StopController, splitKey, timestamp } from './controller';
import { WorkQueue } from './work-queue';

/** Finished Pods are kept up to this number, as kube-controller-manager does by default. */
const THRESHOLD = 12_500;
/** Events are forgotten after this (kube-apiserver --event-ttl), looked at this often. */
const EVENT_TTL_MS = 3_600_000;
const SWEEP_MS = 300_000;

/** A node that has gone may come back: its Pods are given up after this (quarantineTime). */
const QUARANTINE_MS = 40_000;

/** Removes Pods whose node is not there, too many finished ones, and old Events (pod garbage collector; the TTL of Events). */
export function startPodGarbageController(context: ControllerContext): StopController {
  const { client, clock } = context;
  const queue = new WorkQueue(
    clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const pod = client.get('pods', namespace, name);
      if (!pod || !isOrphan(client, pod)) return;
      if (!hasEnded(pod)) markFailed(context, pod);
      client.delete('pods', namespace, name, { gracePeriodSeconds: 0 });
    },
    context.onError,
  );
  const quarantine = (pod: Pod): void => {
    if (isOrphan(client, pod)) queue.addAfter(keyOf(pod), QUARANTINE_MS);
  };
  const stops = [
    client.watch('nodes', {}, ({ type }) => {
      if (type === 'DELETED') for (const pod of client.list('pods')) quarantine(pod);
    }),
    client.watch('pods', {}, ({ type, object }) => {
      if (type !== 'DELETED') quarantine(object);
    }),
  ];
  const sweep = (): void => {
    const oldest = clock.now() - EVENT_TTL_MS;
    for (const event of client.list('events')) {
      const at = Date.parse(
        String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp),
      );
      if (at < oldest) client.delete('events', event.metadata.namespace ?? '', event.metadata.name ?? '');
    }
    const finished = client.list('pods').filter(hasEnded);
    for (const { metadata } of finished.slice(0, Math.max(0, finished.length - THRESHOLD))) {
      client.delete('pods', metadata.namespace ?? '', metadata.name ?? '', { gracePeriodSeconds: 0 });
    }
    timer = clock.after(SWEEP_MS, sweep);
  };
  let timer = clock.after(SWEEP_MS, sweep);
  return () => {
    for (const stop of stops) stop();
    queue.stop();
    timer.cancel();
  };
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isOrphan(client: Client, { spec }: Pod): boolean {
  return Boolean(spec?.nodeName && !client.get('nodes', '', spec.nodeName));
}

/** No kubelet will say so, and a Job may wait for it (markFailedAndDeletePodWithCondition). */
function markFailed({ client, clock }: ControllerContext, pod: Pod): void {
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    lastProbeTime: null as unknown as string,
    lastTransitionTime: timestamp(clock.now()),
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  const status = { ...pod.status, phase: 'Failed', conditions: [...others, condition] };
  client.updateStatus('pods', { ...pod, status });
}
