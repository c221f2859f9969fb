import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Outcome, runScript } from './run-script';

// Each *.sh file here is a theme; `#--- name` begins a case. Every case runs in the real BusyBox and in ours; those of
// *.bash files in bash.

function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args);
    return true;
  } catch {
    return false;
  }
}

function casesOf(file: string): { name: string; script: string }[] {
  const text = readFileSync(join(import.meta.dirname, file), 'latin1');
  return text
    .split(/^#--- /m)
    .slice(1)
    .map((part) => ({ name: part.slice(0, part.indexOf('\n')), script: part.slice(part.indexOf('\n') + 1) }));
}

function runReal(shell: string[], script: string): Outcome {
  const directory = mkdtempSync(join(tmpdir(), 'corpus-'));
  try {
    writeFileSync(join(directory, 'script.sh'), script, 'latin1');
    const { stdout, stderr, status, signal } = spawnSync(
      shell[0] as string,
      [...shell.slice(1), 'script.sh'],
      {
        cwd: directory,
        env: { PATH: '/bin' } as unknown as NodeJS.ProcessEnv,
        encoding: 'latin1',
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 60_000,
      },
    );
    return { stdout, stderr, code: status ?? 128 + (signal === 'SIGTERM' ? 15 : 9) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const themes = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.sh'));

const hasBusybox = has('busybox', 'true');
if (!hasBusybox)
  console.error(
    '!! busybox is not installed: the shell was NOT compared with it. apt-get install busybox-static',
  );

describe.skipIf(!hasBusybox)('the shell and its utilities do what BusyBox does', () => {
  for (const theme of themes) {
    describe(theme, () => {
      it.each(casesOf(theme))('$name', async ({ script }) => {
        const ours = await runScript(script);
        expect(ours).toEqual(runReal(['busybox', 'sh'], script));
      });
    });
  }
});

describe.skipIf(!has('bash', '--version'))('bash does what bash does', () => {
  for (const theme of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bash'))) {
    describe(theme, () => {
      it.each(casesOf(theme))('$name', async ({ script }) => {
        const ours = await runScript(script, ['bash', 'script.sh']);
        expect(ours).toEqual(runReal(['bash'], script));
      });
    });
  }
});
