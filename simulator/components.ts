import type { Client } from './api/client';
import type { Authority } from './certificate';
import type { Clock } from './clock/clock';
import { startControllers } from './controllers/index';
import { Disk } from './files/disk';
import { restoreTree, VolumeTree } from './files/volume-tree';
import {
  type IssueToken,
  type Kubelet,
  type NodeAgents,
  startKubelet,
  type TreeFactory,
} from './kubelet/index';
import { UsageSampler } from './metrics/usage-sampler';
import type { ContainerRuntime } from './runtime/container-runtime';
import { startScheduler } from './scheduler/index';

/** What bootstrap says of every node: ephemeral-storage. */
const nodeDiskBytes = 61_202_244 * 1024;
/** Memory for the files of a node, as far as they are not zeros: more is “No space left on device”. */
const nodeFilesBytes = 128 * 1024 * 1024;

export type ComponentName = 'kube-controller-manager' | 'kube-scheduler' | 'kubelet';

export interface ComponentOptions {
  /** The API as one component uses it: its name is the manager of the fields that it writes. */
  client: (component: ComponentName) => Client;
  clock: Clock;
  /** PEM of the cluster's authority. */
  caCertificate: string;
  /** Signs the certificates of users. */
  authority: Authority;
  nodes: { name: string; ip: string }[];
  /** Makes the container runtime of one node. */
  newRuntime: (node: { name: string; ip: string }, disk: Disk) => ContainerRuntime;
  issueToken: IssueToken;
  dnsServer?: string;
  clusterDomain?: string;
  /** What `snapshot()` gave. */
  restore?: unknown;
  onError: (error: unknown) => void;
}

export interface Components {
  agents: NodeAgents;
  /** What running containers use. */
  metrics: UsageSampler;
  /** Disks of the nodes and contents of volumes; JSON-serialisable. */
  snapshot(): unknown;
  stop(): void;
}

/** Starts what makes a cluster out of an API server: controllers, scheduler, a kubelet per node. */
export function startComponents(options: ComponentOptions): Components {
  const { clock, onError } = options;
  const restored = options.restore as Record<string, unknown> | undefined;
  const kubelets = new Map<string, Kubelet>();
  const metrics = new UsageSampler(clock, () =>
    [...kubelets].map(([node, { agent }]) => ({ node, pods: agent.usage() })),
  );
  const controllers = startControllers({
    client: options.client('kube-controller-manager'),
    clock,
    onError,
    caCertificate: options.caCertificate,
    authority: options.authority,
    metrics: () => metrics.pods(),
  });
  const scheduler = startScheduler({ client: options.client('kube-scheduler'), clock, onError });
  for (const node of options.nodes) {
    const disk = new Disk(nodeDiskBytes, nodeFilesBytes);
    kubelets.set(
      node.name,
      startKubelet({
        client: options.client('kubelet'),
        clock,
        runtime: options.newRuntime(node, disk),
        nodeName: node.name,
        nodeIP: node.ip,
        trees: treesOf(clock, disk),
        issueToken: options.issueToken,
        ...(options.dnsServer ? { dnsServer: options.dnsServer } : {}),
        ...(options.clusterDomain ? { clusterDomain: options.clusterDomain } : {}),
        ...(restored ? { restore: restored[node.name] } : {}),
        onError,
      }),
    );
  }
  return {
    metrics,
    agents: (name) => kubelets.get(name)?.agent,
    snapshot: () => Object.fromEntries([...kubelets].map(([name, kubelet]) => [name, kubelet.snapshot()])),
    stop: () => {
      metrics.stop();
      scheduler.stop();
      controllers.stop();
      for (const kubelet of kubelets.values()) kubelet.stop();
    },
  };
}

function treesOf(clock: Clock, disk: Disk): TreeFactory {
  const now = (): number => clock.now();
  return {
    create: ({ memory = false, limitBytes } = {}) =>
      new VolumeTree({
        now,
        ...(memory ? { fstype: 'tmpfs', source: 'tmpfs' } : { disk }),
        ...(limitBytes === undefined ? {} : { limitBytes }),
      }),
    restore: (snapshot) => restoreTree(snapshot, { now, disk }),
  };
}
