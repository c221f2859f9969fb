import { describe, expect, it } from 'vitest';
import type { ConfigMap, DaemonSet } from '../../schema/types';
import { startTestCluster } from '../../test-cluster';

describe('a replacement that leaves out what is the default', () => {
  it('is no change of the template', async () => {
    const { client, components } = await startTestCluster();
    const daemonSet = (image: string) =>
      ({
        metadata: { name: 'agent', namespace: 'default' },
        spec: {
          selector: { matchLabels: { app: 'agent' } },
          template: {
            metadata: { labels: { app: 'agent' } },
            spec: { containers: [{ name: 'c', image }] },
          },
        },
      }) as unknown as DaemonSet;
    const generations = ({ metadata }: DaemonSet) => [
      metadata.generation,
      metadata.annotations?.['deprecated.daemonset.template.generation'],
    ];
    client.create('daemonsets.apps', daemonSet('busybox:1'));
    expect(generations(client.update('daemonsets.apps', daemonSet('busybox:1')))).toEqual([1, '1']);
    expect(generations(client.update('daemonsets.apps', daemonSet('busybox:2')))).toEqual([2, '2']);
    components.stop();
  });
});

describe('a cluster that is full', () => {
  it('takes nothing new before something is deleted', async () => {
    const { client, components } = await startTestCluster();
    const text = 'x'.repeat(1_000_000);
    const fill = (name: string) =>
      client.create('configmaps', {
        metadata: { name, namespace: 'default' },
        data: { text },
      } as unknown as ConfigMap);
    const full = 'etcdserver: mvcc: database space exceeded';
    let count = 0;
    expect(() => {
      for (; count < 200; count++) fill(`map-${count}`);
    }).toThrow(full);
    expect(count).toBeGreaterThan(50);
    client.delete('configmaps', 'default', 'map-0');
    client.delete('configmaps', 'default', 'map-1');
    fill('later');
    components.stop();
  });
});
