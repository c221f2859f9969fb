import { describe, expect, it } from 'vitest';
import type { KubeObject, ResourceName } from '../../schema/types';
import { renderTable } from '.';
import { humanDuration } from './human-duration';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

/** A row as `kubectl get -o wide` would print it. */
function row(resource: ResourceName, object: object): string {
  const metadata = { name: 'x', creationTimestamp: ago(5), ...(object as KubeObject).metadata };
  const table = renderTable(resource, [{ ...object, metadata } as KubeObject], NOW);
  expect(table.rows[0]?.cells).toHaveLength(table.columnDefinitions.length);
  return (table.rows[0]?.cells ?? []).map((cell) => (cell === '' ? '""' : String(cell))).join(' | ');
}

function header(resource: ResourceName, wide = false): string {
  const { columnDefinitions } = renderTable(resource, [], NOW);
  return columnDefinitions
    .filter(({ priority }) => wide || priority === 0)
    .map(({ name }) => name.toUpperCase())
    .join(' ');
}

describe('a duration', () => {
  const [m, h, d, y] = [60, 3600, 86_400, 31_536_000];
  it.each([
    [-5, '<invalid>'],
    [-0.5, '0s'],
    [0, '0s'],
    [119, '119s'],
    [120, '2m'],
    [5 * m + 30, '5m30s'],
    [10 * m + 30, '10m'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [3 * h + 20 * m, '3h20m'],
    [8 * h + 20 * m, '8h'],
    [47 * h, '47h'],
    [48 * h, '2d'],
    [2 * d + 3 * h, '2d3h'],
    [9 * d + 3 * h, '9d'],
    [729 * d, '729d'],
    [2 * y, '2y'],
    [3 * y + 10 * d, '3y10d'],
    [9 * y + 10 * d, '9y'],
  ])('of %d seconds reads %s', (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });
});

describe('rows', () => {
  const template = {
    spec: {
      containers: [
        { name: 'a', image: 'i:1' },
        { name: 'b', image: 'j:2' },
      ],
      nodeSelector: { disk: 'ssd' },
    },
  };
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [{ key: 'a', operator: 'In', values: ['2', '1'] }],
  };
  const spec = { replicas: 3, template, selector };
  const slices = (addresses: string[]) => addresses.map((address) => ({ addresses: [address] }));

  it.each<[ResourceName, object, string]>([
    [
      'deployments.apps',
      { spec, status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 } },
      'x | 2/3 | 3 | 2 | 5s | a,b | i:1,j:2 | a in (1,2),app=web',
    ],
    [
      'replicasets.apps',
      { spec, status: { replicas: 3 } },
      'x | 3 | 3 | 0 | 5s | a,b | i:1,j:2 | a in (1,2),app=web',
    ],
    ['statefulsets.apps', { spec, status: { readyReplicas: 1 } }, 'x | 1/3 | 5s | a,b | i:1,j:2'],
    [
      'daemonsets.apps',
      { spec: { template, selector: {} }, status: { desiredNumberScheduled: 1 } },
      'x | 1 | 0 | 0 | 0 | 0 | disk=ssd | 5s | a,b | i:1,j:2 | <none>',
    ],
    [
      'jobs.batch',
      { spec: { completions: 3, template }, status: { succeeded: 1, startTime: ago(9) } },
      'x | Running | 1/3 | 9s | 5s | a,b | i:1,j:2 | <none>',
    ],
    [
      'jobs.batch',
      {
        spec: { parallelism: 2 },
        status: {
          startTime: ago(9),
          completionTime: ago(2),
          conditions: [{ type: 'Complete', status: 'True' }],
        },
      },
      'x | Complete | 0/1 of 2 | 7s | 5s | "" | "" | <none>',
    ],
    [
      'jobs.batch',
      {
        spec: { suspend: true, completions: 1 },
        status: { conditions: [{ type: 'Suspended', status: 'True' }] },
      },
      'x | Suspended | 0/1 | "" | 5s | "" | "" | <none>',
    ],
    [
      'cronjobs.batch',
      { spec: { schedule: '*/5 * * * *', suspend: false } },
      'x | */5 * * * * | <none> | False | 0 | <none> | 5s | "" | "" | <none>',
    ],
    [
      'services',
      {
        spec: {
          type: 'NodePort',
          clusterIP: '10.96.0.9',
          ports: [
            { port: 80, nodePort: 30080, protocol: 'TCP' },
            { port: 53, protocol: 'UDP' },
          ],
          selector: { app: 'web' },
        },
      },
      'x | NodePort | 10.96.0.9 | <none> | 80:30080/TCP,53/UDP | 5s | app=web',
    ],
    [
      'services',
      { spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9' } },
      'x | LoadBalancer | 10.96.0.9 | <pending> | <none> | 5s | <none>',
    ],
    [
      'services',
      { spec: { type: 'ExternalName', externalName: 'example.com' } },
      'x | ExternalName | <none> | example.com | <none> | 5s | <none>',
    ],
    [
      'endpoints',
      {
        subsets: [{ addresses: [{ ip: '1' }, { ip: '2' }, { ip: '3' }, { ip: '4' }], ports: [{ port: 80 }] }],
      },
      'x | 1:80,2:80,3:80 + 1 more... | 5s',
    ],
    ['endpoints', {}, 'x | <none> | 5s'],
    ['endpoints', { subsets: [{ notReadyAddresses: [{ ip: '1' }], ports: [{ port: 80 }] }] }, 'x | "" | 5s'],
    [
      'endpointslices.discovery.k8s.io',
      { addressType: 'IPv4', ports: [{ port: 80 }], endpoints: slices(['1', '2', '3', '4', '5']) },
      'x | IPv4 | 80 | 1,2,3 + 2 more... | 5s',
    ],
    [
      'endpointslices.discovery.k8s.io',
      { addressType: 'IPv4', ports: null, endpoints: null },
      'x | IPv4 | <unset> | <unset> | 5s',
    ],
    [
      'ingresses.networking.k8s.io',
      { spec: { ingressClassName: 'nginx', rules: [{ host: 'a.test' }, {}], tls: [{}] } },
      'x | nginx | a.test | "" | 80, 443 | 5s',
    ],
    ['ingresses.networking.k8s.io', { spec: { rules: [{}] } }, 'x | <none> | * | "" | 80 | 5s'],
    ['networkpolicies.networking.k8s.io', { spec: { podSelector: {} } }, 'x | <none> | 5s'],
    [
      'nodes',
      {
        metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } },
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          addresses: [{ type: 'InternalIP', address: '172.18.0.2' }],
          nodeInfo: { kubeletVersion: 'v1.36.0' },
        },
      },
      'x | Ready,SchedulingDisabled | control-plane | 5s | v1.36.0 | 172.18.0.2 | <none> | <unknown> | <unknown> | <unknown>',
    ],
    ['configmaps', { data: { a: '1' }, binaryData: { b: 'AA==' } }, 'x | 2 | 5s'],
    ['secrets', { type: 'Opaque', data: { a: 'MQ==' } }, 'x | Opaque | 1 | 5s'],
    ['serviceaccounts', {}, 'x | 0 | 5s'],
    ['namespaces', { status: { phase: 'Active' } }, 'x | Active | 5s'],
    [
      'persistentvolumeclaims',
      { spec: { storageClassName: 'standard', volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
      'x | Pending | "" | "" | "" | standard | <unset> | 5s | Filesystem',
    ],
    [
      'persistentvolumeclaims',
      {
        spec: { volumeName: 'pv1', storageClassName: 'standard' },
        status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] },
      },
      'x | Bound | pv1 | 1Gi | RWO | standard | <unset> | 5s | <unset>',
    ],
    [
      'persistentvolumes',
      {
        spec: {
          capacity: { storage: '1Gi' },
          accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
          persistentVolumeReclaimPolicy: 'Delete',
          claimRef: { namespace: 'lab', name: 'data' },
        },
        status: { phase: 'Bound' },
      },
      'x | 1Gi | RWO,ROX | Delete | Bound | lab/data | "" | <unset> | "" | 5s | <unset>',
    ],
    [
      'storageclasses.storage.k8s.io',
      {
        metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
        provisioner: 'rancher.io/local-path',
        reclaimPolicy: 'Delete',
        volumeBindingMode: 'WaitForFirstConsumer',
      },
      'x (default) | rancher.io/local-path | Delete | WaitForFirstConsumer | false | 5s',
    ],
    [
      'resourcequotas',
      {
        status: {
          hard: { pods: '10', 'limits.cpu': '2', 'requests.cpu': '1' },
          used: { pods: '1', 'limits.cpu': '100m' },
        },
      },
      'x | pods: 1/10, requests.cpu: 0/1 | limits.cpu: 100m/2 | 5s',
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      {
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'web' },
          minReplicas: 1,
          maxReplicas: 3,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
            },
          ],
        },
      },
      'x | Deployment/web | cpu: <unknown>/80% | 1 | 3 | 0 | 5s',
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      {
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'web' },
          minReplicas: 1,
          maxReplicas: 3,
          metrics: [
            { type: 'External', external: { metric: { name: 'q' }, target: { averageValue: '30' } } },
            { type: 'Object', object: { metric: { name: 'r' }, target: { value: '10k' } } },
            { type: 'Pods', pods: { metric: { name: 'p' }, target: { averageValue: '1k' } } },
          ],
        },
      },
      'x | Deployment/web | <unknown>/30 (avg), <unknown>/10k + 1 more... | 1 | 3 | 0 | 5s',
    ],
    [
      'poddisruptionbudgets.policy',
      { spec: { maxUnavailable: '50%' }, status: { disruptionsAllowed: 1 } },
      'x | N/A | 50% | 1 | 5s',
    ],
    [
      'rolebindings.rbac.authorization.k8s.io',
      {
        roleRef: { kind: 'Role', name: 'r' },
        subjects: [{ kind: 'ServiceAccount', namespace: 'lab', name: 'ci' }],
      },
      'x | Role/r | 5s | "" | "" | lab/ci',
    ],
    [
      'priorityclasses.scheduling.k8s.io',
      { value: 1000, preemptionPolicy: 'Never' },
      'x | 1000 | false | 5s | Never',
    ],
    [
      'controllerrevisions.apps',
      {
        metadata: {
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true }],
        },
        revision: 1,
      },
      'x | statefulset.apps/db | 1 | 5s',
    ],
    [
      'events',
      {
        involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{web}' },
        type: 'Normal',
        reason: 'Pulled',
        message: 'ok\n',
        source: { component: 'kubelet', host: 'n1' },
        firstTimestamp: ago(90),
        lastTimestamp: ago(3),
        count: 4,
      },
      '3s | Normal | Pulled | pod/web | spec.containers{web} | kubelet, n1 | ok | 90s | 4 | x',
    ],
    [
      'events',
      {
        involvedObject: { kind: 'Pod', name: 'web' },
        type: 'Warning',
        reason: 'FailedScheduling',
        message: 'no',
        reportingComponent: 'default-scheduler',
        eventTime: ago(7),
        firstTimestamp: null,
        lastTimestamp: null,
      },
      '7s | Warning | FailedScheduling | pod/web | "" | default-scheduler | no | 7s | 1 | x',
    ],
  ])('of %s', (resource, object, text) => {
    expect(row(resource, object)).toBe(text);
  });

  it('of a kind without columns of its own have its name and creation time', () => {
    expect(header('roles.rbac.authorization.k8s.io')).toBe('NAME CREATED AT');
    expect(row('roles.rbac.authorization.k8s.io', {})).toBe(`x | ${ago(5)}`);
  });

  it('hide the wide columns by priority', () => {
    expect(header('events')).toBe('LAST SEEN TYPE REASON OBJECT MESSAGE');
    expect(header('services')).toBe('NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE');
  });
});
