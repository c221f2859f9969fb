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
import {
  type Credentials,
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
import { ProcessNetwork } from './process-network';
import type { ProcessTable, StartOptions } from './process-table';
import { pass } from './processor';
import { ignoredByDefault, mayKill, signalTargets, statusOf, stopsByDefault } from './signal-rules';
import { Waits } from './waits';
import { writeWhole } from './write-whole';

interface Beginning {
  argv: string[];
  env: Map<string, string>;
  cwd: string;
  umask?: number;
  fds: Map<number, OpenFile>;
  credentials: Credentials;
  group: number;
  session: number;
  terminal?: Terminal | undefined;
}

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
  readonly children = new Set<Process>();
  readonly process: Process = this;
  cpuMs = 0;
  memoryBytes = baseMemory;
  status: ExitStatus | undefined;
  name = '';
  private resolveExited: (status: ExitStatus) => void = () => undefined;
  private readonly openFiles: OpenFiles;
  private readonly actions = new Map<SignalName, SignalAction>();
  private readonly waits = new Waits(() => this.status !== undefined);
  private endListeners: (() => void)[] = [];

  constructor(
    readonly system: System,
    readonly pid: number,
    private parent: RunningProcess | undefined,
    beginning: Beginning,
  ) {
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
    return this.parent?.pid ?? 0;
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
    void Promise.resolve().then(() => this.run(program));
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
    const child = new RunningProcess(this.system, pid, this, {
      argv: options.argv,
      env: options.env ?? this.env,
      cwd: options.cwd ?? this.cwd,
      umask: this.umask,
      fds: options.fds ?? this.fds,
      credentials: options.credentials ?? this,
      group: options.newSession || options.group === 0 ? pid : (options.group ?? this.group),
      session: options.newSession ? pid : this.session,
      terminal: options.newSession ? undefined : this.terminal,
    });
    try {
      table.register(child, this.system);
    } catch (error) {
      child.openFiles.closeAll();
      throw error;
    }
    for (const [signal, action] of this.actions) if (action === 'ignore') child.actions.set(signal, action);
    for (const signal of options.ignore ?? []) child.actions.set(signal, 'ignore');
    this.children.add(child);
    child.begin(loaded.program, loaded.argv, loaded.executable);
    return child;
  }

  async exec(path: string, argv: string[], env?: Map<string, string>): Promise<number> {
    const loaded = loadProgram(this.system, this.files, path, argv);
    for (const [signal, action] of this.actions) if (action !== 'ignore') this.actions.delete(signal);
    if (env) this.env = env;
    this.become(loaded.argv, loaded.executable);
    return loaded.program(this);
  }

  async wait(child: Process): Promise<ExitStatus> {
    const status = child.status ?? (await this.until(child.exited));
    this.children.delete(child);
    this.system.processes.forget(child);
    return status;
  }

  end(status: ExitStatus): void {
    if (this.status) return;
    this.status = status;
    this.openFiles.closeAll();
    this.memoryBytes = 0;
    this.waits.resume();
    this.waits.interrupt(new Ended());
    this.system.processes.ended(this);
    this.children.clear();
    const parent = this.parent;
    const ignored = parent?.action('CHLD') === 'ignore';
    if (!parent || ignored || parent.status) this.system.processes.forget(this);
    for (const run of this.endListeners) run();
    this.endListeners = [];
    this.resolveExited(status);
    if (parent && !parent.status) parent.signal('CHLD');
  }

  action(signal: SignalName): SignalAction {
    return this.actions.get(signal) ?? 'default';
  }

  setAction(signal: SignalName, action: SignalAction): void {
    if (signal === 'KILL' || signal === 'STOP') return;
    if (action === 'default') this.actions.delete(signal);
    else this.actions.set(signal, action);
  }

  signal(signal: SignalName, fromOutside = false): void {
    if (this.status) return;
    if (signal === 'CONT') this.waits.resume();
    if (signal === 'KILL') {
      // pid_namespaces(7): only an ancestor namespace can kill pid 1.
      if (this.pid !== 1 || fromOutside) this.end(statusOf('KILL'));
      return;
    }
    const action = this.action(signal);
    if (typeof action === 'function') {
      action(signal);
      if (signal !== 'CHLD') this.waits.interrupt(new Interrupted(signal));
    } else if (action === 'default' && !ignoredByDefault.has(signal) && this.pid !== 1) {
      if (stopsByDefault.has(signal)) this.waits.stop();
      else this.end(statusOf(signal));
    }
  }

  kill(pid: number, signal: SignalName | 0): void {
    const targets = signalTargets(this, pid);
    if (targets.length === 0) throw new FileError('ESRCH', String(pid));
    const allowed = targets.filter((target) => mayKill(this, target));
    if (allowed.length === 0) throw new FileError('EPERM', String(pid));
    if (signal !== 0) for (const target of allowed) target.signal(signal);
  }

  setMemory(bytes: number): void {
    this.memoryBytes = baseMemory + bytes;
    this.checkMemory();
  }

  checkMemory(): void {
    const limit = this.system.limits.memoryBytes;
    if (limit === undefined) return;
    const mine = this.system.processes.of(this.system);
    let total = this.system.memoryVolumes?.() ?? 0;
    for (const process of mine) total += process.memoryBytes;
    if (total <= limit) return;
    const victim = mine.reduce((most, process) => (process.memoryBytes > most.memoryBytes ? process : most));
    this.runOutOfMemory(victim);
    if (this.status) throw new Ended();
  }

  private runOutOfMemory(victim: Process): void {
    this.system.onOutOfMemory?.(victim);
    this.system.processes.killAll(this.system);
  }

  onEnd(run: () => void): void {
    if (this.status) run();
    else this.endListeners.push(run);
  }

  /** Takes in the child of a process that ended. */
  adopt(child: RunningProcess): void {
    child.parent = this;
    this.children.add(child);
    // Like a shell or tini as pid 1: adopted children do not stay as zombies.
    if (child.status) this.reap(child);
    else child.onEnd(() => this.reap(child));
  }

  /** Its parent is outside the namespace from now on. */
  orphan(): void {
    if (this.status) this.system.processes.forget(this);
    this.parent = undefined;
  }

  private reap(child: RunningProcess): void {
    this.children.delete(child);
    this.system.processes.forget(child);
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

  private async run(program: Program): Promise<void> {
    try {
      const code = await program(this);
      this.end({ code: code & 255 });
    } catch (error) {
      if (error instanceof Ended || this.status) return;
      if (error instanceof Interrupted) {
        this.end(statusOf(error.signal));
        return;
      }
      // Text longer than the server's own process can hold, in a container without a limit: the node is out of memory.
      if (error instanceof RangeError && /string length|allocation failed/.test(error.message)) {
        this.runOutOfMemory(this);
        return;
      }
      this.system.processes.onError(error);
      this.end(statusOf('SEGV'));
    }
  }

  private alive(): Promise<void> | undefined {
    if (this.status) throw new Ended();
    return this.waits.stopped?.then(() => this.alive());
  }
}
