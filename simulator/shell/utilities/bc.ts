import { inputs } from './cat';
import { calculate, compare, type Decimal, decimalText, rescale, squareRoot } from './decimal';
import { type Utility, utility } from './utility';

/** bc: expressions and variables. Its statements and functions are refused. */
export const bc = utility('bc', '[-sqlw] [FILE]...\n\nArbitrary precision calculator', async (self) => {
  const options = self.options('sqlw');
  if (options.has('l')) refuse(self, "bc's mathematical library");
  const calculator = new Calculator(self);
  // Files first, then what is typed.
  for await (const { file } of inputs(self, [...options.operands, '-'])) {
    for await (const { lines } of self.lines(file)) {
      for (const line of lines) if ((await calculator.line(line)) === 'quit') return 0;
      await self.flush();
    }
  }
  return self.status;
});

function refuse(self: Utility, what: string): never {
  return self.fail(`The embedded cluster does not simulate ${what}; use awk for that.`);
}

class BadExpression extends Error {}

/** Calculations with more would hold up everybody else. */
const mostDigits = 50_000;
const mostScale = 2_000;

/** How many decimal digits a number has, or one or two more. */
const digitsOf = ({ digits }: Decimal): number => Math.ceil(digits.toString(16).length * 1.21);

const statements = /^(define|auto|if|else|while|for|return|break|continue|print|read)$/;
const token =
  /\s*(?:(\/\*[\s\S]*?\*\/|#.*)|("[^"]*")|([0-9A-F]*\.[0-9A-F]+|[0-9A-F]+\.?)|([a-z][a-z0-9_]*)|(\+\+|--|&&|\|\||[-+*/%^=!<>]=|[-+*/%^=<>!();.]))/y;
/** Loosest first; assignment and `^` are apart. */
const levels = [['||'], ['&&'], ['<', '>', '<=', '>=', '==', '!='], ['+', '-'], ['*', '/', '%']];
const zero: Decimal = { digits: 0n, scale: 0 };
const one: Decimal = { digits: 1n, scale: 0 };

class Calculator {
  private readonly variables = new Map<string, Decimal>([
    ['ibase', { digits: 10n, scale: 0 }],
    ['obase', { digits: 10n, scale: 0 }],
  ]);
  private tokens: string[] = [];
  private place = 0;

  constructor(private readonly self: Utility) {}

  async line(text: string): Promise<'quit' | undefined> {
    try {
      this.tokenize(text);
      while (this.place < this.tokens.length) {
        if (this.takeIf(';')) continue;
        if (this.peek() === 'quit' || this.peek() === 'halt') return 'quit';
        await this.statement();
        if (this.place < this.tokens.length && !this.takeIf(';'))
          throw new BadExpression(`bad expression at '${this.peek()}'`);
      }
    } catch (error) {
      if (!(error instanceof BadExpression)) throw error;
      await this.self.warn(error.message, 0);
    }
    return undefined;
  }

  private tokenize(text: string): void {
    this.tokens = [];
    this.place = 0;
    token.lastIndex = 0;
    while (text.slice(token.lastIndex).trim() !== '') {
      const at = token.lastIndex;
      const match = token.exec(text);
      if (!match) throw new BadExpression(`bad character '${text.slice(at).trim()[0]}'`);
      if (match[1] === undefined) this.tokens.push(match[0].trim());
    }
  }

  private async statement(): Promise<void> {
    const first = this.peek() ?? '';
    if (statements.test(first)) refuse(this.self, "bc's statements and functions");
    if (first.startsWith('"')) {
      this.place++;
      await this.self.print(first.slice(1, -1));
      return;
    }
    const silent = /^[a-z]/.test(first) && /^[-+*/%^]?=$/.test(this.tokens[this.place + 1] ?? '');
    const value = this.expression();
    if (silent) return;
    this.variables.set('last', value);
    await this.self.print(`${decimalText(value, this.outputBase())}\n`);
  }

  private number(name: string): number {
    return Number(rescale(this.variables.get(name) ?? zero, 0).digits);
  }

  private peek(): string | undefined {
    return this.tokens[this.place];
  }

  private takeIf(text: string): boolean {
    if (this.peek() !== text) return false;
    this.place++;
    return true;
  }

  private expect(text: string): void {
    if (!this.takeIf(text)) throw new BadExpression(`bad expression at '${this.peek() ?? ''}'`);
  }

  private expression(): Decimal {
    const name = this.peek() ?? '';
    const operator = this.tokens[this.place + 1] ?? '';
    if (/^[a-z]/.test(name) && /^[-+*/%^]?=$/.test(operator)) {
      this.place += 2;
      const value = this.expression();
      const old = this.variables.get(name) ?? zero;
      const result = operator === '=' ? value : this.apply(operator.slice(0, -1), old, value);
      this.variables.set(name, result);
      return result;
    }
    return this.binary(0);
  }

  private binary(level: number): Decimal {
    const operators = levels[level];
    if (!operators) return this.power();
    let left = this.binary(level + 1);
    for (let operator = this.peek(); operator && operators.includes(operator); operator = this.peek()) {
      this.place++;
      left = this.apply(operator, left, this.binary(level + 1));
    }
    return left;
  }

  private apply(operator: string, a: Decimal, b: Decimal): Decimal {
    const truth = (yes: boolean) => (yes ? one : zero);
    switch (operator) {
      case '||':
        return truth(a.digits !== 0n || b.digits !== 0n);
      case '&&':
        return truth(a.digits !== 0n && b.digits !== 0n);
      case '<':
        return truth(compare(a, b) < 0);
      case '>':
        return truth(compare(a, b) > 0);
      case '<=':
        return truth(compare(a, b) <= 0);
      case '>=':
        return truth(compare(a, b) >= 0);
      case '==':
        return truth(compare(a, b) === 0);
      case '!=':
        return truth(compare(a, b) !== 0);
    }
    const scale = this.scale();
    const factor = operator === '^' ? Math.abs(Number(rescale(b, 0).digits)) : 1;
    const size = digitsOf(a) * factor + digitsOf(b) + a.scale * factor + b.scale + scale;
    if (size > mostDigits) return refuse(this.self, `numbers of more than ${mostDigits} digits in bc`);
    const result = calculate(operator, a, b, scale);
    if (!result) throw new BadExpression('divide by zero');
    return result;
  }

  private outputBase(): number {
    const base = this.number('obase');
    if (base < 2) throw new BadExpression('bad obase; must be [2, 16]');
    return base <= 16 ? base : refuse(this.self, 'an obase of more than 16 in bc');
  }

  private scale(): number {
    const scale = this.number('scale');
    return scale <= mostScale ? scale : refuse(this.self, `a scale of more than ${mostScale} in bc`);
  }

  private power(): Decimal {
    if (this.takeIf('-')) return this.apply('-', zero, this.power());
    if (this.takeIf('!')) return this.power().digits === 0n ? one : zero;
    const base = this.primary();
    return this.takeIf('^') ? this.apply('^', base, this.power()) : base;
  }

  private primary(): Decimal {
    const word = this.tokens[this.place++] ?? '';
    if (word === '(') {
      const value = this.expression();
      this.expect(')');
      return value;
    }
    if (word === '++' || word === '--') return this.step(this.tokens[this.place++] ?? '', word);
    if (word === '.') return this.variables.get('last') ?? zero;
    if (/^[0-9A-F.]/.test(word)) return this.literal(word);
    if (!/^[a-z]/.test(word)) throw new BadExpression(`bad expression at '${word}'`);
    if (this.takeIf('(')) {
      const value = this.expression();
      this.expect(')');
      return this.call(word, value);
    }
    const value = this.variables.get(word) ?? zero;
    const next = this.peek();
    if (next === '++' || next === '--') {
      this.place++;
      this.step(word, next);
    }
    return value;
  }

  private step(name: string, operator: string): Decimal {
    const value = this.apply(operator.slice(1), this.variables.get(name) ?? zero, one);
    this.variables.set(name, value);
    return value;
  }

  private literal(text: string): Decimal {
    const base = this.number('ibase');
    const [whole = '', part = ''] = text.split('.');
    if (base === 10 && !/[A-F]/.test(text))
      return { digits: BigInt(whole + part || '0'), scale: part.length };
    if (part !== '') return refuse(this.self, 'fractions in other bases in bc');
    let digits = 0n;
    for (const c of whole) digits = digits * BigInt(base) + BigInt(Number.parseInt(c, 16));
    return { digits, scale: 0 };
  }

  private call(name: string, value: Decimal): Decimal {
    if (name === 'sqrt') {
      const root = squareRoot(value, this.scale());
      if (!root) throw new BadExpression('negative number');
      return root;
    }
    if (name === 'scale') return { digits: BigInt(value.scale), scale: 0 };
    if (name === 'length')
      return { digits: BigInt(value.digits.toString().replace('-', '').length), scale: 0 };
    return refuse(this.self, "bc's functions");
  }
}
