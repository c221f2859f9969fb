import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ContentError, type ContentProblem } from './content-problems';
import { instantiateLab, shownValues } from './instantiate-lab';
import { labJsonSchema } from './lab-schema';
import { loadLab } from './load-lab';
import { loadLabs } from './load-labs';
import { nearest } from './nearest';
import { drawVariables, substitute } from './variables';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'podlab-labs-'));
});
afterAll(() => rm(root, { recursive: true }));

const good = `title: A lab
intro: Something happened in \${namespace}.
minutes: 10
objectives: [Learn]
domain: application-design-and-build
images: [nginx:1.27-alpine]
variables:
  port: {pick: [8080, 9090]}
files: [pod.yaml]
setup: [setup.yaml]
tasks:
  - id: one
    title: One
    text: Make Pod \`web\` listen on \${port}.
    points: 4
    checks:
      - id: running
        says: it runs
        pod: web
        expect: {status: {phase: Running}}
      - id: port
        says: it listens
        pod: web
        containers:
          web:
            ports:
              - containerPort: \${port}
                name: "\${port}"
      - id: small
        says: it is small
        pod: web
        cel: object.spec.containers.size() == 1
    hints: [Think, {text: Think harder, cost: 1}]
solutions: [a]
mistakes: {b: [running]}
`;

let count = 0;
async function lab(text: string, files: Record<string, string> = {}): Promise<string> {
  const folder = join(root, `case-${++count}`, 'a-lab');
  const all: Record<string, string> = {
    'lab.yaml': text,
    'files/pod.yaml': 'port: ${port}\nshell: ${HOME}\n',
    'setup.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "c-${nonce}"}\n---\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n',
    'solutions/a.sh': '',
    'mistakes/b.sh': '',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    if (content === 'missing') continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

async function problems(text: string, files?: Record<string, string>): Promise<ContentProblem[]> {
  const error = await loadLab(await lab(text, files)).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ContentError);
  return (error as ContentError).problems.map((p) => ({ ...p, file: p.file.split('/').pop() ?? '' }));
}

test('a good lab comes with files, setup, and points in even shares that add up', async () => {
  const loaded = await loadLab(await lab(good));
  expect(loaded).toMatchObject({
    id: 'a-lab',
    title: 'A lab',
    solutions: ['a'],
    mistakes: { b: ['running'] },
  });
  expect(loaded.setup).toHaveLength(2);
  expect(loaded.tasks[0]?.hints).toEqual([
    { text: 'Think', cost: 0 },
    { text: 'Think harder', cost: 1 },
  ]);
  const points = loaded.tasks[0]?.checks.map((check) => check.points) ?? [];
  expect(points).toEqual([1.33, 1.33, 1.34]);
});

test('points with decimals add up as people add them', async () => {
  const text = ['1.1', '2.2', '0.7'].reduce(
    (lab, points, at) =>
      lab.replace(`says: ${['it runs', 'it listens', 'it is small'][at]}`, `$&\n        points: ${points}`),
    good,
  );
  const loaded = await loadLab(await lab(text));
  expect(loaded.tasks[0]?.checks.map((check) => check.points)).toEqual([1.1, 2.2, 0.7]);
});

test('a session’s lab has its variables filled in, numbers as numbers, and leaves the shell’s own alone', async () => {
  const loaded = await loadLab(await lab(good));
  const mine = instantiateLab(loaded, { seed: 'x', namespace: 'lab-1' });
  const port = drawVariables(loaded.variables, 'x').port;
  expect([8080, 9090]).toContain(port);
  expect(mine.intro).toBe('Something happened in lab-1.');
  expect(mine.tasks[0]?.checks[1]).toMatchObject({
    containers: { web: { ports: [{ containerPort: port, name: String(port) }] } },
  });
  expect(mine.files['pod.yaml']).toBe(`port: ${port}\nshell: \${HOME}\n`);
  expect(JSON.stringify(mine.setup)).not.toContain('${nonce}');
  // What a page is told: the values that its texts show, and no other.
  expect(shownValues(loaded, { seed: 'x', namespace: 'lab-1' })).toEqual({ port, namespace: 'lab-1' });
  expect(shownValues(loaded, { seed: 'x', namespace: undefined })).toEqual({ port });
  expect(instantiateLab(mine, { seed: 'x', namespace: 'lab-1' })).toEqual(mine);
  expect(instantiateLab(loaded, { seed: 'x', namespace: 'lab-1' })).toEqual(mine);
});

describe('an error says file, line, column, path, what was expected and what was found', () => {
  const change = (from: string, to: string) => good.replace(from, to);
  test.each<[string, string, string, string]>([
    ['a wrong type', change('minutes: 10', 'minutes: ten'), '3:1 minutes', 'expected a number, found "ten"'],
    [
      'a missing field',
      change('objectives: [Learn]\n', ''),
      '1:1 objectives',
      'expected a list, found nothing',
    ],
    ['an unknown key', change('minutes: 10', 'minutes: 10\nhint: x'), '4:1 hint', 'unknown key'],
    [
      'a slip in a key',
      change('pod: web', 'pods: web'),
      '19:9 tasks[0].checks[0].pods',
      'unknown key: did you mean `pod`?',
    ],
    [
      'a slip deep in a check',
      change('pod: web\n        expect: {status: {phase: Running}}', 'exec: {pod: web, comand: [a]}'),
      '19:26 tasks[0].checks[0].exec.comand',
      'unknown key: did you mean `command`?',
    ],
    [
      'neither of two forms',
      change('pod: web', 'pod: 3'),
      '19:9 tasks[0].checks[0].pod',
      'expected a text or a map, found number 3',
    ],
    ['an unknown domain', change('application-design-and-build', 'design'), '5:1 domain', 'found "design"'],
    [
      'CEL that does not parse',
      change('size() == 1', 'size( == 1'),
      '32:9 tasks[0].checks[2].cel',
      'expected CEL: ',
    ],
    [
      'CEL with an unknown name',
      change('object.spec.containers.size()', 'pod.x'),
      '32:9 tasks[0].checks[2].cel',
      'Unknown variable: pod',
    ],
    [
      'CEL of another type',
      change('.size() == 1', '.size()'),
      '32:9 tasks[0].checks[2].cel',
      'gives int, where bool is needed',
    ],
    [
      'a duplicate check',
      change('id: small', 'id: port'),
      '29:9 tasks[0].checks[2].id',
      'expected each check id once, found "port" again',
    ],
    [
      'a mistake of an unknown check',
      change('b: [running]', 'b: [runing]'),
      '35:16 mistakes.b[0]',
      'found "runing"',
    ],
    [
      'a check that asks nothing',
      change('expect: {status: {phase: Running}}', 'within: 3'),
      '17:9 tasks[0].checks[0]',
      'expected `expect`',
    ],
    [
      'a kind that is none',
      change('pod: web', 'kind: Pood\n        name: web'),
      '19:9 tasks[0].checks[0].kind',
      'found Pood',
    ],
    [
      'a placeholder that nobody fills',
      change('listen on ${port}', 'listen on ${prot}'),
      '14:5 tasks[0].text',
      'found ${prot}',
    ],
    [
      'a variable in the title',
      change('title: A lab', 'title: A lab in ${namespace}'),
      '1:1 title',
      'expected no variable in the title',
    ],
    [
      'points that do not add up',
      change('says: it runs', 'says: it runs\n        points: 5'),
      '15:5 tasks[0].points',
      'which are 5, found 4',
    ],
    ['YAML that is none', change('minutes: 10', 'minutes: [10'), '', 'expected valid YAML'],
    [
      'a bracket too many: one problem, not hundreds',
      change('expect: {status: {phase: Running}}', 'expect: {status: {phase: Running}}}'),
      '20:43 ',
      'look at the brackets',
    ],
    [
      'a tab',
      change('    text: Make', '\ttext: Make'),
      '',
      'this line begins with a tab: indent with spaces',
    ],
    [
      'a colon',
      change('says: it runs', 'says: it: runs'),
      '18:15 ',
      'a text with ": " in it must stand in quotes',
    ],
    ['a key twice', change('minutes: 10', 'minutes: 10\nminutes: 5'), '4:1 ', 'found `minutes` again'],
    [
      'a slip where a key is needed: said once',
      change('minutes: 10', 'minuts: 10'),
      '3:1 minuts',
      'did you mean `minutes`?',
    ],
    [
      'a longer name of a kind',
      change('pod: web', 'execute: {}'),
      '19:9 tasks[0].checks[0].execute',
      'did you mean `exec`?',
    ],
    [
      'a key of the task, indented too far',
      change('    hints: [Think', '        hints: [Think'),
      '33:9 tasks[0].checks[2].hints',
      'it is a key of tasks[0]: is it indented too far?',
    ],
    [
      'a check of two kinds',
      change('expect: {status: {phase: Running}}', 'logs: {pod: web, contains: x}'),
      '19:9 tasks[0].checks[0].pod',
      'does not go together with the keys beside it',
    ],
    [
      'a selector',
      change('pod: web', 'pod: {selector: app in web}'),
      '19:15 tasks[0].checks[0].pod.selector',
      '"app in web" is not a label selector',
    ],
    [
      'headers where wget asks',
      change(
        'pod: web\n        expect: {status: {phase: Running}}',
        'http: {from: {pod: web}, url: "http://x", headers: {a: b}}',
      ),
      '19:51 tasks[0].checks[0].http.headers',
      'expected only with `pod` or `service`',
    ],
    [
      'a pattern for a header',
      change(
        'pod: web\n        expect: {status: {phase: Running}}',
        'http: {pod: web, headers: {a: {matches: "("}}}',
      ),
      '19:40 tasks[0].checks[0].http.headers.a.matches',
      'expected a regular expression',
    ],
    [
      'CEL with one = too few',
      change('size() == 1', 'size() = 1'),
      '32:9 tasks[0].checks[2].cel',
      'near `ners.size() = 1`): did you mean `==`?',
    ],
    [
      'CEL with a macro that does not exist',
      change('containers.size() == 1', 'containers.exist(c, c.name == "a")'),
      '32:9 tasks[0].checks[2].cel',
      '`exist` is no macro of CEL: did you mean exists?',
    ],
    [
      'a role that no container has',
      change('web:\n            ports', 'web:\n            role: side-car\n            ports'),
      '26:13 tasks[0].checks[1].containers.web.role',
      'found "side-car": did you mean sidecar?',
    ],
    [
      'numbers in the wrong order',
      change('{pick: [8080, 9090]}', '{between: [9, 1]}'),
      '8:10 variables.port.between',
      'the lower number first',
    ],
  ])('%s', async (_name, text, place, message) => {
    const [first, ...more] = await problems(text);
    expect(more).toEqual([]);
    expect(first?.message).toContain(message);
    if (place) expect(`${first?.line}:${first?.column} ${first?.path}`).toBe(place);
  });

  test.each<[string, Record<string, string>, string]>([
    ['a file', { 'files/pod.yaml': 'missing' }, 'expected the file files/pod.yaml, found none'],
    ['a setup', { 'setup.yaml': 'missing' }, 'expected the file setup.yaml, found none'],
    ['a solution', { 'solutions/a.sh': 'missing' }, 'expected the file solutions/a.sh, found none'],
    ['a mistake', { 'mistakes/b.sh': 'missing' }, 'expected the file mistakes/b.sh, found none'],
    ['lab.yaml', { 'lab.yaml': 'missing' }, 'expected this file, found none'],
  ])('%s is missing', async (_name, files, message) => {
    expect((await problems(good, files)).map((p) => p.message)).toEqual([message]);
  });

  test('broken setup is found in its own file', async () => {
    const found = await problems(good, { 'setup.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {}\n---\n{' });
    expect(found.map((p) => `${p.file}:${p.line}:${p.column} ${p.path} ${p.message}`)).toEqual([
      'setup.yaml:3:1 metadata.name expected a text, found nothing',
      expect.stringMatching(/^setup\.yaml:5:2 {2}expected valid YAML/),
    ]);
  });

  test('all problems of all labs come at once', async () => {
    const text = good
      .replace('minutes: 10', 'minutes: ten')
      .replace('phase: Running}', 'phase: Running}, x: 1')
      .replace('pod: web', 'podd: web');
    const folder = await lab(text);
    const error = (await loadLabs(dirname(folder)).catch((e: unknown) => e)) as ContentError;
    expect(error.problems.map((p) => p.path)).toEqual(['minutes', 'tasks[0].checks[0].podd']);
    expect(error.message.split('\n')).toHaveLength(2);
  });
});

test('labs/lab.schema.json is what the schema says now', async () => {
  const path = join(import.meta.dirname, '../../labs/lab.schema.json');
  const text = `${JSON.stringify(labJsonSchema(), null, 2)}\n`;
  if (process.env.UPDATE_LAB_SCHEMA) await writeFile(path, text);
  expect(
    JSON.parse(await readFile(path, 'utf8')),
    'run `UPDATE_LAB_SCHEMA=1 npx vitest run core/content/lab.test.ts`',
  ).toEqual(JSON.parse(text));
});

test('every lab of the repository loads', async () => {
  const labs = await loadLabs(join(import.meta.dirname, '../../labs'));
  for (const { id, folder } of labs) {
    const [first] = (await readFile(join(folder, 'lab.yaml'), 'utf8')).split('\n');
    expect(`${id}: ${first}`).toBe(`${id}: # yaml-language-server: $schema=../lab.schema.json`);
  }
});

describe('variables', () => {
  test('are the same for the same seed and always among the choices', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: -50, max: 50 }), fc.nat(20), (seed, low, span) => {
        const spec = { a: { pick: ['x', 'y'] }, n: { between: [low, low + span] as [number, number] } };
        const drawn = drawVariables(spec, seed);
        expect(drawn).toEqual(drawVariables(spec, seed));
        expect(['x', 'y']).toContain(drawn.a);
        expect(drawn.n).toBeGreaterThanOrEqual(low);
        expect(drawn.n).toBeLessThanOrEqual(low + span);
      }),
    );
  });
  test('are filled into keys and texts; what is not known stays', () =>
    expect(substitute({ '${a}': ['x-${a}', '${b}', 3] }, { a: 1 })).toEqual({ '1': ['x-1', '${b}', 3] }));
});

test.each([
  ['contaners', 'containers'],
  ['Pod', 'pod'],
  ['zzz', undefined],
])('nearest to %s is %s', (word, found) =>
  expect(nearest(word, ['pod', 'containers', 'expect'])).toBe(found));
