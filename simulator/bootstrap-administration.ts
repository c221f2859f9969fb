import { BUILT_IN_GROUPS } from './api/http/discovery';
import { rfc3339 } from './api/storage/object-storage';
import type { APIService, CSINode, FlowSchema, Node, PriorityLevelConfiguration } from './schema/types';

/** What an API server says of the groups that it serves itself (kube-aggregator, autoregister). */
export function apiServices(now: number): APIService[] {
  return BUILT_IN_GROUPS.flatMap(({ name, versions, priority }) =>
    versions.map((version, index) =>
      localApiService({
        group: name,
        version,
        priority,
        versionPriority: name ? 15 * (versions.length - index) : 1,
        managed: 'onstart',
        now,
      }),
    ),
  );
}

/** An APIService that the API server itself answers. `managed`: `onstart`, or `true` for that of a custom type. */
export function localApiService(of: {
  group: string;
  version: string;
  priority: number;
  versionPriority: number;
  managed: string;
  now: number;
}): APIService {
  const { group, version, priority, versionPriority, managed, now } = of;
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name: `${version}.${group}`,
      labels: { 'kube-aggregator.kubernetes.io/automanaged': managed },
    },
    spec: { ...(group ? { group } : {}), groupPriorityMinimum: priority, version, versionPriority },
    status: {
      conditions: [
        {
          lastTransitionTime: rfc3339(now),
          message: 'Local APIServices are always available',
          reason: 'Local',
          status: 'True',
          type: 'Available',
        },
      ],
    },
  };
}

/** As a kubelet registers it: no node has a CSI driver. */
export function csiNode({ metadata: { name = '', uid = '' } }: Node): CSINode {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
    spec: { drivers: [] },
  };
}

type Queuing = [queues: number, handSize: number];
type Level = [name: string, shares: number, lendablePercent: number, queuing?: Queuing];

const QUEUE_LENGTH = 50;
const LEVELS: readonly Level[] = [
  ['catch-all', 5, 0],
  ['global-default', 20, 50, [128, 6]],
  ['leader-election', 10, 0, [16, 4]],
  ['node-high', 40, 25, [64, 6]],
  ['system', 30, 33, [64, 6]],
  ['workload-high', 40, 50, [128, 6]],
  ['workload-low', 100, 90, [128, 6]],
];

/** Priority levels of API Priority and Fairness (apiserver, flowcontrol/bootstrap). */
export function priorityLevels(): PriorityLevelConfiguration[] {
  const level = (name: string, spec: PriorityLevelConfiguration['spec']): PriorityLevelConfiguration => ({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name, annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } },
    spec,
    status: {},
  });
  return [
    level('exempt', { type: 'Exempt', exempt: { lendablePercent: 0, nominalConcurrencyShares: 0 } }),
    ...LEVELS.map(([name, nominalConcurrencyShares, lendablePercent, queuing]) =>
      level(name, {
        type: 'Limited',
        limited: {
          lendablePercent,
          limitResponse: queuing
            ? {
                type: 'Queue',
                queuing: { queues: queuing[0], handSize: queuing[1], queueLengthLimit: QUEUE_LENGTH },
              }
            : { type: 'Reject' },
          nominalConcurrencyShares,
        },
      }),
    ),
  ];
}

type Rule = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number];
type Subject = Rule['subjects'][number];
type ResourceRule = NonNullable<Rule['resourceRules']>[number];

const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const systemAccount = (name: string): Subject => ({
  kind: 'ServiceAccount',
  serviceAccount: { name, namespace: 'kube-system' },
});
const everybody = [group('system:unauthenticated'), group('system:authenticated')];
const anything: ResourceRule = {
  apiGroups: ['*'],
  clusterScope: true,
  namespaces: ['*'],
  resources: ['*'],
  verbs: ['*'],
};
const anyPath = [{ nonResourceURLs: ['*'], verbs: ['*'] }];
const all = (...subjects: Subject[]): Rule => ({
  nonResourceRules: anyPath,
  resourceRules: [anything],
  subjects,
});
const inSystem = ['get', 'create', 'update'];
const leases = (namespaces: string[], verbs: string[]): ResourceRule => ({
  apiGroups: ['coordination.k8s.io'],
  namespaces,
  resources: ['leases'],
  verbs,
});

type Row = [name: string, level: string, precedence: number, method: string, ...rules: Rule[]];

const SCHEMAS: readonly Row[] = [
  ['exempt', 'exempt', 1, '', all(group('system:masters'))],
  [
    'probes',
    'exempt',
    2,
    '',
    {
      nonResourceRules: [{ nonResourceURLs: ['/healthz', '/readyz', '/livez'], verbs: ['get'] }],
      subjects: everybody,
    },
  ],
  [
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    {
      resourceRules: [leases(['kube-system'], inSystem)],
      subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
    },
  ],
  [
    'endpoint-controller',
    'workload-high',
    150,
    'ByUser',
    {
      resourceRules: [{ apiGroups: [''], namespaces: ['*'], resources: ['endpoints'], verbs: inSystem }],
      subjects: [
        user('system:kube-controller-manager'),
        systemAccount('endpoint-controller'),
        systemAccount('endpointslicemirroring-controller'),
      ],
    },
  ],
  [
    'workload-leader-election',
    'leader-election',
    200,
    'ByUser',
    { resourceRules: [leases(['*'], inSystem)], subjects: [systemAccount('*')] },
  ],
  [
    'system-node-high',
    'node-high',
    400,
    'ByUser',
    {
      resourceRules: [
        { apiGroups: [''], clusterScope: true, resources: ['nodes', 'nodes/status'], verbs: ['*'] },
        leases(['*'], ['*']),
      ],
      subjects: [group('system:nodes')],
    },
  ],
  ['system-nodes', 'system', 500, 'ByUser', all(group('system:nodes'))],
  [
    'kube-controller-manager',
    'workload-high',
    800,
    'ByNamespace',
    all(user('system:kube-controller-manager')),
  ],
  ['kube-scheduler', 'workload-high', 800, 'ByNamespace', all(user('system:kube-scheduler'))],
  ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', all(systemAccount('*'))],
  ['service-accounts', 'workload-low', 9000, 'ByUser', all(group('system:serviceaccounts'))],
  ['global-default', 'global-default', 9900, 'ByUser', all(...everybody)],
  ['catch-all', 'catch-all', 10_000, 'ByUser', all(...everybody)],
];

/** Which requests belong to which priority level. */
export function flowSchemas(now: number): FlowSchema[] {
  return SCHEMAS.map(([name, level, matchingPrecedence, method, ...rules]) => ({
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name, annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } },
    spec: {
      ...(method ? { distinguisherMethod: { type: method } } : {}),
      matchingPrecedence,
      priorityLevelConfiguration: { name: level },
      rules,
    },
    status: {
      conditions: [
        {
          lastTransitionTime: rfc3339(now),
          message: `This FlowSchema references the PriorityLevelConfiguration object named "${level}" and it exists`,
          reason: 'Found',
          status: 'False',
          type: 'Dangling',
        },
      ],
    },
  }));
}
