import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const savedShell = z.object({
  id: z.string().regex(/^[\w-]{1,64}$/),
  title: z.string().min(1).max(200),
  columns: z.number().int().min(2).max(1000),
  rows: z.number().int().min(1).max(1000),
  /** What draws the screen on a terminal that was just reset. */
  screen: z.string(),
});
const savedShells = z.array(savedShell).max(100);

export type SavedShell = z.infer<typeof savedShell>;

/** Screens of shells that a server stop ended, one file per session. */
export class SavedScreens {
  constructor(private readonly folder: string) {}

  async save(sessionId: string, shells: readonly SavedShell[]): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = this.fileOf(sessionId);
    try {
      // A half-written file must not replace a whole one.
      await writeFile(`${file}.new`, JSON.stringify(shells), { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch (error) {
      await rm(`${file}.new`, { force: true });
      throw error;
    }
  }

  /** What was saved; nothing when nothing was, or when the file is damaged. */
  async load(sessionId: string): Promise<SavedShell[]> {
    try {
      return savedShells.parse(JSON.parse(await readFile(this.fileOf(sessionId), 'utf8')));
    } catch {
      return [];
    }
  }

  async forget(sessionId: string): Promise<void> {
    await rm(this.fileOf(sessionId), { force: true });
  }

  private fileOf(sessionId: string): string {
    return join(this.folder, `${sessionId}.json`);
  }
}
