import type { Clock, Timer } from './clock';
import { sleepOn } from './real-clock';

interface Due {
  at: number;
  run: () => void;
}

/** Time that passes only when told to: five minutes of back-off take as long as the work they cause. */
export class VirtualClock implements Clock {
  private time: number;
  /** In order of time, then of having been set. */
  private readonly timers: Due[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): Timer {
    // Whole milliseconds, as the machine's clock tells them.
    const due: Due = { at: this.time + Math.ceil(Math.max(ms, 0)), run };
    let index = this.timers.length;
    while (index > 0 && (this.timers[index - 1]?.at ?? 0) > due.at) index--;
    this.timers.splice(index, 0, due);
    return {
      cancel: () => {
        const found = this.timers.indexOf(due);
        if (found >= 0) this.timers.splice(found, 1);
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  /** Lets `ms` pass: every timer due runs at its own time, and what it set off settles before the next one. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let next = this.timers[0]; next && next.at <= end; next = this.timers[0]) {
      this.timers.shift();
      this.time = next.at;
      next.run();
      await settle();
    }
    this.time = end;
  }

  /** Timers that wait, for tests that demand that nothing is left running. */
  get pending(): number {
    return this.timers.length;
  }
}

/** Lets promises and what they lead to run: microtasks between two turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
