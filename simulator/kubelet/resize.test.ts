import { describe, expect, it } from 'vitest';
import type { Pod } from '../schema/types';
import type { PodRun } from './pod-run';
import { type Attempt, emptyRuntimeState } from './pod-state';
import { allocate, restartsForResize } from './resize';

const had = { requests: { cpu: '100m', memory: '32Mi' } };
const neighbour = {
  spec: { containers: [{ name: 'b', resources: { requests: { cpu: '3' } } }] },
} as unknown as Pod;

interface Situation {
  /** Bytes that the container holds. */
  used?: number;
  neighbours?: Pod[];
}

/** A running container that has `had`, in a Pod that now asks for other amounts, on a node of 4 CPUs and 1 GiB. */
function resized(resources: object, { used = 0, neighbours = [] }: Situation = {}) {
  const state = emptyRuntimeState();
  const given: object[] = [];
  const container = { usage: () => ({ memoryBytes: used }), update: (limits: object) => given.push(limits) };
  state.current.set('a', { name: 'a', state: 'running', resources: had, container } as unknown as Attempt);
  const allocatable = { cpu: '4', memory: '1Gi', pods: '110' };
  const told: string[] = [];
  const run = {
    pod: { metadata: { generation: 2 }, spec: { containers: [{ name: 'a', resources }] } },
    uid: 'u',
    state,
    context: {
      node: { name: 'n', allocatable },
      client: { get: () => ({ metadata: { name: 'n' }, status: { allocatable } }) },
      neighbours: () => neighbours,
    },
    tell: (_type: string, reason: string, message: string) => told.push(`${reason}: ${message}`),
  } as unknown as PodRun;
  return { run, given, told };
}

describe('a resize', () => {
  it('that the node can give is given to the running container, and told', () => {
    const wanted = { requests: { cpu: '2', memory: '64Mi' }, limits: { cpu: '2', memory: '64Mi' } };
    const { run, given, told } = resized(wanted);
    expect(allocate(run)).toBe(run.pod);
    expect(given).toEqual([{ cpuMillis: 2000, cpuShares: 2048, memoryBytes: 64 * 1024 * 1024 }]);
    expect(run.state.current.get('a')?.resources).toEqual(wanted);
    const details = JSON.stringify({ containers: [{ name: 'a', resources: wanted }], generation: 2 });
    expect(told).toEqual([
      `ResizeStarted: Pod resize started: ${details}`,
      `ResizeCompleted: Pod resize completed: ${details}`,
    ]);
  });

  it.each([
    [
      'other Pods leave no room for',
      { requests: { cpu: '2' } },
      { neighbours: [neighbour] },
      "Node didn't have enough resource: cpu, requested: 2000, used: 3000, capacity: 4000",
    ],
  ])('that %s leaves the container as it is, and says why once', (_title, wanted, situation, message) => {
    const { run, given, told } = resized(wanted, situation);
    expect(allocate(run).spec?.containers[0]?.resources).toEqual(had);
    expect(allocate(run).spec?.containers[0]?.resources).toEqual(had);
    expect(run.resizePending).toEqual({ reason: 'Deferred', message, generation: 2 });
    expect(given).toEqual([]);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^ResizeDeferred: Pod resize OutOfcpu: \{"containers"/);
  });

  it('to less memory than is in use waits until it is not', () => {
    const situation = { used: 50_000_000 };
    const { run, given, told } = resized({ limits: { memory: '40M' } }, situation);
    allocate(run);
    allocate(run);
    expect(given).toEqual([]);
    const error =
      'cannot decrease memory limits: [attempting to set pod memory limit (40000000) below current usage (50000000), attempting to set container "a" memory limit (40000000) below current usage (50000000)]';
    expect(run.resizeError).toBe(error);
    expect(told.filter((text) => text.startsWith('ResizeError: '))).toEqual([
      expect.stringContaining(JSON.stringify(error)),
    ]);
  });

  describe('of the Pod as a whole', () => {
    /** `resized`, its container without amounts of its own in a Pod that had `before` and asks for `now`. */
    const ofPod = (before: object, now: object, situation: Situation & { container?: object } = {}) => {
      const all = resized({}, situation);
      Object.assign(all.run.state.current.get('a') ?? {}, { resources: {}, podResources: before });
      Object.assign(all.run.pod.spec ?? {}, { resources: now });
      Object.assign(all.run.pod.spec?.containers[0] ?? {}, situation.container);
      return all;
    };
    const less = { limits: { cpu: '1', memory: '32Mi' } };
    const more = { limits: { cpu: '2', memory: '64Mi' } };

    it('reaches containers that have no limits of their own', () => {
      const { run, given, told } = ofPod(less, more);
      expect(allocate(run)).toBe(run.pod);
      expect(given).toEqual([{ cpuMillis: 2000, cpuShares: 2048, memoryBytes: 64 * 1024 * 1024 }]);
      expect(told.map((text) => text.split(':')[0])).toEqual(['ResizeStarted', 'ResizeCompleted']);
      allocate(run);
      expect(given).toHaveLength(1);
    });

    it('leaves the limits of the others, whatever their resizePolicy', () => {
      const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }];
      const own = { limits: { cpu: '500m', memory: '16Mi' } };
      const { run, given } = ofPod(less, more, { container: { resources: own, resizePolicy } });
      const attempt = run.state.current.get('a') as Attempt;
      attempt.resources = own;
      expect(restartsForResize({ name: 'a', resources: own, resizePolicy }, attempt, more)).toBe(false);
      allocate(run);
      expect(given).toEqual([{ cpuMillis: 500, cpuShares: 512, memoryBytes: 16 * 1024 * 1024 }]);
    });

    it('restarts those that inherit a limit which they take with a restart only', () => {
      const container = { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] };
      const { run, given } = ofPod(less, more, { container });
      const attempt = run.state.current.get('a') as Attempt;
      expect(restartsForResize({ name: 'a', ...container }, attempt, more)).toBe(true);
      allocate(run);
      expect(given).toEqual([]);
    });

    it('waits for room, and the Pod keeps what it has', () => {
      const before = { requests: { cpu: '100m' } };
      const { run } = ofPod(before, { requests: { cpu: '2' } }, { neighbours: [neighbour] });
      expect(allocate(run).spec?.resources).toEqual(before);
      expect(run.resizePending?.reason).toBe('Deferred');
    });

    it('to less memory than is in use waits until it is not', () => {
      const { run, given } = ofPod(more, less, { used: 40_000_000 });
      allocate(run);
      expect(given).toEqual([]);
      expect(run.resizeError).toMatch(/^cannot decrease memory limits: \[attempting to set pod memory limit/);
    });
  });

  it('reaches sidecars too', () => {
    const { run, given } = resized(had);
    const sidecar = { name: 's', restartPolicy: 'Always', resources: { limits: { cpu: '1' } } };
    const container = { usage: () => ({ memoryBytes: 0 }), update: (limits: object) => given.push(limits) };
    run.state.current.set('s', {
      name: 's',
      state: 'running',
      resources: {},
      container,
    } as unknown as Attempt);
    Object.assign(run.pod.spec ?? {}, { initContainers: [sidecar] });
    allocate(run);
    expect(given).toEqual([{ cpuMillis: 1000, cpuShares: 1024 }]);
  });
});
