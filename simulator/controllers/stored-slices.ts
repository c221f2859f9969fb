import { isDeepStrictEqual } from 'node:util';
import type { Client } from '../api/client';
import type { EndpointSlice } from '../schema/types';
import type { StopController } from './controller';

/** Whose EndpointSlices are meant: those of a Service that one controller keeps. */
interface SliceOwner {
  namespace: string;
  service: string;
  managedBy: string;
}

/**
 * Names the Service (`namespace/name`) of each EndpointSlice of one controller that was changed or deleted, so that it is put right
 * when somebody else did it.
 */
export function watchSlices(
  client: Client,
  managedBy: string,
  enqueue: (key: string) => void,
): StopController {
  const labelSelector = `endpointslice.kubernetes.io/managed-by=${managedBy}`;
  return client.watch('endpointslices.discovery.k8s.io', { labelSelector }, ({ type, object }) => {
    const service = object.metadata.labels?.['kubernetes.io/service-name'];
    if (type !== 'ADDED' && service) enqueue(`${object.metadata.namespace}/${service}`);
  });
}

/** Makes the EndpointSlices of a Service those that are wanted, keeping for each list of ports the slice that has it. */
export function storeSlices(
  client: Client,
  { namespace, service, managedBy }: SliceOwner,
  wanted: readonly EndpointSlice[],
): void {
  const there = client
    .list('endpointslices.discovery.k8s.io', {
      namespace,
      labelSelector: `kubernetes.io/service-name=${service},endpointslice.kubernetes.io/managed-by=${managedBy}`,
    })
    .filter(({ metadata }) => !metadata.deletionTimestamp);
  for (const content of wanted) {
    const index = there.findIndex((slice) => isDeepStrictEqual(slice.ports ?? [], content.ports ?? []));
    const [stored] = there.splice(Math.max(index, 0), 1);
    if (!stored) {
      client.create('endpointslices.discovery.k8s.io', {
        ...content,
        metadata: { ...content.metadata, generateName: `${service}-` },
      });
    } else {
      const { labels, annotations } = content.metadata;
      client.update('endpointslices.discovery.k8s.io', {
        ...content,
        metadata: {
          ...stored.metadata,
          ...(labels ? { labels } : {}),
          ...(annotations ? { annotations } : {}),
        },
      });
    }
  }
  for (const { metadata } of there) {
    client.delete('endpointslices.discovery.k8s.io', namespace, metadata.name ?? '');
  }
}
