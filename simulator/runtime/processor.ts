import type { Process } from './process';

// One queue for all clusters of this Node process: they share its one thread.

/** Programs may compute this long before everything else gets its turn. */
const sliceMs = 3;
/** The time is looked at after at most so many passes, and so often that about this much time lies between two looks. */
const mostPasses = 32;
const lookMs = 0.25;
/** A process that has computed for so long rests after each slice for as long as that took. */
const greedyAfterMs = 2_000;

let passesLeft = 1;
/** Passes between two looks: few while passes are heavy (64 KiB from /dev/urandom), many while they are light. */
let stride = 1;
let lookedAt = 0;
let sliceStart = performance.now();
let scheduled = false;
const queue: (() => void)[] = [];

/**
 * One pass of some program's loop, or one system call: a promise when the program has to wait for its turn. Once a slice
 * is used up programs queue, one per round of the event loop, so that busy loops never starve the server.
 *
 * It measures the real processor, not simulated time: a busy loop must give way while a test's clock stands still.
 */
export function pass(process: Process): Promise<void> | undefined {
  if (--passesLeft > 0) return undefined;
  const now = performance.now();
  stride = now - lookedAt < lookMs ? Math.min(mostPasses, 2 * stride) : Math.max(1, stride >> 2);
  passesLeft = stride;
  lookedAt = now;
  const used = now - sliceStart;
  if (used < sliceMs) return undefined;
  const computed = Math.min(used, 10 * sliceMs);
  process.cpuMs += computed;
  const limit = process.system.limits.cpuMillis;
  if (limit !== undefined && limit < 1000) {
    // CFS bandwidth control: it rests for the part of the period that is not its own.
    return turn(false).then(() => process.clock.sleep(computed * (1000 / limit - 1)));
  }
  return turn(process.cpuMs > greedyAfterMs);
}

function turn(greedy: boolean): Promise<void> {
  return new Promise((resolve) => {
    const wait = () => {
      queue.push(resolve);
      schedule();
    };
    if (greedy) setTimeout(wait, sliceMs);
    else wait();
  });
}

function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(() => {
    scheduled = false;
    sliceStart = performance.now();
    lookedAt = sliceStart;
    // Another program may be next, whose passes are heavier.
    stride = 1;
    passesLeft = 1;
    queue.shift()?.();
    if (queue.length > 0) schedule();
  });
}
