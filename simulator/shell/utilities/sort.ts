import { inputs } from './cat';
import { type Options, type Utility, utility } from './utility';

interface Key {
  fromField: number;
  fromCharacter: number;
  toField: number;
  toCharacter: number;
  flags: string;
}

export const sort = utility(
  'sort',
  '[-nrughMcszbdfiokt] [-o FILE] [-k START[.OFS][OPTS][,END[.OFS][OPTS]] [-t CHAR] [FILE]...\n\nSort lines of text',
  async (self) => {
    const options = self.options(
      'nrughMucszbdfiVo:k:t:S:T:m',
      {
        reverse: 'r',
        unique: 'u',
        'numeric-sort': 'n',
        key: 'k',
        'field-separator': 't',
        output: 'o',
        'human-numeric-sort': 'h',
        'version-sort': 'V',
        stable: 's',
      },
      self.args,
      2,
    );
    const ending = options.has('z') ? '\0' : '\n';
    const lines: string[] = [];
    let size = 0;
    for await (const { file } of inputs(self, options.operands, (path) => path)) {
      for await (const { lines: batch } of self.lines(file, ending)) {
        for (const line of batch) {
          lines.push(line);
          size += line.length + 32;
        }
        if (size > 1 << 20) self.process.setMemory(size);
      }
    }
    if (self.status !== 0) return 2;
    const compare = comparison(self, options);
    if (options.has('c')) {
      for (let i = 1; i < lines.length; i++) {
        const order = compare(lines[i - 1] as string, lines[i] as string);
        if (order > 0 || (order === 0 && options.has('u'))) {
          await self.process.write(
            2,
            `Check line ${i}
`,
          );
          return 1;
        }
      }
      return 0;
    }
    const sorted = await mergeSort(lines, compare, () => self.process.checkpoint());
    const order = keyOrder(self, options);
    const result = options.has('u')
      ? sorted.filter((line, index) => index === 0 || order(sorted[index - 1] as string, line) !== 0)
      : sorted;
    const text = result.map((line) => line + ending).join('');
    const output = options.value('o');
    if (output === undefined) await self.print(text);
    else {
      const file = await self.process.open(output, 'w');
      const fd = self.process.addFd(file);
      await self.process.write(fd, text);
      self.process.closeFd(fd);
    }
    return 0;
  },
);

type Comparison = (a: string, b: string) => number;

/** Lines sorted at one go: few enough not to keep others waiting. */
const runLength = 2048;

/** A stable sort that gives way to others between its steps. */
async function mergeSort(
  lines: string[],
  compare: Comparison,
  pass: () => Promise<void> | undefined,
): Promise<string[]> {
  let runs: string[][] = [];
  for (let from = 0; from < lines.length; from += runLength) {
    runs.push(lines.slice(from, from + runLength).sort(compare));
    // Its own comparisons count as computing.
    for (let i = 0; i < 32; i++) await pass();
  }
  while (runs.length > 1) {
    const merged: string[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const a = runs[i] as string[];
      const b = runs[i + 1];
      merged.push(b ? await merge(a, b, compare, pass) : a);
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge(
  a: string[],
  b: string[],
  compare: Comparison,
  pass: () => Promise<void> | undefined,
): Promise<string[]> {
  const result: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const turn = (i + j) % 64 === 0 ? pass() : undefined;
    if (turn) await turn;
    const [left, right] = [a[i] as string, b[j] as string];
    if (compare(left, right) <= 0) {
      result.push(left);
      i++;
    } else {
      result.push(right);
      j++;
    }
  }
  for (; i < a.length; i++) result.push(a[i] as string);
  for (; j < b.length; j++) result.push(b[j] as string);
  return result;
}

function comparison(self: Utility, options: Options): Comparison {
  const byKeys = keyOrder(self, options);
  const stable = options.has('s');
  const reverse = options.has('r') ? -1 : 1;
  return (a, b) => {
    const order = byKeys(a, b);
    if (order !== 0 || stable) return order;
    return a < b ? -reverse : a > b ? reverse : 0;
  };
}

function keyOrder(self: Utility, options: Options): Comparison {
  const globalFlags = [...'nghMVbdfir'].filter((letter) => options.has(letter)).join('');
  const keys = options.values('k').map((text) => parseKey(self, text));
  const separator = options.value('t');
  if (keys.length === 0) return ordering(globalFlags);
  const orders = keys.map((key) => ({ key, order: ordering(key.flags === '' ? globalFlags : key.flags) }));
  return (a, b) => {
    for (const { key, order } of orders) {
      const result = order(extract(a, key, separator), extract(b, key, separator));
      if (result !== 0) return result;
    }
    return 0;
  };
}

function parseKey(self: Utility, text: string): Key {
  const match = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text);
  if (!match || Number(match[1]) === 0) return self.fail('bad field specification', 2);
  return {
    fromField: Number(match[1]),
    fromCharacter: Number(match[2] ?? 1),
    toField: Number(match[4] ?? 0),
    toCharacter: Number(match[5] ?? 0),
    flags: (match[3] ?? '') + (match[6] ?? ''),
  };
}

function extract(line: string, key: Key, separator: string | undefined): string {
  const bounds = fieldBounds(line, separator);
  const start = bounds[key.fromField - 1];
  if (!start) return '';
  let from = start[0];
  if (key.flags.includes('b')) while (line[from] === ' ' || line[from] === '\t') from++;
  from += key.fromCharacter - 1;
  let to = line.length;
  if (key.toField > 0) {
    const end = bounds[key.toField - 1];
    if (end) to = key.toCharacter === 0 ? end[1] : Math.min(line.length, end[0] + key.toCharacter);
  }
  return line.slice(from, to);
}

function fieldBounds(line: string, separator: string | undefined): [number, number][] {
  const bounds: [number, number][] = [];
  if (separator !== undefined) {
    let start = 0;
    for (let end = line.indexOf(separator); end >= 0; end = line.indexOf(separator, start)) {
      bounds.push([start, end]);
      start = end + separator.length;
    }
    bounds.push([start, line.length]);
    return bounds;
  }
  for (const match of line.matchAll(/[ \t]*[^ \t]+/g))
    bounds.push([match.index, match.index + match[0].length]);
  return bounds;
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

function ordering(flags: string): Comparison {
  const reverse = flags.includes('r') ? -1 : 1;
  const numeric =
    (value: (text: string) => number): Comparison =>
    (a, b) =>
      reverse * (value(a) - value(b) || 0);
  if (flags.includes('n'))
    return numeric((text) => Number.parseFloat(/^\s*-?\d*\.?\d*/.exec(text)?.[0] ?? '') || 0);
  if (flags.includes('g')) return numeric((text) => Number.parseFloat(text) || 0);
  if (flags.includes('h')) {
    return numeric((text) => {
      const match = /^\s*(-?\d*\.?\d+)([KMGTPE]?)/i.exec(text);
      return match ? Number(match[1]) * 1024 ** ' KMGTPE'.indexOf((match[2] || ' ').toUpperCase()) : 0;
    });
  }
  if (flags.includes('M'))
    return numeric((text) => monthNames.indexOf(text.trim().slice(0, 3).toUpperCase()));
  if (flags.includes('V')) return (a, b) => reverse * a.localeCompare(b, 'en', { numeric: true });
  const fold = (text: string) => {
    let result = text;
    if (flags.includes('b')) result = result.replace(/^[ \t]+/, '');
    if (flags.includes('d')) result = result.replace(/[^A-Za-z0-9 \t]/g, '');
    if (flags.includes('i')) result = result.replace(/[^ -~]/g, '');
    return flags.includes('f') ? result.toUpperCase() : result;
  };
  const plain = !/[bdif]/.test(flags);
  return (a, b) => {
    const x = plain ? a : fold(a);
    const y = plain ? b : fold(b);
    return x < y ? -reverse : x > y ? reverse : 0;
  };
}
