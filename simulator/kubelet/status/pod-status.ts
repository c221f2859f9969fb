import { podLimits, podRequests, resourceList } from '../../schema/pod-resources';
import { parseQuantity, quantityMilliValue } from '../../schema/quantity';
import type { Pod, PodSpec, PodStatus } from '../../schema/types';
import { hasStarted, type RuntimeState } from '../pod-state';
import { restartAllSources } from '../restart-policy';
import { conditionsOf } from './conditions';
import { containerStatuses, type WaitingReason } from './container-statuses';
import { type Phase, phaseOf } from './phase';
import { time } from './time';

export interface StatusInputs {
  /** With the status that was last written. */
  pod: Pod;
  /** The Pod with the amounts that it has, while others wait to be given. */
  allocated?: Pod;
  state: RuntimeState;
  waiting: Map<string, WaitingReason>;
  hostIP: string;
  now: number;
  /** Why the whole Pod is being ended against its will (deadline, eviction): it fails whatever its containers say. */
  verdict?: { reason: string; message: string };
  /** Nothing is started any more. */
  ending: boolean;
  /** Nothing runs any more: only now may a final phase be shown (status manager, mergePodStatus). */
  ended: boolean;
}

/** What an unlimited cgroup reports as its memory limit since 1.36. */
const NO_MEMORY_LIMIT = '9007199254740988Ki';

/** The status that the kubelet writes, as a whole (kubelet generateAPIPodStatus). A pure function. */
export function podStatus(inputs: StatusInputs): { status: PodStatus; phase: Phase } {
  const { pod, state, waiting, now } = inputs;
  const spec = pod.spec ?? { containers: [] };
  const old = pod.status ?? {};
  const init = containerStatuses(pod, spec.initContainers ?? [], 'init', state, waiting);
  const main = containerStatuses(pod, spec.containers, 'main', state, waiting);
  const ephemeral = containerStatuses(pod, spec.ephemeralContainers ?? [], 'ephemeral', state, waiting);
  const counted = phaseOf(
    spec,
    { initContainerStatuses: init, containerStatuses: main },
    { ending: inputs.ending, initialised: hasStarted(pod, state) },
  );
  const settled = isFinal(old.phase) ? old.phase : undefined;
  const phase = settled ?? (inputs.verdict ? 'Failed' : counted);
  const shown = isFinal(phase) && !inputs.ended ? ((old.phase as Phase | undefined) ?? 'Pending') : phase;
  const { reason, message } = inputs.verdict ?? (settled ? old : {});
  const ip = state.sandbox?.ip ?? old.podIP;

  const status: PodStatus = {
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    observedGeneration: pod.metadata.generation,
    phase: shown,
    conditions: conditionsOf({
      pod,
      phase,
      init,
      main,
      sandboxReady: Boolean(state.sandbox) && !inputs.ended,
      restartingAll: restartAllSources(pod, state).length > 0,
      now,
    }),
    hostIP: inputs.hostIP,
    hostIPs: [{ ip: inputs.hostIP }],
    ...(ip ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: old.startTime ?? time(now),
    ...(old.qosClass ? { qosClass: old.qosClass } : {}),
    ...(init.length > 0 ? { initContainerStatuses: init } : {}),
    containerStatuses: main,
    ...(ephemeral.length > 0 ? { ephemeralContainerStatuses: ephemeral } : {}),
    ...(old.nominatedNodeName ? { nominatedNodeName: old.nominatedNodeName } : {}),
    ...podResources(inputs.allocated ?? pod, old),
  };
  return { status, phase };
}

export function isFinal(phase: string | undefined): phase is 'Succeeded' | 'Failed' {
  return phase === 'Succeeded' || phase === 'Failed';
}

interface PodResources {
  allocatedResources?: Record<string, string>;
  resources: { limits?: Record<string, string>; requests?: Record<string, string> };
}

/** The Pod's amounts as a whole (KEP-5419): those of its spec until it has been seen running, then those of its cgroup. */
function podResources(pod: Pod, old: PodStatus): PodResources {
  const spec = pod.spec ?? { containers: [] };
  const wanted = { requests: resourceList(podRequests(spec)), limits: resourceList(podLimits(spec)) };
  const { requests, limits } = old.phase === 'Running' ? fromCgroup(spec, wanted) : wanted;
  return {
    ...unlessEmpty('allocatedResources', wanted.requests),
    resources: { ...unlessEmpty('limits', limits), ...unlessEmpty('requests', requests) },
  };
}

function unlessEmpty<K extends string>(
  key: K,
  amounts: Record<string, string>,
): { [key in K]?: Record<string, string> } {
  return Object.keys(amounts).length > 0
    ? ({ [key]: amounts } as { [key in K]: Record<string, string> })
    : {};
}

/** kubelet convertToAPIPodLevelResourcesStatus. A resource is limited for the Pod when every container limits it (cm ResourceConfigForPod). */
function fromCgroup(spec: PodSpec, { requests, limits }: { requests: Amounts; limits: Amounts }) {
  const everyContainer = (name: string): boolean =>
    [...spec.containers, ...(spec.initContainers ?? [])].every((each) => each.resources?.limits?.[name]);
  const limited = (name: string) => (everyContainer(name) ? limits[name] : undefined);
  const cpu = spec.resources?.limits?.cpu ?? limited('cpu');
  const weight = cpuOfWeight(quantityMilliValue(parseQuantity(requests.cpu ?? '0')));
  return {
    limits: {
      ...spec.resources?.limits,
      ...(cpu ? { cpu } : {}),
      memory: spec.resources?.limits?.memory ?? limited('memory') ?? NO_MEMORY_LIMIT,
    },
    requests: {
      ...spec.resources?.requests,
      ...(weight > MIN_SHARES ? { cpu: `${weight}m` } : {}),
      ...(requests.memory ? { memory: requests.memory } : {}),
    },
  };
}

type Amounts = Record<string, string>;

const MIN_SHARES = 2;

/** What is read back of a CPU request once it has been a cpu.weight, which is coarser (cm cpuWeightToCPUShares, SharesToMilliCPU). */
function cpuOfWeight(milliCpu: number): number {
  const shares = Math.max(MIN_SHARES, Math.floor((milliCpu * 1024) / 1000));
  const weight = 1 + Math.floor(((shares - 2) * 9999) / 262_142);
  const back = Math.floor(((weight - 1) * 262_142) / 9999) + 2;
  return Math.ceil((back * 1000) / 1024);
}
