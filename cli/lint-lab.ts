import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runCommand } from '../core/commands/run-command';
import { type ContentProblem, inFile, shownPath } from '../core/content/content-problems';
import type { Lab } from '../core/content/lab';
import type { ProblemFinder } from '../core/content/problem-finder';
import { readAllYaml, readYaml } from '../core/content/read-yaml';
import { imageName } from '../core/grading/equal';
import { createCatalogue } from '../simulator/images';
import { parseReference } from '../simulator/images/reference';
import { lintCheckFields, lintObjectFields } from './lint-fields';

/**
 * What is wrong with a lab that loads: fields that Kubernetes does not have, images that are not simulated or not named, files and
 * scripts that the lab forgets, scripts that bash cannot read.
 */
export async function lintLab(lab: Lab): Promise<ContentProblem[]> {
  const file = join(lab.folder, 'lab.yaml');
  const { document, finder } = readYaml(await readFile(file, 'utf8'), shownPath(file));
  const written = document.toJS() as {
    setup?: string[];
    tasks: { checks: Record<string, unknown>[] }[];
  };
  written.tasks.forEach(({ checks }, t) => {
    checks.forEach((check, c) => {
      lintCheckFields(finder, check, ['tasks', t, 'checks', c]);
    });
  });
  lintSimulated(finder, lab);
  const setup = await Promise.all((written.setup ?? []).map((path) => lintSetup(join(lab.folder, path))));
  const solutions = await textsOf(lab, 'solutions', lab.solutions);
  lintNamed(finder, lab, [...Object.values(lab.files), JSON.stringify(lab.setup), ...solutions]);
  return [
    ...finder.problems,
    ...setup.flat(),
    ...(await forgotten(lab)),
    ...(await unreadable(lab, 'solutions', lab.solutions)),
    ...(await unreadable(lab, 'mistakes', Object.keys(lab.mistakes))),
  ];
}

function lintSimulated(finder: ProblemFinder, lab: Lab): void {
  const catalogue = createCatalogue();
  for (const [i, image] of lab.images.entries()) {
    const reference = parseReference(image);
    const problem = !reference
      ? 'expected the name of an image'
      : !catalogue.find(reference) && 'expected an image that the embedded cluster simulates';
    if (problem) finder.add(['images', i], `${problem}, found ${finder.found(['images', i])}`);
  }
}

async function lintSetup(file: string): Promise<ContentProblem[]> {
  return readAllYaml(await readFile(file, 'utf8'), shownPath(file)).flatMap(({ document, finder }) => {
    lintObjectFields(finder, document.toJS());
    return finder.problems;
  });
}

/** What is not loaded ahead is fetched while the learner waits. */
function lintNamed(finder: ProblemFinder, lab: Lab, texts: readonly string[]): void {
  const named = new Set(lab.images.map(imageName));
  const used = texts.flatMap((text) =>
    [...text.matchAll(/(?:\bimage["']?: *|--image[= ])["']?([\w][\w./:@-]*)(?![\w./:@${-])/g)].map(
      ([, image = '']) => image,
    ),
  );
  const missing = new Set(used.map(imageName).filter((image) => !named.has(image)));
  for (const image of missing)
    finder.add(['images'], `expected ${image} too, which the lab's files or solutions use`);
}

/** Files and scripts that are there, and that the lab does not name. */
async function forgotten(lab: Lab): Promise<ContentProblem[]> {
  const scripts = (names: readonly string[]) => names.map((name) => `${name}.sh`);
  const folders: [string, readonly string[]][] = [
    ['files', Object.keys(lab.files)],
    ['solutions', scripts(lab.solutions)],
    ['mistakes', scripts(Object.keys(lab.mistakes))],
  ];
  const found = await Promise.all(
    folders.map(async ([folder, named]) => {
      const there = await readdir(join(lab.folder, folder), { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      return there
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => relative(join(lab.folder, folder), join(entry.parentPath, entry.name)))
        .filter((path) => !named.includes(path))
        .map((path) =>
          inFile(
            shownPath(join(lab.folder, folder, path)),
            `expected to be named under \`${folder}\` in lab.yaml`,
          ),
        );
    }),
  );
  return found.flat();
}

async function unreadable(lab: Lab, folder: string, names: readonly string[]): Promise<ContentProblem[]> {
  const problems = await Promise.all(
    names.map(async (name) => {
      const file = join(lab.folder, folder, `${name}.sh`);
      const { exitCode, stderr } = await runCommand('bash', ['-n', file]);
      const [, line, message] = /: line (\d+): (.*)/.exec(stderr) ?? [];
      if (exitCode === 0 || !message) return [];
      return [
        inFile(shownPath(file), `expected a script that bash can read: ${message}`, { line: Number(line) }),
      ];
    }),
  );
  return problems.flat();
}

function textsOf(lab: Lab, folder: string, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map((name) => readFile(join(lab.folder, folder, `${name}.sh`), 'utf8')));
}
