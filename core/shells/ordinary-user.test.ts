import { spawnSync } from 'node:child_process';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../commands/run-command';
import { findProgram } from './find-program';

const nobody = 65534;
const project = join(import.meta.dirname, '..', '..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlab-nobody-'));
  await chown(folder, nobody, nobody);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const become = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--'];
/** And may read this folder when we are. */
const canBecomeNobody =
  process.getuid?.() === 0 &&
  findProgram('setpriv') !== undefined &&
  spawnSync('setpriv', [...become, 'ls', join(project, 'node_modules', 'vitest')]).status === 0;

describe.runIf(canBecomeNobody)('for a server that an ordinary user runs', () => {
  it('everything that is said of shells and their folders holds too', async () => {
    const config = join(folder, 'vitest.config.mjs');
    await writeFile(config, 'export default {};\n');
    const vitest = [
      join(project, 'node_modules', 'vitest', 'vitest.mjs'),
      ...['run', '--root', project, '--config', config, '--configLoader', 'runner', '--no-cache'],
      // One file after the other: they are one user here, whose processes the fork bomb's limit counts together.
      ...['--no-file-parallelism', '--testTimeout=120000', '--hookTimeout=120000'],
      ...['--reporter=dot', '--no-color'],
      ...['create-shell-host', 'sandbox-escape', 'api-relay', 'process-limit'].map(
        (name) => `core/shells/${name}.test.ts`,
      ),
      // Root may remove what nobody may enter.
      'core/sessions/working-folder.test.ts',
    ];
    const { exitCode, stdout, stderr } = await runCommand(
      'setpriv',
      [...become, process.execPath, ...vitest],
      { env: { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder }, timeoutMs: 290_000 },
    );
    expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0 });
    expect(stdout).toMatch(/Tests\s+\d+ passed/);
  }, 300_000);
});
