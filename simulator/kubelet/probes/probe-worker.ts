import type { Clock, Timer } from '../../clock/clock';
import type { Probe } from '../../schema/types';
import type { Attempt, ProbeKind, ProbeResult } from '../pod-state';
import type { ProbeOutcome } from './run-probe';

/** How a worker sees its container and tells what it found. */
export interface ProbeHost {
  clock: Clock;
  /** The container's newest attempt; undefined before the first. */
  attempt(): Attempt | undefined;
  /** Whether the container has passed its startup probe, or has none. */
  started(): boolean;
  /** The Pod is being deleted: liveness and startup no longer matter. */
  leaving(): boolean;
  run(probe: Probe): Promise<ProbeOutcome>;
  /** An Unhealthy event. */
  unhealthy(message: string): void;
  /** A ProbeWarning event. */
  warning(message: string): void;
  /** A result that counts, after the thresholds; called on changes only. */
  found(kind: ProbeKind, attempt: Attempt, result: ProbeResult): void;
  /** The probe threw what nobody expected. */
  threw(error: unknown): void;
}

const INITIAL: Record<ProbeKind, ProbeResult> = {
  liveness: 'success',
  readiness: 'failure',
  startup: 'unknown',
};

/** One probe of one container, over all its restarts (kubelet prober worker). */
export class ProbeWorker {
  private timer: Timer | undefined;
  /** When the rhythm of its ticks began. */
  private since: number;
  private current: string | undefined;
  /** The attempt that has been probed at least once. */
  private probed: string | undefined;
  private last: 'success' | 'failure' | undefined;
  private run = 0;
  private onHold = false;
  private busy = false;
  private stopped = false;
  private shown: ProbeResult | undefined;

  constructor(
    private readonly kind: ProbeKind,
    private readonly probe: Probe,
    private readonly host: ProbeHost,
  ) {
    this.since = host.clock.now();
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  /**
   * Probes a container for the first time at once instead of at the next tick, as it has started or passed its startup probe: so a
   * Pod is ready as soon as it can be. The next one is a whole period later (prober manager, manualTriggerCh).
   */
  trigger(): void {
    if (this.stopped || this.probed === this.host.attempt()?.id) return;
    this.since = this.host.clock.now();
    this.timer?.cancel();
    void this.tick();
    this.schedule();
  }

  /** Ticks keep their rhythm; those missed during a slow probe are left out, as by a Go ticker. */
  private schedule(): void {
    const period = (this.probe.periodSeconds ?? 10) * 1000;
    const elapsed = this.host.clock.now() - this.since;
    const wait = period - (elapsed % period);
    this.timer = this.host.clock.after(wait, () => {
      this.timer = undefined;
      void this.tick().then(() => {
        if (!this.stopped && !this.timer) this.schedule();
      });
    });
  }

  private async tick(): Promise<void> {
    if (this.busy || this.stopped) return;
    this.busy = true;
    try {
      await this.doProbe();
    } catch (error) {
      this.host.threw(error);
    } finally {
      this.busy = false;
    }
  }

  private async doProbe(): Promise<void> {
    const { host, kind } = this;
    const attempt = host.attempt();
    if (!attempt) return;
    if (attempt.id !== this.current) {
      this.current = attempt.id;
      this.onHold = false;
      this.shown = undefined;
      this.show(attempt, INITIAL[kind]);
    }
    if (this.onHold) return;
    if (attempt.state !== 'running') {
      this.show(attempt, 'failure');
      return;
    }
    if (host.leaving() && kind !== 'readiness') {
      this.show(attempt, 'success');
      return;
    }
    const age = Math.floor((host.clock.now() - (attempt.startedAt ?? 0)) / 1000);
    if (age < (this.probe.initialDelaySeconds ?? 0)) return;
    if (host.started() === (kind === 'startup')) return;

    this.probed = attempt.id;
    const outcome = await host.run(this.probe);
    if (this.stopped || host.attempt()?.id !== attempt.id) return;
    const title = kind.charAt(0).toUpperCase() + kind.slice(1);
    if (outcome.result === 'errored') {
      host.unhealthy(`${title} probe errored and resulted in unknown state: ${outcome.output}`);
      return;
    }
    if (outcome.result === 'warning') host.warning(`${title} probe warning: ${outcome.output}`);
    if (outcome.result === 'failure') host.unhealthy(`${title} probe failed: ${outcome.output}`);
    this.count(attempt, outcome.result === 'failure' ? 'failure' : 'success');
  }

  private count(attempt: Attempt, result: 'success' | 'failure'): void {
    this.run = this.last === result ? this.run + 1 : 1;
    this.last = result;
    const threshold =
      result === 'failure' ? (this.probe.failureThreshold ?? 3) : (this.probe.successThreshold ?? 1);
    if (this.run < threshold) return;
    this.show(attempt, result);
    if (result === 'failure' && this.kind !== 'readiness') {
      this.onHold = true;
      this.run = 0;
    }
  }

  private show(attempt: Attempt, result: ProbeResult): void {
    if (this.shown === result) return;
    this.shown = result;
    this.host.found(this.kind, attempt, result);
  }
}
