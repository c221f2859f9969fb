/** A pending timer. Cancelling twice, or after it fired, is harmless. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time in the simulator: nothing else may read a clock or set a timer, so that a test can
 * pass five minutes of back-off in a millisecond.
 */
export interface Clock {
  /** Whole milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `run` once, `ms` milliseconds from now (at once, but never synchronously, when `ms` <= 0). */
  after(ms: number, run: () => void): Timer;
  /** Resolves `ms` milliseconds from now; rejects with the signal's reason when aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
