import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Node } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster({ scripts: { web: { onTerm: 0 } } });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

function taint(...keys: string[]): void {
  const node = cluster.client.get('nodes', '', 'node-1') as Node;
  const taints = keys.map((key) => ({ key, effect: 'NoExecute' }));
  cluster.client.update('nodes', { ...node, spec: { ...node.spec, taints } });
}
const told = () =>
  cluster.client
    .list('events')
    .filter(({ reason }) => reason === 'TaintManagerEviction')
    .map(({ message }) => message);
const pod = () => cluster.client.get('pods', 'default', 'web');

async function run(tolerations: object[]): Promise<void> {
  cluster.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'web', image: 'nginx:1' }], tolerations },
  } as never);
  await cluster.clock.advance(2_000);
}

const tolerates = (more: object) => ({ key: 'down', operator: 'Exists', effect: 'NoExecute', ...more });

describe('a NoExecute taint', () => {
  it.each([
    ['that a Pod does not tolerate drives it out at once', [], 1_000, true],
    [
      'that it tolerates for a while gives it that while',
      [tolerates({ tolerationSeconds: 30 })],
      25_000,
      false,
    ],
    [
      'that it tolerates for a while drives it out then',
      [tolerates({ tolerationSeconds: 30 })],
      35_000,
      true,
    ],
    ['that it tolerates does nothing', [tolerates({})], 600_000, false],
  ])('%s', async (_title, tolerations, ms, gone) => {
    await run(tolerations);
    taint('down');
    await cluster.clock.advance(ms);
    expect(pod() === undefined).toBe(gone);
    expect(told()).toEqual(gone ? ['Marking for deletion Pod default/web'] : []);
  });

  it('that is taken off again in time lets it stay, and says so', async () => {
    await run([tolerates({ tolerationSeconds: 30 })]);
    taint('down');
    await cluster.clock.advance(10_000);
    taint();
    await cluster.clock.advance(60_000);
    expect(pod()).toBeDefined();
    expect(told()).toEqual(['Cancelling deletion of Pod default/web']);
  });
});
