import type { ContainerStatus, PodSpec, PodStatus } from '../../schema/types';
import { initRestarts, isSidecar, restartsAfter } from '../restart-policy';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/**
 * The phase that the containers' states amount to (kubelet getPhase). `ending`: nothing will be started any more.
 */
export function phaseOf(spec: PodSpec, status: PodStatus, ending: boolean): Phase {
  const init = tallyInit(spec, status);
  const main = tallyMain(spec, status.containerStatuses ?? []);
  const initialised = main.started;
  const running = main.running + init.sidecarsRunning;
  const waiting = main.waiting + (initialised ? 0 : init.sidecarsWaiting);

  if (init.failedForGood) return 'Failed';
  if (init.pending || (init.sidecarsPending && !initialised) || waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (main.stopped === 0) return 'Pending';
  if (main.stopped === main.succeeded) {
    return ending || main.willRestart === 0 ? 'Succeeded' : 'Running';
  }
  return ending || main.willRestart === 0 ? 'Failed' : 'Running';
}

function tallyInit(spec: PodSpec, status: PodStatus) {
  const tally = {
    pending: false,
    failedForGood: false,
    sidecarsPending: false,
    sidecarsRunning: 0,
    sidecarsWaiting: 0,
  };
  for (const container of spec.initContainers ?? []) {
    const { state, lastState, started } = find(status.initContainerStatuses, container.name) ?? {};
    const ended = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);
    if (isSidecar(container)) {
      if (state?.running) {
        tally.sidecarsRunning += 1;
        if (!started) tally.sidecarsPending = true;
      } else if (!ended) {
        tally.sidecarsPending = true;
        tally.sidecarsWaiting += 1;
      }
    } else if (!ended) {
      tally.pending = true;
    } else if (ended.exitCode !== 0) {
      if (!initRestarts(spec, container, ended.exitCode)) tally.failedForGood = true;
      else tally.pending = true;
    }
  }
  return tally;
}

function tallyMain(spec: PodSpec, statuses: ContainerStatus[]) {
  const tally = { running: 0, waiting: 0, stopped: 0, succeeded: 0, willRestart: 0, started: false };
  for (const container of spec.containers) {
    const { state, lastState, containerID } = find(statuses, container.name) ?? {};
    if (containerID) tally.started = true;
    const ended = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);
    if (state?.running) tally.running += 1;
    else if (!ended) tally.waiting += 1;
    else {
      tally.stopped += 1;
      if (state?.terminated && ended.exitCode === 0) tally.succeeded += 1;
      if (restartsAfter(spec, container, ended.exitCode)) tally.willRestart += 1;
    }
  }
  return tally;
}

function find(statuses: ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  return statuses?.find((status) => status.name === name);
}
