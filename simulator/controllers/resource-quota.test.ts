import { describe, expect, it } from 'vitest';
import type { KubeObject, ResourceName } from '../schema/types';
import { startTestCluster } from '../test-cluster';

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};

describe('what a ResourceQuota counts', () => {
  it.each<[ResourceName, string, string, object]>([
    [
      'replicationcontrollers',
      'v1',
      'ReplicationController',
      { replicas: 0, selector: { app: 'web' }, template },
    ],
    [
      'statefulsets.apps',
      'apps/v1',
      'StatefulSet',
      { replicas: 0, selector: { matchLabels: { app: 'web' } }, template },
    ],
    [
      'ingresses.networking.k8s.io',
      'networking.k8s.io/v1',
      'Ingress',
      { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    ],
  ])('follows %s as they come and go', async (resource, apiVersion, kind, spec) => {
    const { client, clock, components } = await startTestCluster();
    const counted = `count/${resource}`;
    client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'quota', namespace: 'default' },
      spec: { hard: { [counted]: '5' } },
    });
    const used = async () => {
      await clock.advance(1_000);
      return client.get('resourcequotas', 'default', 'quota')?.status?.used?.[counted];
    };
    expect(await used()).toBe('0');
    client.create(resource, {
      apiVersion,
      kind,
      metadata: { name: 'web', namespace: 'default' },
      spec,
    } as unknown as KubeObject);
    expect(await used()).toBe('1');
    client.delete(resource, 'default', 'web', { propagationPolicy: 'Background' });
    expect(await used()).toBe('0');
    components.stop();
  });
});
