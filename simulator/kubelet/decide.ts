import type { Container, Pod } from '../schema/types';
import { containerHash } from './container-hash';
import { type Attempt, attemptOf, type RuntimeState } from './pod-state';
import { restartsForResize } from './resize';
import { initRestarts, isSidecar, restartAllSources, shouldStart } from './restart-policy';

export type KillReason = 'liveness' | 'startup' | 'changed' | 'resize';

export interface Kill {
  name: string;
  reason: KillReason;
  /** Text of the Killing event. */
  message: string;
}

/** What brings a Pod nearer to its spec, in the order in which it is to be done. */
export interface Actions {
  /** End everything in the sandbox. When nothing is to be started besides, the Pod has come to its end. */
  killPod: boolean;
  kill: Kill[];
  /** All containers are removed, to start anew with the first init container; in this order. */
  reset: Container[];
  createSandbox: boolean;
  startEphemeral: Container[];
  startInit: Container[];
  start: Container[];
}

/**
 * The kubelet's decision, a pure function of what is wanted and what is there (kuberuntime computePodActions): nothing is
 * started out of order, restarted against its policy, or left running with a failed probe.
 */
export function decide(pod: Pod, state: RuntimeState): Actions {
  const spec = pod.spec ?? { containers: [] };
  const actions: Actions = {
    killPod: false,
    kill: [],
    reset: [],
    createSandbox: false,
    startEphemeral: [],
    startInit: [],
    start: [],
  };
  const sources = restartAllSources(pod, state);
  if (sources.length > 0) return { ...actions, reset: resetOrder(pod, sources) };
  if (!state.sandbox) return withNewSandbox(pod, state, actions);

  for (const container of spec.ephemeralContainers ?? []) {
    if (!state.current.has(container.name)) actions.startEphemeral.push(container);
  }
  const initialised = decideInit(pod, state, actions);
  if (actions.killPod || !initialised) return actions;

  let kept = 0;
  for (const container of spec.containers) {
    const attempt = attemptOf(state, container.name);
    if (attempt?.state !== 'running') {
      if (shouldStart(spec, container, attempt)) actions.start.push(container);
      continue;
    }
    const kill = reasonToKill(container, attempt, state, 'Container');
    if (!kill && restartsForResize(container, attempt, spec.resources)) {
      actions.kill.push(resizeKill(container));
      actions.start.push(container);
      continue;
    }
    if (!kill) {
      kept += 1;
      continue;
    }
    const restart = kill.reason === 'changed' || restartsAfterKill(pod, container);
    actions.kill.push(restart ? { ...kill, message: `${kill.message}, will be restarted` } : kill);
    if (restart) actions.start.push(container);
  }
  if (kept === 0 && actions.start.length === 0) {
    actions.killPod = true;
    actions.startInit = [];
  }
  return actions;
}

/** Main containers before init containers, those that asked for it last (kuberuntime getContainersToReset). */
function resetOrder({ spec }: Pod, sources: Container[]): Container[] {
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return [...all.filter((each) => !sources.includes(each)), ...all.filter((each) => sources.includes(each))];
}

/** Without a sandbox everything begins anew, unless nothing of the Pod would run again. */
function withNewSandbox(pod: Pod, state: RuntimeState, actions: Actions): Actions {
  const spec = pod.spec ?? { containers: [] };
  const ran = [...state.current.values()].some(({ removed }) => !removed);
  if (state.sandboxes > 0 && spec.restartPolicy === 'Never' && ran) {
    return { ...actions, killPod: true };
  }
  // What has succeeded is done for good under OnFailure alone.
  const start = spec.containers.filter((container) => {
    const done = attemptOf(state, container.name)?.exitCode === 0;
    return !(done && (container.restartPolicy ?? spec.restartPolicy) === 'OnFailure');
  });
  if (start.length === 0) return { ...actions, killPod: true };
  const first = spec.initContainers?.[0];
  return { ...actions, createSandbox: true, ...(first ? { startInit: [first] } : { start }) };
}

/**
 * Init containers one after the other, sidecars kept alive (kuberuntime computeInitContainerActions). Walks backwards:
 * the last one that has a history says how far the Pod has come; before it only sidecars matter. Returns whether the main
 * containers' turn has come.
 */
function decideInit(pod: Pod, state: RuntimeState, actions: Actions): boolean {
  const spec = pod.spec ?? { containers: [] };
  const inits = spec.initContainers ?? [];
  if (inits.length === 0) return true;
  // One that has ended may have done so in a former sandbox, and says nothing of this one.
  let initialised = spec.containers.some(({ name }) => {
    const attempt = attemptOf(state, name);
    return attempt !== undefined && attempt.state !== 'exited';
  });
  let reached = initialised;
  const startInit: Container[] = [];

  for (let index = inits.length - 1; index >= 0; index--) {
    const container = inits[index];
    if (!container) continue;
    const attempt = attemptOf(state, container.name);
    if (!attempt) {
      if (reached && isSidecar(container)) startInit.push(container);
      continue;
    }
    if (reached && !isSidecar(container)) continue;
    const next = inits[index + 1];
    const last = !next;

    if (attempt.state === 'created') {
      startInit.push(container);
    } else if (attempt.state === 'running' && isSidecar(container)) {
      const startup = state.probes.startup.get(attempt.id);
      const starting = container.startupProbe !== undefined && startup !== 'success';
      const kill =
        starting && startup !== 'failure'
          ? undefined
          : reasonToKill(container, attempt, state, 'Init container');
      if (!starting) {
        if (last) initialised = true;
        else if (!reached) startInit.push(next);
      }
      if (kill) {
        actions.kill.push(kill);
        startInit.push(container);
      } else if (!starting && restartsForResize(container, attempt, spec.resources)) {
        actions.kill.push(resizeKill(container));
        startInit.push(container);
      }
    } else if (attempt.state === 'exited') {
      const exitCode = attempt.exitCode ?? 0;
      if (isSidecar(container) || initRestarts(spec, container, exitCode)) {
        startInit.push(container);
      } else if (exitCode !== 0) {
        actions.killPod = true;
        actions.startInit = [];
        return false;
      } else if (last) {
        initialised = true;
      } else {
        startInit.push(next);
      }
    }
    reached = true;
  }
  const first = inits[0];
  if (!reached && first) startInit.push(first);
  actions.startInit = startInit.reverse();
  return initialised;
}

function resizeKill({ name }: Container): Kill {
  return { name, reason: 'resize', message: `Container ${name} resize requires restart` };
}

function reasonToKill(
  container: Container,
  attempt: Attempt,
  state: RuntimeState,
  what: 'Container' | 'Init container',
): Kill | undefined {
  const kill = (reason: KillReason, text: string): Kill => ({
    name: container.name,
    reason,
    message: `${what} ${container.name} ${text}`,
  });
  if (containerHash(container) !== attempt.specHash) return kill('changed', 'definition changed');
  if (state.probes.startup.get(attempt.id) === 'failure') return kill('startup', 'failed startup probe');
  if (state.probes.liveness.get(attempt.id) === 'failure') return kill('liveness', 'failed liveness probe');
  return undefined;
}

/** A container that a probe ends counts as failed. */
function restartsAfterKill(pod: Pod, container: Container): boolean {
  const policy = container.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
  return policy !== 'Never';
}
