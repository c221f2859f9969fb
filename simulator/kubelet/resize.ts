import { isDeepStrictEqual } from 'node:util';
import { podRequests } from '../schema/pod-resources';
import { parseQuantity } from '../schema/quantity';
import type { Container, Pod } from '../schema/types';
import { lackOfResources } from './admission';
import { limitsOf } from './container-config';
import type { PodRun } from './pod-run';
import type { Attempt } from './pod-state';
import type { WaitingReason } from './status/container-statuses';

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
 * The Pod with the amounts that its containers get: those of its spec, unless the node can never or not yet give them; then those
 * that they have, and `run.resizePending` says why (kubelet allocation manager, canResizePod). Running containers get theirs at once.
 */
export function allocate(run: PodRun): Pod {
  const resized = changed(run);
  const refused = resized.length > 0 ? refusal(run) : undefined;
  tellPending(run, refused);
  if (refused) {
    run.allocated = withPresentAmounts(run);
    return run.allocated;
  }
  run.allocated = undefined;
  const { generation } = run.pod.metadata;
  if (resized.length > 0 && run.resizing !== generation) {
    run.resizing = generation;
    run.tell('Normal', 'ResizeStarted', `Pod resize started: ${details(run)}`);
  }
  run.resizeError = undefined;
  for (const container of resized) apply(run, container);
  if (run.resizing !== undefined && changed(run).length === 0) {
    run.resizing = undefined;
    run.tell('Normal', 'ResizeCompleted', `Pod resize completed: ${details(run)}`);
  }
  return run.pod;
}

/** Containers that run with other amounts than those of the spec. */
function changed({ pod, state }: PodRun): Container[] {
  return (pod.spec?.containers ?? []).filter((container) => {
    const attempt = state.current.get(container.name);
    return (
      attempt?.state === 'running' &&
      attempt.resources &&
      !isDeepStrictEqual(attempt.resources, container.resources ?? {})
    );
  });
}

/** Gives a running container its new limits; one that holds more memory than it would get keeps its own for now (validateMemoryResizeAction). */
function apply(run: PodRun, container: Container): void {
  const attempt = run.state.current.get(container.name);
  if (!attempt || restartsForResize(container, attempt)) return;
  const limits = limitsOf(container.resources);
  const used = attempt.container?.usage().memoryBytes ?? 0;
  if (limits.memoryBytes !== undefined && used > limits.memoryBytes) {
    run.resizeError = `attempting to set pod memory limit (${limits.memoryBytes}) below current usage (${used})`;
    return;
  }
  attempt.container?.update(limits);
  attempt.resources = container.resources ?? {};
}

function withPresentAmounts({ pod, state }: PodRun): Pod {
  const containers = (pod.spec?.containers ?? []).map((container) => {
    const resources = state.current.get(container.name)?.resources;
    return resources ? { ...container, resources } : container;
  });
  return { ...pod, spec: { ...pod.spec, containers } };
}

/** Infeasible: more than the node has. Deferred: more than its other Pods leave. */
function refusal(run: PodRun): WaitingReason | undefined {
  const lacking = missingCapacity(run);
  if (lacking) return { reason: 'Infeasible', message: lacking };
  const { context, pod, uid } = run;
  const node = context.client.get('nodes', '', context.node.name);
  const taken = node && lackOfResources(pod, node, context.neighbours(uid));
  return taken && { reason: 'Deferred', message: taken.message };
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

/** Each reason for waiting is told once (allocation manager, SetPodResizePendingCondition). */
function tellPending(run: PodRun, pending: WaitingReason | undefined): void {
  const before = run.resizePending;
  run.resizePending = pending;
  if (!pending || (before?.reason === pending.reason && before.message === pending.message)) return;
  const text = details(run, pending.message);
  run.tell('Warning', `Resize${pending.reason}`, `Pod resize ${pending.reason}: ${text}`);
}

function details({ pod }: PodRun, error?: string): string {
  return JSON.stringify({
    containers: (pod.spec?.containers ?? []).map(({ name, resources = {} }) => ({ name, resources })),
    generation: pod.metadata.generation,
    ...(error === undefined ? {} : { error }),
  });
}
