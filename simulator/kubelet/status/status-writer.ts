import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../api/errors';
import type { PodStatus } from '../../schema/types';
import { allStatuses } from '../pod-change';
import type { PodRun } from '../pod-run';
import { hasStarted } from '../pod-state';
import { restartAllSources } from '../restart-policy';
import { condition, conditionsOf } from './conditions';
import { type Phase, phaseOf } from './phase';
import { podStatus } from './pod-status';
import { time } from './time';

export interface Verdict {
  reason: string;
  message: string;
}

/** Writes the status of one Pod to the API (kubelet status manager). */
export class StatusWriter {
  private stopped = false;

  constructor(private readonly run: PodRun) {}

  /** Nothing is written any more: the Pod has gone, or the simulator is going down. */
  stop(): void {
    this.stopped = true;
  }

  /** Writes the whole status as it is now; returns the phase it amounts to. */
  write(seen: { verdict?: Verdict | undefined; ending: boolean; ended: boolean }): Phase {
    this.reread();
    const { run } = this;
    const { verdict, ending, ended } = seen;
    const now = run.context.clock.now();
    const { status, phase } = podStatus({
      pod: run.pod,
      ...(run.allocated ? { allocated: run.allocated } : {}),
      state: run.state,
      waiting: run.waiting,
      hostIP: run.context.node.ip,
      now,
      ...(verdict ? { verdict } : {}),
      ending,
      ended,
    });
    const others = (wanted: string) => (status.conditions ?? []).filter(({ type }) => type !== wanted);
    if (verdict?.reason === 'Evicted') {
      const told = { status: 'True', reason: 'TerminationByKubelet', message: verdict.message };
      const target = condition('DisruptionTarget', told, run.pod, now);
      status.conditions = [...others(target.type), target];
    }
    status.conditions = others('PodResizePending');
    if (run.resizePending && !ending) {
      const { reason, message } = run.resizePending;
      const told = { status: 'True', reason, message };
      status.conditions.push(condition('PodResizePending', told, run.pod, now));
    }
    status.conditions = others('PodResizeInProgress');
    if (run.resizing !== undefined && !ending) {
      const error = run.resizeError && { reason: 'Error', message: run.resizeError };
      const told = { status: 'True', ...(error || {}) };
      status.conditions.push(condition('PodResizeInProgress', told, run.pod, now));
    }
    this.push(status);
    return phase;
  }

  /** Changes a part of the status that was last written, without looking at the containers anew. */
  patch(change: (status: PodStatus) => void): void {
    this.reread();
    const status = structuredClone(this.run.pod.status ?? {});
    change(status);
    this.push(status);
  }

  /** A container has become ready, or is so no longer: nothing else is looked at anew (status manager SetContainerReadiness). */
  setReadiness(container: string, ready: boolean): void {
    this.patch((status) => {
      for (const each of allStatuses(status)) {
        if (each.name === container && each.started) each.ready = ready;
      }
      const { pod, state, context } = this.run;
      const initialised = hasStarted(pod, state);
      status.conditions = conditionsOf({
        pod,
        phase: phaseOf(pod.spec ?? { containers: [] }, status, { ending: false, initialised }),
        init: status.initContainerStatuses ?? [],
        main: status.containerStatuses ?? [],
        sandboxReady: Boolean(state.sandbox),
        restartingAll: restartAllSources(pod, state).length > 0,
        now: context.clock.now(),
      });
    });
  }

  /** The Pod fails before anything of it was started (kubelet rejectPod). */
  reject({ reason, message }: Verdict): void {
    this.reread();
    const { run } = this;
    run.tell('Warning', reason, message);
    const { qosClass, startTime } = run.pod.status ?? {};
    this.push({
      phase: 'Failed',
      reason,
      message: `Pod was rejected: ${message}`,
      observedGeneration: run.pod.metadata.generation,
      startTime: startTime ?? time(run.context.clock.now()),
      ...(qosClass ? { qosClass } : {}),
    });
  }

  private reread(): void {
    const { run } = this;
    const stored = run.context.client.get('pods', run.namespace, run.name);
    if (stored?.metadata.uid === run.uid) run.pod = stored;
  }

  private push(status: PodStatus): void {
    const { run } = this;
    if (this.stopped || isDeepStrictEqual(status, run.pod.status)) return;
    try {
      run.pod = run.context.client.updateStatus('pods', { ...run.pod, status });
    } catch (error) {
      // Gone, or its namespace is: the watch will say so.
      const gone = error instanceof ApiError && ['NotFound', 'Conflict'].includes(error.reason);
      if (!gone) run.context.onError(error);
    }
  }
}
