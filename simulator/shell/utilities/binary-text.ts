import { inputs } from './cat';
import { count, countWithin } from './head-tail';
import { type Utility, utility } from './utility';

export const strings = utility('strings', '[-fo] [-t o|d|x] [-n LEN] [FILE]...', async (self) => {
  const options = self.options('afon:t:', { bytes: 'n', radix: 't' });
  const least = countWithin(self, options.value('n') ?? '4', 1, 1000);
  const radix = options.value('t') ?? (options.has('o') ? 'o' : undefined);
  const base = { o: 8, d: 10, x: 16 }[radix ?? 'd'] ?? self.fail(`invalid argument '${radix}' to '-t'`);
  for await (const { path, file } of inputs(self, options.operands)) {
    const text = await self.readAll(file);
    for (const match of text.matchAll(new RegExp(`[\\t\\x20-\\x7e]{${least},}`, 'g'))) {
      const name = options.has('f') ? `${path}: ` : '';
      const offset = radix === undefined ? '' : `${match.index.toString(base).padStart(7)} `;
      await self.print(`${name}${offset}${match[0]}\n`);
    }
  }
});

export const xxd = utility(
  'xxd',
  '[-pri] [-g N] [-c N] [-l LEN] [-s OFS] [-o OFS] [FILE]\n\nHex dump FILE (or stdin)',
  async (self) => {
    const options = self.options('prig:c:l:n:s:o:', { plain: 'p', revert: 'r' });
    const file = await self.open(options.operands[0] ?? '-');
    if (!file) return 1;
    const text = await self.readAll(file);
    file.release();
    if (options.has('r')) {
      await self.print(reverse(text, options.has('p')));
      return 0;
    }
    const number = (letter: string, otherwise: number) => {
      const value = options.value(letter);
      return value === undefined ? otherwise : value.startsWith('0x') ? Number(value) : count(self, value);
    };
    const columns = (otherwise: number) => countWithin(self, options.value('c') ?? String(otherwise), 1, 256);
    const from = number('s', 0);
    const data = text.slice(from, from + number('l', number('n', text.length)));
    if (options.has('p')) await plain(self, data, columns(30));
    else if (options.has('i')) await include(self, data, columns(12));
    else await dump(self, data, from + number('o', 0), columns(16), number('g', 2));
    return 0;
  },
);

const hex = (c: string) => c.charCodeAt(0).toString(16).padStart(2, '0');

async function plain(self: Utility, data: string, columns: number): Promise<void> {
  for (let i = 0; i < data.length; i += columns)
    await self.print(`${[...data.slice(i, i + columns)].map(hex).join('')}\n`);
}

async function include(self: Utility, data: string, columns: number): Promise<void> {
  for (let i = 0; i < data.length; i += columns)
    await self.print(`  ${[...data.slice(i, i + columns)].map((c) => `0x${hex(c)},`).join(' ')}\n`);
}

async function dump(self: Utility, data: string, offset: number, columns: number, group: number) {
  const step = group > 0 ? group : columns;
  const width = columns * 2 + Math.ceil(columns / step);
  for (let i = 0; i < data.length; i += columns) {
    const line = data.slice(i, i + columns);
    let bytes = '';
    for (let j = 0; j < line.length; j++)
      bytes += hex(line[j] as string) + ((j + 1) % step === 0 || j === columns - 1 ? ' ' : '');
    const shown = line.replace(/[^\x20-\x7e]/g, '.');
    await self.print(`${(offset + i).toString(16).padStart(8, '0')}: ${bytes.padEnd(width)} ${shown}\n`);
  }
}

function reverse(text: string, isPlain: boolean): string {
  let out = '';
  for (const line of text.split('\n')) {
    const digits = isPlain ? line : line.replace(/^[0-9a-fA-F]+:\s?/, '').replace(/ {2}.*$/, '');
    out += digits
      .replace(/[^0-9a-fA-F]/g, '')
      .replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  }
  return out;
}
