import { describe, expect, it } from 'vitest';
import type { PodRun } from './pod-run';
import { type Attempt, emptyRuntimeState } from './pod-state';
import { allocate } from './resize';

const had = { requests: { cpu: '100m', memory: '32Mi' } };

/** A running container that has `had`, in a Pod that now asks for `requests`, on a node of 4 CPUs and 1 GiB. */
function resized(requests: Record<string, string>): PodRun {
  const state = emptyRuntimeState();
  state.current.set('a', { name: 'a', state: 'running', resources: had } as unknown as Attempt);
  const pod = { metadata: {}, spec: { containers: [{ name: 'a', resources: { requests } }] } };
  const node = { allocatable: { cpu: '4', memory: '1Gi' } };
  return { pod, state, context: { node }, resizePending: undefined } as unknown as PodRun;
}

describe('a resize', () => {
  it('that the node can give is given', () => {
    const run = resized({ cpu: '2', memory: '64Mi' });
    expect(allocate(run)).toBe(run.pod);
    expect(run.state.current.get('a')?.resources).toEqual({ requests: { cpu: '2', memory: '64Mi' } });
    expect(run.resizePending).toBeUndefined();
  });

  it('that the node could never give leaves the container as it is, and says why', () => {
    const run = resized({ cpu: '900', memory: '2Gi' });
    expect(allocate(run).spec?.containers[0]?.resources).toEqual(had);
    expect(run.state.current.get('a')?.resources).toEqual(had);
    expect(run.resizePending).toEqual({
      reason: 'Infeasible',
      message:
        "Node didn't have enough capacity: cpu, requested: 900000, capacity: 4000 Node didn't have enough capacity: memory, requested: 2147483648, capacity: 1073741824",
    });
  });
});
