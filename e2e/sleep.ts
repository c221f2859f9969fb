import { execFileSync } from 'node:child_process';

/** Stops a process and all that it has started, as a laptop's sleep does. Returns the function that wakes them. */
export function putToSleep(pid: number): () => void {
  const asleep = withDescendants(pid);
  signal(asleep, 'SIGSTOP');
  return () => signal(asleep, 'SIGCONT');
}

function withDescendants(pid: number): number[] {
  const processes = execFileSync('ps', ['axo', 'pid=,ppid='])
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found)
    found.push(...processes.flatMap(([child, of]) => (child !== undefined && of === parent ? [child] : [])));
  return found;
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids)
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
}
