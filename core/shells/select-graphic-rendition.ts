/**
 * SGR (ECMA-48, 8.3.117): the sequences that colour text. Each sets some properties of the pen to fixed values, so that
 * of many only the last of a kind matters, and none before one that resets all.
 */
const escapeByte = 0x1b;
const bracket = 0x5b;
const finalByte = 0x6d;
/** Longer ones are taken for something else. */
const longest = 48;

/** Where the SGR sequence that starts at `at` ends; 0 when another begins there, -1 when the bytes end within one. */
export function endOfSgr(bytes: Uint8Array, at: number): number {
  if (at + 1 >= bytes.length) return -1;
  if (bytes[at + 1] !== bracket) return 0;
  for (let i = at + 2; i < at + longest; i++) {
    const byte = bytes[i];
    if (byte === undefined) return -1;
    if (byte === finalByte) return i + 1;
    // Digits, colons and semicolons.
    if (byte < 0x30 || byte > 0x3b) return 0;
  }
  return 0;
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
  let from = pieces.length;
  while (from > 0 && !resets(pieces[--from] as Uint8Array));
  const pen = new Map<string, string>();
  for (const bytes of pieces.slice(from))
    for (const sequence of sequencesOf(bytes)) {
      if (isReset(sequence)) pen.clear();
      const kind = kindOf(sequence);
      // Last comes last.
      pen.delete(kind);
      pen.set(kind, sequence);
    }
  return [...pen.values()].map((parameters) => `\x1b[${parameters}m`).join('');
}

function* sequencesOf(bytes: Uint8Array): Generator<string> {
  for (let at = bytes.indexOf(escapeByte); at >= 0; at = bytes.indexOf(escapeByte, at + 1)) {
    const end = endOfSgr(bytes, at);
    if (end > 0) yield String.fromCharCode(...bytes.subarray(at + 2, end - 1));
  }
}

function resets(bytes: Uint8Array): boolean {
  for (const sequence of sequencesOf(bytes)) if (isReset(sequence)) return true;
  return false;
}

const isReset = (parameters: string) => /^0*(;|$)/.test(parameters);

/** Colours of the text replace each other, and so do those behind it; of the rest, equal ones. */
function kindOf(parameters: string): string {
  if (/^(3[0-79]|9[0-7]|38;5;\d+|38;2;\d+;\d+;\d+)$/.test(parameters)) return 'foreground';
  if (/^(4[0-79]|10[0-7]|48;5;\d+|48;2;\d+;\d+;\d+)$/.test(parameters)) return 'background';
  return parameters;
}
