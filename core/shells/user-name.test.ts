import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { userName } from './user-name';

it('is the user’s name', () => {
  expect(userName()).toBe(userInfo().username);
});

const nameless = 54_321;
const become = [`--reuid=${nameless}`, '--clear-groups', '--', process.execPath, '--import', 'tsx', '-e'];
const canBecome =
  process.getuid?.() === 0 &&
  spawnSync('setpriv', [...become, '0'], { cwd: import.meta.dirname }).status === 0;

it.runIf(canBecome)('is the number of a user who has no name', () => {
  const file = join(import.meta.dirname, 'user-name.ts');
  const program = `import(${JSON.stringify(file)}).then(({ userName }) => process.stdout.write(userName()))`;
  const { stdout } = spawnSync('setpriv', [...become, program], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  expect(stdout).toBe('54321');
});
