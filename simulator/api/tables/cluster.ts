import type {
  Lease,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  PriorityClass,
  RuntimeClass,
  StorageClass,
} from '../../schema/types';
import { ageOf, columns, type Printer } from './printer';

const ROLE_LABEL = 'node-role.kubernetes.io/';
const ACCESS_MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export const nodePrinter: Printer<Node> = {
  columns: columns(
    'Name',
    'Status',
    'Roles',
    'Age',
    'Version',
    'Internal-IP+',
    'External-IP+',
    'OS-Image+',
    'Kernel-Version+',
    'Container-Runtime+',
  ),
  cells: (node, now) => {
    const info = node.status?.nodeInfo;
    return [
      node.metadata.name,
      nodeStatus(node),
      nodeRoles(node).join(',') || '<none>',
      ageOf(node.metadata, now),
      info?.kubeletVersion ?? '',
      nodeAddress(node, 'InternalIP'),
      nodeAddress(node, 'ExternalIP'),
      info?.osImage || '<unknown>',
      info?.kernelVersion || '<unknown>',
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
};

export const namespacePrinter: Printer<Namespace> = {
  columns: columns('Name', 'Status', 'Age'),
  cells: ({ metadata, status }, now) => [metadata.name, status?.phase ?? '', ageOf(metadata, now)],
};

export const volumePrinter: Printer<PersistentVolume> = {
  columns: columns(
    'Name',
    'Capacity',
    'Access Modes',
    'Reclaim Policy',
    'Status',
    'Claim',
    'StorageClass',
    'VolumeAttributesClass',
    'Reason',
    'Age',
    'VolumeMode+',
  ),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec?.capacity?.['storage'] ?? '0',
    accessModes(spec?.accessModes),
    spec?.persistentVolumeReclaimPolicy ?? '',
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '',
    spec?.storageClassName ?? '',
    spec?.volumeAttributesClassName ?? '<unset>',
    status?.reason ?? '',
    ageOf(metadata, now),
    spec?.volumeMode ?? '<unset>',
  ],
};

export const claimPrinter: Printer<PersistentVolumeClaim> = {
  columns: columns(
    'Name',
    'Status',
    'Volume',
    'Capacity',
    'Access Modes',
    'StorageClass',
    'VolumeAttributesClass',
    'Age',
    'VolumeMode+',
  ),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    spec?.volumeName ?? '',
    spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '',
    spec?.volumeName ? accessModes(status?.accessModes) : '',
    spec?.storageClassName ?? '',
    spec?.volumeAttributesClassName ?? '<unset>',
    ageOf(metadata, now),
    spec?.volumeMode ?? '<unset>',
  ],
};

export const storageClassPrinter: Printer<StorageClass> = {
  columns: columns(
    'Name',
    'Provisioner',
    'ReclaimPolicy',
    'VolumeBindingMode',
    'AllowVolumeExpansion',
    'Age',
  ),
  cells: ({ metadata, ...storageClass }, now) => {
    const isDefault = metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    return [
      isDefault ? `${metadata.name} (default)` : metadata.name,
      storageClass.provisioner,
      storageClass.reclaimPolicy ?? 'Delete',
      storageClass.volumeBindingMode ?? 'Immediate',
      storageClass.allowVolumeExpansion ?? false,
      ageOf(metadata, now),
    ];
  },
};

export const priorityClassPrinter: Printer<PriorityClass> = {
  columns: columns('Name', 'Value:integer', 'Global-Default:boolean', 'Age', 'PreemptionPolicy'),
  cells: ({ metadata, value, globalDefault, preemptionPolicy }, now) => [
    metadata.name,
    value ?? 0,
    globalDefault ?? false,
    ageOf(metadata, now),
    preemptionPolicy ?? '',
  ],
};

export const runtimeClassPrinter: Printer<RuntimeClass> = {
  columns: columns('Name', 'Handler', 'Age'),
  cells: ({ metadata, handler }, now) => [metadata.name, handler, ageOf(metadata, now)],
};

export const leasePrinter: Printer<Lease> = {
  columns: columns('Name', 'Holder', 'Age'),
  cells: ({ metadata, spec }, now) => [metadata.name, spec?.holderIdentity ?? '', ageOf(metadata, now)],
};

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const texts = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (spec?.unschedulable) texts.push('SchedulingDisabled');
  return texts.join(',');
}

function nodeRoles({ metadata }: Node): string[] {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(metadata.labels ?? {})) {
    if (label.startsWith(ROLE_LABEL) && label.length > ROLE_LABEL.length)
      roles.add(label.slice(ROLE_LABEL.length));
    else if (label === 'kubernetes.io/role' && value) roles.add(value);
  }
  return [...roles].sort();
}

function nodeAddress({ status }: Node, type: string): string {
  return status?.addresses?.find((address) => address.type === type)?.address ?? '<none>';
}

function accessModes(modes: string[] | undefined): string {
  return [...new Set(modes)].map((mode) => ACCESS_MODES[mode] ?? mode).join(',');
}
