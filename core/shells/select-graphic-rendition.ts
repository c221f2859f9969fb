/**
 * SGR (ECMA-48, 8.3.117): the sequences that colour text. Each sets some properties of the pen to fixed values, so that
 * of many only the last of a kind matters, and none before one that resets all.
 */
const escapeByte = 0x1b;
const bracket = 0x5b;
const finalByte = 0x6d;
/** Parameters are digits, colons and semicolons. */
const firstParameter = 0x30;
const isParameter = (byte: number) => byte >= firstParameter && byte <= 0x3b;
/** Longer ones are taken for something else. */
const longest = 48;
/** So many parameter bytes, twelve of which there are, make a number of base 13 that is exact. */
const longestNumbered = 14;

/** Where the SGR sequence that starts at `at` ends; 0 when another begins there, -1 when the bytes end within one. */
function endOfSgr(bytes: Uint8Array, at: number): number {
  if (at + 1 >= bytes.length) return -1;
  if (bytes[at + 1] !== bracket) return 0;
  const until = Math.min(at + longest, bytes.length);
  for (let i = at + 2; i < until; i++) {
    const byte = bytes[i] as number;
    if (byte === finalByte) return i + 1;
    if (!isParameter(byte)) return 0;
  }
  return until < at + longest ? -1 : 0;
}

/** Where an SGR sequence begins that the bytes end within; their length when there is none. */
export function startOfUnfinishedSgr(bytes: Uint8Array): number {
  const at = bytes.lastIndexOf(escapeByte);
  return at >= 0 && endOfSgr(bytes, at) === -1 ? at : bytes.length;
}

/**
 * SGR sequences that leave the pen as `pieces` leave it, one after the other. They hold text and SGR alone, and each
 * sequence whole.
 */
export function penAfter(pieces: readonly Uint8Array[]): string {
  const seen = new Set<number | string>();
  /** Of each kind the last, and the very last first. */
  const pen = new Map<string, string>();
  for (const bytes of pieces.toReversed())
    for (const parameters of unseenFromTheEnd(bytes, seen)) {
      const kind = kindOf(parameters);
      if (!pen.has(kind)) pen.set(kind, parameters);
      if (isReset(parameters)) return written(pen);
    }
  return written(pen);
}

const written = (pen: ReadonlyMap<string, string>) =>
  [...pen.values()].reverse().reduce((text, parameters) => `${text}\x1b[${parameters}m`, '');

/**
 * The parameters of every sequence that is not among `seen` yet, the last first. Programs that never reset print tens of
 * thousands of a few sorts in a second, so a sequence is known by a number, and nothing is made of one seen before. What
 * stands before a reset does not matter.
 */
function unseenFromTheEnd(bytes: Uint8Array, seen: Set<number | string>): string[] {
  const unseen: string[] = [];
  if (!bytes.includes(escapeByte)) return unseen;
  let end = -1;
  let number = 0;
  for (let at = bytes.length - 1; at > 0; at--) {
    const byte = bytes[at] as number;
    if (byte === finalByte) {
      end = at;
      number = 0;
    } else if (end < 0) continue;
    else if (isParameter(byte)) number = number * 13 + byte - firstParameter + 1;
    else {
      if (byte === bracket && bytes[at - 1] === escapeByte) {
        const name = end - at - 1 <= longestNumbered ? number : textOf(bytes, at + 1, end);
        if (!seen.has(name)) {
          seen.add(name);
          const parameters = textOf(bytes, at + 1, end);
          unseen.push(parameters);
          if (isReset(parameters)) return unseen;
        }
      }
      end = -1;
    }
  }
  return unseen;
}

const textOf = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));

const isReset = (parameters: string) => /^0*(;|$)/.test(parameters);

/** Colours of the text replace each other, and so do those behind it; of the rest, equal ones. */
function kindOf(parameters: string): string {
  if (/^(3[0-79]|9[0-7]|38;5;\d+|38;2;\d+;\d+;\d+)$/.test(parameters)) return 'foreground';
  if (/^(4[0-79]|10[0-7]|48;5;\d+|48;2;\d+;\d+;\d+)$/.test(parameters)) return 'background';
  return parameters;
}
