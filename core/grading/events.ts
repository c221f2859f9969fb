import type { KubeObject } from '../clusters/kube-api';
import type { Picture } from './cluster-view';
import { isNewer } from './snapshot';

interface KubeEvent extends KubeObject {
  involvedObject?: { kind?: string; name?: string; uid?: string };
  reason?: string;
  message?: string;
  type?: string;
}

/** What the cluster reported about objects, by uid, not by name. Throws NotReadable when events are not to be had. */
export function eventsAbout(objects: readonly KubeObject[], picture: Picture): KubeEvent[] {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  return (picture.objects({ kind: 'Event' }) as readonly KubeEvent[]).filter(
    ({ involvedObject }) => involvedObject?.uid !== undefined && uids.has(involvedObject.uid),
  );
}

/** Reasons of the kubelet's and the volume controller's warnings before a Pod's first container can be made. */
const hindrances = new Set([
  'FailedMount',
  'FailedMapVolume',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'NetworkNotReady',
]);

/** What keeps a Pod from starting, when that is the last word about it. A repeated event is written anew each time. */
export function hindranceOf(pod: KubeObject, picture: Picture): string | undefined {
  try {
    const [first, ...more] = eventsAbout([pod], picture);
    let last = first;
    for (const event of more)
      if (last && isNewer(event.metadata.resourceVersion, last.metadata.resourceVersion)) last = event;
    return last?.reason && hindrances.has(last.reason) ? last.message : undefined;
  } catch {
    // It only explains.
    return undefined;
  }
}
