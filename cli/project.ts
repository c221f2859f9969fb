import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder: this file is bundled into dist/, and run from cli/ in development. Both are one level below. */
export const project = dirname(dirname(fileURLToPath(import.meta.url)));

/** A lab as named on the command line: a folder, or an id below labs/. */
export function labFolder(name: string): string {
  const below = join(project, 'labs', name);
  return existsSync(join(name, 'lab.yaml')) || !existsSync(below) ? name : below;
}
