import type { ResourceName } from '../../schema/types';
import { COMPONENT_ROLES } from './component-roles';

export interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const READ = ['get', 'list', 'watch'];

/** What `edit` may change, by API group (rbac bootstrappolicy). */
const EDITABLE: readonly [string, string[]][] = [
  [
    '',
    [
      'pods',
      'pods/attach',
      'pods/eviction',
      'pods/exec',
      'pods/portforward',
      'pods/proxy',
      'configmaps',
      'events',
      'persistentvolumeclaims',
      'secrets',
      'serviceaccounts',
      'services',
      'services/proxy',
    ],
  ],
  [
    'apps',
    [
      'daemonsets',
      'deployments',
      'deployments/rollback',
      'deployments/scale',
      'replicasets',
      'replicasets/scale',
      'statefulsets',
      'statefulsets/scale',
    ],
  ],
  ['autoscaling', ['horizontalpodautoscalers']],
  ['batch', ['cronjobs', 'jobs']],
  ['networking.k8s.io', ['ingresses', 'networkpolicies']],
  ['policy', ['poddisruptionbudgets']],
];

/** What `view` may see. Secrets are not among it: they give away other accounts. */
const VIEWABLE: readonly [string, string[]][] = [
  [
    '',
    [
      'configmaps',
      'endpoints',
      'persistentvolumeclaims',
      'persistentvolumeclaims/status',
      'pods',
      'serviceaccounts',
      'services',
      'services/status',
      'bindings',
      'events',
      'limitranges',
      'namespaces/status',
      'pods/log',
      'pods/status',
      'resourcequotas',
      'resourcequotas/status',
      'namespaces',
    ],
  ],
  ['discovery.k8s.io', ['endpointslices']],
  [
    'apps',
    [
      'controllerrevisions',
      'daemonsets',
      'daemonsets/status',
      'deployments',
      'deployments/scale',
      'deployments/status',
      'replicasets',
      'replicasets/scale',
      'replicasets/status',
      'statefulsets',
      'statefulsets/scale',
      'statefulsets/status',
    ],
  ],
  ['autoscaling', ['horizontalpodautoscalers', 'horizontalpodautoscalers/status']],
  ['batch', ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status']],
  ['networking.k8s.io', ['ingresses', 'ingresses/status', 'networkpolicies']],
  ['policy', ['poddisruptionbudgets', 'poddisruptionbudgets/status']],
];

const rules = (table: readonly [string, string[]][], verbs: string[]): Rule[] =>
  table.map(([group, resources]) => ({ apiGroups: [group], resources, verbs }));

const DISCOVERY_PATHS = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];

const view = rules(VIEWABLE, READ);
const edit = [
  ...rules(EDITABLE, WRITE),
  {
    apiGroups: [''],
    resources: ['pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'],
    verbs: READ,
  },
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
  { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...WRITE, ...READ] },
];
const admin = [
  { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['rolebindings', 'roles'],
    verbs: [...WRITE, ...READ],
  },
];

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

/** The roles for people are put together from those that carry their label; each is part of the next (bootstrappolicy). */
const AGGREGATED: Readonly<Record<string, { from: string; partOf?: string; own: Rule[] }>> = {
  admin: { from: 'admin', own: admin },
  edit: { from: 'edit', partOf: 'admin', own: edit },
  view: { from: 'view', partOf: 'edit', own: view },
};

/** Comes with metrics-server. */
const METRICS: Rule[] = [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: READ }];

const ROLES: Readonly<Record<string, Rule[]>> = {
  'cluster-admin': [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
  'system:basic-user': [
    {
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    },
    { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
  ],
  'system:discovery': [{ nonResourceURLs: DISCOVERY_PATHS, verbs: ['get'] }],
  'system:public-info-viewer': [
    { nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'], verbs: ['get'] },
  ],
  'system:service-account-issuer-discovery': [
    {
      nonResourceURLs: [
        '/.well-known/openid-configuration',
        '/.well-known/openid-configuration/',
        '/openid/v1/jwks',
        '/openid/v1/jwks/',
      ],
      verbs: ['get'],
    },
  ],
  ...COMPONENT_ROLES,
};

const BINDINGS: Readonly<Record<string, { users?: string[]; groups?: string[] }>> = {
  'cluster-admin': { groups: ['system:masters'] },
  'system:basic-user': { groups: ['system:authenticated'] },
  'system:discovery': { groups: ['system:authenticated'] },
  'system:kube-scheduler': { users: ['system:kube-scheduler'] },
  'system:monitoring': { groups: ['system:monitoring'] },
  'system:public-info-viewer': { groups: ['system:authenticated', 'system:unauthenticated'] },
  'system:service-account-issuer-discovery': { groups: ['system:serviceaccounts'] },
  'system:volume-scheduler': { users: ['system:kube-scheduler'] },
};

/** The ClusterRoles and ClusterRoleBindings that every cluster has, each with the resource to store it under. */
export function bootstrapRoles(): ({ resource: ResourceName } & Record<string, unknown>)[] {
  const metadata = (name: string, aggregateTo?: string) => ({
    name,
    labels: {
      'kubernetes.io/bootstrapping': 'rbac-defaults',
      ...(aggregateTo ? { [`${AGGREGATE}${aggregateTo}`]: 'true' } : {}),
    },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  });
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const role = (name: string, rules: Rule[], aggregateTo?: string) => ({
    resource: 'clusterroles.rbac.authorization.k8s.io' as const,
    apiVersion,
    kind: 'ClusterRole',
    metadata: metadata(name, aggregateTo),
    rules,
  });
  return [
    ...Object.entries(AGGREGATED).flatMap(([name, { from, partOf, own }]) => [
      {
        ...role(name, allRulesOf(name), partOf),
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${AGGREGATE}${from}`]: 'true' } }] },
      },
      role(`system:aggregate-to-${name}`, own, name),
    ]),
    {
      resource: 'clusterroles.rbac.authorization.k8s.io' as const,
      apiVersion,
      kind: 'ClusterRole',
      metadata: {
        name: 'system:aggregated-metrics-reader',
        labels: Object.fromEntries(['admin', 'edit', 'view'].map((to) => [`${AGGREGATE}${to}`, 'true'])),
      },
      rules: METRICS,
    },
    ...Object.entries(ROLES).map(([name, rules]) => role(name, rules)),
    ...Object.entries(BINDINGS).map(([name, { users = [], groups = [] }]) => ({
      resource: 'clusterrolebindings.rbac.authorization.k8s.io' as const,
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: metadata(name),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [...users.map(subject('User')), ...groups.map(subject('Group'))],
    })),
  ];
}

const subject = (kind: 'User' | 'Group') => (name: string) => ({
  apiGroup: 'rbac.authorization.k8s.io',
  kind,
  name,
});

/** What a role has once all parts are put together, so that it holds before the controller first runs. */
function allRulesOf(name: string): Rule[] {
  const { own = [] } = AGGREGATED[name] ?? {};
  const parts = Object.entries(AGGREGATED).filter(([, { partOf }]) => partOf === name);
  return [...own, ...parts.flatMap(([part]) => allRulesOf(part))];
}
