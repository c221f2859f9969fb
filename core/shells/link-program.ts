import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes `program`, whatever its file is called, be found as `name` in `folder`, which can stand on a PATH. */
export async function linkProgram(program: string, name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const link = join(folder, name);
  await rm(link, { force: true });
  await symlink(program, link);
}
