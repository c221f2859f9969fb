import { inputs } from './cat';
import { countWithin } from './head-tail';
import { type Utility, utility } from './utility';

const mostColumns = 65_536;

export const expand = utility('expand', '[-i] [-t N] [FILE]...', async (self) => {
  const options = self.options('it:', { tabs: 't', initial: 'i' });
  const width = tabWidth(self, options.value('t'));
  await eachLine(self, options.operands, (line) => {
    let out = '';
    let column = 0;
    let initial = true;
    for (const c of line) {
      if (c !== ' ' && c !== '\t') initial = false;
      const text = c === '\t' && (initial || !options.has('i')) ? ' '.repeat(width - (column % width)) : c;
      out += text;
      column += text.length;
    }
    return out;
  });
});

export const unexpand = utility('unexpand', '[-fa][-t N] [FILE]...', async (self) => {
  const options = self.options('fat:', { tabs: 't', all: 'a', 'first-only': 'f' });
  const width = tabWidth(self, options.value('t'));
  const everywhere = (options.has('a') || options.has('t')) && !options.has('f');
  await eachLine(self, options.operands, (line) => {
    let out = '';
    let column = 0;
    for (const piece of line.match(/[ \t]+|[^ \t]+/g) ?? []) {
      const from = column;
      if (/^[^ \t]/.test(piece) || (from > 0 && !everywhere)) {
        out += piece;
        column += piece.length;
        continue;
      }
      for (const c of piece) column += c === '\t' ? width - (column % width) : 1;
      const tabs = Math.floor(column / width) - Math.floor(from / width);
      out += tabs > 0 ? '\t'.repeat(tabs) + ' '.repeat(column % width) : piece;
    }
    return out;
  });
});

function tabWidth(self: Utility, given = '8'): number {
  const width = countWithin(self, given, 1, 0xffff_ffff);
  return width <= mostColumns
    ? width
    : self.fail(`The embedded cluster does not simulate tabs of more than ${mostColumns} columns.`);
}

async function eachLine(self: Utility, operands: string[], change: (line: string) => string): Promise<void> {
  for await (const { file } of inputs(self, operands, (path) => path)) {
    for await (const { lines, complete } of self.lines(file)) {
      for (const [index, line] of lines.entries())
        await self.print(change(line) + (complete || index < lines.length - 1 ? '\n' : ''));
    }
  }
}

const lineEnds = (name: string, toDos: boolean) =>
  utility(name, '[-ud] [FILE]', async (self) => {
    const options = self.options('ud');
    const dos = options.has('d') || (toDos && !options.has('u'));
    const convert = (text: string) => {
      const unix = text.replaceAll('\r\n', '\n');
      return dos ? unix.replaceAll('\n', '\r\n') : unix;
    };
    const [path] = options.operands;
    const file = await self.open(path ?? '-', path);
    if (!file) return 1;
    const text = convert(await self.readAll(file));
    file.release();
    if (path === undefined) {
      await self.print(text);
      return 0;
    }
    const fd = self.process.addFd(await self.process.open(path, 'w'));
    await self.process.write(fd, text);
    self.process.closeFd(fd);
    return 0;
  });

export const dos2unix = lineEnds('dos2unix', false);
export const unix2dos = lineEnds('unix2dos', true);
