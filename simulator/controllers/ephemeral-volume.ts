import { claimOf } from '../schema/pod-claims';
import type { Pod, Volume } from '../schema/types';
import { type ControllerContext, type StopController, splitKey } from './controller';
import { WorkQueue } from './work-queue';

/** Makes the claims of generic ephemeral volumes, each owned by its Pod (ephemeral volume controller). */
export function startEphemeralVolumeController(context: ControllerContext): StopController {
  const { client } = context;
  const queue = new WorkQueue(
    context.clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const pod = client.get('pods', namespace, name);
      if (!pod || pod.metadata.deletionTimestamp) return;
      for (const volume of pod.spec?.volumes ?? []) {
        const claim = volume.ephemeral && claimFor(pod, volume);
        // One of that name that belongs to others is left alone: the scheduler and the kubelet refuse to use it.
        if (claim && !client.get('persistentvolumeclaims', namespace, claim.metadata.name))
          client.create('persistentvolumeclaims', claim);
      }
    },
    context.onError,
  );
  const stops = [
    client.watch('pods', {}, ({ type, object }) => {
      const wants = object.spec?.volumes?.some(({ ephemeral }) => ephemeral);
      if (wants && type !== 'DELETED') queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
    }),
    client.watch('persistentvolumeclaims', {}, ({ type, object }) => {
      const owner = object.metadata.ownerReferences?.find(
        ({ kind, controller }) => controller && kind === 'Pod',
      );
      if (owner && type === 'DELETED') queue.add(`${object.metadata.namespace}/${owner.name}`);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

function claimFor(pod: Pod, volume: Volume) {
  const template = volume.ephemeral?.volumeClaimTemplate;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  return {
    apiVersion: 'v1' as const,
    kind: 'PersistentVolumeClaim' as const,
    metadata: {
      name: claimOf(pod, volume) ?? '',
      namespace,
      ...(template?.metadata?.labels ? { labels: template.metadata.labels } : {}),
      ...(template?.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    spec: structuredClone(template?.spec ?? {}),
  };
}
