import type { PersistentVolumeClaim } from '../../schema/types';
import type { Client } from '../client';
import type { AdmissionRequest } from './request';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** DefaultStorageClass: a claim that names no class gets the cluster's; '' means none is wanted. */
export function setDefaultStorageClass({ object }: AdmissionRequest, client: Client): void {
  const { spec } = object as PersistentVolumeClaim;
  if (!spec || spec.storageClassName !== undefined) return;
  const newest = client
    .list('storageclasses.storage.k8s.io')
    .filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true')
    .sort((left, right) =>
      String(right.metadata.creationTimestamp).localeCompare(String(left.metadata.creationTimestamp)),
    )[0];
  if (newest) spec.storageClassName = newest.metadata.name;
}
