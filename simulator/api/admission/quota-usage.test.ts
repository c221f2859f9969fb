import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatQuantity } from '../../schema/quantity';
import type { KubeObject, ResourceName, ResourceQuota } from '../../schema/types';
import { inScope, usageOf } from './quota-usage';

const object = (yaml: string): KubeObject => ({ metadata: { name: 'x' }, ...parse(yaml) });

describe('what an object uses', () => {
  it.each<[string, ResourceName, string, Record<string, string>]>([
    ['of a Pod that is over', 'pods', 'status: {phase: Failed}', { 'count/pods': '1' }],
    [
      'of a Pod’s amounts',
      'pods',
      'spec: {containers: [{name: a, resources: {requests: {cpu: 1, a.com/gpu: 2, hugepages-2Mi: 2Mi}, limits: {memory: 1Gi, a.com/gpu: 2}}}]}',
      {
        'count/pods': '1',
        cpu: '1',
        'hugepages-2Mi': '2Mi',
        'limits.memory': '1Gi',
        pods: '1',
        'requests.a.com/gpu': '2',
        'requests.cpu': '1',
        'requests.hugepages-2Mi': '2Mi',
      },
    ],
    [
      'of a load balancer that wants no node ports',
      'services',
      'spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 1}, {port: 2, nodePort: 30000}]}',
      { 'count/services': '1', services: '1', 'services.loadbalancers': '1', 'services.nodeports': '1' },
    ],
    [
      'of a claim',
      'persistentvolumeclaims',
      'spec: {storageClassName: fast, resources: {requests: {storage: 2Gi}}}',
      {
        'count/persistentvolumeclaims': '1',
        'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
        'fast.storageclass.storage.k8s.io/requests.storage': '2Gi',
        persistentvolumeclaims: '1',
        'requests.storage': '2Gi',
      },
    ],
  ])('%s', (_, resource, yaml, expected) => {
    const usage = [...usageOf(resource, object(yaml))].map(([name, amount]) => [
      name,
      formatQuantity(amount),
    ]);
    expect(Object.fromEntries(usage)).toEqual(expected);
  });
});

describe('a scope', () => {
  const REQUESTS = 'containers: [{name: a, resources: {requests: {cpu: 1}}}]';
  const AFFINITY = (term: string) =>
    `affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{podAffinityTerm: {${term}}}]}}`;

  it.each([
    ['scopes: [BestEffort]', 'containers: [{name: a}]', true],
    ['scopes: [BestEffort]', REQUESTS, false],
    ['scopes: [NotBestEffort]', REQUESTS, true],
    ['scopes: [Terminating]', `activeDeadlineSeconds: 5, ${REQUESTS}`, true],
    ['scopes: [NotTerminating]', `activeDeadlineSeconds: 5, ${REQUESTS}`, false],
    ['scopes: [CrossNamespacePodAffinity]', `${AFFINITY('namespaceSelector: {}')}, ${REQUESTS}`, true],
    ['scopes: [CrossNamespacePodAffinity]', `${AFFINITY('topologyKey: zone')}, ${REQUESTS}`, false],
    [
      'scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [a]}]}',
      'priorityClassName: a',
      true,
    ],
    [
      'scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: NotIn, values: [a]}]}',
      'containers: []',
      true,
    ],
    [
      'scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: Exists}]}',
      'containers: []',
      false,
    ],
  ])('%s of {%s}: %s', (scope, spec, expected) => {
    const quota = object(`spec: {${scope}}`) as ResourceQuota;
    expect(inScope(quota, 'pods', object(`spec: {${spec}}`))).toBe(expected);
    expect(inScope(quota, 'configmaps', object('data: {}'))).toBe(false);
  });
});
