/** A value: text from input counts as a number when it looks like one (`strnum`). */
export type Value = number | string | Loose;
export class Loose {
  constructor(readonly text: string) {}
}
export type Cell = Value | undefined;
export type Table = Map<string, Value>;

const numeric = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

export function number(value: Value): number {
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value : value.text;
  // strtod(3) reads hexadecimal numbers, too.
  const [, sign = '', hex] = /^\s*([-+]?)(0[xX][0-9a-fA-F]+)/.exec(text) ?? [];
  if (hex !== undefined) return Number(hex) * (sign === '-' ? -1 : 1);
  return Number(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(text)?.[0] ?? 0);
}

export function looksNumeric(value: Value): boolean {
  return (
    typeof value === 'number' || (value instanceof Loose && (value.text === '' || numeric.test(value.text)))
  );
}

export function truth(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return numeric.test(value.text) ? Number(value.text) !== 0 : value.text !== '';
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function arithmetic(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    default:
      return a ** b;
  }
}
