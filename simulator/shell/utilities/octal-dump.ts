import { encode } from '../../files/byte-string';
import { count, countWithin } from './head-tail';
import { type Options, type Utility, utility } from './utility';

const controlNames =
  'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp'.split(
    ' ',
  );
const escapes: Record<string, string | undefined> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};

/** A byte as `od -c` and `hexdump -c` name it. */
function characterName(c: string): string {
  return escapes[c] ?? (c >= ' ' && c <= '~' ? c : c.charCodeAt(0).toString(8).padStart(3, '0'));
}

/** Letters that stand for a type of -t. */
const shortTypes: Record<string, string> = {
  a: 'a',
  b: 'o1',
  c: 'c',
  d: 'u2',
  h: 'x2',
  i: 'd4',
  l: 'd8',
  o: 'o2',
  x: 'x2',
};

const widths: Record<string, Record<number, number>> = {
  o: { 1: 3, 2: 6, 4: 11, 8: 22 },
  d: { 1: 4, 2: 6, 4: 11, 8: 20 },
  u: { 1: 3, 2: 5, 4: 10, 8: 20 },
  x: { 1: 2, 2: 4, 4: 8, 8: 16 },
};

const odUsage = '[-abcdhilovx] [-t TYPE] [-A RADIX] [-N SIZE] [-j SKIP] [-w[BYTES]] [FILE]...';

export const od = utility('od', odUsage, async (self) => {
  const options = self.options('abcdhiloxvt:A:N:j:w:');
  const types = typesOf(self, options);
  const radix = options.value('A') ?? 'o';
  if (!/^[doxn]$/.test(radix)) return self.fail(`invalid argument '${radix}' to '-A'`);
  const skip = count(self, options.value('j') ?? '0');
  const limit = options.has('N') ? count(self, options.value('N') as string) : Number.POSITIVE_INFINITY;
  const width = countWithin(self, options.value('w') ?? '16', 1, 65_536);
  const text = await contents(self, options.operands, skip + limit);
  if (text === '' && self.status !== 0) return self.status;
  if (text.length < skip) return self.fail('cannot skip past end of combined input');
  const address = (value: number) => {
    if (radix === 'n') return '';
    const base = { d: 10, o: 8, x: 16 }[radix] ?? 8;
    return value.toString(base).padStart(radix === 'x' ? 6 : 7, '0');
  };
  const end = Math.min(text.length, skip + limit);
  let last: string | undefined;
  let starred = false;
  for (let at = skip; at < end; at += width) {
    const row = text.slice(at, Math.min(end, at + width));
    if (row === last && row.length === width && !options.has('v')) {
      if (!starred) await self.print('*\n');
      starred = true;
      continue;
    }
    last = row;
    starred = false;
    for (const [index, type] of types.entries()) {
      const head = index === 0 ? address(at) : ' '.repeat(address(at).length);
      await self.print(`${head}${cells(row, type)}\n`);
    }
  }
  if (radix !== 'n') await self.print(`${address(end)}\n`);
  return self.status;
});

function typesOf(self: Utility, options: Options): string[] {
  const types = Object.entries(shortTypes).flatMap(([letter, type]) => (options.has(letter) ? [type] : []));
  for (const given of options.values('t')) {
    const sizes: Record<string, string> = { C: '1', S: '2', I: '4', L: '8' };
    for (const [all, letter = '', size = ''] of given.matchAll(/([acdouxf])([CSIL]|\d*)(z?)|./g)) {
      if (letter === '') return self.fail(`invalid type string '${given}'`);
      if (letter === 'f' || all.endsWith('z'))
        return self.fail(`The embedded cluster does not simulate -t ${given} of od.`);
      const bytes = sizes[size] ?? (size || '4');
      if (letter !== 'a' && letter !== 'c' && widths[letter]?.[Number(bytes)] === undefined)
        return self.fail(`invalid type string '${given}'; ${bytes}-byte integral type is not supported`);
      types.push(letter === 'a' || letter === 'c' ? letter : letter + bytes);
    }
  }
  return types.length > 0 ? types : ['o2'];
}

function cells(row: string, type: string): string {
  if (type === 'c') return [...row].map((c) => characterName(c).padStart(4)).join('');
  if (type === 'a')
    return [...row]
      .map((c) => String.fromCharCode(c.charCodeAt(0) & 127))
      .map((c) => (controlNames[c.charCodeAt(0)] ?? (c === '\x7f' ? 'del' : c)).padStart(4))
      .join('');
  const letter = type[0] as string;
  const size = Number(type.slice(1));
  const width = widths[letter]?.[size] ?? 0;
  return valuesOf(row, size)
    .map((value) => {
      if (letter === 'x') return value.toString(16).padStart(width, '0');
      if (letter === 'o') return value.toString(8).padStart(width, '0');
      return String(letter === 'd' ? BigInt.asIntN(size * 8, value) : value).padStart(width);
    })
    .map((text) => ` ${text}`)
    .join('');
}

/** Integers of `size` bytes, the least significant byte first. */
function valuesOf(row: string, size: number): bigint[] {
  const data = encode(row);
  const values: bigint[] = [];
  for (let i = 0; i < data.length; i += size) {
    let value = 0n;
    for (let j = size - 1; j >= 0; j--) value = (value << 8n) | BigInt(data[i + j] ?? 0);
    values.push(value);
  }
  return values;
}

/** At least `enough` bytes of the files, one after the other. */
async function contents(self: Utility, operands: string[], enough: number): Promise<string> {
  let text = '';
  for (const path of operands.length > 0 ? operands : ['-']) {
    if (text.length >= enough) break;
    const file = await self.open(path, path);
    if (!file) continue;
    for (let more = enough - text.length; more > 0; more = enough - text.length) {
      const data = await self.readSome(file, Math.min(65_536, more));
      if (data.length === 0) break;
      text += Buffer.from(data).toString('latin1');
      if (text.length > 1 << 20) self.process.setMemory(text.length);
    }
    file.release();
  }
  return text;
}

/** How many bytes a unit has, how many columns it takes with the blank behind it, and how it is written. */
const hexdumpForms: Record<string, { size: number; width: number; show: (text: string) => string }> = {
  b: { size: 1, width: 4, show: (c) => c.charCodeAt(0).toString(8).padStart(3, '0') },
  c: { size: 1, width: 4, show: (c) => characterName(c).padStart(3) },
  d: { size: 2, width: 8, show: (pair) => `  ${String(valuesOf(pair, 2)[0]).padStart(5, '0')}` },
  o: { size: 2, width: 8, show: (pair) => ` ${valuesOf(pair, 2)[0]?.toString(8).padStart(6, '0')}` },
  x: { size: 2, width: 8, show: (pair) => `   ${valuesOf(pair, 2)[0]?.toString(16).padStart(4, '0')}` },
  plain: { size: 2, width: 5, show: (pair) => valuesOf(pair, 2)[0]?.toString(16).padStart(4, '0') ?? '' },
};

const dump = (name: string, canonical: boolean) =>
  utility(name, '[-bcdoxCv] [-n LEN] [-s OFS] [FILE]...', async (self) => {
    const options = self.options('bcdoxCve:f:n:s:');
    if (options.has('e') || options.has('f'))
      self.fail(
        'The embedded cluster does not simulate formats of hexdump; use od -t, or a kind cluster for that.',
      );
    const skip = count(self, options.value('s') ?? '0');
    if (skip > 0 && options.operands.length === 0 && self.process.fds.get(0)?.kind !== 'file')
      self.fail('stdin: Illegal seek');
    const limit = options.has('n') ? count(self, options.value('n') as string) : Number.POSITIVE_INFINITY;
    const text = (await contents(self, options.operands, skip + limit)).slice(0, skip + limit);
    const isCanonical = canonical || options.has('C');
    const chosen = [...'bcdox'].find((letter) => options.has(letter)) ?? 'plain';
    const width = isCanonical ? 8 : 7;
    let last: string | undefined;
    let starred = false;
    for (let at = skip; at < text.length; at += 16) {
      const row = text.slice(at, at + 16);
      if (row === last && row.length === 16 && !options.has('v')) {
        if (!starred) await self.print('*\n');
        starred = true;
        continue;
      }
      last = row;
      starred = false;
      const shown = isCanonical ? canonicalRow(row) : ` ${formed(row, chosen)}`;
      await self.print(`${at.toString(16).padStart(width, '0')}${shown}\n`);
    }
    if (text.length > skip) await self.print(`${text.length.toString(16).padStart(width, '0')}\n`);
    return self.status;
  });

function formed(row: string, chosen: string): string {
  const { size, width, show } = hexdumpForms[chosen] as (typeof hexdumpForms)[string];
  const units = row.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
  return units
    .map(show)
    .join(' ')
    .padEnd((16 / size) * width - 1);
}

function canonicalRow(row: string): string {
  const bytes = [...row].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0'));
  const half = (from: number) =>
    bytes
      .slice(from, from + 8)
      .join(' ')
      .padEnd(23);
  return `  ${half(0)}  ${half(8)}  |${row.replace(/[^ -~]/g, '.')}|`;
}

export const hexdump = dump('hexdump', false);
export const hd = dump('hd', true);
