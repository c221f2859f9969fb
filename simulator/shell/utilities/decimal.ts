/** A decimal number as bc has it: `digits` over ten to the `scale`. */
export interface Decimal {
  digits: bigint;
  scale: number;
}

const ten = (power: number): bigint => 10n ** BigInt(power);

/** The same number with another scale, cut off towards zero. */
export function rescale({ digits, scale }: Decimal, to: number): Decimal {
  return { digits: to >= scale ? digits * ten(to - scale) : digits / ten(scale - to), scale: to };
}

export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = rescale(a, scale).digits - rescale(b, scale).digits;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `a op b` for + - * / % ^ under the variable `scale` (POSIX bc, Scale); undefined: division by zero. */
export function calculate(op: string, a: Decimal, b: Decimal, scale: number): Decimal | undefined {
  const widest = Math.max(a.scale, b.scale);
  switch (op) {
    case '+':
      return { digits: rescale(a, widest).digits + rescale(b, widest).digits, scale: widest };
    case '-':
      return { digits: rescale(a, widest).digits - rescale(b, widest).digits, scale: widest };
    case '*':
      return rescale(
        { digits: a.digits * b.digits, scale: a.scale + b.scale },
        Math.min(a.scale + b.scale, Math.max(scale, widest)),
      );
    case '/':
      return divide(a, b, scale);
    case '%': {
      const quotient = divide(a, b, scale);
      if (!quotient) return undefined;
      const product = { digits: quotient.digits * b.digits, scale: quotient.scale + b.scale };
      return rescale(calculate('-', a, product, 0) as Decimal, Math.max(scale + b.scale, a.scale));
    }
    default: {
      const exponent = rescale(b, 0).digits;
      const size = exponent < 0n ? -exponent : exponent;
      const power = { digits: a.digits ** size, scale: a.scale * Number(size) };
      if (exponent < 0n) return divide({ digits: 1n, scale: 0 }, power, scale);
      return rescale(power, Math.min(power.scale, Math.max(scale, a.scale)));
    }
  }
}

function divide(a: Decimal, b: Decimal, scale: number): Decimal | undefined {
  if (b.digits === 0n) return undefined;
  return { digits: (a.digits * ten(scale + b.scale)) / (b.digits * ten(a.scale)), scale };
}

/** Square root with as many places as `scale` and the number have; undefined for a negative one. */
export function squareRoot(a: Decimal, scale: number): Decimal | undefined {
  if (a.digits < 0n) return undefined;
  const places = Math.max(scale, a.scale);
  const square = rescale(a, 2 * places).digits;
  if (square === 0n) return { digits: 0n, scale: places };
  // Newton's steps, from above: twice as many digits are right after each.
  let next = 1n << BigInt(2 * square.toString(16).length);
  let root = next + 1n;
  while (next < root) {
    root = next;
    next = (root + square / root) / 2n;
  }
  return { digits: root, scale: places };
}

/** As bc writes it: no zero before the point, `base` 2 to 16 (whole numbers only beyond ten). */
export function decimalText({ digits, scale }: Decimal, base: number): string {
  if (digits === 0n) return '0';
  const sign = digits < 0n ? '-' : '';
  const size = digits < 0n ? -digits : digits;
  if (base !== 10) return sign + (size / ten(scale)).toString(base).toUpperCase();
  const text = size.toString().padStart(scale, '0');
  return sign + text.slice(0, text.length - scale) + (scale > 0 ? `.${text.slice(-scale)}` : '');
}
