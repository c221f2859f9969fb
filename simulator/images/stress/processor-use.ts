import type { Process, System } from '../../runtime/process';

/** How often the account is brought up to date. */
const stepMs = 100;

/** Cores that the processes of a container want together: they share its limit. */
const wanted = new WeakMap<System, number>();

/**
 * Uses processor time without using the server's: it is put to the account of the process, as much as the limit of its
 * container allows, until the process ends or `ms` have passed.
 */
export async function chargeProcessor(
  process: Process,
  cores: number,
  ms = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { system } = process;
  wanted.set(system, (wanted.get(system) ?? 0) + cores);
  try {
    const until = process.clock.now() + ms;
    for (let before = process.clock.now(); before < until; ) {
      await process.sleep(Math.min(stepMs, until - before));
      const now = process.clock.now();
      const limit = (system.limits.cpuMillis ?? Number.POSITIVE_INFINITY) / 1_000;
      const together = wanted.get(system) ?? cores;
      const given = Math.min(together, limit, system.machine.cpus);
      const used = ((now - before) * given * cores) / together;
      process.cpuMs += used;
      system.processor.usedMs += used;
      before = now;
    }
  } finally {
    wanted.set(system, Math.max(0, (wanted.get(system) ?? 0) - cores));
  }
}
