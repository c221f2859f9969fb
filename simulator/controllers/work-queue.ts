import { ApiError } from '../api/errors';
import type { Clock, Timer } from '../clock/clock';

const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 60_000;
/** So many keys are worked on before others get a turn of the event loop. */
const BATCH = 50;

/**
 * Keys that wait to be reconciled: each at most once at a time, a failed one again with a growing delay (client-go workqueue).
 * `reconcile` reads the cluster as it is, so that it does not matter how often or why it is called.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly delayed = new Map<string, { at: number; timer: Timer }>();
  private turn: Timer | undefined;
  private stopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly reconcile: (key: string) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  add(key: string): void {
    if (this.stopped) return;
    this.waiting.add(key);
    this.turn ??= this.clock.after(0, () => this.work());
  }

  /** Adds the key after `ms`; the earliest of several wishes wins. */
  addAfter(key: string, ms: number): void {
    if (this.stopped) return;
    const at = this.clock.now() + ms;
    const before = this.delayed.get(key);
    if (before && before.at <= at) return;
    before?.timer.cancel();
    const timer = this.clock.after(ms, () => {
      this.delayed.delete(key);
      this.add(key);
    });
    this.delayed.set(key, { at, timer });
  }

  stop(): void {
    this.stopped = true;
    this.turn?.cancel();
    for (const { timer } of this.delayed.values()) timer.cancel();
    this.waiting.clear();
  }

  private work(): void {
    this.turn = undefined;
    let left = BATCH;
    for (const key of this.waiting) {
      if (left-- === 0) break;
      this.waiting.delete(key);
      this.once(key);
    }
    if (this.waiting.size > 0 && !this.stopped) this.turn ??= this.clock.after(0, () => this.work());
  }

  private once(key: string): void {
    try {
      this.reconcile(key);
      this.failures.delete(key);
    } catch (error) {
      const failures = (this.failures.get(key) ?? 0) + 1;
      this.failures.set(key, failures);
      this.addAfter(key, Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
      if (!(error instanceof ApiError)) this.onError(error);
    }
  }
}
