import { expect, it } from 'vitest';
import type { Service } from '../../schema/types';
import { startTestCluster } from '../../test-cluster';

it.each([
  ['as it is', {}],
  ['without its address', { clusterIP: undefined, clusterIPs: undefined }],
])('a Service, %s, becomes an ExternalName, and one with an address again', async (_how, change) => {
  const { client, components } = await startTestCluster();
  client.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'default' },
    spec: { ports: [{ port: 80 }], selector: { app: 's' } },
  } as Service);
  const stored = () => client.get('services', 'default', 's') as Service;
  // As JSON has it, which knows no undefined.
  const update = (spec: object) =>
    client.update(
      'services',
      JSON.parse(JSON.stringify({ ...stored(), spec: { ...stored().spec, ...spec } })),
    );
  update({ type: 'ExternalName', externalName: 'example.com', ...change });
  for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])
    expect(stored().spec).not.toHaveProperty(field);
  update({ type: 'ClusterIP', externalName: undefined });
  expect(stored().spec?.clusterIP).toMatch(/^10\.96\./);
  components.stop();
});
