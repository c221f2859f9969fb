import type { Container, Pod } from '../schema/types';
import { containerHash } from './container-hash';
import type { Attempt, RuntimeState } from './pod-state';
import { restartsForResize } from './resize';
import { initRestarts, isSidecar, shouldStart } from './restart-policy';

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
    createSandbox: false,
    startEphemeral: [],
    startInit: [],
    start: [],
  };
  if (!state.sandbox) return withNewSandbox(pod, state, actions);

  for (const container of spec.ephemeralContainers ?? []) {
    if (!state.current.has(container.name)) actions.startEphemeral.push(container);
  }
  const initialised = decideInit(pod, state, actions);
  if (actions.killPod || !initialised) return actions;

  let kept = 0;
  for (const container of spec.containers) {
    const attempt = state.current.get(container.name);
    if (attempt?.state !== 'running') {
      if (shouldStart(spec, container, attempt)) actions.start.push(container);
      continue;
    }
    const kill = reasonToKill(container, attempt, state, 'Container');
    if (!kill && restartsForResize(container, attempt)) {
      const message = `Container ${container.name} resize requires restart`;
      actions.kill.push({ name: container.name, reason: 'resize', message });
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
  if (kept === 0 && actions.start.length === 0 && actions.kill.length === 0) {
    actions.killPod = true;
    actions.startInit = [];
  }
  return actions;
}

/** Without a sandbox everything begins anew, unless nothing of the Pod would run again. */
function withNewSandbox(pod: Pod, state: RuntimeState, actions: Actions): Actions {
  const spec = pod.spec ?? { containers: [] };
  const start = spec.containers.filter((container) =>
    shouldStart(spec, container, state.current.get(container.name)),
  );
  if (state.sandboxes > 0 && spec.restartPolicy === 'Never' && state.current.size > 0) {
    return { ...actions, killPod: true };
  }
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
  let initialised = spec.containers.some((container) => state.current.has(container.name));
  let reached = initialised;
  const startInit: Container[] = [];

  for (let index = inits.length - 1; index >= 0; index--) {
    const container = inits[index];
    if (!container) continue;
    const attempt = state.current.get(container.name);
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
      const kill = reasonToKill(container, attempt, state, 'Init container');
      if (kill) {
        actions.kill.push(kill);
        startInit.push(container);
      } else if (!reached && (!container.startupProbe || startup === 'success')) {
        if (last) initialised = true;
        else startInit.push(next);
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
