/** A number of type numeric: `unscaled` divided by ten to the power of `scale`. */
export class Decimal {
  constructor(
    readonly unscaled: bigint,
    readonly scale: number,
  ) {}

  /** undefined: not a number. */
  static parse(text: string): Decimal | undefined {
    const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?\s*$/i.exec(text);
    const [, sign, whole = '', part = '', power = '0'] = match ?? [];
    if (!match || whole + part === '') return undefined;
    const digits = BigInt(`${whole}${part}`);
    const scale = part.length - Number(power);
    const value = new Decimal(sign === '-' ? -digits : digits, scale);
    return scale < 0 ? value.rounded(0) : value;
  }

  static of(value: number | bigint): Decimal {
    if (typeof value === 'bigint') return new Decimal(value, 0);
    return Decimal.parse(String(Number(value.toPrecision(15)))) ?? new Decimal(0n, 0);
  }

  add(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.at(scale) + other.at(scale), scale);
  }

  negated(): Decimal {
    return new Decimal(-this.unscaled, this.scale);
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.unscaled * other.unscaled, this.scale + other.scale);
  }

  /** To at least 16 significant digits, as numeric's select_div_scale chooses. Not by zero. */
  dividedBy(other: Decimal): Decimal {
    const [mine, others] = [this.head(), other.head()];
    const weight = mine.weight - others.weight - (mine.digit <= others.digit ? 1 : 0);
    const scale = Math.min(1000, Math.max(16 - weight * 4, this.scale, other.scale, 0));
    const shifted = this.unscaled * 10n ** BigInt(scale + other.scale + 1);
    const quotient = shifted / (other.unscaled * 10n ** BigInt(this.scale));
    return new Decimal(quotient, scale + 1).rounded(scale);
  }

  modulo(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.at(scale) % other.at(scale), scale);
  }

  /** Half away from zero. */
  rounded(scale: number): Decimal {
    if (scale >= this.scale) return new Decimal(this.at(scale), scale);
    const divisor = 10n ** BigInt(this.scale - scale);
    const half = divisor / 2n;
    const rounded = (this.unscaled < 0n ? this.unscaled - half : this.unscaled + half) / divisor;
    return scale < 0 ? new Decimal(rounded * 10n ** BigInt(-scale), 0) : new Decimal(rounded, scale);
  }

  /** The largest whole number that is not greater. */
  floor(): Decimal {
    const cut = new Decimal(this.unscaled / 10n ** BigInt(Math.max(0, this.scale)), 0);
    return this.unscaled < 0n && cut.compare(this) !== 0 ? cut.add(new Decimal(-1n, 0)) : cut;
  }

  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const [a, b] = [this.at(scale), other.at(scale)];
    return a < b ? -1 : a > b ? 1 : 0;
  }

  toNumber(): number {
    return Number(this.toString());
  }

  toString(): string {
    if (this.scale <= 0) return String(this.at(0));
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled)
      .toString()
      .padStart(this.scale + 1, '0');
    return `${this.unscaled < 0n ? '-' : ''}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }

  private at(scale: number): bigint {
    return this.unscaled * 10n ** BigInt(scale - this.scale);
  }

  /** The first digit in base 10,000 and its weight. */
  private head(): { digit: number; weight: number } {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString();
    const whole = digits.length - this.scale;
    const weight = Math.ceil(whole / 4) - 1;
    const used = whole - weight * 4;
    return { digit: Number(digits.slice(0, used).padEnd(used, '0')), weight };
  }
}
