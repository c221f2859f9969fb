import type { NetworkStream, RuntimeContainer } from '../runtime/container-runtime';

/**
 * What the API server asks of the kubelet of a node: the containers behind logs, exec, attach, port-forward and
 * proxy. Every method throws `ApiError` in the kubelet's own words; whether the Pod and the container's name exist
 * in the Pod's spec is the API server's affair and has been checked before.
 */
export interface NodeAgent {
  readonly nodeName: string;
  /**
   * The attempt whose log answers `kubectl logs [-p]`: the running one, else the last that ended, with `previous`
   * the one before. 400 BadRequest when there is none: `container "x" in pod "y" is waiting to start: …`,
   * `previous terminated container "x" in pod "y" not found`.
   */
  findLog(namespace: string, pod: string, container: string, options?: { previous?: boolean }): LogSource;
  /** The running container, for exec and attach. 500 with `container not found ("x")` when it does not run. */
  findContainer(namespace: string, pod: string, container: string): RuntimeContainer;
  /**
   * A connection to a port of the Pod as port-forward makes it (its loopback). Rejects with `ApiError` 500 when the
   * Pod has no sandbox (`pod y_ns is not running`) and with the network's `DialError` when nothing listens.
   */
  dialPod(namespace: string, pod: string, port: number): Promise<NetworkStream>;
  /** Measured use of what runs on the node: for metrics.k8s.io and `kubectl top`. */
  usage(): PodUsage[];
}

/** The log of one attempt; `onExit` runs (at once, when it has ended) so that `logs -f` can finish. */
export type LogSource = Pick<RuntimeContainer, 'log' | 'phase' | 'onExit'>;

export interface PodUsage {
  namespace: string;
  pod: string;
  /** `cpuNanos` is the time used since the container started. */
  containers: { name: string; memoryBytes: number; cpuNanos: number; startedAt: number }[];
}

/** The agents of all nodes by name; undefined for a node that has no kubelet. */
export type NodeAgents = (nodeName: string) => NodeAgent | undefined;
