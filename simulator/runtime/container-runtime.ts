import type { FileTree } from '../files/file-system';

/**
 * What the kubelet asks of a container runtime, after the CRI (kubernetes/cri-api): sandboxes, containers,
 * images, exec and attach. Simulated processes behind it; nothing of the API in front of it.
 */
export interface ContainerRuntime {
  images: ImageService;
  /** A Pod's shared part: network namespace with its address, IPC, hostname, optionally one process namespace. */
  createSandbox(config: SandboxConfig): Sandbox;
}

export interface ImageService {
  /** Resolves when the image is on the node. Rejects with RuntimeError `ErrImagePull` in containerd's words. */
  pull(reference: string): Promise<ImageStatus>;
  /** The image when it is on the node already. */
  status(reference: string): ImageStatus | undefined;
  list(): ImageStatus[];
  /** Its files, when it is on the node: for volumes of type image, to be mounted read-only. */
  files(reference: string): FileTree | undefined;
}

export interface ImageStatus {
  /** Full name as containerd prints it: `docker.io/library/nginx:1.27-alpine`. */
  name: string;
  /** `docker.io/library/nginx@sha256:…`, what status.containerStatuses[].imageID shows. */
  id: string;
  sizeBytes: number;
  /** USER of the image's configuration: a number, a name, or ''. */
  user: string;
}

export interface SandboxConfig {
  podName: string;
  podNamespace: string;
  podUid: string;
  labels: Record<string, string>;
  hostname: string;
  /** Lines of /etc/hosts beyond the usual ones (hostAliases) and resolv.conf, already computed by the kubelet. */
  hostAliases: { ip: string; hostnames: string[] }[];
  /** The name under which the Pod knows itself: hostname.subdomain.namespace.svc.cluster.local when it has a subdomain. */
  fqdn?: string;
  dns: { nameservers: string[]; searches: string[]; options: string[] };
  hostNetwork: boolean;
  shareProcessNamespace: boolean;
  nodeName: string;
  nodeIP: string;
  sysctls: Record<string, string>;
  /** A user namespace of its own: hostUsers was false. */
  ownUsers?: boolean;
}

export interface Sandbox {
  readonly id: string;
  /** The Pod's address; the node's with hostNetwork. */
  readonly ip: string;
  /** Throws RuntimeError `CreateContainerError` (bad user, mount on a file, …). The image must have been pulled. */
  createContainer(config: ContainerConfig): RuntimeContainer;
  /** Opens a connection from the Pod's node to a port inside the Pod, or of `host`: for probes, hooks, port-forward and proxy. */
  dial(
    port: number,
    options?: { localhost?: boolean; host?: string; timeoutMs?: number },
  ): Promise<NetworkStream>;
  /** Ends what is left in it and gives the address back. */
  remove(): void;
}

export interface ContainerConfig {
  name: string;
  image: string;
  /** Replaces the image's ENTRYPOINT / CMD when given, as Kubernetes' `command` and `args` do. */
  command?: string[];
  args?: string[];
  workingDir?: string;
  env: { name: string; value: string }[];
  mounts: ContainerMount[];
  stdin: boolean;
  stdinOnce: boolean;
  tty: boolean;
  /** `strict`: without the groups that the image's /etc/group gives the user (supplementalGroupsPolicy). */
  user: { uid?: number; gid?: number; supplementalGroups: number[]; strict?: boolean };
  readOnlyRootFilesystem: boolean;
  privileged: boolean;
  capabilities: { add: string[]; drop: string[] };
  allowPrivilegeEscalation: boolean;
  /** Under the runtime's default filter; /proc shows it, and it keeps nobody from anything. */
  seccomp?: boolean;
  limits: { memoryBytes?: number; cpuMillis?: number; cpuShares?: number };
  /** What /proc/<pid>/oom_score_adj shows; the kubelet sets it by QoS class. Default 0. */
  oomScoreAdj?: number;
  /** restartCount of the container: names the log file and numbers the attempt. */
  attempt: number;
  /** Name or id of the container whose process namespace an ephemeral container joins. */
  targetContainerId?: string;
}

export interface ContainerMount {
  containerPath: string;
  tree: FileTree;
  /** Path within the tree (subPath); the file or directory must exist. '' for the whole. */
  subPath: string;
  readOnly: boolean;
}

export type ContainerPhase = 'created' | 'running' | 'exited';

export interface RuntimeContainer {
  /** 64 hex digits, without the `containerd://` prefix. */
  readonly id: string;
  readonly name: string;
  readonly phase: ContainerPhase;
  /** Of the main process in its process namespace. */
  readonly pid: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** 128+n when a signal ended it. */
  readonly exitCode?: number;
  readonly oomKilled: boolean;
  readonly log: ContainerLog;
  /** Who its main process is, as the image's own accounts complete it. */
  readonly user: { uid: number; gid: number; groups: number[] };
  /** What asks it to stop: the image's STOPSIGNAL, else TERM. For `signal`. */
  readonly stopSignal: string;
  /** Throws RuntimeError `RunContainerError` in runc's words when the command is not there (exit 127/128). */
  start(): void;
  signal(name: string): void;
  /** Other limits for its cgroup, from now on (UpdateContainerResources). */
  update(limits: ContainerConfig['limits']): void;
  /** Runs at once when it has exited already. */
  onExit(run: () => void): void;
  /** Throws RuntimeError in runc's words when the command is not there. */
  exec(options: ExecOptions): Execution;
  /** Streams of the main process. */
  attach(options: { stdin: boolean; tty: boolean }): Execution;
  /** Content of a file in its root, for terminationMessagePath; undefined when it is not there. */
  readFile(path: string): Uint8Array | undefined;
  usage(): { memoryBytes: number; cpuNanos: number; diskBytes: number };
  remove(): void;
}

export interface ExecOptions {
  command: string[];
  stdin: boolean;
  tty: boolean;
  env?: { name: string; value: string }[];
}

/** A running exec or attach: bytes in, bytes out, an exit code. */
export interface Execution {
  /** Undefined when stdin was not asked for. */
  stdin?: ByteSink;
  stdout: ByteSource;
  /** Never yields when there is a TTY. */
  stderr: ByteSource;
  resize(columns: number, rows: number): void;
  /** Resolves with the exit code when the process has ended. */
  exited: Promise<number>;
  /** The client went away: SIGHUP for a TTY, closed stdin, output thrown away. */
  close(): void;
}

/** Writing waits for room: the promise resolves when more may be written; rejects when the reader has gone (EPIPE). */
export interface ByteSink {
  write(chunk: Uint8Array): Promise<void>;
  end(): void;
}

export type ByteSource = AsyncIterable<Uint8Array>;

/** A TCP connection on the simulated network. */
export interface NetworkStream {
  readable: ByteSource;
  writable: ByteSink;
  /** Ends both directions at once (RST). */
  destroy(): void;
}

/** What a container wrote, as lines with their time: the kubelet's log file of one attempt. Bounded (rotated). */
export interface ContainerLog {
  entries(): LogEntry[];
  /** Where the last `count` entries that are wanted begin: a position, and how many wanted ones of it come before them. */
  tail(count: number, wanted: (entry: LogEntry) => boolean): { position: number; skip: number };
  /**
   * The next entries from a position (0: the start of the latest file; Infinity: none), and the position after them. What was rotated
   * away meanwhile is skipped, unless somebody holds it.
   */
  readFrom(position: number): { entries: LogEntry[]; next: number };
  /** A reader has the file open that its position lies in: it can be read to its end, though it be rotated. Returns what closes it. */
  hold(position: () => number): () => void;
  /** Called for each entry written from now on. Returns the function that ends it. */
  follow(run: (entry: LogEntry) => void): () => void;
}

export interface LogEntry {
  /** Milliseconds since the epoch, with a fraction. */
  time: number;
  stream: 'stdout' | 'stderr';
  /** With its newline; without one only when the process ended or paused in mid-line. */
  text: Uint8Array;
}

/** `reason` is what the kubelet shows in `waiting.reason` or an event; `message` is the runtime's own wording. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  constructor(
    readonly reason: string,
    message: string,
    /** Exit code that the kubelet records for a container that could not be started. */
    readonly exitCode?: number,
  ) {
    super(message);
  }
}
