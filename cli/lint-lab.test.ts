import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { showProblem } from '../core/content/content-problems';
import { loadLab } from '../core/content/load-lab';
import { lintLab } from './lint-lab';

/** What a lab can get wrong that its format does not tell. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlab-lint-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The labs of the repository may change: where in them is told by the tests of the format. */
const withoutPlace = (text: string, folder: string) =>
  text.replaceAll(`${folder}/`, '').replace(/^(\S+?):\d+:\d+:/, '$1:');

test.each<[string, string, [file: string, from: string, to: string], string[]]>([
  ['nothing', 'init-order', ['lab.yaml', '', ''], []],
  [
    'a field that Kubernetes does not have',
    'first-pod',
    ['lab.yaml', 'expect: { metadata: { labels:', 'expect: { metadata: { lables:'],
    [
      'lab.yaml: tasks[0].checks[2].expect.metadata.lables: Kubernetes has no such field in ObjectMeta: did you mean labels?',
    ],
  ],
  [
    'a field of a container',
    'first-pod',
    ['lab.yaml', '{ clock: { image:', '{ clock: { imagePulPolicy:'],
    [
      'lab.yaml: tasks[1].checks[0].containers.clock.imagePulPolicy: Kubernetes has no such field in Container: did you mean imagePullPolicy?',
    ],
  ],
  [
    'a map where Kubernetes has a list',
    'first-pod',
    [
      'lab.yaml',
      'containers: [{ image: "nginx:1.27-alpine" }]',
      'containers: { image: "nginx:1.27-alpine" }',
    ],
    ['lab.yaml: tasks[0].checks[1].expect.spec.containers: expected a list, found a map'],
  ],
  [
    'a condition that looks like a slip',
    'first-pod',
    ['lab.yaml', 'type: Ready', 'type: Redy'],
    [
      'lab.yaml: tasks[0].checks[0].expect.status.conditions[0].type: expected a word of Kubernetes, found "Redy": did you mean Ready?',
    ],
  ],
  [
    'a field of an object of the set-up',
    'init-order',
    ['setup.yaml', 'data:\n  number', 'date:\n  number'],
    ['setup.yaml: date: Kubernetes has no such field in ConfigMap: did you mean data?'],
  ],
  [
    'an image that is not simulated, and one that is not named',
    'first-pod',
    ['lab.yaml', 'images: [nginx:1.27-alpine,', 'images: [example/none:1,'],
    [
      'lab.yaml: images[0]: expected an image that the embedded cluster simulates, found "example/none:1"',
      "lab.yaml: images: expected nginx:1.27-alpine too, which the lab's files or solutions use",
    ],
  ],
  [
    'a script that the lab forgets',
    'first-pod',
    ['mistakes/extra.sh', '', 'true\n'],
    ['mistakes/extra.sh: expected to be named under `mistakes` in lab.yaml'],
  ],
  [
    'a script that bash cannot read',
    'first-pod',
    ['mistakes/no-label.sh', '# kubectl', 'if true; then # kubectl'],
    [
      expect.stringMatching(
        /^mistakes\/no-label\.sh: expected a script that bash can read: syntax error/,
      ) as string,
    ],
  ],
])('%s', async (_, lab, [file, from, to], problems) => {
  const copy = join(await mkdtemp(join(folder, 'case-')), lab);
  await cp(join(import.meta.dirname, '../labs', lab), copy, { recursive: true });
  const path = join(copy, file);
  const text = await readFile(path, 'utf8').catch(() => '');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
  const found = await lintLab(await loadLab(copy));
  expect(found.map((problem) => withoutPlace(showProblem(problem), copy))).toEqual(problems);
});
