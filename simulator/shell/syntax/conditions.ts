import type { Condition, Word } from './ast';
import type { Token } from './token-reader';

/** What the parser of `[[ ]]` needs of the one around it. */
export interface ConditionSource {
  peek(): Token;
  next(): Token;
  skipNewlines(): void;
  fail(token: Token): never;
  /** The word after `=~`. */
  pattern(): Word;
}

const unary = /^-[a-hknoprstuvwxzGLNORS]$/;
const binary = /^(=|==|!=|=~|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;

/** bash's `[[ … ]]`: `||` binds less than `&&`, that less than `!`. */
export class ConditionParser {
  constructor(private readonly source: ConditionSource) {}

  parse(): Condition {
    const condition = this.or();
    const token = this.source.next();
    if (token.type !== 'word' || token.text !== ']]') this.source.fail(token);
    return condition;
  }

  private or(): Condition {
    let left = this.and();
    while (this.takes('||')) left = { type: 'or', left, right: this.and() };
    return left;
  }

  private and(): Condition {
    let left = this.not();
    while (this.takes('&&')) left = { type: 'and', left, right: this.not() };
    return left;
  }

  private not(): Condition {
    this.source.skipNewlines();
    const token = this.source.peek();
    if (token.type !== 'word' || token.text !== '!') return this.primary();
    this.source.next();
    return { type: 'not', of: this.not() };
  }

  private primary(): Condition {
    if (this.takes('(')) {
      const inner = this.or();
      if (!this.takes(')')) this.source.fail(this.source.peek());
      return inner;
    }
    const left = this.word();
    if (left.text !== undefined && unary.test(left.text) && this.hasOperand())
      return { type: 'unary', operator: left.text.slice(1), operand: this.word().word };
    const token = this.source.peek();
    if (token.type === 'operator' && (token.text === '<' || token.text === '>')) {
      this.source.next();
      return { type: 'binary', operator: token.text, left: left.word, right: this.word().word };
    }
    if (token.type !== 'word' || token.text === undefined || !binary.test(token.text))
      return { type: 'unary', operator: 'n', operand: left.word };
    this.source.next();
    const right = token.text === '=~' ? this.source.pattern() : this.word().word;
    return { type: 'binary', operator: token.text, left: left.word, right };
  }

  private hasOperand(): boolean {
    const token = this.source.peek();
    return token.type === 'word' && token.text !== ']]' && !binary.test(token.text ?? '');
  }

  private word(): { word: Word; text: string | undefined } {
    const token = this.source.next();
    if (token.type !== 'word' || token.text === ']]') return this.source.fail(token);
    return { word: token.word, text: token.text };
  }

  private takes(operator: string): boolean {
    const token = this.source.peek();
    if (token.type !== 'operator' || token.text !== operator) return false;
    this.source.next();
    this.source.skipNewlines();
    return true;
  }
}
