import { count, countWithin } from './head-tail';
import { utility } from './utility';

export const split = utility('split', '[OPTIONS] [INPUT [PREFIX]]', async (self) => {
  const options = self.options('l:b:a:', { lines: 'l', bytes: 'b', 'suffix-length': 'a' });
  const [path = '-', prefix = 'x'] = options.operands;
  const bytes = options.value('b');
  const size = bytes === undefined ? Number(options.value('l') ?? 1000) : count(self, bytes);
  const letters = countWithin(self, options.value('a') ?? '2', 1, 251);
  if (!(size > 0)) return self.fail(`invalid number '${bytes ?? options.value('l')}'`);
  const file = await self.open(path);
  if (!file) return 1;
  let index = 0;
  const save = async (text: string) => {
    const name = suffix(index++, letters) ?? self.fail('suffixes exhausted');
    const fd = self.process.addFd(await self.process.open(prefix + name, 'w'));
    await self.process.write(fd, text);
    self.process.closeFd(fd);
  };
  let part = '';
  if (bytes !== undefined) {
    for await (const chunk of self.chunks(file)) {
      part += chunk;
      while (part.length >= size) {
        await save(part.slice(0, size));
        part = part.slice(size);
      }
    }
  } else {
    let lineCount = 0;
    for await (const { lines, complete } of self.lines(file)) {
      for (const [place, line] of lines.entries()) {
        part += complete || place < lines.length - 1 ? `${line}\n` : line;
        if (++lineCount % size === 0) {
          await save(part);
          part = '';
        }
      }
    }
  }
  file.release();
  if (part !== '') await save(part);
  return 0;
});

/** aa, ab, … zz; undefined when there are no more. */
function suffix(index: number, letters: number): string | undefined {
  let text = '';
  let rest = index;
  for (let i = 0; i < letters; i++) {
    text = String.fromCharCode(97 + (rest % 26)) + text;
    rest = Math.floor(rest / 26);
  }
  return rest > 0 ? undefined : text;
}
