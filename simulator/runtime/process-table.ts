import { FileError } from '../files/file-system';
import type { OpenFile } from '../files/open-file';
import type { Terminal } from '../files/terminal';
import type { Credentials, Process, Program, SignalName, System } from './process';
import { RunningProcess } from './running-process';

/** A first process of a container, or one that exec starts in it: its parent is outside the namespace (ppid 0). */
export interface StartOptions {
  system: System;
  /** Path of the executable, or the program itself. Throws FileError as `Process.spawn` does. */
  path?: string;
  program?: Program;
  argv: string[];
  env: Map<string, string>;
  cwd: string;
  credentials: Credentials;
  /** It takes references of its own. */
  fds: Map<number, OpenFile>;
  /** Its controlling terminal: the process leads a session of its own in any case. */
  terminal?: Terminal;
  umask?: number;
}

/** pid_max of a namespace, after which numbers start again. */
const lastPid = 32_767;
/** Processes of one container when its limits name none: a fork bomb stops here (EAGAIN). */
export const defaultPidsLimit = 512;

/** A pid namespace: of one container, or of all of a Pod with shareProcessNamespace. */
export class ProcessTable {
  private readonly processes = new Map<number, RunningProcess>();
  private nextPid = 1;
  /** Called with an error that a native program threw: a fault of the simulator. */
  onError: (error: unknown) => void = () => undefined;

  /** Throws FileError ENOENT, EACCES, ENOEXEC for the executable, EAGAIN at the limit of processes. */
  start(options: StartOptions): RunningProcess {
    return RunningProcess.start(this, options);
  }

  get(pid: number): RunningProcess | undefined {
    return this.processes.get(pid);
  }

  /** All of them in the order of their pids, zombies included. */
  list(): RunningProcess[] {
    return [...this.processes.values()].sort((a, b) => a.pid - b.pid);
  }

  /** Those of one container. */
  of(system: System): RunningProcess[] {
    return this.list().filter((process) => process.system === system);
  }

  inGroup(group: number): RunningProcess[] {
    return this.list().filter((process) => process.group === group && process.status === undefined);
  }

  inSession(session: number): RunningProcess[] {
    return this.list().filter((process) => process.session === session && process.status === undefined);
  }

  /** To every process of a group, as a terminal does on ^C. */
  signalGroup(group: number, signal: SignalName): void {
    for (const process of this.inGroup(group)) process.signal(signal);
  }

  /** Kills what is left of a container, its main process last. */
  killAll(system: System): void {
    for (const process of this.of(system).reverse()) process.end({ code: 137, signal: 'KILL' });
  }

  /** For RunningProcess alone: a number for a new process. */
  register(process: RunningProcess, system: System): void {
    const limit = system.limits.pids ?? defaultPidsLimit;
    const alive = this.of(system).length;
    if (alive >= limit) throw new FileError('EAGAIN', '', 'Resource temporarily unavailable');
    this.processes.set(process.pid, process);
  }

  /** For RunningProcess alone. */
  takePid(): number {
    while (this.processes.has(this.nextPid)) this.advance();
    const pid = this.nextPid;
    this.advance();
    return pid;
  }

  /** For RunningProcess alone: nobody will ask for it any more. */
  forget(process: Process): void {
    if (this.processes.get(process.pid) === process) this.processes.delete(process.pid);
  }

  /** For RunningProcess alone: orphans go to pid 1, and pid 1 takes everybody along. */
  ended(process: RunningProcess): void {
    if (process.pid === 1) for (const other of this.list()) other.end({ code: 137, signal: 'KILL' });
    const init = this.processes.get(1);
    for (const child of process.children) {
      const orphan = child as RunningProcess;
      if (init && !init.status) init.family.adopt(orphan);
      else orphan.family.orphan();
    }
  }

  private advance(): void {
    this.nextPid = this.nextPid >= lastPid ? 2 : this.nextPid + 1;
  }
}
