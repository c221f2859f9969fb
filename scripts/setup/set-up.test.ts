import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'podlab-set-up-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of Podlab that is not set up, in a folder of that name. */
function copyIn(name: string): string {
  const project = join(folder, name);
  mkdirSync(project, { recursive: true });
  cpSync(join(import.meta.dirname, '..'), join(project, 'scripts'), { recursive: true });
  writeFileSync(join(project, 'package-lock.json'), '{}');
  return project;
}

function run(project: string, file: string, args: string[] = [], env: Record<string, string> = {}) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(project, 'scripts', file), ...args],
      { env: { PATH: process.env['PATH'], ...env } as unknown as NodeJS.ProcessEnv },
      (error, stdout, stderr) => resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('npm start', () => {
  it('says what it does not know before it sets anything up', async () => {
    const { exitCode, stdout, stderr } = await run(copyIn('options'), 'start.mjs', ['--prot', '8080']);
    expect(stderr).toMatch(/Podlab: Unknown option '--prot'\.[\s\S]*--port N/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });

  it('looks for Podlab where it lies, whatever the folders are called', async () => {
    const project = copyIn('a b/ü %20/podlab');
    // An npm that shows where it is asked to install, and gives up.
    const bin = join(project, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "asked in $PWD"; exit 1\n', { mode: 0o755 });
    const { exitCode, stderr } = await run(project, 'start.mjs', [], {
      PATH: `${bin}:${process.env['PATH']}`,
    });
    expect(stderr).toContain(`asked in ${project}\n`);
    expect(stderr).toContain('Podlab: the dependencies could not be installed; check the network');
    expect(exitCode).toBe(1);
  });
});

describe('a disk that fills up during the set-up', () => {
  it('is named with what to do, though the error names no file', async () => {
    const project = copyIn('full');
    const error = "Object.assign(new Error('write'), { code: 'ENOSPC' })";
    writeFileSync(
      join(project, 'scripts', 'full.mjs'),
      `import { fail } from './setup/say.mjs';\nfail(${error});\n`,
    );
    const { exitCode, stderr } = await run(project, 'full.mjs');
    expect(stderr).toBe(
      `\nPodlab: ${project} cannot be written to: its disk is full. The set-up installs and builds in Podlab’s folder; mend that, or copy it to where there is room and you may write, and try again.\n`,
    );
    expect(exitCode).toBe(1);
  });
});

describe('npm test', () => {
  it('names the checks that there are', async () => {
    const { exitCode, stderr } = await run(copyIn('checks'), 'test.mjs', ['lnt']);
    expect(stderr).toMatch(/No such check: lnt\. There are: lint, types, .*e2e\./);
    expect(exitCode).toBe(1);
  });
});
