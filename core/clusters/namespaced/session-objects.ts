/** Labels by which Podlab knows what is its own on a shared cluster. */
const managedBy = { 'app.kubernetes.io/managed-by': 'podlab' };
export const sessionLabel = 'podlab.dev/session';
/** One cluster may serve several Podlab servers: each sweeps its own leftovers only. */
export const installationLabel = 'podlab.dev/installation';

/** Holds the ServiceAccounts of learners and grader, out of the learners’ reach. */
export const systemNamespace = 'podlab-system';

export interface SessionNames {
  namespace: string;
  learner: string;
  grader: string;
}

/** Names of a session's objects: valid as DNS labels whatever the session's id looks like. */
export function sessionNames(sessionId: string): SessionNames {
  const id = sessionId
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return { namespace: `podlab-${id}`, learner: `learner-${id}`, grader: `grader-${id}` };
}

type Manifest = Record<string, unknown>;

export function systemObjects(): Manifest[] {
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace, labels: managedBy } }];
}

/** The session's namespace itself, made before anything in it. */
export function namespaceObject(sessionId: string, installation: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: sessionNames(sessionId).namespace,
      labels: {
        ...labels(sessionId, installation),
        'pod-security.kubernetes.io/enforce': 'baseline',
        'pod-security.kubernetes.io/warn': 'baseline',
      },
    },
  };
}

/** What the session gets in its namespace: bounds, rights, and who holds them. In the order in which they are made. */
export function sessionObjects(sessionId: string, installation: string): Manifest[] {
  const { namespace, learner, grader } = sessionNames(sessionId);
  const own = { namespace, labels: labels(sessionId, installation) };
  const account = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: systemNamespace, labels: labels(sessionId, installation) },
    automountServiceAccountToken: false,
  });
  const role = (name: string, rules: unknown[]) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, ...own },
    rules,
  });
  const binding = (name: string, subject: string) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, ...own },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name: subject, namespace: systemNamespace }],
  });
  return [
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'podlab', ...own }, spec: { hard: quota } },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'podlab', ...own },
      spec: { limits: [claimLimits] },
    },
    account(learner),
    account(grader),
    role('podlab-learner', learnerRules),
    role('podlab-grader', graderRules),
    binding('podlab-learner', learner),
    binding('podlab-grader', grader),
  ];
}

const labels = (sessionId: string, installation: string) => ({
  ...managedBy,
  [sessionLabel]: sessionNames(sessionId).namespace,
  [installationLabel]: installation,
});

/** Counts alone: a quota on CPU or memory would refuse every Pod without limits, which lessons are full of. */
const quota = {
  pods: '40',
  services: '20',
  'services.loadbalancers': '0',
  configmaps: '60',
  secrets: '60',
  persistentvolumeclaims: '6',
  'requests.storage': '6Gi',
  'count/deployments.apps': '20',
  'count/replicasets.apps': '80',
  'count/statefulsets.apps': '10',
  'count/daemonsets.apps': '10',
  'count/jobs.batch': '40',
  'count/cronjobs.batch': '10',
};

/** For claims alone: bounds on containers would write default limits into the learner's Pods and change their QoS class. */
const claimLimits = { type: 'PersistentVolumeClaim', max: { storage: '2Gi' } };

const everything = ['create', 'get', 'list', 'watch', 'update', 'patch', 'delete', 'deletecollection'];
const reading = ['get', 'list', 'watch'];

/**
 * Everything a lab needs in its namespace; not its bounds, nor the rights themselves, nor what leads out of it: whoever writes
 * addresses into a Pod's status or into endpoints lets the API server's proxy and other tenants' Ingresses reach them
 * (Kubernetes took those from its own role `edit` for the same reason).
 */
const learnerRules = [
  {
    apiGroups: [''],
    resources: [
      'pods',
      'pods/attach',
      'pods/ephemeralcontainers',
      'pods/eviction',
      'pods/exec',
      'pods/log',
      'pods/portforward',
      'pods/proxy',
      'pods/resize',
      'services',
      'services/proxy',
      'configmaps',
      'secrets',
      'persistentvolumeclaims',
      'serviceaccounts',
      'events',
      'podtemplates',
      'replicationcontrollers',
      'replicationcontrollers/scale',
    ],
    verbs: everything,
  },
  {
    apiGroups: [''],
    resources: ['resourcequotas', 'limitranges', 'endpoints', 'pods/status'],
    verbs: reading,
  },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
  {
    apiGroups: ['apps', 'batch', 'autoscaling', 'policy', 'events.k8s.io'],
    resources: ['*'],
    verbs: everything,
  },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: reading },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies', 'ingresses'], verbs: everything },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: reading },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: reading },
];

/** The grader looks, asks inside containers, and applies what a lab sets up: no more rights than the learner's. */
const graderRules = learnerRules;
