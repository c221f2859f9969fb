import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Node, Service } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({ nodes: ['plane', 'one', 'two'], scripts: { web: { onTerm: 0 } } });
  const one = cluster.client.get('nodes', '', 'one') as Node;
  const labels = { ...one.metadata.labels, 'topology.kubernetes.io/zone': 'east' };
  cluster.client.update('nodes', { ...one, metadata: { ...one.metadata, labels } });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const zones = { forZones: [{ name: 'east' }] };

it.each([
  [undefined, undefined, undefined],
  ['PreferClose', zones, undefined],
  ['PreferSameZone', zones, undefined],
  ['PreferSameNode', { ...zones, forNodes: [{ name: 'one' }] }, { forNodes: [{ name: 'two' }] }],
])('trafficDistribution %s hints %j in a zone and %j in none', async (trafficDistribution, inZone, inNone) => {
  const { client, clock } = cluster;
  client.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { app: 'web' },
      ports: [{ port: 80 }],
      ...(trafficDistribution ? { trafficDistribution } : {}),
    },
  } as unknown as Service);
  for (const nodeName of ['one', 'two'])
    client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `on-${nodeName}`, namespace: 'default', labels: { app: 'web' } },
      spec: { nodeName, containers: [{ name: 'web', image: 'nginx:1' }] },
    });
  const endpoints = () =>
    client
      .list('endpointslices.discovery.k8s.io', { namespace: 'default' })
      .flatMap((slice) =>
        slice.metadata.labels?.['kubernetes.io/service-name'] === 'web' ? slice.endpoints : [],
      )
      .sort((left, right) => ((left.nodeName ?? '') < (right.nodeName ?? '') ? -1 : 1));
  await clock.advance(5_000);
  expect(endpoints().map(({ zone, hints }) => [zone, hints])).toEqual([
    ['east', inZone],
    [undefined, inNone],
  ]);
  const service = client.get('services', 'default', 'web') as Service;
  const { trafficDistribution: _no, ...spec } = service.spec ?? {};
  client.update('services', { ...service, spec });
  await clock.advance(1_000);
  expect(endpoints().map(({ hints }) => hints)).toEqual([undefined, undefined]);
});
