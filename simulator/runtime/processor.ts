import type { Process } from './process';

// One queue for all clusters of this Node process: they share its one thread.

/** Programs may compute this long before everything else gets its turn. */
const sliceMs = 3;
/** The time is looked at after at most so many passes, and so often that about this much time lies between two looks. */
const mostPasses = 32;
const lookMs = 0.25;
/** The kubelet's CFS period. */
const periodMs = 100;
/** A process that has computed for so long rests after each slice for as long as that took. */
const greedyAfterMs = 2_000;

let passesLeft = 1;
/** Passes between two looks: few while passes are heavy (64 KiB from /dev/urandom), many while they are light. */
let stride = 1;
let lookedAt = 0;
/** A slice lasts from the first pass after the event loop has turned until it turns again: what lies between is nobody's. */
let inSlice = false;
let sliceStart = 0;
/** Up to when the slice has been put to somebody's account. */
let chargedUntil = 0;
let latest: Process | undefined;
let scheduled = false;
const queue: (() => void)[] = [];

/**
 * One pass of some program's loop, or one system call: a promise when the program has to wait for its turn. Once a slice
 * is used up programs queue, one per round of the event loop, so that busy loops never starve the server.
 *
 * It measures the real processor, not simulated time: a busy loop must give way while a test's clock stands still.
 */
export function pass(process: Process): Promise<void> | undefined {
  if (!inSlice) beginSlice();
  latest = process;
  if (--passesLeft > 0) return undefined;
  const now = performance.now();
  stride = now - lookedAt < lookMs ? Math.min(mostPasses, 2 * stride) : Math.max(1, stride >> 2);
  passesLeft = stride;
  lookedAt = now;
  if (now - sliceStart < sliceMs) return undefined;
  const computed = charge(process, now);
  // One slice, one wait: who passes next begins another.
  inSlice = false;
  const { processor, limits } = process.system;
  const limit = limits.cpuMillis;
  if (limit !== undefined && limit < 1000) {
    // CFS bandwidth control: it rests for the part of the period that is not its own.
    const rest = computed * (1000 / limit - 1);
    processor.throttledMs += rest;
    processor.periods = Math.ceil((processor.usedMs + processor.throttledMs) / periodMs);
    processor.throttled = Math.max(1, Math.floor(processor.throttledMs / periodMs));
    return turn(false).then(() => process.clock.sleep(rest));
  }
  return turn(process.cpuMs > greedyAfterMs);
}

function beginSlice(): void {
  inSlice = true;
  sliceStart = performance.now();
  lookedAt = sliceStart;
  chargedUntil = sliceStart;
  // Another program may be next, whose passes are heavier.
  stride = 1;
  passesLeft = 1;
  setImmediate(endSlice);
}

/** The event loop turns: what came since the last account is put to that of who passed last. */
function endSlice(): void {
  if (inSlice && latest) charge(latest, performance.now());
  inSlice = false;
  latest = undefined;
}

/** Milliseconds put to the account of a process; no more than a program can take in one go. */
function charge(process: Process, now: number): number {
  const computed = Math.min(now - chargedUntil, 10 * sliceMs);
  chargedUntil = now;
  process.cpuMs += computed;
  process.system.processor.usedMs += computed;
  return computed;
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
    inSlice = false;
    queue.shift()?.();
    if (queue.length > 0) schedule();
  });
}
