import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootId, identify, type ProcessIdentity, type ProcessStat, statOf } from './process-identity';

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
    const identity = await identify(pid);
    if (!identity) return;
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.fileOf(pid), JSON.stringify(identity));
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
async function endIfSame({ pid, startTime }: ProcessIdentity): Promise<number> {
  const leader = await statOf(pid);
  if (leader && leader.startTime !== startTime) return 0;
  return endTerminalSession(pid);
}

async function readRecord(file: string): Promise<ProcessIdentity | undefined> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity;
    return Number.isSafeInteger(record.pid) && record.pid > 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

async function allStats(): Promise<ProcessStat[]> {
  const names = await readdir('/proc').catch(() => []);
  const stats = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))),
  );
  return stats.filter((stat) => stat !== undefined);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
