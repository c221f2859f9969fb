import { getHeapStatistics } from 'node:v8';
import { Ended, type Process } from './process';

/**
 * Whether the container of a process is over its limit, or the node out of memory: then the largest process is the victim, and all go with it
 * (memory.oom.group). Throws Ended when this process was among them.
 */
export function checkMemory(process: Process): void {
  const { system } = process;
  const mine = system.processes.of(system);
  let total = system.memoryVolumes?.() ?? 0;
  for (const one of mine) total += one.memoryBytes;
  if (total <= (system.limits.memoryBytes ?? Number.POSITIVE_INFINITY) && !nodeIsFull(total)) return;
  runOutOfMemory(mine.reduce((most, one) => (one.memoryBytes > most.memoryBytes ? one : most)));
  if (process.status) throw new Ended();
}

/** A container may take a quarter of the memory of the thread that the node is part of, and more while there is plenty. */
const fairShare = getHeapStatistics().heap_size_limit / 4;
const fullShare = 0.6;

/** Whether the node has no more memory for a container that holds `bytes`: the kernel kills without any limit, too. */
function nodeIsFull(bytes: number): boolean {
  if (bytes < fairShare) return false;
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  return used_heap_size > fullShare * heap_size_limit;
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
