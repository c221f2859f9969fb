import { podLimits, podRequests, qosClass } from '../../schema/pod-resources';
import { addQuantities, parseQuantity, type Quantity } from '../../schema/quantity';
import type {
  KubeObject,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  ResourceName,
  ResourceQuota,
  Service,
} from '../../schema/types';
import type { Client } from '../client';

type Usage = Map<string, Quantity>;

/** Kinds that quotas count, besides `count/<resource>` for all of them. */
const COUNTED: readonly ResourceName[] = [
  'pods',
  'services',
  'configmaps',
  'secrets',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
];
const COUNT_PREFIX = 'count/';
const COMPUTE: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

/** What a namespace uses of everything that a quota limits: its `status.used`. */
export function quotaUsage(quota: ResourceQuota, client: Client): Usage {
  const namespace = quota.metadata.namespace ?? '';
  const hard = Object.keys(quota.spec?.hard ?? {});
  const used: Usage = new Map(hard.map((name) => [name, parseQuantity('0')]));
  for (const resource of resourcesOf(hard))
    for (const object of client.list(resource, { namespace }))
      if (inScope(quota, resource, object)) addTo(used, usageOf(resource, object));
  return used;
}

/** What one object uses, by the names that quotas know it (pkg/quota/v1/evaluator). */
export function usageOf(resource: ResourceName, object: KubeObject): Usage {
  const usage: Usage = new Map();
  const one = parseQuantity('1');
  // `count/pods` is of all that are stored, `pods` of those that are not over.
  usage.set(`${COUNT_PREFIX}${resource}`, one);
  if (resource === 'pods') {
    if (isOver(object as Pod)) return usage;
    podUsage(object as Pod, usage);
  }
  if (COUNTED.includes(resource)) usage.set(resource, one);
  if (resource === 'services') serviceUsage(object as Service, usage);
  if (resource === 'persistentvolumeclaims') claimUsage(object as PersistentVolumeClaim, usage);
  return usage;
}

/** Whether a quota with scopes is about this object; only Pods (and claims by class) have scopes. */
export function inScope({ spec }: ResourceQuota, resource: ResourceName, object: KubeObject): boolean {
  const scopes = [
    ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as string[] })),
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (scopes.length === 0) return true;
  if (resource !== 'pods') return false;
  const pod = object as Pod;
  return scopes.every(({ scopeName, operator, values = [] }) => {
    switch (scopeName) {
      case 'BestEffort':
        return qosClass(pod.spec ?? { containers: [] }) === 'BestEffort';
      case 'NotBestEffort':
        return qosClass(pod.spec ?? { containers: [] }) !== 'BestEffort';
      case 'Terminating':
        return pod.spec?.activeDeadlineSeconds !== undefined;
      case 'NotTerminating':
        return pod.spec?.activeDeadlineSeconds === undefined;
      case 'PriorityClass':
        return matches(operator, values, pod.spec?.priorityClassName ?? '');
      case 'CrossNamespacePodAffinity':
        return reachesOtherNamespaces(pod.spec?.affinity);
      default:
        return false;
    }
  });
}

/** Whether a term of affinity, wanted or preferred, names namespaces or selects them. */
function reachesOtherNamespaces({
  podAffinity,
  podAntiAffinity,
}: NonNullable<PodSpec['affinity']> = {}): boolean {
  return [podAffinity, podAntiAffinity].some((affinity) =>
    [
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
        (term) => term.podAffinityTerm,
      ),
    ].some(
      ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
    ),
  );
}

function matches(operator: string, values: string[], value: string): boolean {
  if (operator === 'In') return values.includes(value);
  if (operator === 'NotIn') return !values.includes(value);
  return operator === 'Exists' ? value !== '' : value === '';
}

function resourcesOf(hard: readonly string[]): ResourceName[] {
  const names = new Set<ResourceName>();
  for (const name of hard) {
    if (name.startsWith(COUNT_PREFIX)) names.add(name.slice(COUNT_PREFIX.length) as ResourceName);
    else if (name.startsWith('services')) names.add('services');
    else if (name === 'requests.storage' || name.includes('storageclass'))
      names.add('persistentvolumeclaims');
    else if ((COUNTED as readonly string[]).includes(name)) names.add(name as ResourceName);
    else names.add('pods');
  }
  return [...names];
}

function podUsage({ spec }: Pod, usage: Usage): void {
  if (!spec) return;
  for (const [name, quantity] of podRequests(spec)) {
    usage.set(`requests.${name}`, quantity);
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) usage.set(name, quantity);
  }
  for (const [name, quantity] of podLimits(spec))
    if (COMPUTE.includes(name)) usage.set(`limits.${name}`, quantity);
}

function serviceUsage({ spec }: Service, usage: Usage): void {
  const { type, ports = [], allocateLoadBalancerNodePorts: allots } = spec ?? {};
  const loadBalancer = type === 'LoadBalancer';
  if (loadBalancer) usage.set('services.loadbalancers', parseQuantity('1'));
  if (!loadBalancer && type !== 'NodePort') return;
  // A load balancer without node ports of its own still has those it was given.
  const counted = loadBalancer && allots === false ? ports.filter(({ nodePort }) => nodePort) : ports;
  usage.set('services.nodeports', parseQuantity(String(counted.length)));
}

function claimUsage({ spec }: PersistentVolumeClaim, usage: Usage): void {
  const storage = parseQuantity(spec?.resources?.requests?.['storage'] ?? '0');
  usage.set('requests.storage', storage);
  if (!spec?.storageClassName) return;
  const prefix = `${spec.storageClassName}.storageclass.storage.k8s.io`;
  usage.set(`${prefix}/requests.storage`, storage);
  usage.set(`${prefix}/persistentvolumeclaims`, parseQuantity('1'));
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function addTo(total: Usage, usage: Usage): void {
  for (const [name, quantity] of usage) {
    const sofar = total.get(name);
    if (sofar) total.set(name, addQuantities(sofar, quantity));
  }
}
