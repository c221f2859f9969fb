import type { Container, PodSpec } from '../schema/types';
import type { Attempt } from './pod-state';

/** A native sidecar: an init container that is restarted always (podutil.IsRestartableInitContainer). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/**
 * Whether an ended container runs again: its own rules first, then its own policy, then the Pod's
 * (kubecontainer.ShouldContainerBeRestarted, KEP-5307 for the rules).
 */
export function restartsAfter(spec: PodSpec, container: Container, exitCode: number): boolean {
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    const listed = exitCodes?.values?.includes(exitCode) ?? false;
    if (exitCodes && listed === (exitCodes.operator === 'In')) return action === 'Restart';
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** The same for a container in any state; one that never ran starts, one that runs does not. */
export function shouldStart(spec: PodSpec, container: Container, attempt: Attempt | undefined): boolean {
  if (!attempt || attempt.state === 'created') return true;
  return attempt.state === 'exited' && restartsAfter(spec, container, attempt.exitCode ?? 0);
}

/** Whether an init container that failed is tried again: Always counts as OnFailure for it. */
export function initRestarts(spec: PodSpec, container: Container, exitCode: number): boolean {
  return exitCode !== 0 && restartsAfter(spec, container, exitCode);
}
