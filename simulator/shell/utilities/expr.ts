import { compileRegExp } from './regular-expression';
import { type Utility, utility } from './utility';

type Value = string | bigint;

/** expr(1): evaluates its arguments; status 1 when the result is null or 0, 2 for what is no expression. */
export const expr = utility('expr', 'EXPRESSION\n\nPrint the value of EXPRESSION', async (self) => {
  if (self.args.length === 0) self.fail('too few arguments', 2);
  const reader = new Expression(self, self.args[0] === '--' ? self.args.slice(1) : self.args);
  const value = reader.whole();
  await self.print(`${value}\n`);
  return isNull(value) ? 1 : 0;
});

const integer = /^-?\d+$/;

function isNull(value: Value): boolean {
  return value === '' || value === 0n || (typeof value === 'string' && /^-?0+$/.test(value));
}

/** Operators by how tightly they bind, the loosest first. */
const levels = [['|'], ['&'], ['<', '<=', '=', '==', '!=', '>=', '>'], ['+', '-'], ['*', '/', '%'], [':']];

class Expression {
  private place = 0;

  constructor(
    private readonly self: Utility,
    private readonly args: string[],
  ) {}

  whole(): Value {
    const value = this.binary(0);
    if (this.place < this.args.length) this.self.fail('syntax error', 2);
    return value;
  }

  private binary(level: number): Value {
    const operators = levels[level];
    if (!operators) return this.primary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = this.args[this.place];
      if (operator === undefined || !operators.includes(operator)) return left;
      this.place++;
      left = this.apply(operator, left, this.binary(level + 1));
    }
  }

  private apply(operator: string, left: Value, right: Value): Value {
    if (operator === '|') return isNull(left) ? right : left;
    if (operator === '&') return isNull(left) || isNull(right) ? 0n : left;
    if (operator === ':') return this.match(String(left), String(right));
    if ('+-*/%'.includes(operator)) {
      const [a, b] = [this.number(left), this.number(right)];
      if ((operator === '/' || operator === '%') && b === 0n) this.self.fail('division by zero', 2);
      const results = {
        '+': () => a + b,
        '-': () => a - b,
        '*': () => a * b,
        '/': () => a / b,
        '%': () => a % b,
      };
      return BigInt.asIntN(64, results[operator as keyof typeof results]());
    }
    const numeric = integer.test(String(left)) && integer.test(String(right));
    const [a, b] = numeric ? [BigInt(left), BigInt(right)] : [String(left), String(right)];
    const order = a < b ? -1 : a > b ? 1 : 0;
    const results: Record<string, boolean> = {
      '<': order < 0,
      '<=': order <= 0,
      '=': order === 0,
      '==': order === 0,
      '!=': order !== 0,
      '>=': order >= 0,
      '>': order > 0,
    };
    return results[operator] ? 1n : 0n;
  }

  private number(value: Value): bigint {
    if (typeof value === 'bigint') return value;
    return integer.test(value) ? BigInt(value) : this.self.fail('non-numeric argument', 2);
  }

  /** What `\(…\)` matched, or the length of the match; anchored at the beginning. */
  private match(text: string, pattern: string): Value {
    const first = compileRegExp(pattern, { extended: false, status: 2 }).exec(text);
    const found = first?.index === 0 ? first : undefined;
    if (/\\\(/.test(pattern)) return found?.[1] ?? '';
    return BigInt(found ? found[0].length : 0);
  }

  private take(): string {
    const arg = this.args[this.place++];
    return arg === undefined ? this.self.fail('syntax error', 2) : arg;
  }

  private operand(): string {
    return String(this.primary());
  }

  private primary(): Value {
    const word = this.take();
    switch (word) {
      case '(': {
        const value = this.binary(0);
        if (this.take() !== ')') this.self.fail('syntax error', 2);
        return value;
      }
      case 'quote':
        return this.take();
      case 'length':
        return BigInt(this.operand().length);
      case 'match': {
        const text = this.operand();
        return this.match(text, this.operand());
      }
      case 'index': {
        const text = this.operand();
        const wanted = this.operand();
        return BigInt([...text].findIndex((c) => wanted.includes(c)) + 1);
      }
      case 'substr': {
        const text = this.operand();
        const from = Number(this.number(this.primary()));
        const length = Number(this.number(this.primary()));
        return from < 1 || length < 1 ? '' : text.slice(from - 1, from - 1 + length);
      }
      case ')':
        return this.self.fail('syntax error', 2);
    }
    return word;
  }
}
