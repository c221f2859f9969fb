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

/** As xtrace prints a word: quoted only when it has a character that means something. */
export function traceQuote(text: string): string {
  if (reserved.has(text)) return singleQuote(text);
  return /[^+,\-./0-9:@A-Z\]^_a-z]/.test(text) ? singleQuote(text) : text;
}
