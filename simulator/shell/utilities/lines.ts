import { inputs } from './cat';
import { type Utility, utility } from './utility';

export const wc = utility(
  'wc',
  '[-cmlwL] [FILE]...\n\nCount lines, words, and bytes for FILEs (or stdin)',
  async (self) => {
    const options = self.options('cmlwL');
    const chosen = ['l', 'w', 'm', 'c', 'L'].filter((letter) => options.has(letter));
    const letters = chosen.length > 0 ? chosen : ['l', 'w', 'c'];
    const totals = [0, 0, 0, 0, 0];
    let files = 0;
    // Debian's are as wide as the sizes of the files, of anything else seven columns.
    const sizes = options.operands.map((path) => self.process.files.tryStat(path));
    const sum = sizes.reduce((all, stat) => all + (stat?.type === 'file' ? stat.size : 0), 0);
    const regular = sizes.length > 0 && sizes.every((stat) => !stat || stat.type === 'file');
    const width = self.gnu ? (regular ? String(sum).length : 7) : 9;
    const show = async (values: number[], path: string) => {
      const numbers = letters.map((letter) => values['lwmcL'.indexOf(letter)] ?? 0);
      const single = letters.length === 1;
      const text = single
        ? String(numbers[0])
        : numbers.map((number) => String(number).padStart(width)).join(' ');
      await self.print(`${text}${path === '' ? '' : ` ${path}`}\n`);
    };
    for (const path of options.operands.length > 0 ? options.operands : ['']) {
      const file = await self.open(path === '' ? '-' : path, path);
      if (!file) continue;
      files++;
      const values = [0, 0, 0, 0, 0];
      let inWord = false;
      let columns = 0;
      try {
        for await (const chunk of self.chunks(file)) {
          values[3] = (values[3] as number) + chunk.length;
          let lines = 0;
          let words = 0;
          for (let i = 0; i < chunk.length; i++) {
            const code = chunk.charCodeAt(i);
            if (code === 10) {
              lines++;
              if (columns > (values[4] as number)) values[4] = columns;
              columns = 0;
            } else columns++;
            if (code === 32 || (code >= 9 && code <= 13)) inWord = false;
            else if (!inWord && code > 32 && code !== 127) {
              inWord = true;
              words++;
            }
          }
          values[0] = (values[0] as number) + lines;
          values[1] = (values[1] as number) + words;
        }
      } catch (error) {
        await self.warnError(path, error);
      } finally {
        file.release();
      }
      values[2] = values[3] as number;
      values[4] = Math.max(values[4] as number, columns);
      for (const [index, value] of values.entries()) totals[index] = (totals[index] as number) + value;
      await show(values, path);
    }
    if (options.operands.length > 1 && files > 0) await show(totals, 'total');
  },
);

/** `2,4-6,8-` as ranges from 1. */
function parseRanges(self: Utility, text: string): [number, number][] {
  return text.split(',').map((part) => {
    const match = /^(\d*)(-?)(\d*)$/.exec(part);
    if (!match || part === '' || part === '-')
      return self.fail(/^[-\d]*$/.test(part) ? `invalid range '${part}'` : `invalid number '${part}'`);
    const from = match[1] === '' ? 1 : Number(match[1]);
    const to = match[2] === '' ? from : match[3] === '' ? Number.MAX_SAFE_INTEGER : Number(match[3]);
    if (from === 0) self.fail(`invalid range '${part}'`);
    return [from, to];
  });
}

export const cut = utility(
  'cut',
  '[OPTIONS] [FILE]...\n\nPrint selected fields from FILEs to stdout',
  async (self) => {
    const options = self.options('b:c:d:f:snO:D', {
      fields: 'f',
      delimiter: 'd',
      characters: 'c',
      complement: 'n',
      'output-delimiter': 'O',
      'only-delimited': 's',
    });
    const list = options.value('f') ?? options.value('c') ?? options.value('b');
    if (list === undefined) return self.fail('expected a list of bytes, characters, or fields');
    const ranges = parseRanges(self, list).sort((a, b) => a[0] - b[0]);
    const delimiter = options.value('d')?.slice(0, 1) ?? '\t';
    const joiner = options.value('O') ?? delimiter;
    const byFields = options.has('f');
    const select = (items: string[]): string[] => {
      const result: string[] = [];
      let next = 1;
      for (const [from, to] of ranges) {
        for (let i = Math.max(from, next); i <= Math.min(to, items.length); i++)
          result.push(items[i - 1] as string);
        next = Math.max(next, to + 1);
      }
      return result;
    };
    for await (const { file } of inputs(self, options.operands, (path) => path)) {
      for await (const { lines } of self.lines(file)) {
        for (const line of lines) {
          if (!byFields) await self.print(`${select([...line]).join('')}\n`);
          else if (line.includes(delimiter))
            await self.print(`${select(line.split(delimiter)).join(joiner)}\n`);
          else if (!options.has('s')) await self.print(`${line}\n`);
        }
      }
    }
  },
);

export const uniq = utility(
  'uniq',
  '[-cduiz] [-f,s,w N] [FILE [OUTFILE]]\n\nDiscard duplicate lines',
  async (self) => {
    const options = self.options('cduizf:s:w:');
    const fields = Number(options.value('f') ?? 0);
    const skip = Number(options.value('s') ?? 0);
    const width = options.value('w');
    const key = (line: string) => {
      let text = line;
      for (let i = 0; i < fields; i++) text = text.replace(/^[ \t]*[^ \t]*/, '');
      text = text.slice(skip);
      if (width !== undefined) text = text.slice(0, Number(width));
      return options.has('i') ? text.toLowerCase() : text;
    };
    let current: string | undefined;
    let currentKey = '';
    let repeats = 0;
    const emit = async () => {
      if (current === undefined) return;
      if ((options.has('d') && repeats < 2) || (options.has('u') && repeats > 1)) return;
      await self.print(`${options.has('c') ? `${String(repeats).padStart(7)} ` : ''}${current}\n`);
    };
    const target = options.operands[1];
    if (target !== undefined && target !== '-') self.process.addFd(await self.process.open(target, 'w'), 1);
    for await (const { file } of inputs(self, options.operands.slice(0, 1))) {
      for await (const { lines } of self.lines(file)) {
        for (const line of lines) {
          const lineKey = key(line);
          if (current !== undefined && lineKey === currentKey) repeats++;
          else {
            await emit();
            current = line;
            currentKey = lineKey;
            repeats = 1;
          }
        }
      }
    }
    await emit();
  },
);

export const seq = utility(
  'seq',
  '[-w] [-s SEP] [FIRST [INC]] LAST\n\nPrint numbers from FIRST to LAST, in steps of INC.',
  async (self) => {
    // GNU's takes a negative number for what it is.
    const numeric = (arg: string) => self.gnu && /^-(\d|\.\d)/.test(arg);
    const args = self.args;
    const split = args.findIndex(
      (arg, index) => numeric(arg) || (!arg.startsWith('-') && args[index - 1] !== '-s'),
    );
    const options = self.options(
      '+ws:',
      {},
      split < 0 ? args : [...args.slice(0, split), '--', ...args.slice(split)],
    );
    const texts = options.operands;
    if (texts.length === 0 || texts.length > 3) throw self.usageFault();
    for (const text of texts)
      if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) self.fail(`invalid number '${text}'`);
    const [first, step, last] =
      texts.length === 1
        ? [1, 1, Number(texts[0])]
        : texts.length === 2
          ? [Number(texts[0]), 1, Number(texts[1])]
          : texts.map(Number);
    const decimals = Math.max(
      ...texts.slice(0, Math.max(1, texts.length - 1)).map((text) => (text.split('.')[1] ?? '').length),
      texts.length === 1 ? 0 : 0,
    );
    const separator = options.value('s') ?? '\n';
    const start = first as number;
    const increment = step as number;
    const end = last as number;
    if (increment === 0) self.fail(`increment is 0`);
    const places = texts.length === 1 ? 0 : decimals;
    const width = options.has('w') ? Math.max(start.toFixed(places).length, end.toFixed(places).length) : 0;
    let printed = false;
    for (let index = 0; ; index++) {
      const value = start + index * increment;
      if (increment > 0 ? value > end : value < end) break;
      let text = value.toFixed(places);
      if (width > 0)
        text = text.startsWith('-')
          ? `-${text.slice(1).padStart(width - 1, '0')}`
          : text.padStart(width, '0');
      await self.print((printed ? separator : '') + text);
      printed = true;
    }
    if (printed) await self.print('\n');
  },
);

export const yes = utility('yes', '[STRING]', async (self) => {
  const line = `${self.args.length > 0 ? self.args.join(' ') : 'y'}\n`;
  const block = line.repeat(Math.max(1, Math.floor(4096 / line.length)));
  for (;;) await self.process.write(1, block);
});

export const paste = utility('paste', '[-d DELIMITERS] [-s] [FILE]...', async (self) => {
  const options = self.options('d:s');
  const delimiters = (options.value('d') ?? '\t')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/\\0/g, '\0');
  const between = (index: number) =>
    delimiters === '' ? '' : (delimiters[index % delimiters.length] as string).replace('\0', '');
  const columns: string[][] = [];
  for await (const { file } of inputs(self, options.operands)) {
    const text = await self.readAll(file);
    columns.push(text === '' ? [] : text.replace(/\n$/, '').split('\n'));
  }
  // Several columns of standard input take its lines in turn: `paste - -`.
  const shared = options.operands.flatMap((path, index) => (path === '-' ? [index] : []));
  if (shared.length > 1 && !options.has('s')) {
    const all = columns[shared[0] as number] ?? [];
    for (const [place, index] of shared.entries())
      columns[index] = all.filter((_, line) => line % shared.length === place);
  }
  if (options.has('s')) {
    for (const lines of columns)
      await self.print(
        `${lines.map((line, index) => (index === 0 ? '' : between(index - 1)) + line).join('')}\n`,
      );
    return;
  }
  const rows = Math.max(0, ...columns.map((lines) => lines.length));
  for (let row = 0; row < rows; row++) {
    await self.print(
      `${columns
        .flatMap((lines) => lines[row] ?? [])
        .map((line, index) => (index === 0 ? '' : between(index - 1)) + line)
        .join('')}
`,
    );
  }
});
