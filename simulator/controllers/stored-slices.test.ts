import { describe, expect, it } from 'vitest';
import type { Endpoints, Service } from '../schema/types';
import { startTestCluster } from '../test-cluster';

const slices = 'endpointslices.discovery.k8s.io';

function service(name: string, selector?: Record<string, string>): Service {
  const spec = { ports: [{ port: 80 }], ...(selector ? { selector } : {}) };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec,
  } as unknown as Service;
}

const byHand: Endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'mirrored', namespace: 'default' },
  subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80, protocol: 'TCP' }] }],
};

describe.each(['selecting', 'mirrored'])('the EndpointSlices of a Service (%s)', (name) => {
  async function started() {
    const { client, clock, components } = await startTestCluster();
    client.create('services', service('selecting', { app: 'web' }));
    client.create('services', service('mirrored'));
    client.create('endpoints', byHand);
    await clock.advance(2_000);
    const find = () => {
      const labelSelector = `kubernetes.io/service-name=${name}`;
      const [slice, ...others] = client.list(slices, { namespace: 'default', labelSelector });
      if (!slice || others.length > 0) throw new Error(`There are ${others.length} others beside ${slice}.`);
      return slice;
    };
    return { client, clock, find, stop: () => components.stop() };
  }

  it('are made again when somebody deletes them', async () => {
    const { client, clock, find, stop } = await started();
    const { name: before = '' } = find().metadata;
    client.delete(slices, 'default', before);
    await clock.advance(2_000);
    expect(find().metadata.name).not.toBe(before);
    stop();
  });

  it('are put right when somebody changes them', async () => {
    const { client, clock, find, stop } = await started();
    const { endpoints } = find();
    const wrong = [{ addresses: ['10.9.9.9'] }];
    client.update(slices, { ...find(), endpoints: wrong } as ReturnType<typeof find>);
    await clock.advance(2_000);
    expect(find().endpoints).toEqual(endpoints);
    stop();
  });
});

it('the Endpoints of a Service are made again when somebody deletes them', async () => {
  const { client, clock, components } = await startTestCluster();
  client.create('services', service('selecting', { app: 'web' }));
  await clock.advance(2_000);
  const uid = () => client.get('endpoints', 'default', 'selecting')?.metadata.uid;
  const before = uid();
  client.delete('endpoints', 'default', 'selecting');
  await clock.advance(2_000);
  expect(uid()).toBeTypeOf('string');
  expect(uid()).not.toBe(before);
  components.stop();
});
