import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** `podlab serve` of a project that is built, but for its pages; e2e/serve.spec.ts serves one. */
const root = join(import.meta.dirname, '..');
let folder: string;
let project: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlab-serve-'));
  project = join(folder, 'project');
  await mkdir(join(project, '.next'), { recursive: true });
  await cp(join(root, 'dist'), join(project, 'dist'), { recursive: true });
  await writeFile(join(project, 'package.json'), '{"type":"module","version":"0.0.0"}');
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true }));

function serve(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(project, 'dist/cli.js'), 'serve', ...args],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', ...env } as unknown as NodeJS.ProcessEnv,
        timeout: 60_000,
      },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('podlab serve, asked wrongly', () => {
  test.each([
    [['--port', '70000'], '--port is "70000", not a whole number from 0 to 65535.'],
    [['--port', ''], '--port is "", not a whole number from 0 to 65535.'],
    [['--host', 'a b'], '--host is "a b", not an IP address or a host name'],
    [['--cluster', 'minikube'], '--cluster is "minikube", not auto, embedded, kind or kubeconfig.'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--port'], "Option '--port <value>' argument missing"],
    [['first-pod'], '"first-pod" is not expected here.'],
  ])('%j: says what would be right, with status 2', async (args, message) => {
    const { status, stderr } = await serve(args);
    expect(stderr).toContain(message);
    expect(stderr).toContain('podlab help');
    expect(status).toBe(2);
  });
});

describe('podlab serve does not start', () => {
  test('when Podlab is not built, and says how to build it', async () => {
    const { status, stderr } = await serve([]);
    expect(stderr).toBe(
      `podlab: Podlab is not built: there is no ${project}/.next/BUILD_ID.\nRun \`npm start\` in ${project}: it builds what is missing, and serves Podlab.\n`,
    );
    expect(status).toBe(1);
  });

  describe('though it is built', () => {
    beforeAll(() => writeFile(join(project, '.next', 'BUILD_ID'), 'x'));

    test('on a port that is in use', async () => {
      const other = createServer();
      await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
      const { port } = other.address() as AddressInfo;
      // The option wins.
      const { status, stderr } = await serve(['--port', String(port), '--data', 'data'], {
        PODLAB_PORT: '1',
      });
      other.close();
      expect(stderr).toContain(
        `Podlab cannot start: Port ${port} of 127.0.0.1 is in use by another program.`,
      );
      expect(status).toBe(1);
    });

    test('on a data folder that is a file, named from where it was typed', async () => {
      await writeFile(join(folder, 'taken'), '');
      const { status, stderr } = await serve(['--port', '0', '--data', 'taken']);
      expect(stderr).toContain(`something else is in the place of ${folder}/taken.`);
      expect(status).toBe(1);
    });

    test('with a setting that is wrong', async () => {
      const { status, stderr } = await serve(['--port', '0'], { PODLAB_SANDBOX: 'maybe' });
      expect(stderr).toContain('Podlab cannot start: PODLAB_SANDBOX is "maybe"');
      expect(status).toBe(1);
    });

    test('without a kubectl unsaid', async () => {
      const { stderr } = await serve(['--port', '0', '--data', 'taken'], { PATH: '/nowhere' });
      expect(stderr).toMatch(
        /^podlab: learners need kubectl 1\.30 or later, but kubectl does not run: ENOENT\.\nRun `npm start`/,
      );
    });
  });
});
