import { reserved } from '../syntax/token-reader';
/** Single quotes around a text, so that the shell reads it as it is: `'it'"'"'s'`. */
export function singleQuote(text: string): string {
  let result = '';
  for (const part of text.split(/('+)/)) {
    if (part === '') continue;
    result += part.startsWith("'") ? `"${part}"` : `'${part}'`;
  }
  return result === '' ? "''" : result;
}

/** As bash's `printf %q` writes a text: backslashes, or `$'…'` where a character cannot be shown. */
export function bashEscape(text: string): string {
  if (text === '') return "''";
  return unshown.test(text) ? ansiQuote(text) : text.replace(/[^\w@%+=:,./-]/g, '\\$&');
}

/** As `${name@Q}` writes a text: quoted in any case. */
export function bashQuote(text: string): string {
  return unshown.test(text) ? ansiQuote(text) : `'${text.replaceAll("'", "'\\''")}'`;
}

const unshown = /[\x00-\x1f\x7f-\xff]/;
const ansiNames: Record<string, string> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\x1b': '\\E',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

function ansiQuote(text: string): string {
  const escaped = text
    .replace(/[\\']/g, '\\$&')
    .replace(
      /[\x00-\x1f\x7f-\xff]/g,
      (c) => ansiNames[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
    );
  return `$'${escaped}'`;
}

/** As xtrace prints a word: quoted only when it has a character that means something. */
export function traceQuote(text: string): string {
  if (reserved.has(text)) return singleQuote(text);
  return /[^+,\-./0-9:@A-Z\]^_a-z]/.test(text) ? singleQuote(text) : text;
}
