import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const folder = mkdtempSync(join(tmpdir(), 'corpus-'));
/** Real shells that run. */
const running = new Set<ChildProcess>();
let over = false;
afterAll(() => {
  // Where not every case is asked for, some real shells still run, and others wait for their turn.
  over = true;
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function casesOf(file: string): { name: string; script: string }[] {
  const text = readFileSync(join(import.meta.dirname, file), 'latin1');
  return text
    .split(/^#--- /m)
    .slice(1)
    .map((part) => ({ name: part.slice(0, part.indexOf('\n')), script: part.slice(part.indexOf('\n') + 1) }));
}

async function runReal(shell: string[], script: string): Promise<Outcome> {
  if (over) throw new Error('The tests have ended.');
  const directory = mkdtempSync(join(folder, 'case-'));
  try {
    writeFileSync(join(directory, 'script.sh'), script, 'latin1');
    const [program = '', ...args] = [...shell, 'script.sh'];
    const child = spawn(program, args, {
      cwd: directory,
      env: { PATH: '/bin' } as unknown as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('latin1').on('data', (part: string) => {
        said[stream] += part;
      });
    const [status, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, by) => resolve([code, by]));
    });
    return { ...said, code: status ?? 128 + (signal === 'SIGTERM' ? 15 : 9) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Real shells that run at a time: many cases only sleep. */
const atATime = 4;

/** What the real shell makes of each case. The first start at once, the others as those end. */
function realOutcomes(
  shell: string[],
  cases: { name: string; script: string }[],
): Map<string, Promise<Outcome>> {
  const outcomes = new Map<string, Promise<Outcome>>();
  const lanes: Promise<unknown>[] = Array.from({ length: atATime }, () => Promise.resolve());
  for (const [at, { name, script }] of cases.entries()) {
    const lane = lanes[at % atATime] ?? Promise.resolve();
    const outcome = lane.then(() => runReal(shell, script));
    // Whoever awaits it is told; the next case does not mind.
    lanes[at % atATime] = outcome.catch(() => undefined);
    outcomes.set(name, outcome);
  }
  return outcomes;
}

/** Builds of BusyBox differ in their first line of help. */
function comparable({ stdout, stderr, code }: Outcome): Outcome {
  const banner = /^BusyBox v\d.* multi-call binary\.$/gm;
  return { stdout: stdout.replace(banner, 'BusyBox'), stderr: stderr.replace(banner, 'BusyBox'), code };
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
      let real: ReturnType<typeof realOutcomes>;
      beforeAll(() => {
        real = realOutcomes(['busybox', 'sh'], casesOf(theme));
      });
      it.each(casesOf(theme))('$name', async ({ name, script }) => {
        const [ours, theirs] = [await runScript(script), await real.get(name)];
        expect(comparable(ours)).toEqual(theirs && comparable(theirs));
      });
    });
  }
});

describe.skipIf(!has('bash', '--version'))('bash does what bash does', () => {
  for (const theme of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bash'))) {
    describe(theme, () => {
      let real: ReturnType<typeof realOutcomes>;
      beforeAll(() => {
        real = realOutcomes(['bash'], casesOf(theme));
      });
      it.each(casesOf(theme))('$name', async ({ name, script }) => {
        expect(await runScript(script, ['bash', 'script.sh'])).toEqual(await real.get(name));
      });
    });
  }
});
