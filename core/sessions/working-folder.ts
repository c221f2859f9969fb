import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { PodlabError } from '../errors';
import { databaseError } from '../progress/database/database-error';

/** The folders of lab sessions, one below the other: `<root>/<session>/`. */
export interface WorkingFolders {
  /** Absolute path of a session's folder. */
  pathOf(sessionId: string): string;
  /** Makes it with its starter files. What is there already is the learner's, and stays. */
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
        await mkdir(folder, { recursive: true, mode: 0o700 });
        for (const [name, text] of Object.entries(files)) await writeNew(inside(folder, name), text);
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

async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** A lab's file must lie in the folder, whatever its name says. */
function inside(folder: string, name: string): string {
  const file = resolve(folder, name);
  if (!file.startsWith(folder + sep)) throw new Error(`${name} is not inside the working folder`);
  return file;
}
