import { describe, expect, it } from 'vitest';
import { Terminal } from '../../../files/terminal';
import { makeSystem } from '../../corpus/run-script';

interface Edited {
  /** What is in the file afterwards; undefined: there is none. */
  file: string | undefined;
  screen: string;
  code: number;
}

/** Types keys into `vi f` on a terminal of 10 lines, in packets. */
async function edit(before: string | undefined, packets: string[], args: string[] = []): Promise<Edited> {
  const { system, tree } = makeSystem();
  tree.mkdir('/room');
  if (before !== undefined) tree.write('/room/f', before);
  const terminal = new Terminal();
  terminal.resize(40, 10);
  const file = terminal.open();
  let screen = '';
  const process = system.processes.start({
    system,
    argv: ['vi', ...args, 'f'],
    path: '/bin/vi',
    env: new Map([['PATH', '/bin']]),
    cwd: '/room',
    credentials: { uid: 0, gid: 0, groups: [0] },
    fds: new Map([
      [0, file],
      [1, file],
      [2, file],
    ]),
    terminal,
  });
  const take = () => {
    for (let data = terminal.takeOutput(); data && data.length > 0; data = terminal.takeOutput())
      screen += Buffer.from(data).toString('utf8');
  };
  terminal.onOutput(take);
  // It reads keys once the terminal is its own; with commands it may have ended by then.
  while (terminal.modes.canonical && !process.status) await new Promise((resolve) => setImmediate(resolve));
  for (const keys of packets) terminal.input(Buffer.from(keys));
  const { code } = await process.exited;
  take();
  const data = tree.read('/room/f');
  return { file: data && Buffer.from(data).toString('utf8'), screen, code };
}

const lines = 'one\ntwo three\nfour\n';

describe('vi', () => {
  it.each<[name: string, keys: string, file: string]>([
    ['inserts before the cursor', 'ihello \x1b:wq\r', 'hello one\ntwo three\nfour\n'],
    ['appends', 'A!\x1bZZ', 'one!\ntwo three\nfour\n'],
    ['opens lines', 'onew\x1bOup\x1b:x\r', 'one\nup\nnew\ntwo three\nfour\n'],
    ['splits a line at Enter and joins it again', 'li\r\x1bkJ:wq\r', 'o ne\ntwo three\nfour\n'],
    ['deletes a character, three, a line', 'xj3xjdd:wq\r', 'ne\n three\n'],
    ['deletes with a count before or behind', '2dd:wq\r', 'four\n'],
    ['deletes words and to the end', 'jdwk$X:wq\r', 'oe\nthree\nfour\n'],
    ['changes a word', 'jwcw3\x1b:wq\r', 'one\ntwo 3\nfour\n'],
    ['changes a line and to its end', 'ccnew\x1bjC2\x1b:wq\r', 'new\ntw2\nfour\n'],
    ['yanks and puts lines', 'yyGp:wq\r', 'one\ntwo three\nfour\none\n'],
    ['puts what was deleted above', 'Gddgg2P:wq\r', 'four\nfour\none\ntwo three\n'],
    ['puts characters', 'xp:wq\r', 'noe\ntwo three\nfour\n'],
    ['undoes', 'ddxihi\x1buuu:wq\r', lines],
    ['repeats the last change', 'A.\x1bj.j.:wq\r', 'one.\ntwo three.\nfour.\n'],
    ['repeats with counts', 'xj2.:wq\r', 'ne\no three\nfour\n'],
    ['searches onwards and back', '/o\rx/o\rxNx:wq\r', 'ne\ntw three\nfur\n'],
    ['goes to lines', '3Gxggx2Gx:wq\r', 'ne\nwo three\nour\n'],
    ['goes to a line by the colon', ':2\rx:$\rx:wq\r', 'one\nwo three\nour\n'],
    ['substitutes on all lines', ':%s/o/0/g\r:wq\r', '0ne\ntw0 three\nf0ur\n'],
    [
      'substitutes with groups',
      ':2s/\\(two\\) \\(three\\)/\\2 & \\1/\r:wq\r',
      'one\nthree two three two\nfour\n',
    ],
    ['deletes a range', ':2,3d\r:wq\r', 'one\n'],
    ['replaces a character and upper case', 'rXj~~:wq\r', 'Xne\nTWo three\nfour\n'],
    ['writes over', 'RXY\x1b:wq\r', 'XYe\ntwo three\nfour\n'],
    ['finds in a line', 'jfexdth:wq\r', 'one\ntwo thre\nfour\n'],
    ['shifts', '>>j<<:wq\r', '\tone\ntwo three\nfour\n'],
    ['moves with cursor keys', 'i\x1b[B\x1b[Cx\x1b:wq\r', 'one\ntxwo three\nfour\n'],
    ['deletes backwards over the end of a line', 'ji\x7f\x7f\x1b:wq\r', 'ontwo three\nfour\n'],
    ['marks', "majjd'a:wq\r", '\n'],
    ['counts letters of several bytes as one', 'iäö\x1bx:wq\r', 'äone\ntwo three\nfour\n'],
    ['joins many lines', '99J:wq\r', 'one two three four\n'],
    ['goes no further than the text, however often', '99999999999wx:wq\r', 'one\ntwo three\nfou\n'],
    [
      'puts no more than there is room for',
      'yl99999999999p:wq\r',
      lines.replace('one', `oo${'o'.repeat(99_998)}ne`),
    ],
    ['leaves without writing', 'ddZQ', lines],
    ['refuses to leave a changed text', 'x:q\r:q!\r', lines],
  ])('%s', async (_name, keys, file) => {
    expect(await edit(lines, [keys])).toMatchObject({ file, code: 0 });
  });

  it('makes a new file', async () => {
    const { file, screen } = await edit(undefined, ['ihello\x1b:w\r:q\r']);
    expect(file).toBe('hello\n');
    expect(screen).toContain("'f' [New file]");
    expect(screen).toContain("'f' 1L, 6C");
  });

  it('makes no file when it only looks', async () => {
    expect((await edit(undefined, [':q\r'])).file).toBeUndefined();
  });

  it('tells mode, file and place, and shows where the text ends', async () => {
    const { screen } = await edit(lines, ['jix\x1b:q!\r']);
    expect(screen).toContain("'f' 3L, 19C");
    expect(screen).toContain('- f 2/3 66%');
    expect(screen).toContain('I f 2/3 66%');
    expect(screen).toContain('- f [Modified] 2/3 66%');
    expect(screen).toContain('\x1b[4;1H~');
  });

  it('says why not', async () => {
    const { screen } = await edit(lines, ['x:q\r:foo\r/nowhere\r:w /nosuch/f\r:q!\r']);
    expect(screen).toContain('No write since last change (:q! to ove');
    expect(screen).toContain("'foo' is not implemented");
    expect(screen).toContain('Pattern not found');
    expect(screen).toContain("'/nosuch/f' No such file or directory");
  });

  it('gives up a search that takes too long, and keeps the text', async () => {
    const long = `${'a'.repeat(3000)}\n`;
    const { screen, file } = await edit(long, ['/\\(a*\\)*\\1b\r', 'x:wq\r']);
    expect(screen).toContain('does not simulate');
    expect(file).toBe(long.slice(1));
  });

  it('writes nothing with -R but by force', async () => {
    const { file, screen } = await edit(lines, ['x:w\r:w!\r:q\r'], ['-R']);
    expect(screen).toContain("'f' is read only");
    expect(file).toBe(lines.slice(1));
  });

  it('follows the cursor down a long file', async () => {
    const long = Array.from({ length: 100 }, (_, index) => `line ${index + 1}\n`).join('');
    const { screen } = await edit(long, ['Gx:q!\r']);
    expect(screen).toContain('line 100');
    expect(screen).toContain('100/100 100%');
  });

  it('leaves the terminal as it was', async () => {
    const { screen } = await edit(lines, [':q\r']);
    expect(screen.startsWith('\x1b[?1049h')).toBe(true);
    expect(screen.endsWith('\x1b[?1049l')).toBe(true);
  });

  it('runs commands of -c', async () => {
    expect((await edit(lines, [], ['-c', '%s/o/0/', '-c', 'wq'])).file).toBe('0ne\ntw0 three\nf0ur\n');
  });
});
