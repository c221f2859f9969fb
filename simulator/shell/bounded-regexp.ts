import { setFlagsFromString } from 'node:v8';

/**
 * Makes expressions that backtrack without end finish in linear time: V8 goes over to its automaton after 50,000 steps
 * back. One line with `(a+)+$` would hold up every cluster of the process otherwise. For expressions made from now on.
 */
export function boundRegularExpressions(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}

/**
 * The source of an expression that matches ASCII letters in either case, without the flag `i`: the automaton does not
 * know it, and it would take bytes of UTF-8 for letters.
 */
export function foldCase(source: string): string {
  let folded = '';
  for (let i = 0; i < source.length; i++) {
    const c = source[i] as string;
    if (c === '\\') folded += c + (source[++i] ?? '');
    else if (c === '[') {
      const end = classEnd(source, i);
      folded += foldClass(source.slice(i, end));
      i = end - 1;
    } else folded += /[A-Za-z]/.test(c) ? `[${c.toLowerCase()}${c.toUpperCase()}]` : c;
  }
  return folded;
}

function classEnd(source: string, start: number): number {
  let i = start + 1;
  while (i < source.length && source[i] !== ']') i += source[i] === '\\' ? 2 : 1;
  return i + 1;
}

/** A class of bytes, written out. */
function foldClass(source: string): string {
  const one = new RegExp(source);
  // What a class leaves out, it leaves out in either case.
  const negated = source.startsWith('[^');
  let members = '';
  for (let code = 0; code < 256; code++) {
    const byte = String.fromCharCode(code);
    const other = /[a-z]/.test(byte) ? byte.toUpperCase() : /[A-Z]/.test(byte) ? byte.toLowerCase() : byte;
    const found = negated ? one.test(byte) && one.test(other) : one.test(byte) || one.test(other);
    if (found) members += `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return members === '' ? '(?!)' : `[${members}]`;
}
