import type { Client } from '../api/client';
import type { Backoff } from '../clock/backoff';
import type { Clock } from '../clock/clock';
import type { EventRecorder } from '../events/event-recorder';
import type { FileTree } from '../files/file-system';
import type { ContainerRuntime } from '../runtime/container-runtime';
import type { Pod } from '../schema/types';
import type { ImagePuller } from './image-puller';
import type { ClusterDns } from './sandbox-config';
import type { IssueToken } from './volumes/payload';
import type { TreeFactory } from './volumes/trees';

/** What all workers of a node share. */
export interface KubeletContext {
  client: Client;
  clock: Clock;
  runtime: ContainerRuntime;
  events: EventRecorder;
  node: { name: string; ip: string; allocatable: Record<string, string> };
  dns: ClusterDns;
  trees: TreeFactory;
  /** The node's own disk. */
  disk: FileTree;
  issueToken: IssueToken;
  images: ImagePuller;
  /** The node's other Pods that have not finished, with the amounts that they have. */
  neighbours(uid: string): Pod[];
  /** Of containers that ended, by Pod and container. */
  backoff: Backoff;
  onError: (error: unknown) => void;
}

/** How long a failed step waits before it is tried again (pod workers' backOffPeriod). */
export const RETRY_MS = 10_000;
/** How long a container's end is shown before the back-off that follows it (the period of PLEG's relist). */
export const RELIST_MS = 1_000;
/** A deleted Pod is seen terminating for at least so long: unmounting and cgroups take their time. */
export const CLEANUP_MS = 500;
/** Never less time than this between SIGTERM and SIGKILL (kuberuntime minimumGracePeriodInSeconds). */
export const MINIMUM_GRACE_MS = 2_000;

/** A container that could not be started: what its waiting state shows. */
export class StartError extends Error {
  override readonly name = 'StartError';
  constructor(
    readonly reason: string,
    message: string,
    /** When trying again makes sense. */
    readonly retryMs: number = RETRY_MS,
  ) {
    super(message);
  }
}
