import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The bundled command, as its users run it. */
const root = join(import.meta.dirname, '..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlab-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

function podlab(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(root, 'dist/cli.js'), ...args],
      { cwd: folder, env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** A copy of a lab of the repository, with one change in its lab.yaml. */
async function changedLab(from: string | RegExp, to: string): Promise<string> {
  const lab = join(await mkdtemp(join(folder, 'lab-')), 'first-pod');
  await cp(join(root, 'labs/first-pod'), lab, { recursive: true });
  const file = join(lab, 'lab.yaml');
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(from);
  await writeFile(file, text.replace(from, to));
  return lab;
}

describe('asked wrongly: a sentence, a remedy, status 2', () => {
  test.each([
    [['lab'], '"lab" is not a command of podlab.'],
    [['labs'], 'podlab labs needs a command.'],
    [['labs', 'tset'], '"tset" is not a command of podlab labs.'],
    [['labs', 'test', '--cluster', 'minikube'], '--cluster is "minikube", not embedded, kind or kubeconfig.'],
    [['labs', 'test', '--jobs', '0'], '--jobs is "0", not a whole number above 0.'],
    [['labs', 'test', 'first-pod', '--only', 'nothing'], 'There is no solution or mistake named "nothing".'],
    [['doctor', '--fast'], "Unknown option '--fast'."],
    [['simulator'], 'usage: podlab simulator'],
  ])('podlab %j', async (args, message) => {
    const { status, stderr } = await podlab(args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});

test.each([
  [['help']],
  [['--help']],
  [['labs', 'test', '--help']],
  [['help', 'doctor']],
])('podlab %j explains', async (args) => {
  const { status, stdout } = await podlab(args);
  expect(stdout).toMatch(/^podlab/);
  expect(status).toBe(0);
});

describe('podlab labs lint', () => {
  test('the labs of the repository have no problems', async () => {
    const { status, stdout } = await podlab(['labs', 'lint']);
    expect(stdout).toMatch(/^\d+ labs, \d+ checks: no problems\n$/);
    expect(status).toBe(0);
  });

  test('a typing error is found with its line and what was meant', async () => {
    const lab = await changedLab(/pod: hello/, 'pood: hello');
    const { status, stdout } = await podlab(['labs', 'lint', lab]);
    expect(stdout).toMatch(
      /lab\.yaml:\d+:9: tasks\[0\]\.checks\[0\]\.pood: unknown key: did you mean `pod`\?\n/,
    );
    expect(stdout).toMatch(/\n1 problem\n$/);
    expect(status).toBe(1);
  });

  test('a lab with one solution is not finished', async () => {
    const lab = await changedLab(/^solutions: .*$/m, 'solutions: [manifests]');
    const { status, stdout } = await podlab(['labs', 'lint', lab]);
    expect(stdout).toContain('solutions: expected at least 2 that differ, found 1');
    expect(status).toBe(1);
  });

  test('a lab that is not there', async () => {
    const { status, stdout } = await podlab(['labs', 'lint', 'frist-pod']);
    expect(stdout).toContain('frist-pod: expected the folder of a lab, or its id: did you mean first-pod?');
    expect(status).toBe(1);
  });
});

describe('podlab labs test', () => {
  test('a mistake that fails as the lab says', async () => {
    const { status, stdout } = await podlab(['labs', 'test', 'first-pod', '--only', 'no-label']);
    expect(stdout).toMatch(
      /^ok {3}first-pod mistake no-label \(.* s\)\n1 played in \d+ s, all as the labs say\n$/,
    );
    expect(status).toBe(0);
  });

  test('what comes out otherwise is told check by check', async () => {
    const lab = await changedLab('no-label: [label]', 'no-label: [image]');
    const { status, stdout } = await podlab(['labs', 'test', lab, '--only', 'no-label']);
    expect(stdout).toContain('FAIL first-pod mistake no-label');
    expect(stdout).toContain('image: expected failed, was passed');
    expect(stdout).toContain('label: expected passed, was failed (Pod hello › labels › app: expected hello');
    expect(status).toBe(1);
  });
});

describe('podlab doctor', () => {
  const data = () => ({ PODLAB_DATA: join(folder, 'data'), DATABASE_URL: '' });
  test('tells what is there', async () => {
    const { stdout } = await podlab(['doctor'], data());
    for (const line of [
      /^ok {4}configuration: http:\/\/127/m,
      /^ok {4}Node\.js: v/m,
      /^ok {4}cluster embedded: /m,
      /^ok {4}data folder: /m,
    ])
      expect(stdout).toMatch(line);
  });

  test('a wrong setting and a missing kubectl come with remedies, status 1', async () => {
    const wrong = await podlab(['doctor'], { ...data(), PODLAB_PORT: 'x' });
    expect(wrong).toMatchObject({ status: 1, stdout: expect.stringContaining('Set PODLAB_PORT to') });
    const without = await podlab(['doctor'], { ...data(), PODLAB_KUBECTL: '/nowhere/kubectl' });
    expect(without.status).toBe(1);
    expect(without.stdout).toMatch(/^FAIL {2}kubectl: \/nowhere\/kubectl does not run/m);
  });
});
