import { FileError } from '../../files/file-system';
import type { OpenFile } from '../../files/open-file';
import { countWithin } from './head-tail';
import { type Utility, utility } from './utility';

/** The files of a command line, standard input when there are none; unreadable ones are said and left out. */
export async function* inputs(
  self: Utility,
  operands: string[],
  message?: (path: string) => string,
): AsyncGenerator<{ path: string; file: OpenFile }> {
  for (const path of operands.length > 0 ? operands : ['-']) {
    const file = await self.open(path, message?.(path));
    if (!file) continue;
    try {
      yield { path, file };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await self.warnError(path, error);
    } finally {
      file.release();
    }
  }
}

export const cat = utility('cat', '[-nbvteA] [FILE]...\n\nPrint FILEs to stdout', async (self) => {
  const options = self.options('nbvteAu');
  const numberAll = options.has('n');
  const numberFilled = options.has('b');
  const visible = options.has('v') || options.has('t') || options.has('e') || options.has('A');
  let number = 0;
  for (const path of options.operands.length > 0 ? options.operands : ['-']) {
    const file = await self.open(path);
    if (!file) continue;
    try {
      if (!numberAll && !numberFilled && !visible) {
        for (let data = await self.readSome(file); data.length > 0; data = await self.readSome(file))
          await self.process.write(1, data);
        continue;
      }
      for await (const { lines, complete } of self.lines(file)) {
        for (const [index, line] of lines.entries()) {
          const numbered = numberFilled ? line !== '' : numberAll;
          const ending =
            numberAll || numberFilled || complete || index < lines.length - 1
              ? `${options.has('e') || options.has('A') ? '$' : ''}\n`
              : '';
          const text = visible ? show(line, options.has('t') || options.has('A')) : line;
          await self.print(`${numbered ? `${String(++number).padStart(6)}\t` : ''}${text}${ending}`);
        }
      }
    } catch (error) {
      await self.warnError(path === '-' ? 'read error' : `read error`, error);
    } finally {
      file.release();
    }
  }
});

function show(line: string, tabs: boolean): string {
  return line.replace(/[\x00-\x1f\x7f-\xff]/g, (c) => {
    const code = c.charCodeAt(0);
    if (c === '\t' && !tabs) return c;
    if (code === 127) return '^?';
    if (code < 32) return `^${String.fromCharCode(code + 64)}`;
    const low = code - 128;
    return `M-${low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low)}`;
  });
}

export const tac = utility('tac', '[FILE]...', async (self) => {
  for await (const { file } of inputs(self, self.options('').operands)) {
    const text = await self.readAll(file);
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
    for (const line of lines.reverse()) await self.print(line);
  }
});

export const rev = utility('rev', '[FILE]...', async (self) => {
  for await (const { file } of inputs(self, self.options('').operands)) {
    for await (const { lines, complete } of self.lines(file)) {
      for (const [index, line] of lines.entries()) {
        await self.print([...line].reverse().join('') + (complete || index < lines.length - 1 ? '\n' : ''));
      }
    }
  }
});

export const tee = utility('tee', '[-ai] [FILE]...', async (self) => {
  const options = self.options('ai');
  const files: OpenFile[] = [];
  for (const path of options.operands) {
    try {
      files.push(await self.process.open(path, options.has('a') ? 'a' : 'w'));
    } catch (error) {
      await self.warnError(path, error);
    }
  }
  const fds = files.map((file) => self.process.addFd(file));
  const input = self.process.fds.get(0);
  if (!input) return 1;
  for (let data = await self.readSome(input); data.length > 0; data = await self.readSome(input)) {
    for (const fd of fds) await self.process.write(fd, data);
    await self.process.write(1, data);
  }
});

export const nl = utility('nl', '[OPTIONS] [FILE]...', async (self) => {
  const options = self.options('b:i:l:n:s:v:w:p');
  const width = countWithin(self, options.value('w') ?? '6', 0, 10_000);
  const separator = options.value('s') ?? '\t';
  const all = options.value('b') === 'a';
  const step = Number(options.value('i') ?? 1);
  let number = Number(options.value('v') ?? 1);
  for await (const { file } of inputs(self, options.operands)) {
    for await (const { lines } of self.lines(file)) {
      for (const line of lines) {
        if (options.value('b') !== 'n' && (all || line !== '')) {
          await self.print(`${String(number).padStart(width)}${separator}${line}\n`);
          number += step;
        } else await self.print(`${' '.repeat(width + separator.length)}${line}\n`);
      }
    }
  }
});

export const fold = utility('fold', '[-bs] [-w WIDTH] [FILE]...', async (self) => {
  const options = self.options('bsw:');
  const width = countWithin(self, options.value('w') ?? '80', 1, 10_000);
  for await (const { file } of inputs(self, options.operands)) {
    for await (const { lines, complete } of self.lines(file)) {
      for (const [index, line] of lines.entries()) {
        let rest = line;
        while (rest.length > width) {
          let cut = width;
          const space = rest.slice(0, width).lastIndexOf(' ');
          if (options.has('s') && space >= 0) cut = space + 1;
          await self.print(`${rest.slice(0, cut)}\n`);
          rest = rest.slice(cut);
        }
        await self.print(rest + (complete || index < lines.length - 1 ? '\n' : ''));
      }
    }
  }
});
