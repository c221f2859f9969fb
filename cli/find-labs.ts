import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ContentError, type ContentProblem, inFile, shownPath } from '../core/content/content-problems';
import type { Lab } from '../core/content/lab';
import { loadLab } from '../core/content/load-lab';
import { whatThereIs } from '../core/content/nearest';
import { labFolder, project } from './project';

/** Labs named on the command line, all of labs/ when none is; with the problems of those that could not be loaded. */
export async function findLabs(
  names: readonly string[],
): Promise<{ labs: Lab[]; problems: ContentProblem[] }> {
  const known = await allFolders();
  const folders = names.length > 0 ? names.map(labFolder) : known;
  const labs: Lab[] = [];
  const problems: ContentProblem[] = [];
  for (const folder of folders) {
    if (!existsSync(folder)) {
      const ids = known.map((one) => basename(one));
      problems.push(inFile(folder, `expected the folder of a lab, or its id${whatThereIs(folder, ids)}`));
      continue;
    }
    try {
      const lab = await loadLab(folder);
      labs.push(lab);
      problems.push(...incomplete(lab));
    } catch (error) {
      if (!(error instanceof ContentError)) throw error;
      problems.push(...error.problems);
    }
  }
  return { labs, problems };
}

async function allFolders(): Promise<string[]> {
  const root = join(project, 'labs');
  const entries = await readdir(root, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
    .sort();
}

/** A lab that is not held to solutions and mistakes is not finished: grading.md, rule 5. */
function incomplete({ folder, solutions, mistakes }: Lab): ContentProblem[] {
  const file = shownPath(join(folder, 'lab.yaml'));
  const problem = (path: string, least: number, found: number): ContentProblem[] =>
    found >= least ? [] : [inFile(file, `expected at least ${least} that differ, found ${found}`, { path })];
  return [
    ...problem('solutions', 2, solutions.length),
    ...problem('mistakes', 3, Object.keys(mistakes).length),
  ];
}
