import type { Client, WatchEvent } from '../api/client';
import { Backoff } from '../clock/backoff';
import type { Clock } from '../clock/clock';
import { EventRecorder } from '../events/event-recorder';
import { nodeResolver } from '../network/cluster-dns';
import type { ContainerRuntime } from '../runtime/container-runtime';
import type { Pod } from '../schema/types';
import { rejection } from './admission';
import { ImagePuller } from './image-puller';
import type { KeptLog } from './kept-logs';
import type { KubeletContext } from './kubelet-context';
import type { NodeAgent } from './node-agent';
import { newDisk } from './node-disk';
import { NodeHeartbeat } from './node-heartbeat';
import { PodRun } from './pod-run';
import { PodTable } from './pod-table';
import { PodWorker } from './pod-worker';
import { stateAfterReboot } from './reboot';
import { isFinal } from './status/pod-status';
import type { IssueToken } from './volumes/payload';
import type { TreeFactory } from './volumes/trees';

export type { NodeAgent, NodeAgents } from './node-agent';
export type { IssueToken } from './volumes/payload';
export type { TreeFactory } from './volumes/trees';

export interface KubeletOptions {
  client: Client;
  clock: Clock;
  /** Of this node alone. */
  runtime: ContainerRuntime;
  nodeName: string;
  nodeIP: string;
  /** Address of the cluster's DNS; default 10.96.0.10. */
  dnsServer?: string;
  /** Default cluster.local. */
  clusterDomain?: string;
  trees: TreeFactory;
  issueToken: IssueToken;
  /** What `snapshot()` gave: Pods of this node start anew, as after a restart of the node. */
  restore?: unknown;
  onError?: (error: unknown) => void;
}

export interface Kubelet {
  readonly agent: NodeAgent;
  /** The node's disk and the emptyDirs of its Pods; JSON-serialisable. */
  snapshot(): unknown;
  /** Stops looking after Pods; their containers are left to the runtime. */
  stop(): void;
}

interface Snapshot {
  disk: unknown;
  /** By Pod uid, then by volume name. */
  volumes: Record<string, Record<string, unknown>>;
  /** By container id. */
  logs?: Record<string, KeptLog>;
}

/** Runs the Pods that are bound to the node, whose Node object is there already. */
export function startKubelet(options: KubeletOptions): Kubelet {
  const { client, clock, runtime, nodeName } = options;
  const onError = options.onError ?? (() => undefined);
  const restored = options.restore as Snapshot | undefined;
  const allocatable = client.get('nodes', '', nodeName)?.status?.allocatable ?? {};
  const table = new PodTable(nodeName, restored?.logs);
  const context: KubeletContext = {
    client,
    clock,
    runtime,
    events: new EventRecorder(client, clock, 'kubelet', nodeName),
    node: { name: nodeName, ip: options.nodeIP, allocatable },
    dns: {
      server: options.dnsServer ?? '10.96.0.10',
      domain: options.clusterDomain ?? 'cluster.local',
      node: { nameservers: [nodeResolver], searches: [] },
    },
    trees: options.trees,
    disk:
      restored?.disk === undefined
        ? newDisk(options.trees.create(), { name: nodeName, ip: options.nodeIP })
        : options.trees.restore(restored.disk),
    issueToken: options.issueToken,
    images: new ImagePuller(runtime.images, clock),
    neighbours: (uid) => neighbours(uid),
    backoff: new Backoff(),
    onError,
  };
  const heartbeat = new NodeHeartbeat(client, clock, runtime.images, nodeName);
  heartbeat.start();

  /** Those that have not finished, and that the API knows still. */
  const neighbours = (uid: string | undefined): Pod[] =>
    [...table.workers.values()]
      .map(({ run }) => run.allocated ?? run.pod)
      .filter((other) => other.metadata.uid !== uid && !isFinal(other.status?.phase))
      .filter(
        ({ metadata: { namespace = '', name = '', uid } }) =>
          client.get('pods', namespace, name)?.metadata.uid === uid,
      );
  /** Asked once, at the first sight of a Pod. */
  const refusal = (pod: Pod) => {
    const node = client.get('nodes', '', nodeName);
    return node && rejection(pod, node, neighbours(pod.metadata.uid));
  };
  /** Resizes that wait for room are looked at again when a Pod has left, or ended (allocation manager RetryPendingResizes). */
  const retryResizes = () => {
    for (const worker of table.workers.values())
      if (worker.run.resizePending?.reason === 'Deferred') worker.wake();
  };
  const onPod = ({ type, object: pod }: WatchEvent<Pod>): void => {
    const uid = pod.metadata.uid ?? '';
    const worker = table.workers.get(uid);
    if (type === 'DELETED') worker?.remove();
    else if (worker) {
      worker.update(pod);
      if (isFinal(pod.status?.phase)) retryResizes();
    } else if (pod.spec?.nodeName === nodeName) {
      const state = stateAfterReboot(pod, clock.now());
      const run = new PodRun(context, pod, state, restored?.volumes[uid]);
      const added = new PodWorker(run, () => {
        table.workers.delete(uid);
        retryResizes();
      });
      table.workers.set(uid, added);
      const refused = pod.status?.startTime ? undefined : refusal(pod);
      if (refused) added.reject(refused);
      added.wake();
    }
  };
  const onSource = ({ object }: WatchEvent<{ metadata: { namespace?: string } }>): void => {
    for (const worker of table.workers.values()) {
      if (worker.run.namespace === object.metadata.namespace) worker.sourceChanged();
    }
  };
  const stops = [
    client.watch('pods', {}, onPod),
    client.watch('configmaps', {}, onSource),
    client.watch('secrets', {}, onSource),
  ];

  return {
    agent: table,
    snapshot: (): Snapshot => ({
      disk: context.disk.snapshot(),
      volumes: Object.fromEntries(
        [...table.workers].map(([uid, { run }]) => [uid, run.volumes.snapshot(run.pod)]),
      ),
      logs: table.logs(),
    }),
    stop: () => {
      for (const stop of stops) stop();
      heartbeat.stop();
      for (const worker of table.workers.values()) worker.close();
    },
  };
}
