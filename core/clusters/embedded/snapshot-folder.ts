import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The saved states of embedded clusters: a JSON file per session. */
export interface SnapshotFolder {
  /** Parsed; undefined when there is none. A damaged one is told to `onDamaged`, and a cluster can start anew. */
  read(sessionId: string): Promise<unknown>;
  /** Whole or not at all. */
  write(sessionId: string, text: string): Promise<void>;
  remove(sessionId: string): Promise<void>;
  keepOnly(sessionIds: readonly string[]): Promise<void>;
}

export function createSnapshotFolder(
  folder: string,
  onDamaged: (sessionId: string, error: unknown) => void,
): SnapshotFolder {
  const fileOf = (sessionId: string) => join(folder, `${encodeURIComponent(sessionId)}.json`);
  return {
    async read(sessionId) {
      try {
        return JSON.parse(await readFile(fileOf(sessionId), 'utf8'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onDamaged(sessionId, error);
        return undefined;
      }
    },
    async write(sessionId, text) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = fileOf(sessionId);
      await writeFile(`${file}.new`, text, { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
    remove: (sessionId) => rm(fileOf(sessionId), { force: true }),
    async keepOnly(sessionIds) {
      const keep = new Set(sessionIds.map(fileOf));
      const files = await readdir(folder).catch(() => []);
      const gone = files.map((name) => join(folder, name)).filter((file) => !keep.has(file));
      await Promise.all(gone.map((file) => rm(file, { force: true })));
    },
  };
}
