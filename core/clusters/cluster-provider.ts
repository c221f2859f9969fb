import type { PodlabError } from '../errors';
import type { KubeApi } from './kube-api';

export type ClusterKind = 'embedded' | 'kind' | 'kubeconfig';

/** A line of what is being done, for the learner who waits. `done` of `total` steps when it is known. */
export type Progress = (line: string, step?: { done: number; total: number }) => void;

/** Gives a lab session a place on a cluster, and takes it back. One contract test for all: cluster-provider.contract.ts. */
export interface ClusterProvider {
  readonly kind: ClusterKind;
  /** Whether a session could be opened now, in words for the learner; never throws, answers within 3 s. */
  availability(): Promise<Availability>;
  /**
   * Makes the place, or takes it up again when it is still there (server restart). Throws PodlabError
   * `cluster-unavailable` with a remedy. Nothing new is left behind when it throws or `signal` aborts; what was there
   * before waits for the next try.
   */
  open(request: OpenRequest): Promise<LabCluster>;
  /** Removes what is left of a session that is not open here, if anything is. */
  discard(sessionId: string): Promise<void>;
  /** Removes what earlier processes left behind for sessions that are neither in `keep` nor opened since. */
  sweep(keep: readonly string[]): Promise<void>;
  /** Server shutdown: keeps what open sessions need to be taken up again. */
  shutdown(): Promise<void>;
}

export type Availability =
  | { available: true; detail: string }
  | { available: false; reason: string; remedy: string };

export interface OpenRequest {
  sessionId: string;
  /** Images the lab uses, to be loaded or pulled ahead. */
  images: readonly string[];
  progress: Progress;
  signal: AbortSignal;
}

/** One session's place on a cluster. */
export interface LabCluster {
  readonly kind: ClusterKind;
  /** For people: `Embedded cluster`, `kind cluster "podlab"`. */
  readonly title: string;
  /** Where the learner's objects live and what kubectl uses when no namespace is named. */
  readonly namespace: string;
  /** Kubernetes version that it says it is, such as `v1.36.0`. */
  readonly version: string;
  /** It is as an earlier process left it, with what the learner made; else it is new and empty. */
  readonly takenUp: boolean;
  /** Where the API server listens: the shell's sandbox relays to it. Port 0 when it is known to be gone. */
  readonly endpoint: { host: string; port: number };
  /** kubeconfig text (YAML) with the learner's rights; `server:` may be replaced by the shell's relay address. */
  learnerKubeconfig(server?: string): string;
  /** The grader's own credentials. */
  readonly api: KubeApi;
  /** Called when the learner's credentials have been replaced, before the old ones end: shells need the new kubeconfig. */
  onRenewed?(run: () => void): void;
  /** Called when it is lost for good (worker died, Docker stopped) with the reason. */
  onLost(run: (error: Error) => void): void;
  /** Called when something in it went wrong and it goes on, with a sentence and a remedy; at once for what was before. */
  onFault?(run: (fault: PodlabError) => void): void;
  /** Gives everything back. Idempotent. */
  close(): Promise<void>;
}
