import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The saved states of embedded clusters: a JSON file per session. */
export interface SnapshotFolder {
  /** Parsed; undefined when there is none. Throws what the file system or the parser said of a damaged one. */
  read(sessionId: string): Promise<unknown>;
  /** Whole or not at all. */
  write(sessionId: string, text: string): Promise<void>;
  /** Keeps one that cannot be used under another name: the next state is not written over it. */
  putAside(sessionId: string): Promise<void>;
  remove(sessionId: string): Promise<void>;
  /** Removes those of all other sessions. */
  keepOnly(sessionIds: readonly string[]): Promise<void>;
}

export function createSnapshotFolder(folder: string): SnapshotFolder {
  const fileOf = (sessionId: string) => join(folder, `${encodeURIComponent(sessionId)}.json`);
  const asideOf = (sessionId: string) => `${fileOf(sessionId)}.unusable`;
  return {
    async read(sessionId) {
      const text = await readFile(fileOf(sessionId), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      return text === undefined ? undefined : JSON.parse(text);
    },
    async write(sessionId, text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(sessionId);
      try {
        await writeFile(`${file}.new`, text, { mode: 0o600 });
        await rename(`${file}.new`, file);
      } catch (error) {
        // Half of it on a full disk is in nobody's use.
        await rm(`${file}.new`, { force: true });
        throw error;
      }
    },
    putAside: (sessionId) => rename(fileOf(sessionId), asideOf(sessionId)),
    async remove(sessionId) {
      await rm(fileOf(sessionId), { force: true });
      await rm(asideOf(sessionId), { force: true });
    },
    async keepOnly(sessionIds) {
      const keep = new Set(sessionIds.flatMap((id) => [fileOf(id), asideOf(id)]));
      const files = await readdir(folder).catch(() => []);
      const gone = files.map((name) => join(folder, name)).filter((file) => !keep.has(file));
      await Promise.all(gone.map((file) => rm(file, { force: true })));
    },
  };
}
