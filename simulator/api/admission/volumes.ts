import { compareQuantities, parseQuantity } from '../../schema/quantity';
import { resourceByName } from '../../schema/resources';
import type { PersistentVolumeClaim } from '../../schema/types';
import type { Client } from '../client';
import { forbidden } from '../refusals';
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

/** PersistentVolumeClaimResize: a claim grows when it is bound, and its class lets it. */
export function checkClaimGrowth({ name, object, oldObject }: AdmissionRequest, client: Client): void {
  const [claim, old] = [object, oldObject] as (PersistentVolumeClaim | undefined)[];
  if (!claim || !old) return;
  const size = ({ spec }: PersistentVolumeClaim) =>
    parseQuantity(spec?.resources?.requests?.['storage'] ?? '0');
  if (compareQuantities(size(claim), size(old)) <= 0) return;
  const refuse = (text: string) => forbidden(resourceByName('persistentvolumeclaims'), name, text);
  if (old.status?.phase !== 'Bound') throw refuse('Only bound persistent volume claims can be expanded');
  const className = claim.spec?.storageClassName;
  const found =
    className && className === old.spec?.storageClassName
      ? client.get('storageclasses.storage.k8s.io', '', className)
      : undefined;
  if (!found?.allowVolumeExpansion)
    throw refuse(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
}
