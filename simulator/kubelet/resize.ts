import { isDeepStrictEqual } from 'node:util';
import type { Container, Pod } from '../schema/types';
import { lackOfResources } from './admission';
import { limitsOf } from './container-config';
import type { PodRun } from './pod-run';
import type { Attempt } from './pod-state';
import { isSidecar } from './restart-policy';
import type { WaitingReason } from './status/container-statuses';

/**
 * Whether a changed amount is one that a running container does not take (resizePolicy; kuberuntime computePodResizeAction).
 * Limits of the Pod as a whole (`ofPod`) are the container's where it has none.
 */
export function restartsForResize(
  { resources, resizePolicy }: Container,
  { resources: had, podResources: podHad }: Attempt,
  ofPod: Container['resources'],
): boolean {
  if (!had) return false;
  const limit = (own: Container['resources'], whole: Container['resources'], name: string) =>
    own?.limits?.[name] ?? whole?.limits?.[name];
  return (resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (resources?.requests?.[resourceName] !== had.requests?.[resourceName] ||
        limit(resources, ofPod, resourceName) !== limit(had, podHad ?? ofPod, resourceName)),
  );
}

/**
 * The Pod with the amounts that its containers get: those of its spec, unless the node cannot give them yet; then those that they
 * have, and `run.resizePending` says why (kubelet allocation manager). Running containers get theirs at once.
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
    run.resizeError = undefined;
    run.tell('Normal', 'ResizeStarted', `Pod resize started: ${details(run)}`);
  }
  const error = tooMuchInUse(run, resized);
  if (error && error !== run.resizeError)
    run.tell('Warning', 'ResizeError', `Pod resize error: ${details(run, error)}`);
  run.resizeError = error;
  if (!error) for (const container of resized) apply(run, container);
  if (run.resizing !== undefined && changed(run).length === 0) {
    run.resizing = undefined;
    run.tell('Normal', 'ResizeCompleted', `Pod resize completed: ${details(run)}`);
  }
  return run.pod;
}

/** Containers that run with other amounts than those of the spec, their own or the Pod's, init containers among them. */
function changed({ pod, state }: PodRun): Container[] {
  const ofPod = pod.spec?.resources ?? {};
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].filter((container) => {
    const attempt = state.current.get(container.name);
    return (
      attempt?.state === 'running' &&
      attempt.resources &&
      !(
        isDeepStrictEqual(attempt.resources, container.resources ?? {}) &&
        isDeepStrictEqual(attempt.podResources ?? ofPod, ofPod)
      )
    );
  });
}

/** Why nothing is given yet: memory that is in use is not taken away (kuberuntime validateMemoryResizeAction). */
function tooMuchInUse({ pod, state }: PodRun, resized: Container[]): string | undefined {
  const used = (name: string) => state.current.get(name)?.container?.usage().memoryBytes ?? 0;
  const spec = pod.spec ?? { containers: [] };
  const all = [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)];
  const total = all.reduce((sum, { name }) => sum + used(name), 0);
  const errors: string[] = [];
  const before = podMemoryLimit(
    all.map((each) => state.current.get(each.name)?.resources ?? each.resources),
    presentOfPod({ pod, state }),
  );
  const after = podMemoryLimit(
    all.map(({ resources }) => resources),
    spec.resources,
  );
  if (after !== undefined && (before === undefined || after < before) && total >= after)
    errors.push(`attempting to set pod memory limit (${after}) below current usage (${total})`);
  for (const container of resized) {
    const attempt = state.current.get(container.name);
    if (!attempt || restartsForResize(container, attempt, spec.resources)) continue;
    const limit = limitsOf(container.resources, spec.resources).memoryBytes;
    const had = limitsOf(attempt.resources, attempt.podResources ?? spec.resources).memoryBytes;
    const less = limit !== undefined && (had === undefined || limit < had);
    if (less && used(container.name) >= limit)
      errors.push(
        `attempting to set container ${JSON.stringify(container.name)} memory limit (${limit}) below current usage (${total})`,
      );
  }
  if (errors.length === 0) return undefined;
  return `cannot decrease memory limits: ${errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`}`;
}

/** Of the Pod's cgroup: its own, else there is one when every container has one (cm ResourceConfigForPod). */
function podMemoryLimit(
  all: readonly Container['resources'][],
  ofPod: Container['resources'],
): number | undefined {
  const whole = limitsOf(ofPod, undefined).memoryBytes;
  if (whole !== undefined) return whole;
  const limits = all.map((resources) => limitsOf(resources, undefined).memoryBytes);
  return limits.every((limit) => limit !== undefined)
    ? limits.reduce((sum, limit) => sum + limit, 0)
    : undefined;
}

function apply(run: PodRun, container: Container): void {
  const attempt = run.state.current.get(container.name);
  const ofPod = run.pod.spec?.resources;
  if (!attempt || restartsForResize(container, attempt, ofPod)) return;
  attempt.container?.update(limitsOf(container.resources, ofPod));
  attempt.resources = container.resources ?? {};
  attempt.podResources = ofPod ?? {};
}

/** What the Pod as a whole has: what its running containers were given. */
function presentOfPod({ pod, state }: Pick<PodRun, 'pod' | 'state'>): Container['resources'] {
  const running = [...state.current.values()].find(
    (attempt) => attempt.state === 'running' && attempt.podResources,
  );
  return running?.podResources ?? pod.spec?.resources;
}

function withPresentAmounts({ pod, state }: PodRun): Pod {
  const present = (container: Container): Container => {
    const resources = state.current.get(container.name)?.resources;
    return resources ? { ...container, resources } : container;
  };
  const { containers = [], initContainers } = pod.spec ?? {};
  const ofPod = presentOfPod({ pod, state });
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(ofPod ? { resources: ofPod } : {}),
      containers: containers.map(present),
      ...(initContainers ? { initContainers: initContainers.map(present) } : {}),
    },
  };
}

interface Refusal extends WaitingReason {
  /** What the node says of it: `OutOfcpu`. */
  cause: string;
}

/** More than the node's other Pods leave; more than the node has is refused by admission already. */
function refusal({ context, pod, uid }: PodRun): Refusal | undefined {
  const node = context.client.get('nodes', '', context.node.name);
  const taken = node && lackOfResources(pod, node, context.neighbours(uid));
  return taken && { reason: 'Deferred', message: taken.message, cause: taken.reason };
}

/** Each resize that has to wait is told of once (status manager, SetPodResizePendingCondition). */
function tellPending(run: PodRun, pending: Refusal | undefined): void {
  const { generation } = run.pod.metadata;
  const told = run.resizePending?.generation === generation;
  run.resizePending = pending && {
    reason: pending.reason,
    message: pending.message,
    ...(generation === undefined ? {} : { generation }),
  };
  if (!pending || told) return;
  run.tell('Warning', 'ResizeDeferred', `Pod resize ${pending.cause}: ${details(run, pending.message)}`);
}

function details({ pod }: PodRun, error?: string): string {
  const amounts = (list: Container[] = []) => list.map(({ name, resources = {} }) => ({ name, resources }));
  const { initContainers = [], containers } = pod.spec ?? {};
  return JSON.stringify({
    ...(initContainers.length > 0 ? { initContainers: amounts(initContainers) } : {}),
    containers: amounts(containers),
    generation: pod.metadata.generation,
    ...(error === undefined ? {} : { error }),
  });
}
