import { podLimits, resourceList } from '../../schema/pod-resources';
import type { Pod, PodSpec, PodStatus } from '../../schema/types';
import type { RuntimeState } from '../pod-state';
import { conditionsOf } from './conditions';
import { containerStatuses, type WaitingReason } from './container-statuses';
import { type Phase, phaseOf } from './phase';
import { time } from './time';

export interface StatusInputs {
  /** With the status that was last written. */
  pod: Pod;
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
  const counted = phaseOf(spec, { initContainerStatuses: init, containerStatuses: main }, inputs.ending);
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
    ...podResources(pod, old),
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

/** Pod-level amounts (KEP-5419); what the cgroup limits is known only once the Pod has been seen running. */
function podResources(pod: Pod, old: PodStatus): PodResources {
  const { requests, limits } = pod.spec?.resources ?? {};
  const measured = old.phase === 'Running' ? cgroupLimits(pod.spec ?? { containers: [] }) : {};
  const shown = { ...measured, ...limits };
  return {
    ...(requests ? { allocatedResources: requests } : {}),
    resources: {
      ...(Object.keys(shown).length > 0 ? { limits: shown } : {}),
      ...(requests ? { requests } : {}),
    },
  };
}

/** A resource is limited for the Pod when every container limits it (cm ResourceConfigForPod). */
function cgroupLimits(spec: PodSpec): Record<string, string> {
  const total = resourceList(podLimits(spec));
  const everyContainer = (name: string): boolean =>
    [...spec.containers, ...(spec.initContainers ?? [])].every((each) => each.resources?.limits?.[name]);
  const memory = total.memory && everyContainer('memory') ? total.memory : NO_MEMORY_LIMIT;
  return { ...(total.cpu && everyContainer('cpu') ? { cpu: total.cpu } : {}), memory };
}
