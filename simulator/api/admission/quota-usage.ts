import { podLimits, podRequests, qosClass } from '../../schema/pod-resources';
import { addQuantities, parseQuantity, type Quantity } from '../../schema/quantity';
import type {
  KubeObject,
  PersistentVolumeClaim,
  Pod,
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
  'resourcequotas',
];
const COUNT_PREFIX = 'count/';

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
  if (resource === 'pods') {
    if (isOver(object as Pod)) return usage;
    podUsage(object as Pod, usage);
  }
  usage.set(`${COUNT_PREFIX}${resource}`, one);
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
        return false;
      default:
        return false;
    }
  });
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
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage.set(name, quantity);
  }
  for (const [name, quantity] of podLimits(spec)) usage.set(`limits.${name}`, quantity);
}

function serviceUsage({ spec }: Service, usage: Usage): void {
  const ports = (spec?.ports ?? []).length;
  const oneByOne = (count: number): Quantity => parseQuantity(String(count));
  if (spec?.type === 'NodePort') usage.set('services.nodeports', oneByOne(ports));
  if (spec?.type === 'LoadBalancer') {
    usage.set('services.loadbalancers', oneByOne(1));
    if (spec.allocateLoadBalancerNodePorts !== false) usage.set('services.nodeports', oneByOne(ports));
  }
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
