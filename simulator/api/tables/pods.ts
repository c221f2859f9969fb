import type { ContainerState, ContainerStatus, Pod } from '../../schema/types';
import { ageSince } from './human-duration';
import { ageOf, columns, type Printer } from './printer';

/** printPod of pkg/printers/internalversion. */
export const podPrinter: Printer<Pod> = {
  columns: columns(
    'Name',
    'Ready',
    'Status',
    'Restarts',
    'Age',
    'IP+',
    'Node+',
    'Nominated Node+',
    'Readiness Gates+',
  ),
  cells(pod, now) {
    const { ready, total, reason, restarts, lastRestart } = summarize(pod);
    const ago = restarts > 0 && lastRestart ? ` (${ageSince(lastRestart, now)} ago)` : '';
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      reason,
      `${restarts}${ago}`,
      ageOf(pod.metadata, now),
      pod.status?.podIPs?.[0]?.ip || '<none>',
      pod.spec?.nodeName || '<none>',
      pod.status?.nominatedNodeName || '<none>',
      readinessGates(pod),
    ];
  },
  conditions(pod) {
    const completed = { type: 'Completed', status: 'True' };
    if (pod.status?.phase === 'Succeeded')
      return [{ ...completed, reason: 'Succeeded', message: 'The pod has completed successfully.' }];
    if (pod.status?.phase === 'Failed')
      return [{ ...completed, reason: 'Failed', message: 'The pod failed.' }];
    return [];
  },
};

interface PodSummary {
  ready: number;
  total: number;
  /** The STATUS column. */
  reason: string;
  restarts: number;
  /** When the last restarted container had ended. */
  lastRestart: string | undefined;
}

/** What `kubectl get pods` says of a Pod's containers. */
function summarize(pod: Pod): PodSummary {
  const { spec, status } = pod;
  const sidecars = new Set(
    spec?.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const total = (spec?.containers?.length ?? 0) + sidecars.size;
  const gated = hasCondition(pod, 'PodScheduled', undefined, 'SchedulingGated');
  const start = initSummary(pod, sidecars);
  let reason = gated ? 'SchedulingGated' : status?.reason || (status?.phase ?? '');
  if (start.reason) reason = start.reason;
  let { ready, restarts, lastRestart } = start;

  if (!start.reason || hasCondition(pod, 'Initialized', 'True')) {
    restarts = start.sidecarRestarts;
    lastRestart = start.sidecarLastRestart;
    let running = false;
    for (const container of [...(status?.containerStatuses ?? [])].reverse()) {
      restarts += container.restartCount ?? 0;
      lastRestart = later(lastRestart, container.lastState?.terminated?.finishedAt);
      const said = stateReason(container.state);
      if (said) reason = said;
      else if (container.ready && container.state?.running) {
        running = true;
        ready += 1;
      }
    }
    if (reason === 'Completed' && running)
      reason = hasCondition(pod, 'Ready', 'True') ? 'Running' : 'NotReady';
  }

  const over = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  if (pod.metadata.deletionTimestamp && status?.reason === 'NodeLost') reason = 'Unknown';
  else if (pod.metadata.deletionTimestamp && !over) reason = 'Terminating';
  return { ready, total, reason, restarts, lastRestart };
}

function initSummary(pod: Pod, sidecars: Set<string>) {
  const summary = {
    ready: 0,
    /** Set while the Pod is still initializing. */
    reason: undefined as string | undefined,
    restarts: 0,
    lastRestart: undefined as string | undefined,
    sidecarRestarts: 0,
    sidecarLastRestart: undefined as string | undefined,
  };
  for (const [index, container] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const ended = container.lastState?.terminated?.finishedAt;
    const sidecar = sidecars.has(container.name);
    summary.restarts += container.restartCount ?? 0;
    summary.lastRestart = later(summary.lastRestart, ended);
    if (sidecar) {
      summary.sidecarRestarts += container.restartCount ?? 0;
      summary.sidecarLastRestart = later(summary.sidecarLastRestart, ended);
    }
    if (container.state?.terminated?.exitCode === 0) continue;
    if (sidecar && container.started) {
      if (container.ready) summary.ready += 1;
      continue;
    }
    summary.reason = initReason(container, index, pod.spec?.initContainers?.length ?? 0);
    break;
  }
  return summary;
}

function initReason({ state }: ContainerStatus, index: number, count: number): string {
  if (state?.terminated) return `Init:${stateReason(state)}`;
  const waiting = state?.waiting?.reason;
  return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${count}`;
}

function stateReason(state: ContainerState | undefined): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  if (!state?.terminated) return undefined;
  const { reason, signal, exitCode } = state.terminated;
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(({ conditionType }) =>
    status?.conditions?.some((condition) => condition.type === conditionType && condition.status === 'True'),
  );
  return `${open.length}/${gates.length}`;
}

function hasCondition(pod: Pod, type: string, status?: string, reason?: string): boolean {
  return Boolean(
    pod.status?.conditions?.some(
      (condition) =>
        condition.type === type &&
        (status === undefined || condition.status === status) &&
        (reason === undefined || condition.reason === reason),
    ),
  );
}

function later(known: string | undefined, next: string | undefined): string | undefined {
  return next && (!known || Date.parse(known) < Date.parse(next)) ? next : known;
}
