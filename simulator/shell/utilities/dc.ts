import { inputs } from './cat';
import { calculate, type Decimal, decimalText, rescale, squareRoot } from './decimal';
import { type Utility, utility } from './utility';

/** Calculations with more digits, or deeper stacks, would hold up everybody else. */
const mostDigits = 50_000;
const mostValues = 10_000;

/** dc: a calculator in reverse Polish notation. Its macros are refused. */
export const dc = utility('dc', '[-x] [-e EXPR]... [-f FILE]... [FILE]...', async (self) => {
  const options = self.options('xe:f:');
  const calculator = new StackCalculator(self);
  for (const text of options.values('e')) if (await calculator.run(text)) return 0;
  const paths = [...options.values('f'), ...options.operands];
  if (paths.length === 0 && options.has('e')) return self.status;
  for await (const { file } of inputs(self, paths))
    for await (const { lines } of self.lines(file)) {
      for (const line of lines) if (await calculator.run(line)) return 0;
      await self.flush();
    }
  return self.status;
});

class StackCalculator {
  private readonly stack: Decimal[] = [];
  private readonly registers = new Map<string, Decimal[]>();
  private scale = 0;

  constructor(private readonly self: Utility) {}

  /** One line; true when it asks to end. */
  async run(line: string): Promise<boolean> {
    for (const [token] of line.matchAll(/#.*|\s+|_?(?:[0-9A-F]+\.?[0-9A-F]*|\.[0-9A-F]+)|[slSL].|./gs)) {
      const turn = this.self.process.checkpoint();
      if (turn) await turn;
      if (token === 'q') return true;
      if (!/^[\s#]/.test(token)) await this.execute(token);
    }
    return false;
  }

  private async execute(token: string): Promise<void> {
    const { self, stack } = this;
    if (/^_?\.?[0-9A-F]/.test(token)) this.push(number(self, token));
    else if ('+-*/%^'.includes(token)) this.apply(token);
    else if (/^[slSL].$/s.test(token)) this.register(token[0] as string, token[1] as string);
    else
      switch (token) {
        case 'p':
        case 'n': {
          const top = stack.at(-1);
          if (top === undefined) await self.warn('stack has too few elements');
          else
            await self.print(decimalText(token === 'n' ? this.pop() : top, 10) + (token === 'p' ? '\n' : ''));
          break;
        }
        case 'f':
          for (const value of stack.toReversed()) await self.print(`${decimalText(value, 10)}\n`);
          break;
        case 'c':
          stack.length = 0;
          break;
        case 'd':
          if (stack.length > 0) this.push(stack.at(-1) as Decimal);
          else await self.warn('stack has too few elements');
          break;
        case 'r': {
          const [b, a] = [this.pop(), this.pop()];
          stack.push(b, a);
          break;
        }
        case 'k':
          this.scale = Math.min(2000, Number(rescale(this.pop(), 0).digits));
          break;
        case 'K':
          this.push({ digits: BigInt(this.scale), scale: 0 });
          break;
        case 'z':
          this.push({ digits: BigInt(stack.length), scale: 0 });
          break;
        case 'v': {
          const root = squareRoot(this.pop(), this.scale);
          if (root) this.push(root);
          else await self.warn('negative number');
          break;
        }
        default:
          self.fail(`The embedded cluster does not simulate ${token} of dc; use bc or awk for that.`);
      }
  }

  private apply(operator: string): void {
    const [b, a] = [this.pop(), this.pop()];
    const factor = operator === '^' ? Math.abs(Number(rescale(b, 0).digits)) : 1;
    const size =
      (a.digits.toString(16).length * 1.21 + a.scale) * factor + b.digits.toString(16).length * 1.21;
    if (size + this.scale > mostDigits)
      this.self.fail(
        `The embedded cluster does not simulate numbers of more than ${mostDigits} digits in dc.`,
      );
    const result = calculate(operator, a, b, this.scale);
    this.push(result ?? this.self.fail('divide by zero'));
  }

  private register(operation: string, name: string): void {
    const values = this.registers.get(name) ?? [];
    this.registers.set(name, values);
    if (operation === 's') values.splice(Math.max(0, values.length - 1), 1, this.pop());
    else if (operation === 'S') values.push(this.pop());
    else this.push((operation === 'l' ? values.at(-1) : values.pop()) ?? { digits: 0n, scale: 0 });
  }

  private push(value: Decimal): void {
    if (this.stack.length >= mostValues) this.self.fail('stack is full');
    this.stack.push(value);
  }

  private pop(): Decimal {
    return this.stack.pop() ?? this.self.fail('stack has too few elements');
  }
}

function number(self: Utility, text: string): Decimal {
  const [whole = '', part = ''] = text.replace('_', '').split('.');
  if (/[A-F]/.test(text))
    self.fail('The embedded cluster does not simulate other bases in dc; use bc for that.');
  const digits = BigInt(whole + part || '0');
  return { digits: text.startsWith('_') ? -digits : digits, scale: part.length };
}
