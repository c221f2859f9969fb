import { afterEach, describe, expect, it } from 'vitest';
import type { Node, Pod, PodSpec } from '../schema/types';
import { startTestCluster, type TestCluster } from '../test-cluster';

let cluster: TestCluster | undefined;

afterEach(() => {
  cluster?.components.stop();
  expect(cluster?.errors.map(String)).toEqual([]);
});

interface NodeOptions {
  labels?: Record<string, string>;
  taints?: NonNullable<Node['spec']>['taints'];
  unschedulable?: boolean;
}

/** Nodes of 8 CPUs and 16 GiB each, with no taints but those given. */
async function nodes(options: Record<string, NodeOptions>): Promise<TestCluster> {
  const made = await startTestCluster({ nodes: Object.keys(options), scripts: { app: { onTerm: 0 } } });
  cluster = made;
  for (const [name, { labels, taints, unschedulable }] of Object.entries(options)) {
    const node = made.client.get('nodes', '', name)!;
    made.client.update('nodes', {
      ...node,
      metadata: { ...node.metadata, labels: { ...node.metadata.labels, ...labels } },
      spec: { ...node.spec, taints: taints ?? [], ...(unschedulable ? { unschedulable } : {}) },
    });
  }
  await made.clock.advance(10);
  return made;
}

async function place(
  name: string,
  spec: Partial<PodSpec> = {},
  labels: Record<string, string> = {},
): Promise<Pod> {
  const { client, clock } = cluster!;
  const { resources, ...rest } = spec;
  client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: { containers: [{ name: 'app', image: 'busybox', ...(resources ? { resources } : {}) }], ...rest },
  });
  await clock.advance(50);
  return client.get('pods', 'default', name)!;
}

const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
const nodeOf = (pod: Pod) => pod.spec?.nodeName;
const why = (pod: Pod) => pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
const HOPELESS = (count: number, of: number) =>
  ` no new claims to deallocate, preemption: 0/${of} nodes are available: ${count} Preemption is not helpful for scheduling.`;

describe('a Pod that fits nowhere hears why', () => {
  it.each<[string, NodeOptions, Partial<PodSpec>, string]>([
    [
      'a resource claim',
      {},
      { resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] },
      '0/1 nodes are available: 1 The embedded cluster does not simulate resource claims; use a kind cluster for that.',
    ],
    ['more than any node has', {}, cpu('500'), '0/1 nodes are available: 1 Insufficient cpu.'],
    [
      'several resources',
      {},
      { resources: { requests: { cpu: '500', memory: '2Ti' } } },
      '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.',
    ],
    [
      'a label that no node has',
      {},
      { nodeSelector: { disktype: 'ssd' } },
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
    ],
    [
      'a taint',
      { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] },
      {},
      '0/1 nodes are available: 1 node(s) had untolerated taint(s).',
    ],
    [
      'a missing claim',
      {},
      { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'nope' } }] },
      '0/1 nodes are available: persistentvolumeclaim "nope" not found.',
    ],
  ])('%s', async (_name, node, spec, message) => {
    await nodes({ one: node });
    const pod = await place('pod', spec);
    expect(nodeOf(pod)).toBeUndefined();
    expect(why(pod)).toBe(message + HOPELESS(1, 1));
  });

  it('a cordoned node counts as unschedulable', async () => {
    await nodes({ one: { unschedulable: true } });
    expect(why(await place('pod'))).toContain('0/1 nodes are available: 1 node(s) were unschedulable.');
  });

  it('each node with its own reason', async () => {
    await nodes({ one: { taints: [{ key: 'a', effect: 'NoSchedule' }] }, two: {}, three: {} });
    await place('filler', { ...cpu('5'), nodeName: 'two' });
    await place('other', { ...cpu('5'), nodeName: 'three' });
    expect(why(await place('pod', cpu('4')))).toBe(
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    );
  });

  it('is placed as soon as there is room', async () => {
    await nodes({ one: {} });
    await place('filler', { ...cpu('6'), terminationGracePeriodSeconds: 0 });
    await place('pod', cpu('4'));
    cluster!.client.delete('pods', 'default', 'filler');
    await cluster!.clock.advance(5000);
    expect(nodeOf(cluster!.client.get('pods', 'default', 'pod')!)).toBe('one');
  });

  it('waits for its scheduling gates', async () => {
    await nodes({ one: {} });
    const pod = await place('pod', { schedulingGates: [{ name: 'example.com/wait' }] });
    expect(why(pod)).toBe('Scheduling is blocked due to non-empty scheduling gates');
    cluster!.client.update('pods', { ...pod, spec: { ...pod.spec!, schedulingGates: [] } });
    await cluster!.clock.advance(100);
    expect(nodeOf(cluster!.client.get('pods', 'default', 'pod')!)).toBe('one');
  });
});

describe('a crowd that fits nowhere', () => {
  it('is tried by and by, so that others have their turn', async () => {
    const { client, clock } = await nodes({ 'node-1': {} });
    for (let count = 0; count < 120; count++) {
      client.create('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `waits-${count}`, namespace: 'default' },
        spec: { containers: [{ name: 'app', image: 'busybox' }], nodeSelector: { disktype: 'ssd' } },
      });
    }
    const seen: number[] = [];
    const look = (): void => {
      const tried = client.list('pods').filter(why).length;
      seen.push(tried);
      if (tried < 120) clock.after(0, look);
    };
    clock.after(0, look);
    await clock.advance(50);
    expect(seen).toEqual([0, 50, 100, 120]);
  });
});

describe('among nodes that fit', () => {
  it('prefers the emptier one', async () => {
    await nodes({ one: {}, two: {} });
    await place('filler', { ...cpu('4'), nodeName: 'one' });
    expect(nodeOf(await place('pod', cpu('1')))).toBe('two');
  });

  it('follows required and preferred node affinity', async () => {
    await nodes({
      one: { labels: { zone: 'a' } },
      two: { labels: { zone: 'b' } },
      three: { labels: { zone: 'b', ssd: 'yes' } },
    });
    const inZoneB = {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] }],
    };
    const withDisk = { weight: 50, preference: { matchExpressions: [{ key: 'ssd', operator: 'Exists' }] } };
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: inZoneB,
      preferredDuringSchedulingIgnoredDuringExecution: [withDisk],
    };
    expect(nodeOf(await place('pod', { affinity: { nodeAffinity } }))).toBe('three');
  });

  it('keeps Pods apart or together by inter-Pod affinity', async () => {
    await nodes({ one: {}, two: {} });
    const term = [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }];
    const apart = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: term } };
    const first = nodeOf(await place('a', { affinity: apart }, { app: 'web' }));
    const second = nodeOf(await place('b', { affinity: apart }, { app: 'web' }));
    expect([first, second].sort()).toEqual(['one', 'two']);
    expect(why(await place('c', { affinity: apart }, { app: 'web' }))).toContain(
      "2 node(s) didn't match pod anti-affinity rules",
    );
  });

  it('spreads over the domains of a topology', async () => {
    await nodes({
      one: { labels: { zone: 'a' } },
      two: { labels: { zone: 'a' } },
      three: { labels: { zone: 'b' } },
    });
    const spread: Partial<PodSpec> = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    };
    const zones: (string | undefined)[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      const pod = await place(name, spread, { app: 'web' });
      zones.push(nodeOf(pod) === 'three' ? 'b' : 'a');
    }
    expect(zones.sort()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('goes where a toleration lets it', async () => {
    await nodes({ one: { taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }] } });
    const tolerations = [{ key: 'dedicated', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }];
    expect(nodeOf(await place('pod', { tolerations }))).toBe('one');
  });
});

describe('preemption', () => {
  it('makes room by ending Pods of lower priority, and says so', async () => {
    await nodes({ one: {} });
    const { client, clock } = cluster!;
    client.create('priorityclasses.scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 1000,
    });
    await place('low', { ...cpu('6'), terminationGracePeriodSeconds: 1 });
    await place('high', { ...cpu('4'), priorityClassName: 'high' });
    await clock.advance(10_000);
    expect(client.get('pods', 'default', 'low')).toBeUndefined();
    expect(nodeOf(client.get('pods', 'default', 'high')!)).toBe('one');
    const preempted = client.list('events').find(({ reason }) => reason === 'Preempted');
    expect(preempted?.message).toMatch(/^Preempted by pod [0-9a-f-]{36} on node one$/);
  });
});
