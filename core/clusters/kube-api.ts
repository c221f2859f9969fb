/** A Kubernetes object as JSON. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    creationTimestamp: string;
    deletionTimestamp?: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

/** Which list of objects: `{ group: 'apps', version: 'v1', plural: 'deployments', namespace: 'lab' }`. */
export interface ResourceRef {
  /** '' for the core group. */
  group: string;
  version: string;
  plural: string;
  /** Absent for cluster-scoped resources. */
  namespace?: string;
}

export interface WatchHandlers {
  /** BOOKMARK events are not passed on. */
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void;
  /** The stream ended: `gone` when a new list is needed (410), else an ordinary end or error. */
  end(reason: { gone: boolean; error?: Error }): void;
}

export interface ExecResult {
  stdout: string;
  stderr: string;
  /** null when the command could not be started; `error` then says why. */
  exitCode: number | null;
  error?: string;
}

/**
 * A small Kubernetes client over HTTPS with a bearer token or client certificate: what the grader and lab set-up
 * need, on keep-alive connections. Rejects with `KubeApiError` (below) on a refusal by the API server, with
 * PodlabError `cluster-unreachable` when it does not answer, with the signal's reason when aborted.
 */
export interface KubeApi {
  /**
   * All objects of a list as they are now, or with `at` as they were at that resourceVersion: then rejects with
   * KubeApiError 410 when the server has forgotten it, 504 when it has not seen it.
   */
  list(
    ref: ResourceRef,
    signal?: AbortSignal,
    at?: string,
  ): Promise<{ resourceVersion: string; items: KubeObject[] }>;
  /** undefined on 404. */
  get(ref: ResourceRef, name: string, signal?: AbortSignal): Promise<KubeObject | undefined>;
  watch(ref: ResourceRef, resourceVersion: string, handlers: WatchHandlers): () => void;
  /** pods/log. `previous` for the last attempt. Bounded to 1 MiB. */
  logs(
    namespace: string,
    pod: string,
    options: { container?: string; previous?: boolean; tailLines?: number },
    signal?: AbortSignal,
  ): Promise<string>;
  /** pods/exec over WebSocket (v5.channel.k8s.io). Output bounded to 1 MiB. */
  exec(
    namespace: string,
    pod: string,
    options: { container?: string; command: readonly string[]; stdin?: string },
    signal?: AbortSignal,
  ): Promise<ExecResult>;
  /** GET through pods/proxy or services/proxy: `{ kind: 'pods', name: 'web', port: 80 }`. Body bounded to 1 MiB. */
  proxyGet(
    namespace: string,
    target: { kind: 'pods' | 'services'; name: string; port: string | number },
    path: string,
    signal?: AbortSignal,
  ): Promise<{ status: number; headers: Record<string, string>; body: string }>;
  /** Server-side apply of one object, as field manager `podlab`. Used for a lab's `setup`. */
  apply(object: unknown, namespace: string, signal?: AbortSignal): Promise<KubeObject>;
  delete(ref: ResourceRef, name: string, signal?: AbortSignal): Promise<void>;
  /** Any other request, for providers. Resolves with status and parsed body whatever the status is. */
  request(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<{ status: number; body: unknown }>;
  close(): void;
}

/** The API server's own refusal, with its `Status`. */
export class KubeApiError extends Error {
  override readonly name = 'KubeApiError';
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}
