import { ApiError } from '../api/errors';
import type { NetworkStream, RuntimeContainer } from '../runtime/container-runtime';
import type { ContainerStatus } from '../schema/types';
import { type KeptLog, keepLog, restoredLog } from './kept-logs';
import type { LogSource, NodeAgent, PodUsage } from './node-agent';
import type { PodRun } from './pod-run';
import type { Attempt } from './pod-state';
import type { PodWorker } from './pod-worker';

/** The workers of a node by uid, and what can be asked about their Pods. */
export class PodTable implements NodeAgent {
  readonly workers = new Map<string, PodWorker>();

  constructor(
    readonly nodeName: string,
    /** Logs of containers that ran before the node's restart, by their ids. */
    private readonly kept: Readonly<Record<string, KeptLog>> = {},
  ) {}

  findLog(namespace: string, pod: string, name: string, options: { previous?: boolean } = {}): LogSource {
    const run = this.find(namespace, pod);
    const status = run && statusOf(run, name);
    const attempt = run && status && attemptWithLog(run, status, pod, options.previous ?? false);
    if (attempt?.container) return attempt.container;
    if (attempt) return restoredLog(this.kept[attempt.id] ?? []);
    throw badRequest(`container ${quote(name)} in pod ${quote(pod)} is not available`);
  }

  findContainer(namespace: string, pod: string, name: string): RuntimeContainer {
    const attempt = this.find(namespace, pod)?.state.current.get(name);
    if (attempt?.state === 'running' && attempt.container) return attempt.container;
    throw new ApiError(500, 'InternalError', `container not found (${quote(name)})`);
  }

  async dialPod(namespace: string, pod: string, port: number): Promise<NetworkStream> {
    const sandbox = this.find(namespace, pod)?.state.sandbox;
    if (!sandbox) throw new ApiError(500, 'InternalError', `pod ${pod}_${namespace} is not running`);
    return sandbox.dial(port, { localhost: true });
  }

  usage(): PodUsage[] {
    return [...this.workers.values()]
      .map(({ run }) => ({
        namespace: run.namespace,
        pod: run.name,
        containers: run.running().flatMap(({ name, container, startedAt = 0 }) => {
          if (!container) return [];
          const { memoryBytes, cpuNanos } = container.usage();
          return [{ name, memoryBytes, cpuNanos, startedAt }];
        }),
      }))
      .filter(({ containers }) => containers.length > 0);
  }

  /** The ends of all logs that can still be asked for, by container id: what `kept` takes after a restart. */
  logs(): Record<string, KeptLog> {
    const logs: Record<string, KeptLog> = {};
    for (const { run } of this.workers.values()) {
      for (const { id, container } of [...run.state.current.values(), ...run.state.previous.values()]) {
        const log = container ? keepLog(container.log) : this.kept[id];
        if (log && log.length > 0) logs[id] = log;
      }
    }
    return logs;
  }

  /** The newest Pod of that name: an older one may still be ending. */
  private find(namespace: string, name: string): PodRun | undefined {
    let found: PodRun | undefined;
    for (const { run } of this.workers.values()) {
      if (run.namespace === namespace && run.name === name) found = run;
    }
    return found;
  }
}

function statusOf(run: PodRun, name: string): ContainerStatus | undefined {
  const {
    initContainerStatuses = [],
    containerStatuses = [],
    ephemeralContainerStatuses = [],
  } = run.pod.status ?? {};
  return [...initContainerStatuses, ...containerStatuses, ...ephemeralContainerStatuses].find(
    (status) => status.name === name,
  );
}

/** kubelet validateContainerLogStatus: which attempt has the log that is asked for, or why there is none. */
function attemptWithLog(run: PodRun, status: ContainerStatus, pod: string, previous: boolean): Attempt {
  const { name, state, lastState } = status;
  const where = `container ${quote(name)} in pod ${quote(pod)}`;
  const last = lastState?.terminated?.containerID;
  if (previous) {
    const attempt = last ? byId(run, name, last) : undefined;
    if (!attempt) {
      throw badRequest(`previous terminated container ${quote(name)} in pod ${quote(pod)} not found`);
    }
    return attempt;
  }
  const id = state?.running ? status.containerID : (state?.terminated?.containerID ?? last);
  const attempt = id ? byId(run, name, id) : undefined;
  if (attempt) return attempt;
  if (state?.terminated) throw badRequest(`${where} is terminated`);
  switch (state?.waiting?.reason) {
    case 'ErrImagePull':
      throw badRequest(`${where} is waiting to start: image can't be pulled`);
    case 'ImagePullBackOff':
      throw badRequest(`${where} is waiting to start: trying and failing to pull image`);
    default:
      throw badRequest(`${where} is waiting to start: ${state?.waiting?.reason ?? 'no logs yet'}`);
  }
}

function byId(run: PodRun, name: string, containerID: string): Attempt | undefined {
  const id = containerID.replace(/^\w+:\/\//, '');
  return [run.state.current.get(name), run.state.previous.get(name)].find((attempt) => attempt?.id === id);
}

function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
