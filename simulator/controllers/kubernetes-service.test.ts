import { expect, it } from 'vitest';
import { startTestCluster } from '../test-cluster';

it('the Service of the API server comes back when it is deleted', async () => {
  const { client, clock, errors, components } = await startTestCluster();
  client.delete('services', 'default', 'kubernetes');
  await clock.advance(5_000);
  expect(client.get('services', 'default', 'kubernetes')).toBeUndefined();
  await clock.advance(6_000);
  expect(client.get('services', 'default', 'kubernetes')?.spec?.clusterIP).toBe('10.96.0.1');
  expect(client.get('endpoints', 'default', 'kubernetes')?.subsets).toHaveLength(1);
  expect(errors).toEqual([]);
  components.stop();
});
