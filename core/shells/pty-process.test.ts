import { Buffer } from 'node:buffer';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PtyProcess, startPty } from './pty-process';

let folder: string;
let pty: PtyProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlab-pty-'));
});
afterEach(async () => {
  pty?.hangUp();
  await rm(folder, { recursive: true });
});

function start(script: string) {
  const seen = { output: '', accepted: 0, exit: undefined as number | undefined };
  pty = startPty(
    {
      program: 'bash',
      args: ['-c', script],
      folder,
      env: { PATH: process.env['PATH'] ?? '' },
      columns: 80,
      rows: 24,
    },
    {
      output: (bytes) => {
        seen.output += Buffer.from(bytes).toString();
      },
      accepted: (bytes) => {
        seen.accepted += bytes;
      },
      exit: (code) => {
        seen.exit = code;
      },
    },
  );
  return { pty, seen };
}

const until = (condition: () => boolean) =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout: 60_000 });

describe('a program on a terminal', () => {
  it('has the size, the environment and the exit code it should have', async () => {
    const { seen } = start('stty size; env | cut -d= -f1 | sort | tr "\\n" " "; exit 7');
    await until(() => seen.exit !== undefined);
    expect(seen.output).toContain('24 80');
    expect(seen.output).toContain('PATH PWD SHLVL TERM _');
    expect(seen.exit).toBe(7);
  });

  it('names a signal as a shell does', async () => {
    const { seen } = start('kill -KILL $$');
    await until(() => seen.exit !== undefined);
    expect(seen.exit).toBe(137);
  });

  it('gets ten megabytes whole, while the server goes on', async () => {
    const { pty, seen } = start('stty raw -echo; echo ready; head -c 10485760 > pasted; echo done');
    await until(() => seen.output.includes('ready'));
    const paste = Buffer.alloc(10 * 1024 * 1024, 'The quick brown fox\n');
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    pty.write(paste);
    await until(() => seen.output.includes('done'));
    clearInterval(counting);
    expect((await readFile(join(folder, 'pasted'))).equals(paste)).toBe(true);
    expect(seen.accepted).toBe(paste.length);
    expect(turns).toBeGreaterThan(50);
  });

  it('prints two megabytes that arrive whole and in order, however often it is paused', async () => {
    const { pty, seen } = start('stty -opost; seq 1 300000');
    const pausing = setInterval(() => {
      pty.pause();
      setTimeout(() => pty.resume(), 3);
    }, 5);
    await until(() => seen.exit !== undefined);
    clearInterval(pausing);
    expect(seen.output).toBe(Array.from({ length: 300_000 }, (_, i) => `${i + 1}\n`).join(''));
  });

  it('that reads nothing does not hold up anybody, and can be told to forget it', async () => {
    const { pty, seen } = start('stty raw -echo; echo ready; sleep 100');
    await until(() => seen.output.includes('ready'));
    pty.write(Buffer.alloc(1024 * 1024, 'x'));
    expect(pty.waiting).toBeGreaterThan(900_000);
    expect(pty.forgetWaiting()).toBeGreaterThan(900_000);
    expect(pty.waiting).toBe(0);
  });

  it('ends when it is hung up', async () => {
    const { pty, seen } = start('echo ready; sleep 100');
    await until(() => seen.output.includes('ready'));
    pty.hangUp();
    await until(() => seen.exit !== undefined);
    expect(seen.exit).toBe(129);
  });
});
