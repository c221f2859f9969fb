import { posixExpression } from '../posix-regexp/posix-expression';
import { ExpressionFault } from '../posix-regexp/syntax';
import { UtilityFault } from './utility';

/** One of grep's patterns. */
export interface GrepPattern {
  test(line: string): boolean;
  /** Where its first match from a place on begins and ends. */
  find(line: string, from: number): [number, number] | undefined;
  /** Where the next match may begin when this one did not do. */
  next(found: [number, number]): number;
}

export interface GrepKind {
  fixed: boolean;
  extended: boolean;
  ignoreCase: boolean;
}

/** Its methods throw UtilityFault when it cannot be read. */
export function grepPattern(pattern: string, kind: GrepKind): GrepPattern {
  return kind.fixed ? fixedPattern(pattern, kind.ignoreCase) : expressionPattern(pattern, kind);
}

function fixedPattern(pattern: string, ignoreCase: boolean): GrepPattern {
  const fold = (text: string) => (ignoreCase ? text.replace(/[A-Z]/g, (c) => c.toLowerCase()) : text);
  const wanted = fold(pattern);
  return {
    test: (line) => fold(line).includes(wanted),
    find: (line, from) => {
      const at = fold(line).indexOf(wanted, from);
      return at < 0 ? undefined : [at, at + wanted.length];
    },
    next: ([start]) => start + 1,
  };
}

/** Read when the first line is: without one nobody hears of a mistake. */
function expressionPattern(pattern: string, kind: GrepKind): GrepPattern {
  let expression: RegExp | undefined;
  const compiled = () => {
    expression ??= compile(pattern, kind);
    return expression;
  };
  return {
    test: (line) => {
      compiled().lastIndex = 0;
      return compiled().test(line);
    },
    find: (line, from) => {
      compiled().lastIndex = from;
      const found = compiled().exec(line);
      return found ? [found.index, found.index + found[0].length] : undefined;
    },
    next: ([, end]) => end,
  };
}

function compile(pattern: string, { extended, ignoreCase }: GrepKind): RegExp {
  try {
    return posixExpression(pattern, { extended, ignoreCase }, 'g');
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    throw new UtilityFault(`bad regex '${pattern}'`, 2);
  }
}

/** The first match that is the whole line (-x) or a whole word (-w). */
export function wholeMatch(
  pattern: GrepPattern,
  line: string,
  whole: 'line' | 'word',
): [number, number] | undefined {
  for (let from = 0; from <= line.length; ) {
    const found = pattern.find(line, from);
    if (!found) return undefined;
    const [start, end] = found;
    if (whole === 'line') {
      if (start === 0 && end === line.length) return found;
    } else if (!isWord(line[start - 1]) && !isWord(line[end])) return found;
    const next = pattern.next(found);
    if (next <= from) return undefined;
    from = next;
  }
  return undefined;
}

const isWord = (c: string | undefined): boolean => c !== undefined && /[A-Za-z0-9_]/.test(c);
