import type { Clock } from '../clock/clock';
import { encode } from '../files/byte-string';
import type { FileOwner } from '../files/file-owner';
import { FileError } from '../files/file-system';
import { FileView } from '../files/file-view';
import type { OpenFile } from '../files/open-file';
import { makePipe } from '../files/pipe';
import { type Terminal, terminalOf } from '../files/terminal';
import type { NetworkNamespace } from '../network/namespace';
import { findInPath, type LoadedProgram, loadProgram } from './load-program';
import { OpenFiles } from './open-files';
import { checkMemory } from './out-of-memory';
import {
  Ended,
  type ExitStatus,
  Interrupted,
  type Process,
  type ProcessState,
  type Program,
  type SignalAction,
  type SignalName,
  type SpawnOptions,
  type System,
} from './process';
import { childBeginning, type ProcessBeginning } from './process-beginning';
import { ProcessFamily } from './process-family';
import { ProcessNetwork } from './process-network';
import type { ProcessTable, StartOptions } from './process-table';
import { pass } from './processor';
import { runProgram } from './run-program';
import { SignalActions } from './signal-actions';
import { ignoredByDefault, sendSignal, statusOf, stopsByDefault } from './signal-rules';
import { Waits } from './waits';
import { writeWhole } from './write-whole';

/** Bytes that any process holds: the pages of a small static binary. */
const baseMemory = 400 * 1024;

/** A process of the simulator. */
export class RunningProcess implements Process, FileOwner {
  argv: string[];
  env: Map<string, string>;
  executable = '';
  cwd: string;
  umask: number;
  uid: number;
  gid: number;
  groups: number[];
  group: number;
  readonly session: number;
  readonly files: FileView;
  readonly fds: Map<number, OpenFile>;
  readonly terminal: Terminal | undefined;
  readonly clock: Clock;
  readonly network: NetworkNamespace;
  readonly startedAtMs: number;
  readonly exited: Promise<ExitStatus>;
  readonly process: Process = this;
  cpuMs = 0;
  memoryBytes = baseMemory;
  status: ExitStatus | undefined;
  name = '';
  readonly family: ProcessFamily;
  private resolveExited: (status: ExitStatus) => void = () => undefined;
  private readonly openFiles: OpenFiles;
  private readonly actions = new SignalActions();
  private readonly waits = new Waits(() => this.status !== undefined);
  private endListeners: (() => void)[] = [];
  private readonly stopListeners = new Set<() => void>();

  constructor(
    readonly system: System,
    readonly pid: number,
    parent: RunningProcess | undefined,
    beginning: ProcessBeginning,
  ) {
    this.family = new ProcessFamily(this, parent);
    this.argv = beginning.argv;
    this.env = beginning.env;
    this.cwd = beginning.cwd;
    this.umask = beginning.umask ?? 0o022;
    this.uid = beginning.credentials.uid;
    this.gid = beginning.credentials.gid;
    this.groups = beginning.credentials.groups;
    this.group = beginning.group;
    this.session = beginning.session;
    this.terminal = beginning.terminal;
    this.clock = system.clock;
    this.network = new ProcessNetwork(system.network, this);
    this.startedAtMs = system.clock.now();
    this.files = new FileView(system.mounts, this);
    this.exited = new Promise((resolve) => {
      this.resolveExited = resolve;
    });
    this.openFiles = new OpenFiles(beginning.fds, this);
    this.fds = this.openFiles.table;
  }

  /** For ProcessTable alone: a process whose parent is outside the namespace. */
  static start(table: ProcessTable, options: StartOptions): RunningProcess {
    const { system, argv, terminal, ...rest } = options;
    const pid = table.takePid();
    const process = new RunningProcess(system, pid, undefined, {
      ...rest,
      argv,
      group: pid,
      session: pid,
      terminal,
    });
    try {
      const loaded = process.load(options.program, options.path, argv);
      table.register(process, system);
      process.begin(loaded.program, loaded.argv, loaded.executable);
    } catch (error) {
      process.openFiles.closeAll();
      throw error;
    }
    if (terminal) {
      terminal.session = pid;
      terminal.foreground = pid;
      terminal.sendSignal = (group, signal) => table.signalGroup(group, signal);
    }
    return process;
  }

  get ppid(): number {
    return this.family.parentPid;
  }

  get children(): ReadonlySet<Process> {
    return this.family.children;
  }

  get state(): ProcessState {
    if (this.status) return 'zombie';
    return this.waits.state;
  }

  capable(capability: string): boolean {
    return this.uid === 0 && (this.system.capabilities?.has(capability) ?? true);
  }

  /** Sets the program running, soon. */
  begin(program: Program, argv: string[], executable: string): void {
    this.become(argv, executable);
    void Promise.resolve().then(() => runProgram(this, program));
  }

  async read(fd: number, max = 65_536): Promise<Uint8Array> {
    const file = this.fds.get(fd);
    if (!file) throw new FileError('EBADF', '');
    for (;;) {
      const turn = this.checkpoint();
      if (turn) await turn;
      const data = file.read(max);
      if (data) return data;
      await this.block<void>((done) => file.onReady('read', done));
    }
  }

  write(fd: number, data: Uint8Array | string): Promise<void> | undefined {
    const file = this.fds.get(fd);
    if (!file) throw new FileError('EBADF', '');
    if (this.status) throw new Ended();
    const bytes = typeof data === 'string' ? encode(data) : data;
    return bytes.length === 0 ? undefined : writeWhole(this, file, bytes);
  }

  open(path: string, flags: string, mode?: number): Promise<OpenFile> {
    return this.openFiles.open(path, flags, mode);
  }

  addFd(file: OpenFile, at?: number): number {
    return this.openFiles.add(file, at);
  }

  closeFd(fd: number): boolean {
    return this.openFiles.close(fd);
  }

  pipe(): { reader: OpenFile; writer: OpenFile } {
    return makePipe();
  }

  isTerminal(fd: number): boolean {
    return terminalOf(this.fds.get(fd)) !== undefined;
  }

  block<T>(
    start: (done: (value: T) => void, failed: (error: unknown) => void) => (() => void) | undefined,
  ): Promise<T> {
    return this.waits.block(start);
  }

  until<T>(promise: Promise<T>): Promise<T> {
    return this.block<T>((done, failed) => {
      promise.then(done, failed);
      return undefined;
    });
  }

  sleep(ms: number): Promise<void> {
    return this.block<void>((done) => {
      const timer = this.clock.after(ms, done);
      return () => timer.cancel();
    });
  }

  checkpoint(): Promise<void> | undefined {
    if (this.status) throw new Ended();
    const { stopped } = this.waits;
    if (stopped) return stopped.then(() => this.alive());
    const turn = pass(this);
    return turn?.then(() => this.alive());
  }

  spawn(options: SpawnOptions): Process {
    const table = this.system.processes;
    const loaded = this.load(options.program, options.path, options.argv);
    const pid = table.takePid();
    const child = new RunningProcess(this.system, pid, this, childBeginning(this, pid, options));
    try {
      table.register(child, this.system);
    } catch (error) {
      child.openFiles.closeAll();
      throw error;
    }
    child.actions.inherit(this.actions, options);
    this.family.children.add(child);
    child.begin(loaded.program, loaded.argv, loaded.executable);
    return child;
  }

  async exec(path: string, argv: string[], env?: Map<string, string>): Promise<number> {
    const loaded = loadProgram(this.system, this.files, path, argv);
    this.actions.forgetHandlers();
    if (env) this.env = env;
    this.memoryBytes = baseMemory;
    this.become(loaded.argv, loaded.executable);
    return loaded.program(this);
  }

  async wait(child: Process): Promise<ExitStatus> {
    const status = child.status ?? (await this.until(child.exited));
    this.family.reap(child);
    return status;
  }

  end(status: ExitStatus): void {
    if (this.status) return;
    this.status = status;
    this.openFiles.closeAll();
    this.memoryBytes = 0;
    this.waits.resume();
    this.waits.interrupt(new Ended());
    this.family.leave();
    for (const run of this.endListeners) run();
    this.endListeners = [];
    this.resolveExited(status);
    this.family.tellParent();
  }

  action(signal: SignalName): SignalAction {
    return this.actions.get(signal);
  }

  setAction(signal: SignalName, action: SignalAction): void {
    this.actions.set(signal, action);
  }

  signal(signal: SignalName, fromOutside = false, sender = 0): void {
    if (this.status) return;
    if (signal === 'CONT') this.waits.resume();
    if (signal === 'KILL') {
      // pid_namespaces(7): only an ancestor namespace can kill pid 1.
      if (this.pid !== 1 || fromOutside) this.end(statusOf('KILL'));
      return;
    }
    const action = this.action(signal);
    if (typeof action === 'function') {
      action(signal, sender);
      if (signal !== 'CHLD') this.waits.interrupt(new Interrupted(signal));
    } else if (action === 'default' && !ignoredByDefault.has(signal) && this.pid !== 1) {
      if (stopsByDefault.has(signal)) {
        this.waits.stop();
        for (const run of [...this.stopListeners]) run();
      } else this.end(statusOf(signal));
    }
  }

  kill(pid: number, signal: SignalName | 0): void {
    sendSignal(this, pid, signal);
  }

  setMemory(bytes: number): void {
    this.memoryBytes = baseMemory + bytes;
    checkMemory(this);
  }

  checkMemory(): void {
    checkMemory(this);
  }

  onEnd(run: () => void): void {
    if (this.status) run();
    else this.endListeners.push(run);
  }

  onStop(run: () => void): () => void {
    this.stopListeners.add(run);
    return () => this.stopListeners.delete(run);
  }

  private become(argv: string[], executable: string): void {
    this.argv = argv;
    this.executable = executable;
    const first = argv[0] ?? '';
    this.name = first.slice(first.lastIndexOf('/') + 1).slice(0, 15);
  }

  private load(program: Program | undefined, path: string | undefined, argv: string[]): LoadedProgram {
    if (program) return { program, argv, executable: this.executable };
    const file = path ?? findInPath(this.files, argv[0] ?? '', this.env.get('PATH'));
    return loadProgram(this.system, this.files, file, argv);
  }

  private alive(): Promise<void> | undefined {
    if (this.status) throw new Ended();
    return this.waits.stopped?.then(() => this.alive());
  }
}
