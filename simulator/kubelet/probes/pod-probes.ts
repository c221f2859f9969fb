import type { Container } from '../../schema/types';
import type { PodRun } from '../pod-run';
import type { Attempt, ProbeKind, ProbeResult } from '../pod-state';
import { isSidecar } from '../restart-policy';
import type { ContainerKind } from '../status/container-statuses';
import { type ProbeHost, ProbeWorker } from './probe-worker';
import { runProbe } from './run-probe';

/** All probes of one Pod (kubelet prober manager). */
export class PodProbes {
  private readonly workers: { name: string; kind: ProbeKind; worker: ProbeWorker }[] = [];

  constructor(
    private readonly run: PodRun,
    private readonly found: (kind: ProbeKind, attempt: Attempt, result: ProbeResult) => void,
  ) {}

  /** Begins to tick: once, when the Pod is first seen. */
  start(): void {
    for (const { container, kind } of this.run.containers()) {
      if (kind === 'ephemeral' || (kind === 'init' && !isSidecar(container))) continue;
      const host = this.hostOf(container, kind);
      const probes = {
        startup: container.startupProbe,
        readiness: container.readinessProbe,
        liveness: container.livenessProbe,
      };
      for (const [probeKind, probe] of Object.entries(probes) as [
        ProbeKind,
        typeof container.livenessProbe,
      ][]) {
        if (!probe) continue;
        const worker = new ProbeWorker(probeKind, probe, host);
        this.workers.push({ name: container.name, kind: probeKind, worker });
      }
    }
  }

  /** Asks containers that have just started whether they are ready, without waiting for the next tick. */
  triggerReadiness(): void {
    for (const { name, kind, worker } of this.workers) {
      if (kind === 'readiness' && this.started(name)) worker.trigger();
    }
  }

  stop(): void {
    for (const { worker } of this.workers) worker.stop();
  }

  private started(name: string): boolean {
    const attempt = this.run.state.current.get(name);
    const startupProbe = this.run.find(name)?.container.startupProbe;
    if (attempt?.state !== 'running') return false;
    return !startupProbe || this.run.state.probes.startup.get(attempt.id) === 'success';
  }

  private hostOf(container: Container, kind: ContainerKind): ProbeHost {
    const { run } = this;
    const { clock } = run.context;
    const tell = run.tellAbout(container, kind);
    return {
      clock,
      attempt: () => run.state.current.get(container.name),
      started: () => this.started(container.name),
      leaving: () => Boolean(run.pod.metadata.deletionTimestamp),
      run: async (probe) => {
        const { sandbox } = run.state;
        const target = run.state.current.get(container.name)?.container;
        if (!sandbox || !target) return { result: 'errored', output: 'container is gone' };
        return runProbe(probe, { clock, sandbox, container: target, spec: container });
      },
      unhealthy: (message) => tell('Warning', 'Unhealthy', message),
      warning: (message) => tell('Warning', 'ProbeWarning', message),
      found: (probeKind, attempt, result) => {
        run.state.probes[probeKind].set(attempt.id, result);
        this.found(probeKind, attempt, result);
      },
      threw: run.context.onError,
    };
  }
}
