import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Script } from '../../kubelet/scripted-runtime';
import type { DaemonSet, Node } from '../../schema/types';
import { startTestCluster, type TestCluster } from '../../test-cluster';

let cluster: TestCluster;
let script: Script;

beforeEach(async () => {
  script = { onTerm: 0 };
  cluster = await startTestCluster({ nodes: ['plane', 'one', 'two'], scripts: { agent: script } });
});
afterEach(() => {
  cluster.components.stop();
  expect(cluster.errors.map(String)).toEqual([]);
});

const set = (spec: Partial<DaemonSet['spec']> = {}, image = 'agent:1', pod = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'agent' } },
    template: {
      metadata: { labels: { app: 'agent' } },
      spec: { containers: [{ name: 'agent', image }], terminationGracePeriodSeconds: 1, ...pod },
    },
    ...spec,
  },
});
const stored = () => cluster.client.get('daemonsets.apps', 'default', 'agent') as DaemonSet;
const pods = () => cluster.client.list('pods', { namespace: 'default' });
const placed = () =>
  pods()
    .map(({ spec }) => `${spec?.nodeName} ${spec?.containers[0]?.image}`)
    .sort();
function taint(name: string, ...effects: string[]): void {
  const node = cluster.client.get('nodes', '', name) as Node;
  const taints = effects.map((effect) => ({ key: 'busy', effect }));
  cluster.client.update('nodes', { ...node, spec: { ...node.spec, taints } });
}

describe('a DaemonSet', () => {
  it.each([
    ['NoSchedule', ['one agent:1', 'two agent:1'], { desiredNumberScheduled: 1, numberMisscheduled: 1 }],
    ['NoExecute', ['two agent:1'], { desiredNumberScheduled: 1, numberMisscheduled: 0 }],
  ])('on a node that is tainted %s has its Pods on %j', async (effect, wanted, status) => {
    cluster.client.create('daemonsets.apps', set());
    await cluster.clock.advance(3_000);
    taint('one', effect);
    await cluster.clock.advance(5_000);
    expect(placed()).toEqual(wanted);
    expect(stored().status).toMatchObject(status);
  });

  it('gives a new node no Pod that it does not tolerate', async () => {
    taint('one', 'NoSchedule');
    await cluster.clock.advance(100);
    cluster.client.create('daemonsets.apps', set());
    await cluster.clock.advance(3_000);
    expect(placed()).toEqual(['two agent:1']);
  });

  it('waits longer and longer before it replaces Pods that its node refuses', async () => {
    let made = 0;
    cluster.client.watch('pods', {}, ({ type }) => {
      if (type === 'ADDED') made += 1;
    });
    const securityContext = { sysctls: [{ name: 'kernel.msgmax', value: '1' }] };
    cluster.client.create('daemonsets.apps', set({}, 'agent:1', { securityContext }));
    await cluster.clock.advance(64_000);
    expect(made / 2).toBeGreaterThan(4);
    expect(made / 2).toBeLessThan(9);
  });

  it('puts new Pods beside the old ones, as many as may surge', async () => {
    const rollingUpdate = { maxSurge: 1 as never, maxUnavailable: 0 as never };
    const strategy = { updateStrategy: { type: 'RollingUpdate', rollingUpdate } };
    cluster.client.create('daemonsets.apps', set(strategy));
    await cluster.clock.advance(3_000);
    let fewestReady = 2;
    let most = 2;
    cluster.client.watch('pods', {}, () => {
      const living = pods().filter(({ metadata }) => !metadata.deletionTimestamp);
      const ready = living.filter(({ status }) => status?.containerStatuses?.every((each) => each.ready));
      fewestReady = Math.min(fewestReady, ready.length);
      most = Math.max(most, living.length);
    });
    const spec = set(strategy, 'agent:2').spec as NonNullable<DaemonSet['spec']>;
    cluster.client.update('daemonsets.apps', { ...stored(), spec });
    await cluster.clock.advance(20_000);
    expect(placed()).toEqual(['one agent:2', 'two agent:2']);
    expect([fewestReady, most]).toEqual([2, 3]);
  });
});
