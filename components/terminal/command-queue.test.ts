import { Terminal } from '@xterm/headless';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandQueue } from './command-queue';

const prompt = '\x1b[?2004h$ ';
const lineAccepted = '\x1b[?2004l\r';

let terminal: Terminal;
let queue: CommandQueue;
let typed: string;
let waits: number[];

beforeEach(() => {
  vi.useFakeTimers();
  terminal = new Terminal({ allowProposedApi: true });
  typed = '';
  waits = [];
  queue = new CommandQueue({
    terminal: terminal as never,
    send: (data) => {
      typed += data;
    },
    onWaiting: (count) => waits.push(count),
  });
});
afterEach(() => {
  queue.dispose();
  terminal.dispose();
  vi.useRealTimers();
});

/** What the shell prints, drawn. */
async function prints(text: string): Promise<void> {
  terminal.write(text);
  await vi.advanceTimersByTimeAsync(50);
}
const run = (command: string) => `\x05\x15\x1b[200~${command}\x1b[201~\r`;

describe('commands for a shell', () => {
  it('are typed at the prompt, in the place of what is half typed there, several lines as one paste', async () => {
    queue.connect();
    await prints(prompt);
    expect(queue.run('cat <<E\none\nE\n')).toBe(true);
    expect(typed).toBe(run('cat <<E\rone\rE'));
  });

  it('wait for the shell to be connected and to show its prompt', async () => {
    expect(queue.run('ls')).toBe(false);
    queue.connect();
    expect(typed).toBe('');
    await prints(prompt);
    expect([typed, waits]).toEqual([run('ls'), [1, 0]]);
  });

  it('come one after the other, each at a prompt of its own', async () => {
    queue.connect();
    await prints(prompt);
    queue.run('one');
    expect(queue.run('two')).toBe(false);
    await prints(lineAccepted);
    expect(typed).toBe(run('one'));
    await prints(prompt);
    expect(typed).toBe(run('one') + run('two'));
  });

  it('are not typed into a program that is running, nor into an editor', async () => {
    queue.connect();
    await prints(`${prompt}${lineAccepted}`);
    expect(queue.run('one')).toBe(false);
    // vim: the other screen, with bracketed paste of its own.
    await prints('\x1b[?1049h\x1b[?2004h');
    expect(typed).toBe('');
    await prints(`\x1b[?2004l\x1b[?1049l${prompt}`);
    expect(typed).toBe(run('one'));
  });

  it('are forgotten when asked, and when the connection is lost', async () => {
    queue.connect();
    await prints(`${prompt}${lineAccepted}`);
    queue.run('one');
    queue.forget();
    queue.run('two');
    queue.disconnect();
    queue.connect();
    await prints(prompt);
    expect([typed, waits.at(-1)]).toEqual(['', 0]);
  });

  it('are typed as they are into a shell that does not tell of its prompts', async () => {
    queue.connect();
    await prints('$ ');
    expect(queue.run('ls')).toBe(false);
    await vi.advanceTimersByTimeAsync(5000);
    expect([typed, waits.at(-1)]).toEqual(['ls\r', 0]);
  });

  it('are typed there also after an earlier one was forgotten', async () => {
    queue.connect();
    await prints('$ ');
    queue.run('one');
    queue.forget();
    queue.run('two');
    await vi.advanceTimersByTimeAsync(5000);
    expect(typed).toBe('two\r');
  });

  it('cannot end the paste they are in', async () => {
    queue.connect();
    await prints(prompt);
    queue.run('echo \x1b[201~ls');
    expect(typed).toBe(run('echo [201~ls'));
  });
});
