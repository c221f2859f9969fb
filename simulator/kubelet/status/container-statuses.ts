import type { Container, ContainerState, ContainerStatus, Pod } from '../../schema/types';
import type { Attempt, RuntimeState } from '../pod-state';
import { isSidecar, RESTARTING_ALL, shouldStart } from '../restart-policy';
import { time } from './time';

/** Why a container could not be started: shown as its waiting state until it has (kubelet ReasonCache). */
export interface WaitingReason {
  reason: string;
  message: string;
}

export type ContainerKind = 'init' | 'main' | 'ephemeral';

/** Statuses of one of the three lists, in the order of the spec (kubelet convertToAPIContainerStatuses). */
export function containerStatuses(
  pod: Pod,
  containers: Container[],
  kind: ContainerKind,
  state: RuntimeState,
  waiting: Map<string, WaitingReason>,
): ContainerStatus[] {
  return containers.map((container) => {
    const attempt = state.current.get(container.name);
    const status = !attempt
      ? notStarted(pod, container, kind)
      : isLeft(attempt)
        ? restarting(notStarted(pod, container, kind), attempt)
        : statusOf(container, attempt, state.previous.get(container.name));
    const reason = waiting.get(container.name);
    if (reason && waitsToStart(pod, container, kind, attempt)) {
      if (status.state?.terminated) status.lastState = status.state;
      const message = reason.message ? { message: reason.message } : {};
      status.state = { waiting: { reason: reason.reason, ...message } };
    }
    return withReadiness(container, kind, status, attempt, state);
  });
}

function notStarted(pod: Pod, container: Container, kind: ContainerKind): ContainerStatus {
  const initialising = (pod.spec?.initContainers?.length ?? 0) > 0 && kind !== 'ephemeral';
  return {
    name: container.name,
    image: container.image ?? '',
    imageID: '',
    restartCount: 0,
    ready: false,
    started: false,
    lastState: {},
    state: { waiting: { reason: initialising ? 'PodInitializing' : 'ContainerCreating' } },
    ...volumeMounts(container),
  };
}

/** What is left of an attempt that was removed so that its Pod starts over. */
function isLeft({ removed, reason }: Attempt): boolean {
  return removed === true && reason === RESTARTING_ALL;
}

/** Between its removal and its new start, a container waits for just that. */
function restarting(status: ContainerStatus, attempt: Attempt): ContainerStatus {
  const { reason = '', message = '', number } = attempt;
  return {
    ...status,
    restartCount: number + 1,
    state: { waiting: { reason, message } },
    lastState: stateOf(attempt),
  };
}

function statusOf(container: Container, attempt: Attempt, previous: Attempt | undefined): ContainerStatus {
  const { requests, limits } = attempt.resources ?? container.resources ?? {};
  return {
    name: container.name,
    containerID: `containerd://${attempt.id}`,
    image: attempt.image,
    imageID: attempt.imageID,
    restartCount: attempt.number,
    ready: false,
    started: false,
    state: stateOf(attempt),
    lastState: previous ? stateOf(previous) : {},
    ...(requests ? { allocatedResources: requests } : {}),
    resources: { ...(limits ? { limits } : {}), ...(requests ? { requests } : {}) },
    ...(attempt.user ? { user: attempt.user } : {}),
    ...volumeMounts(container),
  };
}

function stateOf(attempt: Attempt): ContainerState {
  if (attempt.state === 'running') return { running: { startedAt: time(attempt.startedAt ?? 0) } };
  if (attempt.state === 'created') return { waiting: { reason: 'ContainerCreating' } };
  const ended = {
    exitCode: attempt.exitCode ?? 0,
    reason: attempt.reason ?? 'Error',
    ...(attempt.message ? { message: attempt.message } : {}),
  };
  // Nobody knows any more when it ran.
  if (isLeft(attempt))
    return { terminated: { ...ended, startedAt: null, finishedAt: null } } as unknown as ContainerState;
  return {
    terminated: {
      containerID: `containerd://${attempt.id}`,
      ...ended,
      startedAt: time(attempt.startedAt ?? 0),
      finishedAt: time(attempt.finishedAt ?? 0),
    },
  };
}

/** A container that would be started at the next occasion shows what has kept it from starting. */
function waitsToStart(
  pod: Pod,
  container: Container,
  kind: ContainerKind,
  attempt: Attempt | undefined,
): boolean {
  if (kind === 'ephemeral') return !attempt;
  if (kind === 'init' && !isSidecar(container) && attempt?.state === 'exited' && attempt.exitCode === 0) {
    return false;
  }
  return shouldStart(pod.spec ?? { containers: [] }, container, attempt);
}

/** `started` and `ready` from the state and the probes' results (prober manager UpdatePodStatus). */
function withReadiness(
  container: Container,
  kind: ContainerKind,
  status: ContainerStatus,
  attempt: Attempt | undefined,
  state: RuntimeState,
): ContainerStatus {
  const running = Boolean(status.state?.running);
  if (kind === 'ephemeral') return withoutStarted(status);
  const startup = attempt && state.probes.startup.get(attempt.id);
  status.started = running && (!container.startupProbe || startup === 'success');
  if (kind === 'init' && !isSidecar(container)) {
    status.ready = status.state?.terminated?.exitCode === 0;
  } else if (status.started) {
    const readiness = attempt && state.probes.readiness.get(attempt.id);
    status.ready = !container.readinessProbe || readiness === 'success';
  }
  return status;
}

function withoutStarted(status: ContainerStatus): ContainerStatus {
  const { started: _started, ...rest } = status;
  return rest;
}

function volumeMounts(container: Container): Pick<ContainerStatus, 'volumeMounts'> {
  const mounts = container.volumeMounts ?? [];
  if (mounts.length === 0) return {};
  return {
    volumeMounts: mounts.map(({ name, mountPath, readOnly }) => ({
      name,
      mountPath,
      ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
    })),
  };
}
