import { describe, expect, it } from 'vitest';
import { runCommand } from './run-command';

describe('a program that is run', () => {
  it('gets its arguments as they are, and is told apart by stream and exit code', async () => {
    const script = 'printf "%s|" "$@"; echo oops >&2; exit 3';
    const args = ['-c', script, 'sh', '$(touch /tmp/x)', '; exit 0', 'ä b'];
    expect(await runCommand('sh', args)).toEqual({
      exitCode: 3,
      stdout: '$(touch /tmp/x)|; exit 0|ä b|',
      stderr: 'oops\n',
    });
  });

  it('reads what it is given, or need not', async () => {
    expect((await runCommand('cat', [], { stdin: 'hello' })).stdout).toBe('hello');
    expect((await runCommand('true', [], { stdin: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  it('is told line by line, of both streams, redraws too', async () => {
    const lines: string[] = [];
    await runCommand('sh', ['-c', String.raw`printf '1%%\r2%%\rdone\nlast'; echo warn >&2`], {
      onLine: (line) => lines.push(line),
    });
    expect(lines.sort()).toEqual(['1%', '2%', 'done', 'last', 'warn']);
  });

  it('that is not there is a failure, not an exception', async () => {
    expect(await runCommand('podlab-no-such-program', [])).toMatchObject({
      exitCode: null,
      failure: 'ENOENT',
    });
  });

  it.each([
    ['takes too long', () => ({ timeoutMs: 200 }), 'timeout'],
    ['is no longer wanted', () => ({ signal: AbortSignal.timeout(200) }), 'aborted'],
    ['was never wanted', () => ({ signal: AbortSignal.abort() }), 'aborted'],
  ])('that %s is ended, though what it started keeps its output open', async (_, options, failure) => {
    const script = 'echo begun; sleep 600 & echo $!; wait';
    const ended = await runCommand('sh', ['-c', script], options());
    expect(ended).toMatchObject({ failure });
    const orphan = Number(ended.stdout.split('\n')[1]);
    if (orphan > 1) process.kill(orphan, 'SIGKILL');
  });

  it('that ended, and left something behind which keeps its output open, is not waited for longer than that', async () => {
    const ended = await runCommand('sh', ['-c', 'sleep 600 & echo $!'], { timeoutMs: 200 });
    expect(ended).toMatchObject({ exitCode: 0, failure: 'timeout' });
    process.kill(Number(ended.stdout), 'SIGKILL');
  });
});
