import { tolerates } from '../scheduler/taints';
import type { Pod } from '../schema/types';
import {
  type ControllerContext,
  keyOf,
  recorder,
  type StopController,
  splitKey,
  timestamp,
} from './controller';
import { WorkQueue } from './work-queue';

/** Deletes Pods from nodes whose NoExecute taints they do not tolerate, or tolerate for a time only (taint-eviction-controller). */
export function startTaintEvictionController(context: ControllerContext): StopController {
  const { client, clock } = context;
  const events = recorder(context, 'taint-eviction-controller');
  /** Since when a Pod has had to bear with its node's taints. */
  const since = new Map<string, number>();
  const queue: WorkQueue = new WorkQueue(
    clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const pod = client.get('pods', namespace, name);
      if (!pod || pod.metadata.deletionTimestamp) return;
      const patience = patienceOf(context, pod);
      const uid = pod.metadata.uid ?? '';
      // What is tolerated for good drives nobody away.
      if (patience === undefined || patience === Number.POSITIVE_INFINITY) {
        if (since.delete(uid))
          events.record(
            pod,
            'Normal',
            'TaintManagerEviction',
            `Cancelling deletion of Pod ${namespace}/${name}`,
          );
        return;
      }
      const started = since.get(uid) ?? clock.now();
      since.set(uid, started);
      const left = started + patience - clock.now();
      if (left > 0) {
        queue.addAfter(key, left);
        return;
      }
      since.delete(uid);
      markDisrupted(context, pod);
      events.record(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
      client.delete('pods', namespace, name);
    },
    context.onError,
  );
  const shapes = new Map<string, string>();
  const stops = [
    client.watch('nodes', {}, ({ type, object }) => {
      if (type === 'DELETED') {
        shapes.delete(object.metadata.name ?? '');
        return;
      }
      const shape = JSON.stringify(object.spec?.taints);
      if (shapes.get(object.metadata.name ?? '') === shape) return;
      shapes.set(object.metadata.name ?? '', shape);
      for (const pod of client.list('pods'))
        if (pod.spec?.nodeName === object.metadata.name) queue.add(keyOf(pod));
    }),
    client.watch('pods', {}, ({ type, object }) => {
      if (type === 'DELETED') since.delete(object.metadata.uid ?? '');
      else if (object.spec?.nodeName) queue.add(keyOf(object));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

/** Milliseconds that the Pod may stay; undefined when nothing drives it away. */
function patienceOf({ client }: ControllerContext, pod: Pod): number | undefined {
  const node = client.get('nodes', '', pod.spec?.nodeName ?? '');
  const taints = (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
  if (taints.length === 0) return undefined;
  let shortest = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const matching = (pod.spec?.tolerations ?? []).filter((each) => tolerates(each, taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching) {
      if (tolerationSeconds !== undefined)
        shortest = Math.min(shortest, Math.max(0, tolerationSeconds) * 1000);
    }
  }
  return shortest;
}

function markDisrupted({ client, clock }: ControllerContext, pod: Pod): void {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    observedGeneration: pod.metadata.generation,
    lastProbeTime: null,
    lastTransitionTime: timestamp(clock.now()),
  };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  const conditions = [
    ...others,
    condition as unknown as NonNullable<NonNullable<Pod['status']>['conditions']>[number],
  ];
  client.updateStatus('pods', { ...pod, status: { ...pod.status, conditions } });
}
