import { describe, expect, it } from 'vitest';
import type { Node, Pod, PodDisruptionBudget } from '../schema/types';
import type { ClusterView, Misfit } from './filters';
import { misfit } from './filters';
import { type NodeInfo, nodeInfo } from './node-info';
import { preempt } from './preemption';

interface Running {
  priority?: number;
  cpu?: string;
  started?: number;
  preempted?: boolean;
}

const pod = (
  name: string,
  { priority = 0, cpu = '2', started = 0, preempted = false }: Running = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'default',
    labels: { app: name.slice(0, 1) },
    ...(preempted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: { priority, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] },
  status: {
    startTime: new Date(started * 1_000).toISOString(),
    ...(preempted
      ? { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] }
      : {}),
  },
});

/** A node of 4 CPUs with these Pods. */
const node = (name: string, ...pods: Pod[]): NodeInfo =>
  nodeInfo(
    { metadata: { name }, status: { allocatable: { cpu: '4', pods: '110' } } } as unknown as Node,
    pods,
  );

function outcome(incoming: Pod, nodes: NodeInfo[], budgets: PodDisruptionBudget[] = []) {
  const view: ClusterView = { nodes, namespaces: [], volumes: () => undefined };
  const misfits = new Map(nodes.map((info) => [info, misfit(incoming, info, view) as Misfit]));
  const result = preempt(incoming, misfits, view, budgets);
  if ('message' in result) return result.message;
  return `${result.found.node.name}: ${result.found.victims.map(({ metadata }) => metadata.name).join(' ')}`;
}

const budget = (app: string, disruptionsAllowed: number): PodDisruptionBudget =>
  ({
    metadata: { name: app, namespace: 'default' },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed },
  }) as unknown as PodDisruptionBudget;

const important = (cpu = '2') => pod('x', { priority: 100, cpu });

/** plugin DefaultPreemption, SelectVictimsOnNode and pickOneNodeForPreemption. */
describe('preemption takes', () => {
  it.each<[string, Pod, NodeInfo[], PodDisruptionBudget[], string]>([
    ['as few as it needs', important(), [node('n', pod('a'), pod('b', { priority: 5 }))], [], 'n: a'],
    [
      'the one that ran for the shortest time',
      important(),
      [node('n', pod('a', { started: 1 }), pod('b', { started: 2 }))],
      [],
      'n: b',
    ],
    [
      'those that nobody guards',
      important(),
      [node('n', pod('a'), pod('b', { priority: 5 }))],
      [budget('a', 0)],
      'n: b',
    ],
    [
      'of a guarded application as many as may go',
      important('4'),
      [node('n', pod('a1'), pod('a2')), node('m', pod('b1'), pod('b2', { priority: 1 }))],
      [budget('a', 1)],
      'm: b2 b1',
    ],
    [
      'the least important of several nodes',
      important(),
      [node('n', pod('a', { priority: 5, cpu: '4' })), node('m', pod('b', { cpu: '4' }))],
      [],
      'm: b',
    ],
    [
      'of equal nodes the one whose most important Pod ran for the shortest time',
      important('4'),
      [
        node('n', pod('a', { priority: 5, started: 1 }), pod('b', { started: 9 })),
        node('m', pod('c', { priority: 5, started: 2 }), pod('d', { started: 0 })),
      ],
      [],
      'm: c d',
    ],
    [
      'nothing more important',
      important(),
      [node('n', pod('a', { priority: 200, cpu: '4' }))],
      [],
      '0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    [
      'nothing where it would not help',
      important('9'),
      [node('n', pod('a'))],
      [],
      '0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    ],
  ])('%s', (_title, incoming, nodes, budgets, wanted) => {
    expect(outcome(incoming, nodes, budgets)).toBe(wanted);
  });

  it('nothing more while those that it took are on their way', () => {
    const incoming = important('3');
    incoming.status = { nominatedNodeName: 'n' };
    expect(outcome(incoming, [node('n', pod('a', { cpu: '4', preempted: true }))])).toBe(
      'not eligible due to a terminating pod on the nominated node.',
    );
  });
});

it('a Pod that names its node does not look at others', () => {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['n'] }];
  const incoming = pod('x', { cpu: '9' });
  const nodeAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
  };
  Object.assign(incoming.spec ?? {}, { affinity: { nodeAffinity } });
  const nodes = [node('n'), node('m')];
  const view: ClusterView = { nodes, namespaces: [], volumes: () => undefined };
  expect(nodes.map((info) => misfit(incoming, info, view)?.reasons)).toEqual([
    ['Insufficient cpu'],
    ["node(s) didn't satisfy plugin(s) [NodeAffinity]"],
  ]);
});
