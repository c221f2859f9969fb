import type {
  APIService,
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  FlowSchema,
  PriorityLevelConfiguration,
  VolumeAttachment,
} from '../../schema/types';
import { ageOf, columns, type Printer } from './printer';

export const csiDriverPrinter: Printer<CSIDriver> = {
  columns: columns(
    'Name',
    'AttachRequired:boolean',
    'PodInfoOnMount:boolean',
    'StorageCapacity:boolean',
    'TokenRequests',
    'RequiresRepublish:boolean',
    'Modes',
    'Age',
  ),
  cells: ({ metadata, spec }, now) => [
    metadata.name,
    spec.attachRequired ?? true,
    spec.podInfoOnMount ?? false,
    spec.storageCapacity ?? false,
    (spec.tokenRequests ?? []).map(({ audience }) => audience).join(',') || '<unset>',
    spec.requiresRepublish ?? false,
    (spec.volumeLifecycleModes ?? []).join(',') || '<none>',
    ageOf(metadata, now),
  ],
};

export const csiNodePrinter: Printer<CSINode> = {
  columns: columns('Name', 'Drivers:integer', 'Age'),
  cells: ({ metadata, spec }, now) => [metadata.name, spec.drivers?.length ?? 0, ageOf(metadata, now)],
};

export const csiStorageCapacityPrinter: Printer<CSIStorageCapacity> = {
  columns: columns('Name', 'StorageClassName', 'Capacity'),
  cells: ({ metadata, storageClassName, capacity }) => [
    metadata.name,
    storageClassName,
    capacity ?? '<unset>',
  ],
};

export const volumeAttachmentPrinter: Printer<VolumeAttachment> = {
  columns: columns('Name', 'Attacher', 'PV', 'Node', 'Attached:boolean', 'Age'),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec.attacher,
    spec.source.persistentVolumeName ?? '',
    spec.nodeName,
    status?.attached ?? false,
    ageOf(metadata, now),
  ],
};

/** kube-aggregator, registry/apiservice. */
export const apiServicePrinter: Printer<APIService> = {
  columns: columns('Name', 'Service', 'Available', 'Age'),
  cells: ({ metadata, spec, status }, now) => {
    const { namespace, name } = spec?.service ?? {};
    const available = status?.conditions?.find(({ type }) => type === 'Available');
    return [
      metadata.name,
      name ? `${namespace}/${name}` : 'Local',
      available?.status === 'True'
        ? 'True'
        : `${available?.status ?? 'Unknown'} (${available?.reason ?? ''})`,
      ageOf(metadata, now),
    ];
  },
};

export const flowSchemaPrinter: Printer<FlowSchema> = {
  columns: columns('Name', 'PriorityLevel', 'MatchingPrecedence', 'DistinguisherMethod', 'Age', 'MissingPL'),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec?.priorityLevelConfiguration.name ?? '<none>',
    spec?.matchingPrecedence ?? 0,
    spec?.distinguisherMethod?.type ?? '<none>',
    ageOf(metadata, now),
    status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  ],
};

export const priorityLevelPrinter: Printer<PriorityLevelConfiguration> = {
  columns: columns(
    'Name',
    'Type',
    'NominalConcurrencyShares',
    'Queues',
    'HandSize',
    'QueueLengthLimit',
    'Age',
  ),
  cells: ({ metadata, spec }, now) => {
    const queuing = spec?.limited?.limitResponse?.queuing;
    return [
      metadata.name,
      spec?.type ?? '',
      spec?.limited?.nominalConcurrencyShares ?? '<none>',
      queuing?.queues ?? '<none>',
      queuing?.handSize ?? '<none>',
      queuing?.queueLengthLimit ?? '<none>',
      ageOf(metadata, now),
    ];
  },
};
