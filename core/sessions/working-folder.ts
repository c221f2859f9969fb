import { chmod, lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { PodlabError } from '../errors';
import { databaseError } from '../progress/database/database-error';

/** The folders of lab sessions, one below the other: `<root>/<session>/`. */
export interface WorkingFolders {
  /** Absolute path of a session's folder. */
  pathOf(sessionId: string): string;
  /**
   * Makes it with its starter files. One that is there already is the learner's: nothing is written into it, where a
   * symbolic link could lead the server elsewhere.
   */
  prepare(sessionId: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Whether `prepare` has made it. */
  has(sessionId: string): Promise<boolean>;
  /** With all that the learner has put there, whatever its modes. */
  remove(sessionId: string): Promise<void>;
  /** Removes those of all other sessions. */
  keepOnly(sessionIds: readonly string[]): Promise<void>;
}

export function createWorkingFolders(root: string): WorkingFolders {
  const pathOf = (sessionId: string) => join(root, sessionId);
  return {
    pathOf,
    async prepare(sessionId, files) {
      const folder = pathOf(sessionId);
      try {
        if (!(await isThere(folder))) await make(folder, join(root, `.${sessionId}.new`), files);
        return folder;
      } catch (error) {
        const { code, message, remedy } = databaseError(error);
        throw new PodlabError(code, `The lab’s files could not be written. ${message}`, remedy, 503, {
          cause: error,
        });
      }
    },
    has: (sessionId) => isThere(pathOf(sessionId)),
    remove: (sessionId) => removeAll(pathOf(sessionId)),
    async keepOnly(sessionIds) {
      const keep = new Set(sessionIds);
      const names = await readdir(root).catch(() => []);
      await Promise.all(names.filter((name) => !keep.has(name)).map((name) => removeAll(pathOf(name))));
    },
  };
}

/** Under another name first, so that a folder of the right name always has all its files. */
async function make(folder: string, draft: string, files: Readonly<Record<string, string>>): Promise<void> {
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) {
    const file = inside(draft, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  }
  await rename(draft, folder);
}

/** A folder that its owner may not enter cannot be emptied: those are opened, and it is tried again. Follows no links. */
async function removeAll(path: string): Promise<void> {
  const remove = () => rm(path, { recursive: true, force: true });
  await remove().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error;
    await openFolders(path);
    await remove();
  });
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
}

async function isThere(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found && !found.isDirectory()) throw new Error(`${folder} is not a folder.`);
  return found !== undefined;
}

/** A lab's file must lie in the folder, whatever its name says. */
function inside(folder: string, name: string): string {
  const file = resolve(folder, name);
  if (!file.startsWith(folder + sep)) throw new Error(`${name} is not inside the working folder`);
  return file;
}
