import { readFile } from 'node:fs/promises';

/** Which process it was, for good: a number alone is given again to others. */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/<pid>/stat (proc(5)), in clock ticks since the machine started; '' where there is no /proc. */
  startTime: string;
  /** /proc/sys/kernel/random/boot_id; '' where there is none. */
  boot: string;
}

export interface ProcessStat {
  pid: number;
  session: number;
  startTime: string;
}

/** undefined when no such process runs. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const [stat, boot] = await Promise.all([statOf(pid), bootId()]);
  if (stat) return { pid, startTime: stat.startTime, boot };
  return process.platform !== 'linux' && isAlive(pid) ? { pid, startTime: '', boot } : undefined;
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  const now = await identify(identity.pid);
  return now?.startTime === identity.startTime && now.boot === identity.boot;
}

/** Reads /proc/<pid>/stat; undefined when there is none. */
export async function statOf(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The second field is the program's name in parentheses and may hold anything, parentheses too.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [session, startTime] = [fields?.[3], fields?.[19]];
  return session && startTime ? { pid, session: Number(session), startTime } : undefined;
}

export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
