import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../api/errors';
import type { Timer } from '../clock/clock';
import { RuntimeError } from '../runtime/container-runtime';
import type { Container, Pod } from '../schema/types';
import { ActiveDeadline } from './active-deadline';
import { type Actions, decide } from './decide';
import { CLEANUP_MS, RELIST_MS, RETRY_MS, StartError } from './kubelet-context';
import { allStatuses, concernsKubelet } from './pod-change';
import type { PodRun } from './pod-run';
import type { Attempt, ProbeKind, ProbeResult } from './pod-state';
import { PodProbes } from './probes/pod-probes';
import { checkPullSecrets } from './pull-secrets';
import { allocate } from './resize';
import { checkRuntimeHandler } from './runtime-handler';
import { sandboxConfig } from './sandbox-config';
import { startContainer } from './start-container';
import { condition } from './status/conditions';
import type { ContainerKind } from './status/container-statuses';
import type { Phase } from './status/phase';
import { isFinal } from './status/pod-status';
import { StatusWriter, type Verdict } from './status/status-writer';
import { ContainerStopper } from './stop-containers';
import { VolumeMounter } from './volumes/volume-mounter';

/**
 * Brings one Pod to what its spec says and keeps it there (kubelet pod workers, syncPod): writes the status, decides, acts, and
 * does so again whenever something has changed. One step at a time; what happens meanwhile is seen by the next.
 */
export class PodWorker {
  private readonly stopper: ContainerStopper;
  private readonly probes: PodProbes;
  private readonly mounter: VolumeMounter;
  private readonly status: StatusWriter;
  private readonly deadline: ActiveDeadline;
  private readonly abort = new AbortController();
  private readonly timers = new Set<Timer>();
  private verdict: Verdict | undefined;
  private dirty = false;
  private busy = false;
  private begun = false;
  private ending = false;
  private ended = false;
  private closed = false;
  /** The Pod was deleted from the API without waiting for the kubelet. */
  private orphaned = false;

  constructor(
    readonly run: PodRun,
    private readonly gone: (worker: PodWorker) => void,
  ) {
    this.stopper = new ContainerStopper(run);
    this.probes = new PodProbes(run, (kind, attempt, result) => this.probed(kind, attempt, result));
    this.mounter = new VolumeMounter(run, () => this.wake());
    this.status = new StatusWriter(run);
    this.deadline = new ActiveDeadline(run, () => {
      run.tell('Normal', 'DeadlineExceeded', 'Pod was active on the node longer than specified deadline');
      const message = 'Pod was active on the node longer than the specified deadline';
      this.fail({ reason: 'DeadlineExceeded', message });
    });
    this.ended = isFinal(run.pod.status?.phase);
  }

  /** The Pod as the API has it now. */
  update(pod: Pod): void {
    const before = this.run.pod;
    this.run.pod = pod;
    const grace = pod.metadata.deletionGracePeriodSeconds;
    if (pod.metadata.deletionTimestamp) {
      this.abort.abort();
      // What a probe has told to stop, too, has no longer than that any more.
      if (grace !== undefined) this.stopper.shorten(grace * 1000);
    }
    if (concernsKubelet(before, pod)) {
      this.mounter.refresh();
      this.wake();
    }
  }

  /** The Pod is no longer in the API: end what runs, tell nobody. */
  remove(): void {
    this.orphaned = true;
    this.status.stop();
    this.abort.abort();
    if (!this.ended) this.stopper.shorten(0);
    this.wake();
  }

  /** A ConfigMap or Secret of its namespace has changed. */
  sourceChanged(): void {
    this.mounter.refresh();
    if (
      this.mounter.failing ||
      [...this.run.waiting.values()].some(({ reason }) => reason.endsWith('ConfigError'))
    ) {
      this.wake();
    }
  }

  /** Stops looking after the Pod, without ending anything: the simulator is going down. */
  close(): void {
    this.closed = true;
    this.status.stop();
    this.probes.stop();
    this.mounter.stop();
    this.deadline.stop();
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }

  wake(): void {
    this.dirty = true;
    if (this.busy || this.closed) return;
    this.busy = true;
    queueMicrotask(() => void this.loop());
  }

  /** Refuses the Pod before anything of it was started. */
  reject(verdict: Verdict): void {
    this.ended = true;
    this.status.reject(verdict);
  }

  /** Ends the Pod as failed: its deadline, an eviction. */
  fail(verdict: Verdict): void {
    if (this.ended || this.verdict) return;
    this.verdict = verdict;
    this.abort.abort();
    this.wake();
  }

  private async loop(): Promise<void> {
    try {
      while (this.dirty && !this.closed) {
        this.dirty = false;
        await this.sync();
      }
    } catch (error) {
      this.run.context.onError(error);
      this.later(RETRY_MS);
    } finally {
      this.busy = false;
      if (this.dirty && !this.closed) this.wake();
    }
  }

  private async sync(): Promise<void> {
    const { run } = this;
    if (this.orphaned || (this.ended && run.pod.metadata.deletionTimestamp)) return this.leave();
    if (this.ended) return;
    const allocated = allocate(run);
    const phase = this.writeStatus();
    if (run.pod.metadata.deletionTimestamp || isFinal(phase)) return this.end();
    this.begin();
    this.deadline.update();
    if (run.resizeError) this.later(RETRY_MS);
    if (!this.mounter.mount()) return;
    const actions = decide(allocated, run.state);
    if (actions.reset.length > 0) {
      await this.stopper.reset(actions.reset);
      this.dirty = true;
      return;
    }
    if (actions.start.length + actions.startInit.length > 0) checkPullSecrets(run);
    if (!actions.killPod || actions.createSandbox) return this.act(actions);
    await this.stopEverything();
    this.dirty = true;
  }

  /** What happens once, at the first sight of the Pod. */
  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.probes.start();
    const { run } = this;
    this.mounter.watchLimits((message) => {
      run.tell('Warning', 'Evicted', message);
      this.fail({ reason: 'Evicted', message });
    });
  }

  private async act(actions: Actions): Promise<void> {
    const { run } = this;
    const waitingBefore = new Map(run.waiting);
    const started = run.running().length;
    // syncPod looks at the containers once: what it ends itself does not count for the back-off, what ended before does.
    const ends = new Map(actions.kill.map(({ name }) => [name, run.state.previous.get(name)]));
    await Promise.all(
      actions.kill.map(({ name, message, reason }) => {
        const found = run.find(name);
        const attempt = run.state.current.get(name);
        if (!found || !attempt) return undefined;
        const grace = this.graceMs(found.container, reason);
        return this.stopper.stop(attempt, found.container, found.kind, grace, message);
      }),
    );
    if (actions.createSandbox && !this.createSandbox()) return;
    for (const container of actions.startEphemeral) await this.start(container, 'ephemeral');
    for (const container of actions.startInit) {
      if (!(await this.start(container, 'init', ends)) && container.restartPolicy !== 'Always') break;
    }
    for (const container of actions.start) await this.start(container, 'main', ends);
    if (this.abort.signal.aborted) this.dirty = true;
    if (run.running().length !== started || actions.kill.length > 0) this.dirty = true;
    else if (!isDeepStrictEqual(waitingBefore, run.waiting)) this.reportWaiting(waitingBefore.size > 0);
  }

  /** A failure to start is shown at once, but the back-off after an end only once that end has been seen. */
  private reportWaiting(hadWaited: boolean): void {
    const backingOff = [...this.run.waiting.values()].some(({ reason }) => reason === 'CrashLoopBackOff');
    if (!backingOff || hadWaited) this.writeStatus();
    else this.timer(RELIST_MS, () => this.ending || this.busy || this.writeStatus());
  }

  private createSandbox(): boolean {
    const { run } = this;
    const { context, state } = run;
    if (state.sandboxes > 0) {
      run.tell('Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    }
    try {
      checkRuntimeHandler(context.client, run.pod);
      state.sandbox = context.runtime.createSandbox(sandboxConfig(run.pod, context.node, context.dns));
      state.sandboxes += 1;
      // A new sandbox is initialised anew (kuberuntime purgeInitContainers).
      for (const { name } of run.pod.spec?.initContainers ?? []) {
        const attempt = state.current.get(name);
        if (attempt) attempt.removed = true;
      }
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      run.tell('Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${error.message}`);
      this.later(RETRY_MS);
      return false;
    }
    this.status.patch((status) => {
      const ready = condition('PodReadyToStartContainers', { status: 'True' }, run.pod, context.clock.now());
      status.conditions = (status.conditions ?? []).map((each) => (each.type === ready.type ? ready : each));
    });
    return true;
  }

  private async start(
    container: Container,
    kind: ContainerKind,
    ends = new Map<string, Attempt | undefined>(),
  ): Promise<boolean> {
    const { run } = this;
    if (this.abort.signal.aborted) return false;
    try {
      await startContainer(
        run,
        container,
        kind,
        {
          ended: () => this.wake(),
          kill: (attempt, message) =>
            this.stopper.stop(attempt, container, kind, this.graceMs(container), message),
        },
        this.abort.signal,
        ends.has(container.name) ? ends.get(container.name) : run.state.current.get(container.name),
      );
      return true;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      run.waiting.set(container.name, { reason: error.reason, message: error.message });
      this.later(error.retryMs);
      return false;
    }
  }

  private probed(kind: ProbeKind, attempt: Attempt, result: ProbeResult): void {
    if (attempt.state !== 'running') return;
    if (kind === 'liveness' || (kind === 'startup' && result === 'failure')) {
      if (result === 'failure') this.wake();
    } else if (kind === 'startup' && result === 'success') {
      this.status.patch((status) => {
        for (const each of allStatuses(status)) if (each.name === attempt.name) each.started = true;
      });
      this.wake();
    } else if (kind === 'readiness' && result !== 'unknown') {
      this.status.setReadiness(attempt.name, result === 'success');
      if (!this.busy) this.wake();
    }
  }

  private async end(): Promise<void> {
    this.ending = true;
    this.abort.abort();
    const stopped = this.run.running().length > 0;
    await this.stopEverything();
    // The end of a Pod that nobody deleted is told in two steps: its containers, then its phase.
    if (stopped && !this.orphaned && !this.run.pod.metadata.deletionTimestamp) this.writeStatus();
    if (stopped && !this.orphaned && this.run.pod.metadata.deletionTimestamp)
      await this.run.context.clock.sleep(CLEANUP_MS);
    this.ended = true;
    if (!this.orphaned) this.writeStatus();
    this.probes.stop();
    this.mounter.stop();
    if (this.orphaned || this.run.pod.metadata.deletionTimestamp) return this.leave();
  }

  private async stopEverything(): Promise<void> {
    const { run } = this;
    const own = (run.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000;
    const asked = run.pod.metadata.deletionGracePeriodSeconds;
    const grace =
      this.orphaned || this.verdict?.reason === 'Evicted' ? 0 : asked === undefined ? own : asked * 1000;
    await this.stopper.stopAll(grace);
    run.state.sandbox?.remove();
    delete run.state.sandbox;
  }

  /** The last step: the API may forget the Pod. */
  private async leave(): Promise<void> {
    const { run } = this;
    if (!this.ended) await this.stopEverything();
    this.ended = true;
    const { uid } = run;
    if (!this.orphaned) {
      try {
        run.context.client.delete('pods', run.namespace, run.name, {
          gracePeriodSeconds: 0,
          preconditions: { uid },
        });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    }
    for (const attempt of [...run.state.current.values(), ...run.state.previous.values()])
      attempt.container?.remove();
    run.volumes.discard(run.pod);
    run.context.images.forget(uid);
    run.context.backoff.forgetAll(`${uid}/`);
    this.close();
    this.gone(this);
  }

  /** Time to end one container on its own (kuberuntime setTerminationGracePeriod). */
  private graceMs(container: Container, reason?: string): number {
    const { metadata, spec } = this.run.pod;
    const probe =
      reason === 'liveness'
        ? container.livenessProbe
        : reason === 'startup'
          ? container.startupProbe
          : undefined;
    const seconds =
      metadata.deletionGracePeriodSeconds ??
      probe?.terminationGracePeriodSeconds ??
      spec?.terminationGracePeriodSeconds ??
      30;
    return seconds * 1000;
  }

  private writeStatus(): Phase {
    const phase = this.status.write({ verdict: this.verdict, ending: this.ending, ended: this.ended });
    this.probes.triggerReadiness();
    return phase;
  }

  private later(ms: number): void {
    this.timer(ms, () => this.wake());
  }

  private timer(ms: number, callback: () => void): void {
    const timer = this.run.context.clock.after(ms, () => {
      this.timers.delete(timer);
      if (!this.closed) callback();
    });
    this.timers.add(timer);
  }
}
