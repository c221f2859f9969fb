import {
  link,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  statfs,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PodlabError } from '../core/errors';
import type { Log } from '../core/log';
import { identify, isRunning } from '../core/shells/process-identity';

/** Below this much room a class's work soon fails to be saved. */
const lowBytes = 200 * 1024 * 1024;
/** A server shows so often that it runs, to those who cannot see its process: in another container, on another machine. */
const signOfLifeEveryMs = 2_000;
const withoutSignMs = 3 * signOfLifeEveryMs;

interface Holder {
  pid: number;
  startTime: string;
  boot: string;
  /** Of the process ids: /proc/self/ns/pid (namespaces(7)); '' where there is none. */
  namespace: string;
}

/**
 * Makes the data folder and takes it for this process alone: two servers would end each other's shells. Returns the function that
 * gives it back. Throws PodlabError `data-folder-in-use`, `data-folder-read-only`, `data-folder-full`, `data-folder-unusable`.
 */
export async function holdDataFolder(folder: string, log: Log): Promise<() => Promise<void>> {
  const file = join(folder, 'server.json');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await take(folder, file, log);
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < lowBytes)
      log.warn('disk-almost-full', { folder, freeMiB: Math.floor((bavail * bsize) / 2 ** 20) });
  } catch (error) {
    throw explained(folder, error);
  }
  const now = () => new Date();
  const alive = setInterval(() => void utimes(file, now(), now()).catch(() => {}), signOfLifeEveryMs);
  alive.unref();
  return async () => {
    clearInterval(alive);
    await rm(file, { force: true });
  };
}

async function take(folder: string, file: string, log: Log): Promise<void> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  const self = await identify(process.pid);
  for (;;) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw Object.assign(error, { path: file });
    });
    const holder = holderIn(text);
    if (holder && holder.boot === (self?.boot ?? '') && holder.namespace === namespace) {
      if (holder.pid !== process.pid && (await isRunning(holder)))
        throw inUse(folder, `, as process ${holder.pid}`);
    } else if (holder) {
      log.info('data-folder-held-elsewhere', { folder, looksForMs: withoutSignMs });
      if (await showsLife(file)) throw inUse(folder, ', in another container or on another machine');
    }
    if (text !== undefined) await putAway(file, text);
    // Of two that start at once, one finds the file there, and looks whose it is.
    const mine = JSON.stringify({ ...self, namespace });
    const taken = await writeFile(file, mine, { flag: 'wx', mode: 0o600 }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    if (taken) return;
  }
}

/** Removes the file of a server that is gone, unless another has replaced it since: that one is put back. */
async function putAway(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, 'utf8')) !== text) await link(aside, file).catch(() => {});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/** Whether its time changes while we look. Clocks of two machines may differ, so the time itself tells nothing. */
async function showsLife(file: string): Promise<boolean> {
  const timeOf = async () => (await stat(file).catch(() => undefined))?.mtimeMs;
  const first = await timeOf();
  for (let waited = 0; waited < withoutSignMs; waited += 100) {
    const now = await timeOf();
    if (now !== undefined && now !== first) return true;
    await delay(100);
  }
  return false;
}

function inUse(folder: string, where: string): PodlabError {
  return new PodlabError(
    'data-folder-in-use',
    `Podlab runs already on the data folder ${folder}${where}.`,
    'Use that one, stop it, or set PODLAB_DATA to another folder.',
  );
}

function holderIn(text: string | undefined): Holder | undefined {
  try {
    const { pid, startTime, boot, namespace } = JSON.parse(text ?? '');
    return Number.isSafeInteger(pid) ? { pid, startTime, boot, namespace } : undefined;
  } catch {
    return undefined;
  }
}

function explained(folder: string, error: unknown): unknown {
  const { code, path = folder } = error as NodeJS.ErrnoException;
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
    case 'EISDIR':
      return because(
        'data-folder-unusable',
        `Podlab cannot use the data folder ${folder}: something else is in the place of ${path}.`,
        'Move that away, or set PODLAB_DATA to another folder.',
      );
    default:
      return error;
  }
}
