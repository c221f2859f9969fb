import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../clock/clock';
import { DialError } from '../network/cluster-network';
import {
  type ContainerConfig,
  type ContainerRuntime,
  type ExecOptions,
  type Execution,
  type ImageStatus,
  type NetworkStream,
  type RuntimeContainer,
  RuntimeError,
  type Sandbox,
  type SandboxConfig,
} from '../runtime/container-runtime';

/** How a container behaves in a test: what it does is written down, not run. */
export interface Script {
  /** Thousandths of a CPU, and bytes, while it runs. */
  uses?: { cpuMillis?: number; memoryBytes?: number };
  /** Ends by itself after this long. */
  endsAfterMs?: number;
  exitCode?: number;
  /** Exit code on SIGTERM, after `stopsAfterMs`; it ignores the signal when absent. */
  onTerm?: number;
  stopsAfterMs?: number;
  oomKilled?: boolean;
  /** Ports that answer, from so many milliseconds after the start. */
  listens?: Record<number, number>;
  /** Exit code of a command run in it at an age in milliseconds; its output with it. */
  exec?: (command: string[], ageMs: number) => { exitCode: number; output?: string };
  /** The start fails with this message. */
  cannotStart?: string;
  /** Content of /dev/termination-log at its end. */
  terminationMessage?: string;
}

/** Pulls fail for images with this in their name, in containerd's words. */
const UNKNOWN_REGISTRY = '.invalid';

/** A container runtime that plays scripts by container name: the double for tests of kubelet and controllers. */
export class ScriptedRuntime implements ContainerRuntime {
  readonly containers: ScriptedContainer[] = [];
  readonly sandboxes: SandboxConfig[] = [];
  private serial = 0;

  constructor(
    readonly clock: Clock,
    readonly scripts: Record<string, Script> = {},
    readonly present: (image: string) => boolean = (image) => !image.includes(UNKNOWN_REGISTRY),
  ) {}

  readonly images = {
    pull: async (reference: string): Promise<ImageStatus> => {
      await this.clock.sleep(200);
      if (!reference.includes(UNKNOWN_REGISTRY)) return imageOf(reference);
      const host = reference.split('/')[0] ?? '';
      const name = JSON.stringify(reference);
      throw new RuntimeError(
        'ErrImagePull',
        `failed to pull and unpack image ${name}: failed to resolve reference ${name}: failed to do request: Head "https://${host}/v2/app/manifests/1": dial tcp: lookup ${host} on 172.18.0.1:53: no such host`,
      );
    },
    status: (reference: string) => (this.present(reference) ? imageOf(reference) : undefined),
    list: () => [],
    files: () => undefined,
  };

  createSandbox(config: SandboxConfig): Sandbox {
    this.sandboxes.push(config);
    this.serial += 1;
    const own: ScriptedContainer[] = [];
    return {
      id: `sandbox-${this.serial}`,
      ip: `10.244.0.${this.serial}`,
      createContainer: (container) => {
        const made = new ScriptedContainer(
          this.clock,
          container,
          this.scripts[container.name] ?? {},
          this.containers.length,
        );
        own.push(made);
        this.containers.push(made);
        return made;
      },
      dial: async (port) => {
        const open = own.some((each) => each.listensOn(port));
        if (!open) throw new DialError('ECONNREFUSED', `connection refused: ${port}`);
        return httpOk();
      },
      remove: () => {
        for (const each of own) each.signal('KILL');
      },
    };
  }
}

function imageOf(reference: string): ImageStatus {
  const name = reference.includes('/') ? reference : `docker.io/library/${reference}`;
  const digest = createHash('sha256').update(name).digest('hex');
  return { name, id: `${name.replace(/:[^/]*$/, '')}@sha256:${digest}`, sizeBytes: 4_000_000, user: '' };
}

export class ScriptedContainer implements RuntimeContainer {
  readonly id: string;
  readonly pid = 1;
  readonly stopSignal = 'TERM';
  phase: RuntimeContainer['phase'] = 'created';
  startedAt?: number;
  finishedAt?: number;
  exitCode?: number;
  oomKilled = false;
  readonly signals: string[] = [];
  private readonly timers: Timer[] = [];
  private listeners: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    readonly config: ContainerConfig,
    private readonly script: Script,
    serial: number,
  ) {
    this.id = createHash('sha256').update(`${config.name}/${config.attempt}/${serial}`).digest('hex');
  }

  readonly log = {
    entries: () => [],
    tail: (): { position: number; skip: number } => ({ position: 0, skip: 0 }),
    readFrom: (position: number) => ({ entries: [], next: position }),
    hold: () => () => undefined,
    follow: () => () => undefined,
  };

  get name(): string {
    return this.config.name;
  }

  start(): void {
    if (this.script.cannotStart) throw new RuntimeError('RunContainerError', this.script.cannotStart, 128);
    this.phase = 'running';
    this.startedAt = this.clock.now();
    if (this.script.endsAfterMs !== undefined) {
      this.timers.push(this.clock.after(this.script.endsAfterMs, () => this.end(this.script.exitCode ?? 0)));
    }
  }

  signal(name: string): void {
    if (this.phase !== 'running') return;
    this.signals.push(name);
    if (name.endsWith('KILL')) this.end(137);
    else if (this.script.onTerm !== undefined) {
      const code = this.script.onTerm;
      this.timers.push(this.clock.after(this.script.stopsAfterMs ?? 0, () => this.end(code)));
    }
  }

  update(): void {}

  get user() {
    const { uid = 0, gid = 0, supplementalGroups } = this.config.user;
    return { uid, gid, groups: [...new Set([gid, ...supplementalGroups])].sort((a, b) => a - b) };
  }

  onExit(run: () => void): void {
    if (this.phase === 'exited') run();
    else this.listeners.push(run);
  }

  exec({ command }: ExecOptions): Execution {
    const age = this.clock.now() - (this.startedAt ?? 0);
    const { exitCode, output = '' } = this.script.exec?.(command, age) ?? { exitCode: 0 };
    const nothing = (async function* () {})();
    const text = (async function* () {
      if (output) yield Buffer.from(output);
    })();
    return {
      stdout: nothing,
      stderr: text,
      resize: () => undefined,
      exited: Promise.resolve(exitCode),
      close: () => undefined,
    };
  }

  attach(): Execution {
    throw new Error('a scripted container has no streams to attach to');
  }

  readFile(): Uint8Array | undefined {
    return this.script.terminationMessage ? Buffer.from(this.script.terminationMessage) : undefined;
  }

  usage() {
    const { cpuMillis = 0, memoryBytes = 0 } = this.script.uses ?? {};
    const runsMs = this.clock.now() - (this.startedAt ?? this.clock.now());
    return { memoryBytes, cpuNanos: runsMs * cpuMillis * 1000, diskBytes: 0 };
  }

  remove(): void {
    this.signal('KILL');
  }

  listensOn(port: number): boolean {
    const from = this.script.listens?.[port];
    return this.phase === 'running' && from !== undefined && this.clock.now() - (this.startedAt ?? 0) >= from;
  }

  private end(exitCode: number): void {
    if (this.phase === 'exited') return;
    for (const timer of this.timers) timer.cancel();
    this.phase = 'exited';
    this.exitCode = exitCode;
    this.oomKilled = this.script.oomKilled ?? false;
    this.finishedAt = this.clock.now();
    for (const listener of this.listeners.splice(0)) listener();
  }
}

function httpOk(): NetworkStream {
  return {
    readable: (async function* () {
      yield Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    })(),
    writable: { write: async () => undefined, end: () => undefined },
    destroy: () => undefined,
  };
}
