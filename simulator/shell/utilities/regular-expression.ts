import { type ExpressionFlags, posixExpression } from '../posix-regexp/posix-expression';
import { ExpressionFault } from '../posix-regexp/syntax';
import { UtilityFault } from './utility';

interface Compiling {
  extended: boolean;
  ignoreCase?: boolean;
  flags?: ExpressionFlags;
  /** Exit status of the utility for an expression that cannot be read. */
  status?: number;
}

/** A POSIX regular expression, basic or extended. Throws UtilityFault in regcomp's words. */
export function compileRegExp(pattern: string, options: Compiling): RegExp {
  const { extended, ignoreCase = false, flags = '', status = 1 } = options;
  try {
    return posixExpression(pattern, { extended, ignoreCase, strict: true }, flags);
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error;
    throw new UtilityFault(`bad regex '${pattern}': ${error.message}`, status);
  }
}

/** The parts of a text between the matches of an expression. An empty match separates nothing. */
export function splitAt(text: string, expression: RegExp): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const match of text.matchAll(expression)) {
    if (match[0] === '') continue;
    parts.push(text.slice(start, match.index));
    start = match.index + match[0].length;
  }
  parts.push(text.slice(start));
  return parts;
}

/** All matches, but for an empty one right behind another. */
export function* matchesOf(text: string, expression: RegExp): Generator<RegExpExecArray> {
  let end = -1;
  for (const match of text.matchAll(expression)) {
    if (match[0] === '' && match.index === end) continue;
    end = match.index + match[0].length;
    yield match;
  }
}
