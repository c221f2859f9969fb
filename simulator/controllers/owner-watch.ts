import { selectorMatches } from '../scheduler/label-terms';
import type { Pod, ResourceName, ResourceTypes } from '../schema/types';
import { type ControllerContext, controllerOf, keyOf, type StopController } from './controller';
import { WorkQueue } from './work-queue';

type Selector = Parameters<typeof selectorMatches>[0];

/**
 * The usual shape of a workload controller: an owner is reconciled when it changes, when a Pod of its changes, and when a Pod
 * without a controller appears that it may adopt.
 */
export function watchOwners<R extends ResourceName>(
  context: ControllerContext,
  resource: R,
  kind: string,
  selectorOf: (owner: ResourceTypes[R]) => Selector,
  reconcile: (key: string, queue: WorkQueue) => void,
): { stop: StopController; queue: WorkQueue } {
  const { client } = context;
  const queue: WorkQueue = new WorkQueue(context.clock, (key) => reconcile(key, queue), context.onError);
  const onPod = (pod: Pod): void => {
    const namespace = pod.metadata.namespace ?? '';
    const ref = controllerOf(pod);
    if (ref) {
      if (ref.kind === kind) queue.add(`${namespace}/${ref.name}`);
      return;
    }
    for (const owner of client.list(resource, { namespace })) {
      if (selectorMatches(selectorOf(owner), pod.metadata.labels)) queue.add(keyOf(owner));
    }
  };
  const stops = [
    client.watch(resource, {}, ({ object }) => queue.add(keyOf(object))),
    client.watch('pods', {}, ({ object }) => onPod(object)),
  ];
  return {
    queue,
    stop: () => {
      for (const stop of stops) stop();
      queue.stop();
    },
  };
}
