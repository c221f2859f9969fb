import { randomBytes } from 'node:crypto';
import { toBytes } from '../files/byte-string';
import { errorText } from '../files/error-text';
import { superuser } from '../files/file-owner';
import { FileError } from '../files/file-system';
import { FileView } from '../files/file-view';
import type { OpenFile } from '../files/open-file';
import { makePipe } from '../files/pipe';
import { Terminal } from '../files/terminal';
import type { VolumeTree } from '../files/volume-tree';
import { Attachments } from './attachments';
import { noBytes } from './byte-pipe';
import { findCommand } from './command-path';
import type {
  ContainerConfig,
  ContainerPhase,
  ExecOptions,
  Execution,
  RuntimeContainer,
} from './container-runtime';
import { RuntimeError } from './container-runtime';
import { drain, sinkOf, sourceOf, terminalInput, terminalOutput } from './container-streams';
import type { Process, Program, SignalName, System } from './process';
import { RotatingLog } from './rotating-log';
import { execFailure, executableRefusal, startFailure } from './runc-wording';
import { parseSignal } from './signal-rules';
import type { ContainerUser } from './user-lookup';

/** runc could not start it: containerd records this for `StartError`. */
const startErrorCode = 128;
/** execve(2) failed after the container had been set up: runc's init ends so. */
const execFailedCode = 255;

export interface ContainerParts {
  config: ContainerConfig;
  system: System;
  user: ContainerUser;
  layer: VolumeTree;
  argv: string[];
  env: Map<string, string>;
  cwd: string;
  stopSignal: string;
  /** Told when it has been removed. */
  removed: () => void;
}

interface StandardFiles {
  fds: Map<number, OpenFile>;
  stdin?: OpenFile;
  stdout?: OpenFile;
  stderr?: OpenFile;
  terminal?: Terminal;
}

/** A container of the simulator: a main process, its log, and what exec starts beside it. */
export class SimulatedContainer implements RuntimeContainer {
  readonly id = randomBytes(32).toString('hex');
  readonly log: RotatingLog;
  phase: ContainerPhase = 'created';
  startedAt: number | undefined;
  finishedAt: number | undefined;
  exitCode: number | undefined;
  oomKilled = false;
  private main: Process | undefined;
  private terminal: Terminal | undefined;
  private stdin: OpenFile | undefined;
  private readonly attachments = new Attachments();
  private exitListeners: (() => void)[] = [];
  private pumps: (() => void)[] = [];

  constructor(private readonly parts: ContainerParts) {
    this.log = new RotatingLog(parts.system.clock);
  }

  get name(): string {
    return this.parts.config.name;
  }

  get pid(): number {
    return this.main?.pid ?? 0;
  }

  /** The pid namespace, for ephemeral containers that join it. */
  get processes() {
    return this.parts.system.processes;
  }

  start(): void {
    const { config, argv, env, system } = this.parts;
    const files = this.standardFiles(config.stdin, config.tty);
    this.terminal = files.terminal;
    this.stdin = files.stdin;
    this.startedAt = system.clock.now();
    try {
      this.main = this.startProcess({ argv, env, files });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.phase = 'exited';
      this.finishedAt = system.clock.now();
      this.exitCode = startErrorCode;
      const refusal = executableRefusal(argv[0] ?? '', error);
      throw new RuntimeError('RunContainerError', startFailure(refusal), startErrorCode);
    } finally {
      for (const file of files.fds.values()) file.release();
    }
    this.phase = 'running';
    this.capture(files);
    this.main.onEnd(() => this.ended());
  }

  signal(name: string): void {
    const signal = parseSignal(name);
    if (!signal || !this.main) return;
    if (signal === 'KILL') this.processes.killAll(this.parts.system);
    this.main.signal(signal, true);
  }

  /** The signal that asks it to stop: the Pod's, else the image's, else SIGTERM. */
  get stopSignal(): SignalName {
    return parseSignal(this.parts.stopSignal) || 'TERM';
  }

  update(limits: ContainerConfig['limits']): void {
    const own = this.parts.system.limits;
    delete own.memoryBytes;
    delete own.cpuMillis;
    delete own.cpuShares;
    Object.assign(own, limits);
  }

  get user(): RuntimeContainer['user'] {
    const { uid, gid, groups } = this.parts.user;
    return { uid, gid, groups };
  }

  onExit(run: () => void): void {
    if (this.phase === 'exited') run();
    else this.exitListeners.push(run);
  }

  exec(options: ExecOptions): Execution {
    const env = new Map(this.parts.env);
    if (options.tty) env.set('TERM', 'xterm');
    for (const { name, value } of options.env ?? []) env.set(toBytes(name), toBytes(value));
    const argv = options.command.map(toBytes);
    const files = this.standardFiles(options.stdin, options.tty);
    try {
      return execution(this.startProcess({ argv, env, files }), files);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const refusal = executableRefusal(options.command[0] ?? '', error);
      throw new RuntimeError('ExecError', execFailure(randomBytes(32).toString('hex'), refusal));
    } finally {
      for (const file of files.fds.values()) file.release();
    }
  }

  attach(options: { stdin: boolean; tty: boolean }): Execution {
    const { stdout, stderr, stop } = this.attachments.add();
    const { terminal, stdin } = this;
    const exited = new Promise<number>((resolve) => this.onExit(() => resolve(this.exitCode ?? 0)));
    const sink = terminal ? terminalInput(terminal) : stdin && sharedSink(stdin);
    const once = this.parts.config.stdinOnce;
    const endInput = () => {
      sink?.end();
      if (once && !terminal && this.stdin) this.closeStdin();
    };
    return {
      ...(options.stdin && sink ? { stdin: { write: (chunk) => sink.write(chunk), end: endInput } } : {}),
      stdout,
      stderr: terminal ? noBytes : stderr,
      resize: (columns, rows) => terminal?.resize(columns, rows),
      exited,
      close: () => {
        stop();
        if (options.stdin) endInput();
        else sink?.end();
      },
    };
  }

  readFile(path: string): Uint8Array | undefined {
    try {
      return new FileView(this.parts.system.mounts, superuser).readFile(toBytes(path));
    } catch {
      return undefined;
    }
  }

  usage(): { memoryBytes: number; cpuNanos: number; diskBytes: number } {
    const { system, layer } = this.parts;
    let memoryBytes = system.memoryVolumes?.() ?? 0;
    for (const process of this.processes.of(system)) memoryBytes += process.memoryBytes;
    const cpuNanos = Math.round(system.processor.usedMs * 1e6);
    return { memoryBytes, cpuNanos, diskBytes: layer.usage() + this.log.size };
  }

  remove(): void {
    this.signal('KILL');
    this.attachments.end();
    this.parts.layer.discard();
    this.parts.removed();
  }

  /**
   * A process of its own in the container. Throws FileError when its command is not there, may not be run, or there are too many
   * processes. What only execve(2) finds out (a missing interpreter, a file that is no program), the process itself tells.
   */
  private startProcess(what: { argv: string[]; env: Map<string, string>; files: StandardFiles }): Process {
    const { system, cwd, user } = this.parts;
    const { argv, env, files } = what;
    const path = findCommand(system.mounts, this.credentials(), cwd, argv[0] ?? '', env.get('PATH'));
    const { terminal } = files;
    const common = { system, argv, env, cwd, credentials: user, fds: files.fds };
    const start = (what: { path: string } | { program: Program }) =>
      system.processes.start({ ...common, ...what, ...(terminal ? { terminal } : {}) });
    try {
      return start({ path });
    } catch (error) {
      if (!(error instanceof FileError) || error.code === 'EAGAIN') throw error;
      const reason = errorText(error).toLowerCase();
      return start({
        program: async (process) => {
          await process.write(2, `exec ${path}: ${reason}\n`);
          return execFailedCode;
        },
      });
    }
  }

  private standardFiles(withInput: boolean, tty: boolean): StandardFiles {
    if (tty) {
      const terminal = new Terminal();
      const file = terminal.open();
      return { terminal, fds: new Map([0, 1, 2].map((fd) => [fd, file] as const)) };
    }
    const outputs = [makePipe(), makePipe()] as const;
    const input = withInput ? makePipe() : undefined;
    const nothing = new FileView(this.parts.system.mounts, superuser);
    const stdin = input?.reader ?? nothing.open('/dev/null', 'r');
    return {
      fds: new Map([
        [0, stdin],
        [1, outputs[0].writer],
        [2, outputs[1].writer],
      ]),
      ...(input ? { stdin: input.writer } : {}),
      stdout: outputs[0].reader,
      stderr: outputs[1].reader,
    };
  }

  private capture(files: StandardFiles): void {
    const take = (stream: 'stdout' | 'stderr') => (chunk: Uint8Array) => {
      this.log.write(stream, chunk);
      this.attachments.write(stream, chunk);
    };
    const { terminal, stdout, stderr } = files;
    if (terminal) {
      const show = () => {
        for (let chunk = terminal.takeOutput(); chunk; chunk = terminal.takeOutput()) take('stdout')(chunk);
      };
      terminal.onOutput(show);
      this.pumps.push(show);
    }
    if (stdout) this.pumps.push(drain(stdout, take('stdout')));
    if (stderr) this.pumps.push(drain(stderr, take('stderr')));
  }

  private ended(): void {
    if (this.phase === 'exited') return;
    const { system } = this.parts;
    this.exitCode = this.main?.status?.code ?? 0;
    this.finishedAt = system.clock.now();
    this.phase = 'exited';
    this.processes.killAll(system);
    for (const pump of this.pumps) pump();
    this.closeStdin();
    this.announceExit();
  }

  private announceExit(): void {
    this.log.end();
    this.attachments.end();
    const listeners = this.exitListeners;
    this.exitListeners = [];
    for (const run of listeners) run();
  }

  private closeStdin(): void {
    this.stdin?.release();
    this.stdin = undefined;
  }

  private credentials() {
    return { ...superuser, ...this.parts.user, cwd: this.parts.cwd };
  }
}

function execution(process: Process, files: StandardFiles): Execution {
  const { terminal, stdin, stdout, stderr } = files;
  const exited = process.exited.then(({ code }) => code);
  const input = terminal ? terminalInput(terminal) : stdin && sinkOf(stdin);
  const outputs = {
    stdout: terminal ? terminalOutput(terminal, process.exited) : stdout ? sourceOf(stdout) : noBytes,
    stderr: stderr ? sourceOf(stderr) : noBytes,
  };
  let closed = false;
  return {
    ...(input ? { stdin: input } : {}),
    ...outputs,
    resize: (columns, rows) => terminal?.resize(columns, rows),
    exited,
    close: () => {
      if (closed) return;
      closed = true;
      terminal?.discardOutput();
      terminal?.hangup();
      if (terminal) return;
      input?.end();
      void discard(outputs.stdout);
      void discard(outputs.stderr);
    },
  };
}

/** Input of the main process, which several clients share: none of them closes it. */
function sharedSink(file: OpenFile) {
  file.retain();
  return sinkOf(file);
}

async function discard(source: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of source);
}
