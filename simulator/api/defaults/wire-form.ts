import type { KubeObject, ResourceName } from '../../schema/types';

type Fields = Record<string, unknown>;

/**
 * Fields that Kubernetes' Go types always write, empty or not, because they are structs or lack `omitempty`: what
 * `kubectl get -o yaml` shows as `status: {}` or `rules: null`.
 */
const ALWAYS: Partial<Record<ResourceName, Fields>> = {
  pods: { status: {} },
  services: { spec: {}, status: { loadBalancer: {} } },
  namespaces: { spec: {}, status: {} },
  nodes: { spec: {}, status: {} },
  persistentvolumes: { spec: {}, status: {} },
  persistentvolumeclaims: { spec: { resources: {} }, status: {} },
  replicationcontrollers: { status: { replicas: 0 } },
  resourcequotas: { spec: {}, status: {} },
  limitranges: { spec: { limits: null } },
  events: {
    eventTime: null,
    firstTimestamp: null,
    lastTimestamp: null,
    reportingComponent: '',
    reportingInstance: '',
    source: {},
  },
  'deployments.apps': { spec: { strategy: {}, template: { metadata: {}, spec: {} } }, status: {} },
  'replicasets.apps': { status: { replicas: 0 } },
  'statefulsets.apps': {
    spec: { template: { metadata: {}, spec: {} }, updateStrategy: {} },
    status: { replicas: 0, availableReplicas: 0 },
  },
  'daemonsets.apps': {
    spec: { template: { metadata: {}, spec: {} }, updateStrategy: {} },
    status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  },
  'controllerrevisions.apps': { revision: 0 },
  'jobs.batch': { spec: { template: { metadata: {}, spec: {} } }, status: {} },
  'cronjobs.batch': {
    spec: { jobTemplate: { metadata: {}, spec: { template: { metadata: {}, spec: {} } } } },
    status: {},
  },
  'horizontalpodautoscalers.autoscaling': {
    spec: {},
    status: { currentMetrics: null, desiredReplicas: 0 },
  },
  'poddisruptionbudgets.policy': {
    spec: {},
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  },
  'endpointslices.discovery.k8s.io': { endpoints: null, ports: null },
  'networkpolicies.networking.k8s.io': { spec: { podSelector: {} } },
  'ingresses.networking.k8s.io': { spec: {}, status: { loadBalancer: {} } },
  'ingressclasses.networking.k8s.io': { spec: {} },
  'roles.rbac.authorization.k8s.io': { rules: null },
  'clusterroles.rbac.authorization.k8s.io': { rules: null },
  'leases.coordination.k8s.io': { spec: {} },
};

/** Adds what the wire form of a kind always has, in place. */
export function completeWireForm(resource: ResourceName, object: KubeObject): void {
  const always = ALWAYS[resource];
  if (always) fill(object as unknown as Fields, always);
}

function fill(target: Fields, always: Fields): void {
  for (const [name, empty] of Object.entries(always)) {
    const value = target[name];
    if (value === undefined || (value === null && empty !== null)) target[name] = structuredClone(empty);
    else if (isFields(value) && isFields(empty)) fill(value, empty);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
