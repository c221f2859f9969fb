import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';

/** A process that stops as the server does, and takes a while to put everything away. */
const program = `
import { createLog } from './core/log';
import { printThoughNobodyReads, shutDownOnSignals } from './server/shut-down';
printThoughNobodyReads();
const log = createLog();
shutDownOnSignals(log, () => new Promise((resolve) => setTimeout(resolve, Number(process.env.TAKES))));
setInterval(() => log.info('alive'), 20);
process.on('uncaughtException', (error) => {
  log.error('uncaught', { error });
  process.exit(99);
});
`;

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

async function started(takesMs: number): Promise<ChildProcess> {
  const it = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: join(import.meta.dirname, '..'),
    env: { PATH: process.env['PATH'], TAKES: String(takesMs) } as unknown as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = it;
  await until(it, 'alive');
  return it;
}

function until(from: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    from.stderr?.on('data', (chunk) => {
      text += chunk;
      if (text.includes(word)) resolve();
    });
    from.once('close', () => reject(new Error(`ended: ${text}`)));
  });
}
const exit = (of: ChildProcess) => new Promise((resolve) => of.once('exit', resolve));

it('puts everything away though one Ctrl-C comes from the terminal, from npm and from `npm start`', async () => {
  const it = await started(1000);
  const ended = exit(it);
  it.kill('SIGINT');
  await until(it, 'stopping');
  it.kill('SIGINT');
  await until(it, 'alive');
  it.kill('SIGINT');
  expect(await ended).toBe(0);
});

it('ends at once at a second Ctrl-C, for whoever does not want to wait', async () => {
  const it = await started(1e9);
  const ended = exit(it);
  it.kill('SIGINT');
  const again = setInterval(() => it.kill('SIGINT'), 100);
  expect(await ended).toBe(130);
  clearInterval(again);
});

it('goes on, and stops in order, when nobody reads its log any more', async () => {
  const it = await started(100);
  it.stderr?.destroy();
  it.stdout?.destroy();
  const ended = exit(it);
  // Long enough for it to have written.
  await new Promise((resolve) => setTimeout(resolve, 500));
  it.kill('SIGTERM');
  expect(await ended).toBe(0);
});
