import type {
  ClusterRoleBinding,
  ConfigMap,
  Event,
  ResourceQuota,
  RoleBinding,
  Secret,
  ServiceAccount,
} from '../../schema/types';
import { ageSince } from './human-duration';
import { ageOf, columns, type Printer } from './printer';

export const configMapPrinter: Printer<ConfigMap> = {
  columns: columns('Name', 'Data', 'Age'),
  cells: ({ metadata, data, binaryData }, now) => [
    metadata.name,
    count(data) + count(binaryData),
    ageOf(metadata, now),
  ],
};

export const secretPrinter: Printer<Secret> = {
  columns: columns('Name', 'Type', 'Data', 'Age'),
  cells: ({ metadata, type, data }, now) => [metadata.name, type ?? '', count(data), ageOf(metadata, now)],
};

export const serviceAccountPrinter: Printer<ServiceAccount> = {
  columns: columns('Name', 'Secrets', 'Age'),
  cells: ({ metadata, secrets }, now) => [metadata.name, secrets?.length ?? 0, ageOf(metadata, now)],
};

export const eventPrinter: Printer<Event> = {
  columns: columns(
    'Last Seen',
    'Type',
    'Reason',
    'Object',
    'Subobject+',
    'Source+',
    'Message',
    'First Seen+',
    'Count+',
    'Name+',
  ),
  cells: (event, now) => {
    const first = ageSince(event.firstTimestamp ?? event.eventTime, now);
    const last = event.lastTimestamp ? ageSince(event.lastTimestamp, now) : first;
    const { kind = '', name, fieldPath = '' } = event.involvedObject ?? {};
    const host = event.source?.host || event.reportingInstance;
    return [
      event.series ? ageSince(event.series.lastObservedTime, now) : last,
      event.type ?? '',
      event.reason ?? '',
      name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase(),
      fieldPath,
      [event.source?.component || event.reportingComponent || '', ...(host ? [host] : [])].join(', '),
      (event.message ?? '').trim(),
      first,
      event.series ? (event.series.count ?? 0) : event.count || 1,
      event.metadata.name,
    ];
  },
};

export const roleBindingPrinter: Printer<RoleBinding | ClusterRoleBinding> = {
  columns: columns('Name', 'Role', 'Age', 'Users+', 'Groups+', 'ServiceAccounts+'),
  cells: ({ metadata, roleRef, subjects = [] }, now) => {
    const named = (kind: string) =>
      subjects
        .filter((subject) => subject.kind === kind)
        .map(({ name, namespace }) =>
          kind === 'ServiceAccount' && namespace ? `${namespace}/${name}` : name,
        )
        .join(', ');
    return [
      metadata.name,
      `${roleRef.kind}/${roleRef.name}`,
      ageOf(metadata, now),
      named('User'),
      named('Group'),
      named('ServiceAccount'),
    ];
  },
};

export const quotaPrinter: Printer<ResourceQuota> = {
  columns: columns('Name', 'Request', 'Limit', 'Age'),
  cells: ({ metadata, status }, now) => {
    const text = (limits: boolean) =>
      Object.keys(status?.hard ?? {})
        .sort()
        .filter((name) => name.startsWith('limits') === limits)
        .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
        .join(', ');
    return [metadata.name, text(false), text(true), ageOf(metadata, now)];
  },
};

function count(entries: Record<string, unknown> | undefined): number {
  return Object.keys(entries ?? {}).length;
}
