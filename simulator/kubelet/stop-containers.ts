import type { Clock, Timer } from '../clock/clock';
import type { Container } from '../schema/types';
import { leftBy, noteExit } from './attempt';
import { MINIMUM_GRACE_MS } from './kubelet-context';
import { runHook } from './lifecycle-hook';
import type { PodRun } from './pod-run';
import type { Attempt } from './pod-state';
import { isSidecar } from './restart-policy';
import type { ContainerKind } from './status/container-statuses';

/** A point in time that can be brought nearer while somebody waits for it. */
class Deadline {
  private readonly waiters = new Set<() => void>();
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private at: number,
  ) {}

  passed(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.add(resolve);
      this.arm();
    });
  }

  move(at: number): void {
    this.at = at;
    if (this.waiters.size > 0) this.arm();
  }

  get time(): number {
    return this.at;
  }

  cancel(): void {
    this.timer?.cancel();
    this.waiters.clear();
  }

  private arm(): void {
    this.timer?.cancel();
    this.timer = this.clock.after(this.at - this.clock.now(), () => {
      const due = [...this.waiters];
      this.waiters.clear();
      for (const resolve of due) resolve();
    });
  }
}

/** Ends containers of one Pod: preStop hook, SIGTERM, and SIGKILL when their time is over (kuberuntime killContainer). */
export class ContainerStopper {
  private readonly deadlines = new Set<Deadline>();

  constructor(private readonly run: PodRun) {}

  /**
   * Ends everything: main containers at once, sidecars after them and in the reverse order of their start, all within one
   * grace period (kuberuntime terminationOrdering).
   */
  async stopAll(graceMs: number): Promise<void> {
    const running = this.run
      .containers()
      .map(({ container, kind }) => ({
        container,
        kind,
        attempt: this.run.state.current.get(container.name),
      }))
      .filter(({ attempt }) => attempt?.state === 'running');
    const ended = new Map<string, Promise<void>>();
    const sidecars = running
      .filter(({ container, kind }) => kind === 'init' && isSidecar(container))
      .reverse();
    const others = running.filter((each) => !sidecars.includes(each));
    // Started in this order so that their Killing events come in it; each waits for its turn on its own.
    let release: () => void = () => undefined;
    const begin = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const { container, kind, attempt } of [...sidecars, ...others]) {
      if (!attempt) continue;
      const before = [...ended.values()];
      const turn = sidecars.some((each) => each.container === container)
        ? begin.then(() => Promise.all([...others.map((each) => ended.get(each.container.name)), ...before]))
        : undefined;
      ended.set(container.name, this.stop(attempt, container, kind, graceMs, undefined, turn));
    }
    release();
    await Promise.all(ended.values());
  }

  /** Removes containers one after the other, those that run without a grace period: they shall all start anew (KEP-5532). */
  async reset(containers: readonly Container[]): Promise<void> {
    const { state, waiting } = this.run;
    for (const container of containers) {
      const attempt = state.current.get(container.name);
      if (!attempt || attempt.removed) continue;
      const kind = this.run.find(container.name)?.kind ?? 'main';
      await this.stop(attempt, container, kind, 0, 'killing');
      for (const each of [attempt, state.previous.get(container.name)]) each?.container?.remove();
      state.previous.delete(container.name);
      state.current.set(container.name, leftBy(attempt));
      waiting.delete(container.name);
    }
  }

  /** Ends one container; `turn` is waited for before it is signalled, as long as its time allows. */
  async stop(
    attempt: Attempt,
    spec: Container,
    kind: ContainerKind,
    graceMs: number,
    message = `Stopping container ${spec.name}`,
    turn?: Promise<unknown>,
  ): Promise<void> {
    const { container } = attempt;
    const { clock } = this.run.context;
    if (!container || attempt.state !== 'running') return;
    const tell = this.run.tellAbout(spec, kind);
    tell('Normal', 'Killing', message);
    const deadline = new Deadline(clock, clock.now() + graceMs);
    this.deadlines.add(deadline);
    const exited = new Promise<void>((resolve) => container.onExit(resolve));
    try {
      const { sandbox } = this.run.state;
      const preStop = spec.lifecycle?.preStop;
      if (preStop && sandbox && graceMs > 0) {
        const { pod } = this.run;
        const warn = (reason: string, message: string) => this.run.tell('Warning', reason, message);
        const hook = runHook(preStop, { clock, pod, spec, container, sandbox, warn }).then((failure) => {
          if (failure !== undefined) tell('Warning', 'FailedPreStopHook', 'PreStopHook failed');
        });
        await Promise.race([hook, deadline.passed()]);
      }
      if (turn) await Promise.race([turn, deadline.passed()]);
      deadline.move(Math.max(deadline.time, clock.now() + MINIMUM_GRACE_MS));
      container.signal(container.stopSignal);
      await Promise.race([exited, deadline.passed()]);
      if (container.phase === 'running') {
        container.signal('SIGKILL');
        await exited;
      }
      // Its end may not have been noticed yet.
      if (attempt.state === 'running') noteExit(attempt, spec, container, clock.now());
    } finally {
      deadline.cancel();
      this.deadlines.delete(deadline);
    }
  }

  /** A later, shorter grace period takes effect on what is being stopped. */
  shorten(graceMs: number): void {
    const at = this.run.context.clock.now() + Math.max(graceMs, MINIMUM_GRACE_MS);
    for (const deadline of this.deadlines) if (at < deadline.time) deadline.move(at);
  }
}
