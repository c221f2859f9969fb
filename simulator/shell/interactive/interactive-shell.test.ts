import { describe, expect, it } from 'vitest';
import { Terminal } from '../../files/terminal';
import { makeSystem } from '../corpus/run-script';

/** Types keys into `sh` on a terminal, each once the prompt (or what is named) has appeared; what the screen got. */
async function type(steps: { keys: string; until?: string }[]): Promise<{ screen: string; code: number }> {
  const { system, tree } = makeSystem();
  tree.mkdir('/work');
  tree.write('/work/apple.txt', 'red\n');
  tree.write('/work/apricot.txt', 'orange\n');
  const terminal = new Terminal();
  let screen = '';
  let seen = 0;
  const file = terminal.open();
  const process = system.processes.start({
    system,
    argv: ['sh'],
    path: '/bin/sh',
    env: new Map([
      ['PATH', '/bin'],
      ['PS1', '$ '],
      ['HOME', '/work'],
    ]),
    cwd: '/work',
    credentials: { uid: 0, gid: 0, groups: [0] },
    fds: new Map([
      [0, file],
      [1, file],
      [2, file],
    ]),
    terminal,
  });
  let look: () => void = () => undefined;
  const take = () => {
    for (let data = terminal.takeOutput(); data && data.length > 0; data = terminal.takeOutput())
      screen += Buffer.from(data).toString('latin1');
    look();
  };
  terminal.onOutput(take);
  const appears = (text: string) =>
    new Promise<void>((resolve) => {
      look = () => {
        const at = screen.indexOf(text, seen);
        if (at < 0) return;
        seen = at + text.length;
        look = () => undefined;
        resolve();
      };
      look();
    });
  for (const { keys, until } of steps) {
    await appears(until ?? '$ ');
    terminal.input(Buffer.from(keys, 'latin1'));
  }
  const { code } = await process.exited;
  take();
  return { screen: screen.replaceAll('\r\n', '\n'), code };
}

const end = { keys: '\x04' };

describe('an interactive shell', () => {
  it.each<[name: string, steps: { keys: string; until?: string }[], screen: string | RegExp]>([
    ['prompts, echoes and runs a line', [{ keys: 'echo hi\r' }, end], '$ echo hi\nhi\n$ \n'],
    [
      'forgets a line at ^C',
      [{ keys: 'echo no\x03' }, { keys: 'echo $?\r' }, end],
      /\^C\n\$ echo \$\?\n130\n/,
    ],
    ['clears the line at ^U', [{ keys: 'wrong\x15echo right\r' }, end], /\nright\n\$ \n$/],
    ['deletes a word at ^W', [{ keys: 'echo one two\x17three\r' }, end], /\none three\n/],
    ['deletes at backspace', [{ keys: 'echo ab\x7fc\r' }, end], /\nac\n/],
    ['moves with cursor keys', [{ keys: 'echo bc\x1b[D\x1b[Da\r' }, end], /\nabc\n/],
    ['goes to the ends of a line at ^A and ^E', [{ keys: 'cho x\x01e\x05y\r' }, end], /\nxy\n/],
    [
      'recalls history',
      [{ keys: 'echo one\r' }, { keys: 'echo two\r' }, { keys: '\x1b[A\x1b[A\r' }, end],
      /two\n[\s\S]*\none\n\$ \n$/,
    ],
    ['completes the only name', [{ keys: 'cat app\t\r' }, end], /\nred\n/],
    [
      'shows the choices of a name',
      [{ keys: 'cat ap\t' }, { keys: 'r\t\r', until: 'apple.txt  apricot.txt' }, end],
      /\norange\n/,
    ],
    [
      'asks for more of an open command',
      [{ keys: 'if true\r' }, { keys: 'then echo yes; fi\r', until: '> ' }, end],
      /> then echo yes; fi\nyes\n/,
    ],
    [
      'asks for more of a here-document',
      [{ keys: 'cat <<E\r' }, { keys: 'text\r', until: '> ' }, { keys: 'E\r', until: '> ' }, end],
      /> E\ntext\n/,
    ],
    [
      'goes on after a syntax error',
      [{ keys: 'fi\r' }, { keys: 'echo on\r' }, end],
      /unexpected "fi"\n\$ echo on\non\n/,
    ],
    [
      'interrupts a command at ^C',
      [
        { keys: 'echo star""ted; sleep 100\r' },
        { keys: '\x03', until: 'started' },
        { keys: 'echo $?\r' },
        end,
      ],
      /\n130\n/,
    ],
    ['tells of background jobs', [{ keys: 'sleep 0 & wait\r' }, end], /\[1\] \d+\n/],
  ])('%s', async (_name, steps, expected) => {
    const { screen } = await type(steps);
    if (typeof expected === 'string') expect(screen).toBe(expected);
    else expect(screen).toMatch(expected);
  });

  it('ends with the status of exit, and of the last command at ^D', async () => {
    expect((await type([{ keys: 'exit 7\r' }])).code).toBe(7);
    expect((await type([{ keys: 'false\r' }, end])).code).toBe(1);
  });
});
