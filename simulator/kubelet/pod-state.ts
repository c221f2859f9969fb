import type { RuntimeContainer, Sandbox } from '../runtime/container-runtime';
import type { Container, ContainerStatus, Pod } from '../schema/types';

/** What is known of one attempt to run a container (kubecontainer.Status). Times in milliseconds since the epoch. */
export interface Attempt {
  name: string;
  /** Without `containerd://`. */
  id: string;
  /** restartCount: 0 for the first attempt. */
  number: number;
  state: 'created' | 'running' | 'exited';
  startedAt?: number;
  finishedAt?: number;
  exitCode?: number;
  /** Completed, Error, OOMKilled, StartError… once it has ended. */
  reason?: string;
  message?: string;
  /** As status shows them: `docker.io/library/busybox:1.36` and its digest. */
  image: string;
  imageID: string;
  /** Of the container's spec it was made from. */
  specHash: string;
  user?: ContainerStatus['user'];
  /** What it was started with; unknown after a restart of the node. */
  resources?: Container['resources'];
  /** Those of its Pod as a whole at that time. */
  podResources?: Container['resources'];
  /** Undefined for what ran before a restart of the node. */
  container?: RuntimeContainer;
  /** Which of the Pod's sandboxes it ran in, counted from 1. */
  sandbox: number;
  /** The runtime has it no longer: its status is all that is left, and it counts as never started. */
  removed?: boolean;
}

export type ProbeResult = 'success' | 'failure' | 'unknown';
export type ProbeKind = 'liveness' | 'readiness' | 'startup';

/** What the decision about a Pod rests on, besides its spec. */
export interface RuntimeState {
  sandbox?: Sandbox;
  /** Sandboxes made so far. */
  sandboxes: number;
  /** The newest attempt of each container. */
  current: Map<string, Attempt>;
  /** The newest attempt that has ended and is not the current one: lastState and `logs -p`. */
  previous: Map<string, Attempt>;
  /** Results of probes by attempt id; none before the first run. */
  probes: Record<ProbeKind, Map<string, ProbeResult>>;
}

export function emptyRuntimeState(): RuntimeState {
  return {
    sandboxes: 0,
    current: new Map(),
    previous: new Map(),
    probes: { liveness: new Map(), readiness: new Map(), startup: new Map() },
  };
}

/** The newest attempt of a container that the runtime still has (kubecontainer FindContainerStatusByName). */
export function attemptOf(state: RuntimeState, name: string): Attempt | undefined {
  const attempt = state.current.get(name);
  return attempt?.removed ? undefined : attempt;
}

/** Whether a main container has started in the present sandbox (kubecontainer HasAnyActiveRegularContainerStarted). */
export function hasStarted({ spec }: Pod, state: RuntimeState): boolean {
  return (spec?.containers ?? []).some(({ name }) => {
    const attempt = attemptOf(state, name);
    return attempt !== undefined && attempt.state !== 'created' && attempt.sandbox === state.sandboxes;
  });
}

/** `name_namespace(uid)`: how kubelet messages name a Pod (format.Pod). */
export function podText(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}
