import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { checkProblems } from '../grading/check-problems';
import { type Check, checkIssues } from '../grading/check-schema';
import { hundredths } from '../grading/points';
import { ContentError, inFile, shownPath } from './content-problems';
import { knownKeys } from './known-keys';
import type { Lab } from './lab';
import { type LabOutline, labOutline, labSchema } from './lab-schema';
import { nearest, whatThereIs } from './nearest';
import type { KeysAt, ProblemFinder } from './problem-finder';
import { readAllYaml, readYaml } from './read-yaml';
import { drawVariables, keepQuotes, placeholders, substitute } from './variables';

const keysAt: KeysAt = (path) => knownKeys(labSchema, path);

/**
 * Reads and checks `<folder>/lab.yaml` with the files it names. Throws one ContentError with everything that is wrong:
 * file, line and column, path in the YAML, what was expected and what was found.
 */
export async function loadLab(folder: string): Promise<Lab> {
  const root = resolve(folder);
  const file = shownPath(join(root, 'lab.yaml'));
  const source = await readText(join(root, 'lab.yaml'));
  if (source === undefined) throw new ContentError([inFile(file, 'expected this file, found none')]);

  const { document, finder } = readYaml(source, file);
  if (finder.problems.length > 0) throw new ContentError(finder.problems);

  keepQuotes(document);
  const parsed = labOutline.safeParse(document.toJS());
  for (const issue of parsed.error?.issues ?? []) finder.addIssue(issue, [], keysAt);
  const written = parsed.data ?? (document.toJS() as Partial<LabOutline> | null);
  const checks = lintChecks(finder, written?.tasks, written?.variables ?? {});
  if (!parsed.success) throw new ContentError(finder.problems);

  const outline = parsed.data;
  lintReferences(finder, outline, checks);
  const files = await readFiles(finder, root, outline);
  const setup = await readSetup(finder, root, outline);
  await lintScripts(finder, root, outline);
  lintPlaceholders(finder, outline);
  if (finder.problems.length > 0) throw new ContentError(finder.problems);

  return {
    ...outline,
    id: basename(root),
    folder: root,
    files,
    setup,
    tasks: outline.tasks.map((task, index) => ({
      ...task,
      hints: task.hints.map((hint) => (typeof hint === 'string' ? { text: hint, cost: 0 } : hint)),
      checks: withPoints(checks[index] ?? [], task.points),
    })),
  };
}

/** Every check, valid or not: problems of all of them are told at once. */
function lintChecks(finder: ProblemFinder, tasks: unknown, variables: LabOutline['variables']): Check[][] {
  if (!Array.isArray(tasks)) return [];
  const values = { ...safely(() => drawVariables(variables, 'lint')), namespace: 'lab', nonce: 'n0nce' };
  return tasks.map((task: { checks?: unknown } | null, t) => {
    if (!Array.isArray(task?.checks)) return [];
    return task.checks.flatMap((check: unknown, c) => {
      const base = ['tasks', t, 'checks', c];
      const issues = checkIssues(check);
      for (const issue of issues) finder.addIssue(issue, base, keysAt);
      if (issues.length > 0) return [];
      for (const { path, message } of checkProblems(substitute(check as Check, values)))
        finder.add([...base, ...path], message);
      return [check as Check];
    });
  });
}

function safely(draw: () => Record<string, string | number>): Record<string, string | number> {
  try {
    return draw();
  } catch {
    return {};
  }
}

function lintReferences(finder: ProblemFinder, lab: LabOutline, checks: Check[][]): void {
  const seen = new Set<string>();
  const once = (id: string, path: PropertyKey[], what: string) => {
    if (seen.has(`${what} ${id}`)) finder.add(path, `expected each ${what} id once, found "${id}" again`);
    seen.add(`${what} ${id}`);
  };
  lab.tasks.forEach((task, t) => {
    once(task.id, ['tasks', t, 'id'], 'task');
    for (const [c, check] of (checks[t] ?? []).entries())
      once(check.id, ['tasks', t, 'checks', c, 'id'], 'check');
    // A check that could not be read has points and an id all the same.
    if (checks[t]?.length === task.checks.length) lintPoints(finder, task.points, checks[t], t);
    const cost = task.hints.reduce((sum, hint) => sum + (typeof hint === 'string' ? 0 : hint.cost), 0);
    if (cost > task.points)
      finder.add(
        ['tasks', t, 'hints'],
        `expected hints that cost at most the task's ${task.points} points, found ${cost}`,
      );
  });
  const ids = lab.tasks.flatMap((task) =>
    task.checks.map((check) => String((check as { id?: unknown } | null)?.id)),
  );
  for (const [mistake, failing] of Object.entries(lab.mistakes))
    failing.forEach((id, i) => {
      if (!ids.includes(id))
        finder.add(
          ['mistakes', mistake, i],
          `expected the id of a check, found "${id}"${whatThereIs(id, ids)}`,
        );
    });
  for (const [i, name] of lab.solutions.entries()) once(name, ['solutions', i], 'solution');
}

function lintPoints(finder: ProblemFinder, points: number, checks: Check[], t: number): void {
  const named = hundredths(checks.reduce((sum, check) => sum + (check.points ?? 0), 0));
  const all = checks.length > 0 && checks.every((check) => check.points !== undefined);
  if (named > points || (all && named !== points))
    finder.add(
      ['tasks', t, 'points'],
      `expected the points of its checks, which are ${named}, found ${points}`,
    );
}

/** Points that a check does not name: what is left, in even shares of hundredths; the last takes the rest. */
function withPoints(checks: Check[], points: number): (Check & { points: number })[] {
  const open = checks.filter((check) => check.points === undefined);
  const left = hundredths(points - checks.reduce((sum, check) => sum + (check.points ?? 0), 0));
  const share = Math.floor((left * 100) / Math.max(1, open.length)) / 100;
  return checks.map((check) => {
    if (check.points !== undefined) return { ...check, points: check.points };
    const last = check === open.at(-1);
    return { ...check, points: last ? hundredths(left - share * (open.length - 1)) : share };
  });
}

async function readFiles(finder: ProblemFinder, root: string, lab: LabOutline) {
  const files: Record<string, string> = {};
  for (const [i, path] of lab.files.entries()) {
    const text = await readText(join(root, 'files', path));
    if (text === undefined) await addMissing(finder, ['files', i], root, `files/${path}`);
    else files[path] = text;
  }
  return files;
}

async function readSetup(finder: ProblemFinder, root: string, lab: LabOutline): Promise<unknown[]> {
  const objects: unknown[] = [];
  for (const [i, path] of lab.setup.entries()) {
    const text = await readText(join(root, path));
    if (text === undefined) {
      await addMissing(finder, ['setup', i], root, path);
      continue;
    }
    for (const { document, finder: inside } of readAllYaml(text, shownPath(join(root, path)))) {
      if (inside.problems.length > 0) {
        finder.problems.push(...inside.problems);
        continue;
      }
      keepQuotes(document);
      const object = document.toJS() as {
        apiVersion?: unknown;
        kind?: unknown;
        metadata?: { name?: unknown };
      } | null;
      if (object === null) continue;
      if (typeof object !== 'object')
        inside.add([], `expected a Kubernetes object, found ${inside.found([])}`);
      else {
        for (const key of ['apiVersion', 'kind'] as const)
          if (typeof object[key] !== 'string')
            inside.add([key], `expected a text, found ${inside.found([key])}`);
        if (typeof object.metadata?.name !== 'string')
          inside.add(['metadata', 'name'], `expected a text, found ${inside.found(['metadata', 'name'])}`);
      }
      finder.problems.push(...inside.problems);
      objects.push(object);
    }
  }
  return objects;
}

async function lintScripts(finder: ProblemFinder, root: string, lab: LabOutline): Promise<void> {
  const scripts: [PropertyKey[], string][] = [
    ...lab.solutions.map((name, i): [PropertyKey[], string] => [['solutions', i], `solutions/${name}.sh`]),
    ...Object.keys(lab.mistakes).map((name): [PropertyKey[], string] => [
      ['mistakes', name],
      `mistakes/${name}.sh`,
    ]),
  ];
  for (const [path, script] of scripts)
    if ((await readText(join(root, script))) === undefined) await addMissing(finder, path, root, script);
}

/** Says that a file is missing, and which one beside it may have been meant. */
async function addMissing(finder: ProblemFinder, path: PropertyKey[], root: string, file: string) {
  const beside = await readdir(join(root, dirname(file))).catch(() => []);
  const close = nearest(basename(file), beside);
  finder.add(path, `expected the file ${file}, found none${close ? `: did you mean ${close}?` : ''}`);
}

/** A `${word}` that nobody fills in would be shown to the learner as it is. Files and setup may hold a shell's own. */
function lintPlaceholders(finder: ProblemFinder, lab: LabOutline): void {
  const known = new Set(['namespace', 'nonce', ...Object.keys(lab.variables)]);
  const look = (value: unknown, path: PropertyKey[]) => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        look(inner, [...path, Array.isArray(value) ? Number(key) : key]);
      return;
    }
    for (const name of placeholders(value))
      if (!known.has(name))
        finder.add(
          path,
          `expected one of ${[...known].map((one) => `\${${one}}`).join(', ')}, found \${${name}}`,
        );
  };
  if (placeholders(lab.title).length > 0)
    finder.add(['title'], 'expected no variable in the title, which stands in lists for every session');
  look(lab.intro, ['intro']);
  look(lab.tasks, ['tasks']);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
