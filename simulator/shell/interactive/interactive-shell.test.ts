import { describe, expect, it } from 'vitest';
import { Terminal } from '../../files/terminal';
import { makeSystem } from '../corpus/run-script';

interface Step {
  keys: string;
  /** What appears before they are typed; a prompt, unless it says otherwise. */
  until?: string;
}

/** Types keys into a shell on a terminal, each once the prompt (or what is named) has appeared; what the screen got. */
async function type(
  steps: Step[],
  { shell = 'sh', columns = 80 } = {},
): Promise<{ screen: string; code: number; history: string }> {
  const { system, tree } = makeSystem();
  tree.mkdir('/room');
  tree.write('/room/apple.txt', 'red\n');
  tree.write('/room/apricot.txt', 'orange\n');
  const terminal = new Terminal();
  terminal.resize(columns, 24);
  let screen = '';
  let seen = 0;
  const file = terminal.open();
  const process = system.processes.start({
    system,
    argv: [shell],
    path: `/bin/${shell}`,
    env: new Map([
      ['PATH', '/bin'],
      ['PS1', '$ '],
      ['HOME', '/room'],
    ]),
    cwd: '/room',
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
  const history = Buffer.from(
    tree.read(`/room/.${shell === 'bash' ? 'bash' : 'ash'}_history`) ?? [],
  ).toString();
  return { screen: screen.replaceAll('\r\n', '\n'), code, history };
}

const end = { keys: '\x04' };

describe('an interactive shell', () => {
  it.each<[name: string, steps: Step[], screen: string | RegExp]>([
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
      [{ keys: 'cat ap\t\t' }, { keys: 'r\t\r', until: 'apple.txt    apricot.txt' }, end],
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
    [
      'completes a name with blanks',
      [{ keys: 'echo x > "a b"\r' }, { keys: 'cat a\\ \t\r' }, end],
      /cat a\\ b [^\n]*\nx\n/,
    ],
    ['completes a variable', [{ keys: 'echo $HOM\t\r' }, end], /\n\/room\n/],
    [
      'moves by words and takes them back',
      [{ keys: 'echo one two\x1bb\x17\x05 \x19\r' }, end],
      /\ntwo one\n/,
    ],
    ['deletes a character of several bytes as one', [{ keys: 'echo \xc3\xa4b\x1b[D\x7fa\r' }, end], /\nab\n/],
    [
      'searches the history at ^R',
      [
        { keys: 'echo first\r' },
        { keys: 'echo second\r' },
        { keys: '\x12fir' },
        { keys: '\r', until: "'fir': echo first" },
        end,
      ],
      /second\n[\s\S]*\nfirst\n\$ \n$/,
    ],
    ['lists the history', [{ keys: 'true\r' }, { keys: 'history\r' }, end], /\n {3}0 true\n {3}1 history\n/],
    [
      'stops a command at ^Z, and goes on with it',
      [
        { keys: "sh -c 'echo star''ted; sleep 0.3'; echo en''ded\r" },
        { keys: '\x1a', until: 'started' },
        { keys: 'jobs; fg\r', until: 'ended\r\n$ ' },
        { keys: 'echo $?\r', until: '\r\n$ ' },
        end,
      ],
      /\[1\]\+ {2}Stopped {20}sh -c "?echo started; sleep 0\.3"?\nended\n[\s\S]*\n0\n/,
    ],
    [
      'sends a stopped command to the background',
      [
        { keys: 'sh -c "echo up; sleep 0.2; echo late"\r' },
        { keys: '\x1a', until: 'up\r\n' },
        { keys: 'bg; wait\r', until: 'Stopped' },
        { keys: 'jobs; echo le""ft\r', until: 'late\r\n$ ' },
        { ...end, until: 'left' },
      ],
      /\nlate\n[\s\S]*\nleft\n/,
    ],
    [
      'tells of stopped commands before it ends',
      [
        { keys: "sh -c 'echo a''b; sleep 100'\r" },
        { keys: '\x1a', until: 'ab' },
        { keys: '\x04', until: 'Stopped' },
        { ...end, until: 'stopped jobs' },
      ],
      /You have stopped jobs\.\n\$ \n?$/,
    ],
    [
      'lets its commands be ended by the signals that it ignores itself',
      [{ keys: 'sleep 100 & kill $!; wait $!; echo "<$?>"\r' }, { ...end, until: '<143>' }],
      /Terminated/,
    ],
    [
      'runs a trap at ^C, and at a signal that comes while it waits for keys',
      [
        { keys: "trap 'echo ' INT; trap 'echo usr''one' USR1\r" },
        { keys: '\x03' },
        { keys: 'kill -USR1 $$\r' },
        { keys: '(sleep 0.1; kill -USR1 $$) &\r', until: 'usrone' },
        { keys: 'echo al""ive\r', until: 'usrone' },
        { ...end, until: 'alive' },
      ],
      /\nalive\n/,
    ],
    [
      'gives up the line at SIGINT from elsewhere',
      [
        { keys: '(sleep 0.1; kill -INT $$) & \r' },
        { keys: 'lost' },
        { keys: 'echo st""ays\r', until: '\r\n$ ' },
        { ...end, until: 'stays' },
      ],
      /\nstays\n/,
    ],
    [
      'runs a trap at ^C to a command, and goes on with the line',
      [
        { keys: "trap 'echo cau''ght' INT; sh -c 'echo ag''ain; sleep 100'; echo $? go''es on\r" },
        { keys: '\x03', until: 'again' },
        { ...end, until: '130 goes on\r\n$ ' },
      ],
      /caught\n130 goes on\n/,
    ],
    ['tells of background jobs', [{ keys: 'sleep 0 & wait\r' }, end], /\[1\] \d+\n/],
  ])('%s', async (_name, steps, expected) => {
    const { screen } = await type(steps);
    if (typeof expected === 'string') expect(screen).toBe(expected);
    else expect(screen).toMatch(expected);
  });

  it('runs nothing of a line behind what ^C ended', async () => {
    const { screen } = await type([
      { keys: "sh -c 'echo star''ted; sleep 100'; echo no''t this\r" },
      { keys: '\x03', until: 'started' },
      end,
    ]);
    expect(screen).not.toContain('not this');
  });

  it('shows a line that is longer than the terminal is wide', async () => {
    // Twelve columns: the prompt and ten characters in the first row.
    const { screen } = await type([{ keys: 'echo 123456789\x01\x0b' }, { ...end, until: '\x1b[J' }], {
      columns: 12,
    });
    // To the beginning it is one row up; what is left there is cleared down to the end of the screen.
    expect(screen).toContain('\x1b[1A');
    expect(screen).toContain('\x1b[J');
  });

  it('keeps the history in a file', async () => {
    expect((await type([{ keys: 'echo a\r' }, { keys: 'echo a\r' }, { keys: ' \r' }, end])).history).toBe(
      'echo a\n',
    );
    const bash = await type([{ keys: 'echo b\r' }, end], { shell: 'bash' });
    expect(bash.history).toBe('echo b\n');
  });

  it('names jobs as bash does', async () => {
    const { screen } = await type([{ keys: 'sleep 100 & jobs; kill %1\r' }, end], { shell: 'bash' });
    expect(screen).toMatch(/\n\[1\]\+ {2}Running {17}sleep 100 &\n/);
  });

  it('ends with the status of exit, and of the last command at ^D', async () => {
    expect((await type([{ keys: 'exit 7\r' }])).code).toBe(7);
    expect((await type([{ keys: 'false\r' }, end])).code).toBe(1);
  });
});
