import { isDeepStrictEqual } from 'node:util';
import { podRequests } from '../schema/pod-resources';
import { parseQuantity } from '../schema/quantity';
import type { Container, Pod } from '../schema/types';
import type { PodRun } from './pod-run';
import type { Attempt } from './pod-state';

/** Whether a changed amount is one that a running container does not take (resizePolicy; kuberuntime computePodResizeAction). */
export function restartsForResize(
  { resources, resizePolicy }: Container,
  { resources: had }: Attempt,
): boolean {
  if (!had) return false;
  return (resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (resources?.requests?.[resourceName] !== had.requests?.[resourceName] ||
        resources?.limits?.[resourceName] !== had.limits?.[resourceName]),
  );
}

/**
 * The Pod with the amounts that its containers get: those of its spec, unless the node could never give them; then those that
 * they have, and `run.resizePending` says why (kubelet allocation manager, canResizePod).
 */
export function allocate(run: PodRun): Pod {
  const { pod } = run;
  const containers = pod.spec?.containers ?? [];
  const resized = containers.filter((container) => {
    const attempt = run.state.current.get(container.name);
    return (
      attempt?.state === 'running' &&
      attempt.resources &&
      !isDeepStrictEqual(attempt.resources, container.resources ?? {})
    );
  });
  const lacking = resized.length > 0 ? missingCapacity(run) : '';
  if (lacking) {
    run.resizePending = { reason: 'Infeasible', message: lacking };
    const kept = containers.map((container) => {
      const resources = run.state.current.get(container.name)?.resources;
      return resources ? { ...container, resources } : container;
    });
    return { ...pod, spec: { ...pod.spec, containers: kept } };
  }
  run.resizePending = undefined;
  for (const container of resized) {
    const attempt = run.state.current.get(container.name);
    if (attempt && !restartsForResize(container, attempt)) attempt.resources = container.resources ?? {};
  }
  return pod;
}

function missingCapacity({ pod, context }: PodRun): string {
  const wanted = podRequests(pod.spec ?? { containers: [] });
  return ['cpu', 'memory']
    .flatMap((name) => {
      const unit = name === 'cpu' ? 1_000_000n : 1_000_000_000n;
      const asked = (wanted.get(name)?.nanos ?? 0n) / unit;
      const capacity = parseQuantity(context.node.allocatable[name] ?? '0').nanos / unit;
      if (asked <= capacity) return [];
      return [`Node didn't have enough capacity: ${name}, requested: ${asked}, capacity: ${capacity}`];
    })
    .join(' ');
}
