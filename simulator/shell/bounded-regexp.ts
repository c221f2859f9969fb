import { cpuUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { type Context, createContext, Script } from 'node:vm';

/** V8's automaton knows repetitions up to this number, nested ones by their product. */
export const mostRepeats = 16;
/**
 * For one match of an expression that the automaton does not know, try after try. One that has gone over it before gets less.
 */
const patienceMs = [50, 100, 200];
const lessPatienceMs = [20, 40];
/** Tries in which the processor was somebody else's, and which do not count. */
const mostIdleTries = 20;

/**
 * Makes expressions that backtrack without end finish in linear time: V8 goes over to its automaton after 50,000 steps
 * back. One line with `(a+)+$` would hold up every cluster of the process otherwise. For expressions made from now on.
 */
export function boundRegularExpressions(): void {
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}

/** A match would take so long that it would hold up everybody else. */
export class TooManySteps extends Error {
  override readonly name = 'TooManySteps';
  constructor() {
    super(
      'The embedded cluster does not simulate matches that take so many steps; use a kind cluster for that',
    );
  }
}

/** What there is of an expression somebody else wrote. Both throw TooManySteps. */
export interface BoundedExpression {
  exec(text: string): RegExpExecArray | null;
  test(text: string): boolean;
}

/** An expression in JavaScript's syntax that ends in bounded time, whatever stands in it. Throws SyntaxError. */
export function boundedExpression(source: string, ignoreCase = false): BoundedExpression {
  const given = new RegExp(source, ignoreCase ? 'i' : '');
  const ascii = /^[\0-\x7f]*$/.test(source) && !/\\[up]/.test(source);
  if (!automatonKnows(source) || (ignoreCase && !ascii)) return new TimedExpression(given);
  return ignoreCase ? new RegExp(foldCase(source)) : given;
}

/** Not what looks around, refers back or counts far: those backtrack to the end. */
function automatonKnows(source: string): boolean {
  const tokens = /\\[\s\S]|\[(?:\\[\s\S]|[^\\\]])*\]|\(\?<?[=!]|\{(\d+)(?:,(\d*))?\}|[\s\S]/g;
  /** How often the parts of each open group are repeated at most, and the last part. */
  const groups = [1];
  let last = 1;
  for (const [token, least, most] of source.matchAll(tokens)) {
    if (/^\\[1-9k]/.test(token) || /^\(\?/.test(token)) return false;
    if (token === '(') groups.push(1);
    if (least !== undefined) last *= Math.max(1, Number(least), Number(most || 0));
    else if (token === ')') last = groups.pop() ?? 1;
    else if (!/^[*+?]$/.test(token)) last = 1;
    if (last > mostRepeats) return false;
    groups.push(Math.max(groups.pop() ?? 1, last));
  }
  return true;
}

/** Where matches with a limit of time run: made for the first of them. */
let room: { context: Context; match: Script } | undefined;

class TimedExpression implements BoundedExpression {
  private patience = patienceMs;

  constructor(private readonly expression: RegExp) {}

  exec(text: string): RegExpExecArray | null {
    for (const timeout of this.patience) {
      for (let idle = 0; idle < mostIdleTries; idle++) {
        const before = cpuUsage();
        const found = this.within(timeout, text);
        if (found !== undefined) return found;
        const { user, system } = cpuUsage(before);
        if ((user + system) / 1_000 > timeout / 2) break;
      }
    }
    this.patience = lessPatienceMs;
    throw new TooManySteps();
  }

  test(text: string): boolean {
    return this.exec(text) !== null;
  }

  /** undefined when the time is up. */
  private within(timeout: number, text: string): RegExpExecArray | null | undefined {
    room ??= { context: createContext({}), match: new Script('expression.exec(text)') };
    const { context, match } = room;
    Object.assign(context, { expression: this.expression, text });
    try {
      return match.runInContext(context, { timeout });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      return undefined;
    } finally {
      Object.assign(context, { expression: undefined, text: undefined });
    }
  }
}

/** Escapes of more than one character, and names of groups: their letters are not matched. */
const unfolded = /\\(?:x[\da-f]{2}|c[a-z]|k<[^>]*>|[\s\S])|\(\?<[a-z_$][\w$]*>/iy;

/**
 * The source of an expression that matches ASCII letters in either case, without the flag `i`: the automaton does not
 * know it, and it would take bytes of UTF-8 for letters.
 */
export function foldCase(source: string): string {
  let folded = '';
  for (let i = 0; i < source.length; i++) {
    const c = source[i] as string;
    unfolded.lastIndex = i;
    const [whole] = unfolded.exec(source) ?? [];
    if (whole !== undefined) {
      folded += whole;
      i += whole.length - 1;
    } else if (c === '[') {
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

/** A class of bytes, written out; one that leaves bytes out takes all that is no byte. */
function foldClass(source: string): string {
  const one = new RegExp(source);
  // What a class leaves out, it leaves out in either case.
  const negated = source.startsWith('[^');
  let members = '';
  for (let code = 0; code < 256; code++) {
    const byte = String.fromCharCode(code);
    const other = /[a-z]/.test(byte) ? byte.toUpperCase() : /[A-Z]/.test(byte) ? byte.toLowerCase() : byte;
    const found = negated ? one.test(byte) && one.test(other) : one.test(byte) || one.test(other);
    if (found !== negated) members += `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return `[${negated ? '^' : ''}${members}]`;
}
