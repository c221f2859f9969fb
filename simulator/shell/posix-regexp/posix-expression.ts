import { javaScriptOf } from './javascript';
import { programOf } from './program';
import { firstMatch, longestMatch, type Search, type Slots } from './search';
import { type Reading, readExpression } from './syntax';

interface Shape extends Search {
  source: string;
  /** JavaScript finds where a match begins, in time that grows with the text alone. */
  bounded: boolean;
  references: boolean;
}

/** Expressions with no more groups, repetitions and characters are quick in JavaScript, whatever the text is. */
const mostGroups = 10;
const mostRepeats = 8;
const longestSource = 1000;
/** Steps times characters beyond which V8's automaton could take seconds: this one counts, and gives up. */
const mostWork = 20_000_000;

/** Flags of JavaScript's expressions that make a difference here. */
export type ExpressionFlags = '' | 'g' | 'm' | 'gm' | 'mg';

/**
 * A POSIX expression as JavaScript's are used: the leftmost match, the longest of those, in bounded time. It is one of JavaScript's own
 * where that does the same. Throws ExpressionFault.
 */
export function posixExpression(pattern: string, reading: Reading, flags: ExpressionFlags = ''): RegExp {
  const { tree, groups } = readExpression(pattern, { ...reading, lines: flags.includes('m') });
  const own = javaScriptOf(tree, true);
  const isSmall = groups <= mostGroups && own.repeats <= mostRepeats && own.source.length <= longestSource;
  if (own.bounded && own.same && isSmall) return new RegExp(own.source, flags);
  const { source, bounded } = javaScriptOf(tree, false);
  const steps = programOf(tree);
  const references = steps.some((step) => step.type === 'reference');
  const shape: Shape = { source, bounded, references, steps, groups, lines: flags.includes('m') };
  return new PosixExpression(shape, flags);
}

class PosixExpression extends RegExp {
  private readonly shape: Shape;

  /** JavaScript makes copies of an expression (`matchAll`, `split`) by giving it itself. */
  constructor(shape: Shape | PosixExpression, flags: string) {
    const own = shape instanceof PosixExpression ? shape.shape : shape;
    super(own.source, flags);
    this.shape = own;
  }

  override exec(text: string): RegExpExecArray | null {
    const moving = this.global || this.sticky;
    const from = moving ? this.lastIndex : 0;
    const slots = from > text.length ? undefined : this.find(text, from);
    if (!slots) {
      if (moving) this.lastIndex = 0;
      return null;
    }
    const [start = 0, end = 0] = slots;
    if (moving) this.lastIndex = end;
    const found: (string | undefined)[] = [];
    for (let at = 0; at < slots.length; at += 2) {
      const [begin = -1, after = -1] = slots.slice(at, at + 2);
      found.push(begin < 0 || after < 0 ? undefined : text.slice(begin, after));
    }
    return Object.assign(found, { 0: text.slice(start, end), index: start, input: text }) as RegExpExecArray;
  }

  /** Whether there is a match from `lastIndex` on, which is not kept for the next one. */
  override test(text: string): boolean {
    if (this.isQuick(text)) return super.exec(text) !== null;
    return this.exec(text) !== null;
  }

  private isQuick(text: string): boolean {
    const { bounded, steps } = this.shape;
    return bounded && steps.length * text.length <= mostWork;
  }

  private find(text: string, from: number): Slots | undefined {
    const { shape, sticky } = this;
    if (shape.references) return firstMatch(shape, text, from, sticky);
    if (!this.isQuick(text)) return longestMatch(shape, text, from, sticky);
    const first = super.exec(text);
    return first ? longestMatch(shape, text, first.index, true) : undefined;
  }
}
