interface Entry {
  delayMs: number;
  /** When it was last raised. */
  updatedAt: number;
}

/**
 * Delays that double from `initialMs` to `longestMs` and start over after twice the longest in peace (client-go util/flowcontrol
 * Backoff): 10 s to 5 min for containers and image pulls. Pure bookkeeping; the caller says what time it is.
 */
export class Backoff {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly initialMs = 10_000,
    private readonly longestMs = 300_000,
  ) {}

  /** The delay in force, 0 when there is none. */
  delay(key: string): number {
    return this.entries.get(key)?.delayMs ?? 0;
  }

  /** Raises the delay after a failure at `eventAt`. */
  next(key: string, eventAt: number, now: number): void {
    const entry = this.entries.get(key);
    const delayMs =
      !entry || this.expired(entry, eventAt) ? this.initialMs : Math.min(entry.delayMs * 2, this.longestMs);
    this.entries.set(key, { delayMs, updatedAt: now });
  }

  /** Milliseconds from `now` until what failed at `eventAt` may be tried again; 0 when it may be at once. */
  remaining(key: string, eventAt: number, now: number): number {
    const entry = this.entries.get(key);
    if (!entry || this.expired(entry, eventAt)) return 0;
    return Math.max(0, eventAt + entry.delayMs - now);
  }

  /** The same, counted from the last failure (IsInBackOffSinceUpdate). */
  remainingSinceUpdate(key: string, now: number): number {
    const entry = this.entries.get(key);
    return entry ? Math.max(0, entry.updatedAt + entry.delayMs - now) : 0;
  }

  forget(key: string): void {
    this.entries.delete(key);
  }

  /** Forgets every key that begins so. */
  forgetAll(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }

  private expired(entry: Entry, eventAt: number): boolean {
    return eventAt - entry.updatedAt > this.longestMs * 2;
  }
}

/** `10s`, `2m40s`, `5m0s`: a delay as Go prints it. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
