import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Which process it was, for good: a number alone is given again to others. */
interface ProcessRecord {
  pid: number;
  /** Field 22 of /proc/<pid>/stat (proc(5)), in clock ticks since the machine started. */
  startTime: string;
  /** /proc/sys/kernel/random/boot_id */
  boot: string;
}

interface Stat {
  pid: number;
  session: number;
  startTime: string;
}

/** Kills every process whose terminal session was begun by `leader`. Without /proc, that one alone. */
export async function endTerminalSession(leader: number): Promise<number> {
  const members = (await allStats()).filter(({ session }) => session === leader);
  if (process.platform !== 'linux') kill(leader);
  for (const { pid } of members) kill(pid);
  return members.length;
}

/** Remembers which processes this server started, so that the next one can end what a crash left behind. */
export class ProcessRecords {
  constructor(private readonly folder: string) {}

  async add(pid: number): Promise<void> {
    const [stat, boot] = await Promise.all([statOf(pid), bootId()]);
    if (!stat || !boot) return;
    const record: ProcessRecord = { pid, startTime: stat.startTime, boot };
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.fileOf(pid), JSON.stringify(record));
  }

  async remove(pid: number): Promise<void> {
    await rm(this.fileOf(pid), { force: true });
  }

  /** Ends what is recorded and still running. Returns how many processes that were. */
  async endLeftovers(): Promise<number> {
    const names = await readdir(this.folder).catch(() => []);
    const boot = await bootId();
    let ended = 0;
    for (const name of names) {
      const record = await readRecord(join(this.folder, name));
      if (record && record.boot === boot) ended += await endIfSame(record);
      await rm(join(this.folder, name), { force: true });
    }
    return ended;
  }

  private fileOf(pid: number): string {
    return join(this.folder, `${pid}.json`);
  }
}

/**
 * A leader that runs must be the recorded one. One that is gone keeps its number from being given again for as long
 * as members of its session run, so those are ours.
 */
async function endIfSame({ pid, startTime }: ProcessRecord): Promise<number> {
  const leader = await statOf(pid);
  if (leader && leader.startTime !== startTime) return 0;
  return endTerminalSession(pid);
}

async function readRecord(file: string): Promise<ProcessRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as ProcessRecord;
    return Number.isSafeInteger(record.pid) && record.pid > 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

async function allStats(): Promise<Stat[]> {
  const names = await readdir('/proc').catch(() => []);
  const stats = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))),
  );
  return stats.filter((stat) => stat !== undefined);
}

async function statOf(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The second field is the program's name in parentheses and may hold anything, parentheses too.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [session, startTime] = [fields?.[3], fields?.[19]];
  return session && startTime ? { pid, session: Number(session), startTime } : undefined;
}

async function bootId(): Promise<string | undefined> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined))?.trim();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
