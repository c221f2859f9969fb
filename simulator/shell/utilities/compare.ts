import { inputs } from './cat';
import { count } from './head-tail';
import { utility } from './utility';

export const comm = utility('comm', '[-123] FILE1 FILE2', async (self) => {
  const options = self.options('123');
  const columns: string[][] = [];
  for await (const { file } of inputs(self, options.operands))
    columns.push(
      (await self.readAll(file))
        .replace(/\n$/, '')
        .split('\n')
        .filter((line, _, all) => all.length > 1 || line !== ''),
    );
  const [left = [], right = []] = columns;
  const show = async (column: 1 | 2 | 3, line: string) => {
    if (options.has(String(column))) return;
    const tabs = [1, 2].filter((before) => before < column && !options.has(String(before))).length;
    await self.print(`${'\t'.repeat(tabs)}${line}\n`);
  };
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const a = left[i];
    const b = right[j];
    if (b === undefined || (a !== undefined && a < b)) {
      await show(1, a as string);
      i++;
    } else if (a === undefined || b < a) {
      await show(2, b);
      j++;
    } else {
      await show(3, a);
      i++;
      j++;
    }
  }
});

export const cmp = utility('cmp', '[-ls] [-n NUM] FILE1 [FILE2]', async (self) => {
  const options = self.options('lsn:');
  const [first, second] = options.operands;
  if (first === undefined) throw self.usageFault();
  const limit = options.has('n') ? count(self, options.value('n') as string) : Number.MAX_SAFE_INTEGER;
  const texts: string[] = [];
  for (const path of [first, second ?? '-']) {
    const file = await self.open(path, path);
    if (!file) return 2;
    texts.push((await self.readAll(file)).slice(0, limit));
    file.release();
  }
  const [a, b] = texts as [string, string];
  let line = 1;
  let differs = false;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) {
      differs = true;
      if (options.has('s')) return 1;
      if (!options.has('l')) {
        await self.print(`${first} ${second ?? '-'} differ: char ${i + 1}, line ${line}\n`);
        return 1;
      }
      await self.print(
        `${i + 1} ${a.charCodeAt(i).toString(8).padStart(3)} ${b.charCodeAt(i).toString(8).padStart(3)}\n`,
      );
    }
    if (a[i] === '\n') line++;
  }
  if (a.length !== b.length) {
    if (!options.has('s')) await self.warn(`EOF on ${a.length < b.length ? first : (second ?? '-')}`);
    return 1;
  }
  return differs ? 1 : 0;
});
