import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
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
  remove(sessionId: string): Promise<void>;
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
    remove: (sessionId) => rm(pathOf(sessionId), { recursive: true, force: true }),
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
