import { describe, expect, it } from 'vitest';
import type { Endpoints, Service } from '../schema/types';
import { startTestCluster } from '../test-cluster';

const service = (selector?: Record<string, string>): Service =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'db', namespace: 'default' },
    spec: { ports: [{ port: 80 }], ...(selector ? { selector } : {}) },
  }) as unknown as Service;

const endpoints = (labels?: Record<string, string>): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'db', namespace: 'default', ...(labels ? { labels } : {}) },
  subsets: [
    {
      addresses: [{ ip: '10.1.2.3', hostname: 'one' }],
      notReadyAddresses: [{ ip: '10.1.2.4' }],
      // As `kubectl create service` names ports: a label, which need have no letter.
      ports: [{ name: '5432-5432', port: 5432, protocol: 'TCP' }],
    },
  ],
});

async function mirrored(of: Service | undefined, written: Endpoints) {
  const { client, clock, components } = await startTestCluster();
  if (of) client.create('services', of);
  client.create('endpoints', written);
  await clock.advance(2_000);
  const find = () =>
    client
      .list('endpointslices.discovery.k8s.io', { namespace: 'default' })
      .filter(
        ({ metadata }) =>
          metadata.labels?.['endpointslice.kubernetes.io/managed-by'] ===
          'endpointslicemirroring-controller.k8s.io',
      );
  return { client, clock, find, stop: () => components.stop() };
}

describe('endpointslicemirroring controller', () => {
  it('copies Endpoints of a Service without a selector, follows them, and goes with them', async () => {
    const { client, clock, find, stop } = await mirrored(service(), endpoints());
    expect(find()).toMatchObject([
      {
        metadata: {
          labels: { 'kubernetes.io/service-name': 'db' },
          ownerReferences: [{ kind: 'Endpoints', name: 'db' }],
        },
        addressType: 'IPv4',
        endpoints: [
          { addresses: ['10.1.2.3'], conditions: { ready: true }, hostname: 'one' },
          { addresses: ['10.1.2.4'], conditions: { ready: false } },
        ],
        ports: [{ name: '5432-5432', port: 5432, protocol: 'TCP' }],
      },
    ]);
    const [name] = find().map(({ metadata }) => metadata.name);
    const stored = client.get('endpoints', 'default', 'db');
    client.update('endpoints', {
      ...(stored as Endpoints),
      subsets: [{ addresses: [{ ip: '10.9.9.9' }], ports: [{ name: 'x', port: 5432, protocol: 'TCP' }] }],
    });
    await clock.advance(1_000);
    expect(find()).toMatchObject([{ metadata: { name }, endpoints: [{ addresses: ['10.9.9.9'] }] }]);
    client.delete('endpoints', 'default', 'db');
    await clock.advance(1_000);
    expect(find()).toEqual([]);
    stop();
  });

  it.each([
    ['there is no Service', undefined, endpoints()],
    ['the Service selects Pods', service({ app: 'db' }), endpoints()],
    ['the Endpoints say so', service(), endpoints({ 'endpointslice.kubernetes.io/skip-mirror': 'true' })],
  ])('copies nothing when %s', async (_, of, written) => {
    const { find, stop } = await mirrored(of, written);
    expect(find()).toEqual([]);
    stop();
  });
});
