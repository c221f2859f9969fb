import { describe, expect, it } from 'vitest';
import type { KubeObject, ResourceName } from '../../schema/types';
import { renderTable } from '.';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

/** A row as `kubectl get -o wide` would print it. */
function row(resource: ResourceName, object: object): string {
  const metadata = { name: 'x', creationTimestamp: ago(5), ...(object as KubeObject).metadata };
  const table = renderTable(resource, [{ ...object, metadata } as KubeObject], NOW);
  expect(table.rows[0]?.cells).toHaveLength(table.columnDefinitions.length);
  return (table.rows[0]?.cells ?? []).map((cell) => (cell === '' ? '""' : String(cell))).join(' | ');
}

function header(resource: ResourceName, wide = false): string {
  const { columnDefinitions } = renderTable(resource, [], NOW);
  return columnDefinitions
    .filter(({ priority }) => wide || priority === 0)
    .map(({ name }) => name.toUpperCase())
    .join(' ');
}

describe('the STATUS of a Pod', () => {
  const running = { state: { running: {} }, ready: true, restartCount: 0 };
  const waiting = (reason: string, restartCount = 0) => ({ state: { waiting: { reason } }, restartCount });
  const ended = (reason: string, exitCode: number, more: object = {}) => ({
    state: { terminated: { reason, exitCode, ...more } },
    restartCount: 0,
  });
  const pod = (status: object, spec: object = {}, metadata: object = {}) => ({
    metadata,
    spec: { containers: [{ name: 'a' }], ...spec },
    status,
  });
  const two = { containers: [{ name: 'a' }, { name: 'b' }] };
  const inits = { initContainers: [{ name: 'i' }, { name: 'j' }] };
  const sidecar = { initContainers: [{ name: 's', restartPolicy: 'Always' }] };
  const initialized = { conditions: [{ type: 'Initialized', status: 'True' }] };
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  const phase = (name: string, more: object) => ({ phase: name, ...more });

  it.each([
    ['nothing has happened', pod({ phase: 'Pending' }), '0/1 Pending 0'],
    ['it runs', pod(phase('Running', { containerStatuses: [running] })), '1/1 Running 0'],
    [
      'it runs but is not ready',
      pod(phase('Running', { containerStatuses: [{ ...running, ready: false }] })),
      '0/1 Running 0',
    ],
    [
      'it is being made',
      pod(phase('Pending', { containerStatuses: [waiting('ContainerCreating')] })),
      '0/1 ContainerCreating 0',
    ],
    [
      'an image is missing',
      pod(phase('Pending', { containerStatuses: [waiting('ImagePullBackOff')] })),
      '0/1 ImagePullBackOff 0',
    ],
    [
      'it is over',
      pod(phase('Succeeded', { containerStatuses: [ended('Completed', 0)] })),
      '0/1 Completed 0',
    ],
    ['it failed', pod(phase('Failed', { containerStatuses: [ended('Error', 1)] })), '0/1 Error 0'],
    [
      'it was killed for memory',
      pod(phase('Failed', { containerStatuses: [ended('OOMKilled', 137)] })),
      '0/1 OOMKilled 0',
    ],
    [
      'a signal ended it',
      pod(phase('Failed', { containerStatuses: [ended('', 0, { signal: 9 })] })),
      '0/1 Signal:9 0',
    ],
    [
      'only an exit code is known',
      pod(phase('Failed', { containerStatuses: [ended('', 3)] })),
      '0/1 ExitCode:3 0',
    ],
    ['it was evicted', pod(phase('Failed', { reason: 'Evicted' })), '0/1 Evicted 0'],
    [
      'it is being deleted',
      pod(phase('Running', { containerStatuses: [running] }), {}, { deletionTimestamp: ago(1) }),
      '1/1 Terminating 0',
    ],
    [
      'it is deleted when over',
      pod(
        phase('Succeeded', { containerStatuses: [ended('Completed', 0)] }),
        {},
        { deletionTimestamp: ago(1) },
      ),
      '0/1 Completed 0',
    ],
    [
      'its node is lost',
      pod(phase('Running', { reason: 'NodeLost' }), {}, { deletionTimestamp: ago(1) }),
      '0/1 Unknown 0',
    ],
    [
      'it is held back',
      pod(phase('Pending', { conditions: [{ type: 'PodScheduled', reason: 'SchedulingGated' }] })),
      '0/1 SchedulingGated 0',
    ],
    [
      'one container is done, the Pod is ready',
      pod(phase('Running', { ...ready, containerStatuses: [ended('Completed', 0), running] }), two),
      '1/2 Running 0',
    ],
    [
      'one container is done, the Pod is not ready',
      pod(phase('Running', { containerStatuses: [ended('Completed', 0), running] }), two),
      '1/2 NotReady 0',
    ],
    [
      'one container failed',
      pod(phase('Running', { containerStatuses: [ended('Error', 1), running] }), two),
      '1/2 Error 0',
    ],
    [
      'the first init container runs',
      pod(
        phase('Pending', {
          initContainerStatuses: [{ state: { running: {} } }, waiting('PodInitializing')],
          containerStatuses: [waiting('PodInitializing')],
        }),
        inits,
      ),
      '0/1 Init:0/2 0',
    ],
    [
      'the second init container runs',
      pod(
        phase('Pending', { initContainerStatuses: [ended('Completed', 0), { state: { running: {} } }] }),
        inits,
      ),
      '0/1 Init:1/2 0',
    ],
    [
      'an init container failed',
      pod(phase('Pending', { initContainerStatuses: [ended('Error', 1)] }), inits),
      '0/1 Init:Error 0',
    ],
    [
      'an init container was killed',
      pod(phase('Pending', { initContainerStatuses: [ended('', 137, { signal: 9 })] }), inits),
      '0/1 Init:Signal:9 0',
    ],
    [
      'an init container left an exit code',
      pod(phase('Pending', { initContainerStatuses: [ended('', 2)] }), inits),
      '0/1 Init:ExitCode:2 0',
    ],
    [
      'an init container keeps failing',
      pod(phase('Pending', { initContainerStatuses: [waiting('CrashLoopBackOff', 3)] }), inits),
      '0/1 Init:CrashLoopBackOff 3',
    ],
    [
      'an init container has no image',
      pod(phase('Pending', { initContainerStatuses: [waiting('ErrImagePull')] }), inits),
      '0/1 Init:ErrImagePull 0',
    ],
    [
      'initialized, about to run',
      pod(
        phase('Pending', {
          initContainerStatuses: [ended('Completed', 0), ended('Completed', 0)],
          containerStatuses: [waiting('PodInitializing')],
        }),
        inits,
      ),
      '0/1 PodInitializing 0',
    ],
    [
      'a sidecar and its container run',
      pod(
        phase('Running', {
          initContainerStatuses: [{ name: 's', started: true, ...running }],
          containerStatuses: [running],
        }),
        sidecar,
      ),
      '2/2 Running 0',
    ],
    [
      'a sidecar has not started',
      pod(
        phase('Pending', { initContainerStatuses: [{ name: 's', started: false, state: { running: {} } }] }),
        sidecar,
      ),
      '0/2 Init:0/1 0',
    ],
    [
      'a sidecar crashes later',
      pod(
        phase('Running', {
          ...initialized,
          initContainerStatuses: [{ name: 's', started: false, ...waiting('CrashLoopBackOff', 2) }],
          containerStatuses: [running],
        }),
        sidecar,
      ),
      '1/2 Init:CrashLoopBackOff 2',
    ],
  ])('when %s', (_, object, text) => {
    const [, readyText, status, restarts] = row('pods', object).split(' | ');
    expect(`${readyText} ${status} ${restarts}`).toBe(text);
  });

  it('tells how often it was restarted and when last', () => {
    const containerStatuses = [
      { ...running, restartCount: 2, lastState: { terminated: { finishedAt: ago(65) } } },
      { ...running, restartCount: 1, lastState: { terminated: { finishedAt: ago(600) } } },
    ];
    expect(row('pods', pod(phase('Running', { containerStatuses }), two))).toContain('| 3 (65s ago) |');
  });

  it('has its address and node in the wide columns', () => {
    const object = pod(phase('Running', { podIPs: [{ ip: '10.0.0.7' }], containerStatuses: [running] }), {
      nodeName: 'n1',
    });
    expect(row('pods', object)).toBe('x | 1/1 | Running | 0 | 5s | 10.0.0.7 | n1 | <none> | <none>');
    expect(header('pods', true)).toBe(
      'NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES',
    );
  });

  it('counts the readiness gates that are open', () => {
    const gates = { readinessGates: [{ conditionType: 'a' }, { conditionType: 'b' }] };
    expect(row('pods', pod({ conditions: [{ type: 'a', status: 'True' }] }, gates))).toMatch(/\| 1\/2$/);
  });
});
