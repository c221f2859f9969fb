import type { Container, Pod, PodSpec } from '../schema/types';
import { type Attempt, attemptOf, type RuntimeState } from './pod-state';

/** Why a container ended that another one took along: also shown while it waits to start anew. */
export const RESTARTING_ALL = 'RestartingAllContainers';

/** A native sidecar: an init container that is restarted always (podutil.IsRestartableInitContainer). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/**
 * Whether an ended container runs again: its own rules first, then its own policy, then the Pod's
 * (podutil.ContainerShouldRestart, KEP-5307 for the rules).
 */
export function restartsAfter(spec: PodSpec, container: Container, exitCode: number): boolean {
  if (container.restartPolicy && matchingAction(container, exitCode)) return true;
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** The same for a container in any state; one that never ran starts, one that runs does not. */
export function shouldStart(spec: PodSpec, container: Container, attempt: Attempt | undefined): boolean {
  if (!attempt || attempt.removed || attempt.state === 'created') return true;
  return attempt.state === 'exited' && restartsAfter(spec, container, attempt.exitCode ?? 0);
}

/** Whether an init container that failed is tried again: Always counts as OnFailure for it. */
export function initRestarts(spec: PodSpec, container: Container, exitCode: number): boolean {
  return exitCode !== 0 && restartsAfter(spec, container, exitCode);
}

/** Whether some rule of the Pod may restart all its containers (podutil.AllContainersCouldRestart). */
export function allCouldRestart(spec: PodSpec): boolean {
  return [...(spec.initContainers ?? []), ...spec.containers].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === 'RestartAllContainers'),
  );
}

/** Containers whose end takes all the others along (kubecontainer.ShouldAllContainersRestart, KEP-5532). */
export function restartAllSources({ spec }: Pod, state: RuntimeState): Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].filter((container) => {
    const attempt = attemptOf(state, container.name);
    return (
      attempt?.state === 'exited' &&
      matchingAction(container, attempt.exitCode ?? 0) === 'RestartAllContainers'
    );
  });
}

/** What the first rule that names the exit code asks for (podutil.FindMatchingContainerRestartRule). */
function matchingAction({ restartPolicyRules }: Container, exitCode: number): string | undefined {
  return restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false;
    return exitCodes && listed === (exitCodes.operator === 'In');
  })?.action;
}
