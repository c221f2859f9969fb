import type { Process } from '../../runtime/process';

/** How often the account is brought up to date. */
const stepMs = 100;

/**
 * Uses processor time without using the server's: it is put to the account of the process, as much as its limit allows,
 * until the process ends or `ms` have passed.
 */
export async function chargeProcessor(
  process: Process,
  cores: number,
  ms = Number.POSITIVE_INFINITY,
): Promise<void> {
  const until = process.clock.now() + ms;
  for (let before = process.clock.now(); before < until; ) {
    await process.sleep(Math.min(stepMs, until - before));
    const now = process.clock.now();
    const share = Math.min(cores, (process.system.limits.cpuMillis ?? Number.POSITIVE_INFINITY) / 1_000);
    process.cpuMs += (now - before) * Math.min(share, process.system.machine.cpus);
    before = now;
  }
}
