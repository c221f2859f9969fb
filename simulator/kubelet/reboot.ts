import type { ContainerState, Pod } from '../schema/types';
import { containerHash } from './container-hash';
import { type Attempt, emptyRuntimeState, type RuntimeState } from './pod-state';

/**
 * What the kubelet finds after its node has restarted: no sandbox, and containers that ended without anyone having seen how
 * (containerd shows exit code 255, reason Unknown).
 */
export function stateAfterReboot(pod: Pod, now: number): RuntimeState {
  const state = emptyRuntimeState();
  const {
    initContainerStatuses = [],
    containerStatuses = [],
    ephemeralContainerStatuses = [],
  } = pod.status ?? {};
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const specs = new Map(
    [...initContainers, ...containers, ...ephemeralContainers].map((each) => [each.name, each]),
  );
  for (const status of [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses]) {
    const spec = specs.get(status.name);
    if (!spec || !status.containerID) continue;
    const base = {
      name: status.name,
      number: status.restartCount,
      image: status.image,
      imageID: status.imageID,
      specHash: containerHash(spec),
      sandbox: 1,
      ...(status.user ? { user: status.user } : {}),
    };
    const id = bare(status.containerID);
    const current = ended(base, id, status.state, now) ?? ended(base, id, status.lastState, now);
    if (!current) continue;
    state.current.set(status.name, current);
    const previous =
      current.id === idOf(status.lastState) ? undefined : ended(base, id, status.lastState, now);
    if (previous) state.previous.set(status.name, { ...previous, number: Math.max(0, base.number - 1) });
  }
  // Seen before as soon as it had an address: its next sandbox is a new one.
  if (state.current.size > 0 || pod.status?.podIP) state.sandboxes = 1;
  return state;
}

type Base = Omit<Attempt, 'id' | 'state'>;

function ended(base: Base, id: string, was: ContainerState | undefined, now: number): Attempt | undefined {
  if (was?.terminated) {
    const { containerID = '', exitCode, reason, message, startedAt, finishedAt } = was.terminated;
    return {
      ...base,
      id: bare(containerID),
      state: 'exited',
      exitCode,
      ...(reason ? { reason } : {}),
      ...(message ? { message } : {}),
      startedAt: Date.parse(String(startedAt ?? '')) || 0,
      finishedAt: Date.parse(String(finishedAt ?? '')) || now,
    };
  }
  if (!was?.running) return undefined;
  return {
    ...base,
    id,
    state: 'exited',
    exitCode: 255,
    reason: 'Unknown',
    startedAt: Date.parse(String(was.running.startedAt ?? '')) || 0,
    finishedAt: now,
  };
}

function idOf(state: ContainerState | undefined): string | undefined {
  return state?.terminated?.containerID && bare(state.terminated.containerID);
}

function bare(id: string): string {
  return id.replace(/^\w+:\/\//, '');
}
