import type { ContainerState, ContainerStatus, PodSpec, PodStatus } from '../../schema/types';
import { isSidecar, RESTARTING_ALL, restartsAfter } from '../restart-policy';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

export interface PhaseInputs {
  /** Nothing will be started any more. */
  ending: boolean;
  /** A main container has started in the present sandbox (kubecontainer HasAnyActiveRegularContainerStarted). */
  initialised: boolean;
}

/** The phase that the containers' states amount to (kubelet getPhase). */
export function phaseOf(spec: PodSpec, status: PodStatus, { ending, initialised }: PhaseInputs): Phase {
  const init = tallyInit(spec, status);
  const main = tallyMain(spec, status.containerStatuses ?? []);
  const running = main.running + init.sidecarsRunning;
  const waiting = main.waiting + init.sidecarsWaiting;

  if (init.failedForGood) return 'Failed';
  if (init.pending || (init.sidecarsPending && !initialised) || waiting > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (main.stopped === 0) return 'Pending';
  if (!ending && main.willRestart > 0) return 'Running';
  return main.stopped === main.succeeded ? 'Succeeded' : 'Failed';
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
    const ended = lastEnd(state, lastState);
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
    } else if (
      ended.exitCode !== 0 &&
      !restartsAfter(spec, container, ended.exitCode) &&
      ended.reason !== RESTARTING_ALL
    ) {
      tally.failedForGood = true;
    }
  }
  return tally;
}

function tallyMain(spec: PodSpec, statuses: ContainerStatus[]) {
  const tally = { running: 0, waiting: 0, stopped: 0, succeeded: 0, willRestart: 0 };
  for (const container of spec.containers) {
    const { state, lastState } = find(statuses, container.name) ?? {};
    const ended = lastEnd(state, lastState);
    if (state?.running) tally.running += 1;
    else if (!ended) tally.waiting += 1;
    else {
      tally.stopped += 1;
      if (state?.terminated && ended.exitCode === 0) tally.succeeded += 1;
      const restarts = restartsAfter(spec, container, ended.exitCode) || ended.reason === RESTARTING_ALL;
      if (restarts) tally.willRestart += 1;
    }
  }
  return tally;
}

/** How it ended, or had ended before it came to wait for its next start. */
function lastEnd(state: ContainerState | undefined, lastState: ContainerState | undefined) {
  return state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined);
}

function find(statuses: ContainerStatus[] | undefined, name: string): ContainerStatus | undefined {
  return statuses?.find((status) => status.name === name);
}
