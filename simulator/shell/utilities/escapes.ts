const simple: Record<string, string> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

/**
 * Backslash escapes as in echo -e, printf and `%b`. `stop` tells that `\c` ended the output. Octals: `\0nnn` for echo and
 * %b, `\nnn` in every case.
 */
export function decodeEscapes(text: string, zeroOctal: boolean): { text: string; stop: boolean } {
  if (!text.includes('\\')) return { text, stop: false };
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c !== '\\') {
      result += c;
      continue;
    }
    const next = text[i + 1];
    if (next === undefined) {
      result += '\\';
      break;
    }
    if (next === 'c') return { text: result, stop: true };
    const octal = (zeroOctal ? /^0([0-7]{0,3})|^([1-7][0-7]{0,2})/ : /^()([0-7]{1,3})/).exec(
      text.slice(i + 1, i + 5),
    );
    const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(i + 1, i + 4));
    if (octal) {
      result += String.fromCharCode(Number.parseInt(octal[1] || octal[2] || '0', 8) & 255);
      i += octal[0].length;
    } else if (hex) {
      result += String.fromCharCode(Number.parseInt(hex[1] as string, 16));
      i += hex[0].length;
    } else {
      const known = simple[next];
      result += known ?? `\\${next}`;
      i++;
    }
  }
  return { text: result, stop: false };
}
