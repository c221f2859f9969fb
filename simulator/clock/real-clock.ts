import type { Clock, Timer } from './clock';

/** setTimeout's limit: longer waits are made of several. */
const LONGEST_TIMEOUT = 2_147_483_647;
const ROUNDING_MS = 2;

/** The machine's time. Timers do not keep the process alive. */
export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  after(ms: number, run: () => void): Timer {
    let handle: NodeJS.Timeout;
    const due = Date.now() + ms;
    // setTimeout rounds, and can fire a millisecond before the time that was asked for.
    const fire = (): void => {
      const early = due - Date.now();
      if (early > 0 && early <= ROUNDING_MS) wait(early);
      else run();
    };
    const wait = (left: number): void => {
      const step = Math.min(Math.max(left, 0), LONGEST_TIMEOUT);
      handle = setTimeout(() => (left > step ? wait(left - step) : fire()), step);
      handle.unref();
    };
    wait(ms);
    return { cancel: () => clearTimeout(handle) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }
}

/** `Clock.sleep` in terms of `Clock.after`. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
