import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ContentError, type ContentProblem } from './content-problems';
import type { Lab } from './lab';
import { loadLab } from './load-lab';

/** All labs below `root`, by id. Throws one ContentError with the problems of all of them. */
export async function loadLabs(root: string): Promise<Lab[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort();
  const results = await Promise.allSettled(folders.map((folder) => loadLab(join(root, folder))));
  const problems: ContentProblem[] = [];
  const labs: Lab[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') labs.push(result.value);
    else if (result.reason instanceof ContentError) problems.push(...result.reason.problems);
    else throw result.reason;
  }
  if (problems.length > 0) throw new ContentError(problems);
  return labs;
}
