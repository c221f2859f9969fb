import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PodlabError } from '../core/errors';
import type { Log } from '../core/log';
import { identify, isRunning } from '../core/shells/process-identity';

/** Below this much room a class's work soon fails to be saved. */
const lowBytes = 200 * 1024 * 1024;

/**
 * Makes the data folder and takes it for this process alone: two servers would end each other's shells. Returns the function that
 * gives it back. Throws PodlabError `data-folder-in-use`, `data-folder-read-only`, `data-folder-full`, `data-folder-unusable`.
 */
export async function holdDataFolder(folder: string, log: Log): Promise<() => Promise<void>> {
  const file = join(folder, 'server.json');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await take(folder, file);
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < lowBytes)
      log.warn('disk-almost-full', { folder, freeMiB: Math.floor((bavail * bsize) / 2 ** 20) });
  } catch (error) {
    throw explained(folder, error);
  }
  return () => rm(file, { force: true });
}

async function take(folder: string, file: string): Promise<void> {
  const holder = await readHolder(file);
  if (holder && holder.pid !== process.pid && (await isRunning(holder)))
    throw new PodlabError(
      'data-folder-in-use',
      `Podlab runs already on the data folder ${folder}, as process ${holder.pid}.`,
      'Use that one, stop it, or set PODLAB_DATA to another folder.',
    );
  await rm(file, { force: true });
  // Of two that start at once, one finds the file there.
  await writeFile(file, JSON.stringify(await identify(process.pid)), { flag: 'wx', mode: 0o600 });
}

async function readHolder(
  file: string,
): Promise<{ pid: number; startTime: string; boot: string } | undefined> {
  try {
    const { pid, startTime, boot } = JSON.parse(await readFile(file, 'utf8'));
    return Number.isSafeInteger(pid) ? { pid, startTime, boot } : undefined;
  } catch {
    return undefined;
  }
}

function explained(folder: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const because = (name: string, message: string, remedy: string) =>
    new PodlabError(name, message, remedy, 500, { cause: error });
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return because(
        'data-folder-read-only',
        `Podlab may not write to its data folder ${folder}.`,
        'Make it writable for this user, or set PODLAB_DATA to a folder that is.',
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return because(
        'data-folder-full',
        `The disk that holds the data folder ${folder} is full.`,
        'Free some space, or set PODLAB_DATA to a folder on another disk.',
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return because(
        'data-folder-unusable',
        `The data folder ${folder} cannot be made: something else has its name, or another Podlab is just starting.`,
        'Set PODLAB_DATA to the path of a folder.',
      );
    default:
      return error;
  }
}
