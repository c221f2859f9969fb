import { expect, it } from 'vitest';
import type { DaemonSet } from '../schema/types';
import { startTestCluster } from '../test-cluster';

// Go clients compare the bytes of a revision with those of a patch that they make of a template (daemon.Match).
it('a revision has its fields in the order in which Go writes a map', async () => {
  const { client, clock, components } = await startTestCluster();
  client.create('daemonsets.apps', {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'nginx' }], automountServiceAccountToken: false },
      },
    },
  } as unknown as DaemonSet);
  await clock.advance(1_000);
  const [revision] = client.list('controllerrevisions.apps', { namespace: 'default' });
  const { template } = (revision?.data as { spec: { template: { spec: object } } }).spec;
  expect(Object.keys(template)).toEqual(['$patch', 'metadata', 'spec']);
  expect(Object.keys(template.spec)).toEqual(Object.keys(template.spec).toSorted());
  components.stop();
});
