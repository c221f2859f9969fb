import type { Timer } from '../clock/clock';
import type { PodRun } from './pod-run';

/** Calls `passed` once when the Pod has been on the node for spec.activeDeadlineSeconds (kubelet activeDeadlineHandler). */
export class ActiveDeadline {
  private timer: Timer | undefined;
  private at: number | undefined;

  constructor(
    private readonly run: PodRun,
    private readonly passed: () => void,
  ) {}

  /** Looks at the Pod anew: its deadline may be set, or made shorter, while it runs. */
  update(): void {
    const { pod, context } = this.run;
    const seconds = pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const now = context.clock.now();
    const at = (Date.parse(String(pod.status?.startTime ?? '')) || now) + seconds * 1000;
    if (at === this.at) return;
    this.at = at;
    this.timer?.cancel();
    this.timer = context.clock.after(Math.max(0, at - now), this.passed);
  }

  stop(): void {
    this.timer?.cancel();
  }
}
