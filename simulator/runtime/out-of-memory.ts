import { Ended, type Process } from './process';

/**
 * Whether the container of a process is over its limit: then the largest process is the victim, and all go with it
 * (memory.oom.group). Throws Ended when this process was among them.
 */
export function checkMemory(process: Process): void {
  const { system } = process;
  const limit = system.limits.memoryBytes;
  if (limit === undefined) return;
  const mine = system.processes.of(system);
  let total = system.memoryVolumes?.() ?? 0;
  for (const one of mine) total += one.memoryBytes;
  if (total <= limit) return;
  runOutOfMemory(mine.reduce((most, one) => (one.memoryBytes > most.memoryBytes ? one : most)));
  if (process.status) throw new Ended();
}

/** The kernel's OOM killer chose this one. */
export function runOutOfMemory(victim: Process): void {
  const { system } = victim;
  system.onOutOfMemory?.(victim);
  system.processes.killAll(system);
}

/** Text longer than the server's own process can hold, in a container without a limit: the node is out of memory. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /string length|allocation failed/.test(error.message);
}
