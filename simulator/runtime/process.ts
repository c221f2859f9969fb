import type { Clock } from '../clock/clock';
import type { FileView } from '../files/file-view';
import type { MountTable } from '../files/mount-table';
import type { OpenFile } from '../files/open-file';
import type { Terminal } from '../files/terminal';
import type { NetworkNamespace } from '../network/namespace';
import type { ProcessTable } from './process-table';

/**
 * The interface between a program and the system it runs on. Implemented by ./process-table (a pid namespace) and
 * ./running-process, which also hold signals, children and the CPU budget; the container runtime makes a `System` per
 * container, and starts its main process and execs by `ProcessTable.start`.
 *
 * All strings of a process (argv, env, cwd, paths, what is written) are byte strings: one character per byte, so that
 * any file content survives. Text from outside is turned into one by `toBytes` of ../files/byte-string, and back by
 * `toText`.
 */
export type Program = (process: Process) => Promise<number> | number;

export const signalNumbers = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  POLL: 29,
  PWR: 30,
  SYS: 31,
} as const;

export type SignalName = keyof typeof signalNumbers;

/** What happens on a signal: the kernel's default, nothing, or a function of the program. `sender`: 0 from another namespace. */
export type SignalAction = 'default' | 'ignore' | ((signal: SignalName, sender: number) => void);

export interface Credentials {
  uid: number;
  gid: number;
  groups: number[];
}

/** How a process ended: `code` is 128+n when a signal ended it, as shells and Kubernetes show it. */
export interface ExitStatus {
  code: number;
  signal?: SignalName;
}

/** What the processes of one container share: its namespaces and limits. */
export interface System {
  readonly clock: Clock;
  /** UTS namespace. */
  hostname: string;
  /** Container root: the mount namespace as the superuser sees it; each process gets a view with its own rights. */
  readonly mounts: MountTable;
  readonly network: NetworkNamespace;
  /** The pid namespace; shared by a Pod's containers with shareProcessNamespace. */
  readonly processes: ProcessTable;
  /** The native program that an executable file names, when this build has it. */
  program(name: string): Program | undefined;
  /**
   * cgroup: bytes it may use, and CPU in thousandths of a core. Undefined: no limit. `cpuShares` (default 2) is what it would get
   * beside others, and only shown.
   */
  readonly limits: { memoryBytes?: number; cpuMillis?: number; cpuShares?: number; pids?: number };
  /** What its processes have used of the processor, those that ended included. */
  readonly processor: ProcessorUse;
  /** Capabilities of its superuser, such as NET_BIND_SERVICE; undefined: all of them (privileged). */
  readonly capabilities?: ReadonlySet<string>;
  /** no_new_privs: allowPrivilegeEscalation was false. */
  readonly noNewPrivileges?: boolean;
  /** A seccomp filter is in place. */
  readonly seccomp?: boolean;
  /** How ready the kernel is to kill its processes when the node runs out of memory: -1000 to 1000. */
  readonly oomScoreAdj?: number;
  /** Of its Pod: what containers with the same one share IPC and host name by. */
  readonly sandbox: object;
  /** Its network and host name are the node's. */
  readonly hostNetwork?: boolean;
  /** The user id outside that its user 0 has; undefined: it shares the users of the node. */
  readonly firstUser?: number;
  /** The machine: what /proc/meminfo, /proc/cpuinfo, uname and uptime tell. */
  readonly machine: Machine;
  /** Called when the memory of its processes went over the limit, before all of them are killed (memory.oom.group). */
  onOutOfMemory?: (victim: Process) => void;
  /** Bytes of memory-backed volumes that count against the limit. */
  memoryVolumes?: () => number;
}

/** cpu.stat of a cgroup, in milliseconds. */
export interface ProcessorUse {
  usedMs: number;
  /** Periods in which it ran under a limit, those in which that held it up, and for how long. */
  periods: number;
  throttled: number;
  throttledMs: number;
}

export interface Machine {
  kernelRelease: string;
  kernelVersion: string;
  architecture: string;
  cpus: number;
  memoryBytes: number;
  bootedAtMs: number;
}

export type ProcessState = 'running' | 'sleeping' | 'stopped' | 'zombie' | 'dead';

export interface Process extends Credentials {
  readonly pid: number;
  readonly ppid: number;
  /** Process group and session, for the terminal's signals. */
  group: number;
  readonly session: number;
  readonly state: ProcessState;
  /** comm: at most 15 characters. */
  readonly name: string;
  argv: string[];
  env: Map<string, string>;
  /** Absolute path of the executable, '' for a kernel-made process. */
  executable: string;
  cwd: string;
  umask: number;
  readonly startedAtMs: number;
  /** Milliseconds of processor time it used. */
  cpuMs: number;
  readonly files: FileView;
  readonly fds: Map<number, OpenFile>;
  readonly terminal: Terminal | undefined;
  readonly system: System;
  readonly clock: Clock;
  readonly network: NetworkNamespace;
  /** Set when it has ended. */
  readonly status: ExitStatus | undefined;
  readonly exited: Promise<ExitStatus>;

  /** Waits for data: at most `max` bytes (default 64 KiB), empty at the end of file. Throws FileError; EBADF when not open. */
  read(fd: number, max?: number): Promise<Uint8Array>;
  /** All of it, waiting while the reader is slow; undefined when that needed no waiting. EPIPE ends the process by SIGPIPE. */
  write(fd: number, data: Uint8Array | string): Promise<void> | undefined;
  /** Opens a file, waiting for the other side of a fifo. See FileView.open for the flags. */
  open(path: string, flags: string, mode?: number): Promise<OpenFile>;
  /** Puts a description at the lowest free descriptor, or at `at` (closing what was there). */
  addFd(file: OpenFile, at?: number): number;
  closeFd(fd: number): boolean;
  /** A connected pair of descriptions, each with one reference for the caller. */
  pipe(): { reader: OpenFile; writer: OpenFile };
  isTerminal(fd: number): boolean;

  /**
   * Waits for something outside: `start` gets the function that ends the wait and returns one that calls it off.
   * Rejects with Interrupted when a handled signal came first, with Ended when the process was killed.
   */
  block<T>(
    start: (done: (value: T) => void, failed: (error: unknown) => void) => (() => void) | undefined,
  ): Promise<T>;
  /** Waits for a promise, giving up (not cancelling it) as `block` does. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Rejects with Interrupted when a handled signal comes first. */
  sleep(ms: number): Promise<void>;
  /** In every loop: a promise to await when it is somebody else's turn, else undefined. Throws Ended when killed. */
  checkpoint(): Promise<void> | undefined;

  /** fork + exec. Throws FileError ENOENT, EACCES, ENOEXEC (not a program: a shell would read it as a script). */
  spawn(options: SpawnOptions): Process;
  /** Becomes another program, as execve(2) does; the result is its exit code. Throws as `spawn`. */
  exec(path: string, argv: string[], env?: Map<string, string>): Promise<number>;
  /** Waits for a child, and forgets it. Rejects with Interrupted as `block`. */
  wait(child: Process): Promise<ExitStatus>;
  /** Children that ended or runs, not yet waited for. */
  readonly children: ReadonlySet<Process>;
  /** Ends it at once with that status (the code of a normal exit, or the signal). */
  end(status: ExitStatus): void;

  action(signal: SignalName): SignalAction;
  setAction(signal: SignalName, action: SignalAction): void;
  /** Delivers to this very process. `fromOutside`: sent by the kubelet, from a parent namespace. */
  signal(signal: SignalName, fromOutside?: boolean, sender?: number): void;
  /** kill(2) with its rules: 0 < pid one, 0 own group, -1 all, < -1 a group. Throws FileError ESRCH, EPERM. */
  kill(pid: number, signal: SignalName | 0): void;

  /** Bytes of memory it says it holds, beyond a small base. Over the container's limit the kernel kills (OOM). */
  memoryBytes: number;
  setMemory(bytes: number): void;
  /** Looks whether the container is over its limit: after writing to a memory-backed volume. */
  checkMemory(): void;
  /** Called when it ended, in any way. */
  onEnd(run: () => void): void;
  /** Called each time a signal stops it, until the returned function is called. */
  onStop(run: () => void): () => void;
}

export interface SpawnOptions {
  argv: string[];
  /** Path of the executable; or `program` itself, for a subshell. */
  path?: string;
  program?: Program;
  env?: Map<string, string>;
  cwd?: string;
  /** Descriptors of the child; default those of the parent. It takes references of its own. */
  fds?: Map<number, OpenFile>;
  /** 0: a process group of its own; a number: that group. Default the parent's. */
  group?: number;
  /** A session of its own, without the terminal. */
  newSession?: boolean;
  credentials?: Credentials;
  /** Signals that the child ignores from the start (others: ignored stays ignored, handled becomes default). */
  ignore?: readonly SignalName[];
  /** Signals that the child does not ignore, even if its parent does. */
  heed?: readonly SignalName[];
}

/** Thrown into a program that has been killed: let it pass. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

/** A wait that a handled signal cut short (EINTR). */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor(readonly signal: SignalName) {
    super(`interrupted by SIG${signal}`);
  }
}
