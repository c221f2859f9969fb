/** How a quantity was written; it is printed in the same family of suffixes (apimachinery resource.Format). */
type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent';

/** A number as Kubernetes writes it: `500m`, `1.5Gi`, `2e3`. Kept in billionths, the smallest part it can have. */
export interface Quantity {
  nanos: bigint;
  format: QuantityFormat;
}

/** Text that is no quantity. The message is Kubernetes' own. */
class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const FORMAT_WRONG =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SHAPE = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const NANO = 1_000_000_000n;
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Reads a quantity; parts below a billionth are rounded up (away from zero). Throws QuantityError. */
export function parseQuantity(text: string | number): Quantity {
  const match = SHAPE.exec(String(text));
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
  if (!match || whole + fraction === '') throw new QuantityError(FORMAT_WRONG);
  const scale = scaleOf(suffix);
  if (!scale) throw new QuantityError("unable to parse quantity's suffix");

  let numerator = BigInt(whole + fraction) * scale.factor * NANO;
  let denominator = 10n ** BigInt(fraction.length);
  if (scale.exponent >= 0) numerator *= 10n ** BigInt(scale.exponent);
  else denominator *= 10n ** BigInt(-scale.exponent);
  const nanos = divideUp(numerator, denominator);
  return { nanos: sign === '-' ? -nanos : nanos, format: scale.format };
}

/** The same, or undefined when the text is no quantity. */
export function tryParseQuantity(text: string | number): Quantity | undefined {
  try {
    return parseQuantity(text);
  } catch {
    return undefined;
  }
}

/**
 * Kubernetes' canonical text: no fraction, the largest suffix that leaves a whole number, binary suffixes only from 1024 on
 * (resource.Quantity CanonicalizeBytes). `0.5` → `500m`, `1024Mi` → `1Gi`, `1.5Gi` → `1536Mi`.
 */
export function formatQuantity({ nanos, format }: Quantity): string {
  const magnitude = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  if (magnitude === 0n) return '0';
  if (format === 'BinarySI' && magnitude >= 1024n * NANO) {
    let number = divideUp(magnitude, NANO);
    let step = 0;
    while (number % 1024n === 0n && step < BINARY_SUFFIXES.length - 1) {
      number /= 1024n;
      step += 1;
    }
    return `${sign}${number}${BINARY_SUFFIXES[step]}`;
  }
  let number = magnitude;
  let step = 0;
  while (number % 1000n === 0n && step < DECIMAL_SUFFIXES.length - 1) {
    number /= 1000n;
    step += 1;
  }
  const suffix = format === 'DecimalExponent' ? exponentText(step * 3 - 9) : DECIMAL_SUFFIXES[step];
  return `${sign}${number}${suffix}`;
}

/** A quantity in the text the API server gives back. Throws QuantityError. */
export function canonicalQuantity(text: string | number): string {
  return formatQuantity(parseQuantity(text));
}

/** Negative, zero or positive, as `left` is less than, equal to or more than `right`. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  return left.nanos < right.nanos ? -1 : left.nanos > right.nanos ? 1 : 0;
}

/** The sum, in the format of `left` (of `right` while `left` is zero), as resource.Quantity Add. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  return { nanos: left.nanos + right.nanos, format: left.nanos === 0n ? right.format : left.format };
}

/** The difference, in the format of `left` (of `right` while `left` is zero), as resource.Quantity Sub. */
export function subtractQuantities(left: Quantity, right: Quantity): Quantity {
  return { nanos: left.nanos - right.nanos, format: left.nanos === 0n ? right.format : left.format };
}

/** Whole units, rounded up: bytes of memory, whole CPUs. */
export function quantityValue({ nanos }: Quantity): number {
  return Number(nanos < 0n ? -(-nanos / NANO) : divideUp(nanos, NANO));
}

/** Thousandths, rounded up: millicores of a CPU quantity. */
export function quantityMilliValue({ nanos }: Quantity): number {
  return Number(nanos < 0n ? -(-nanos / 1_000_000n) : divideUp(nanos, 1_000_000n));
}

/** Rounded up to thousandths, as the API server does with every entry of a ResourceList. */
export function roundUpToMilli({ nanos, format }: Quantity): Quantity {
  const magnitude = divideUp(nanos < 0n ? -nanos : nanos, 1_000_000n) * 1_000_000n;
  return { nanos: nanos < 0n ? -magnitude : magnitude, format };
}

interface Scale {
  factor: bigint;
  exponent: number;
  format: QuantityFormat;
}

function scaleOf(suffix: string): Scale | undefined {
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary > 0) return { factor: 1024n ** BigInt(binary), exponent: 0, format: 'BinarySI' };
  const decimal = DECIMAL_SUFFIXES.indexOf(suffix);
  if (decimal >= 0) return { factor: 1n, exponent: decimal * 3 - 9, format: 'DecimalSI' };
  const power = /^[eE]([-+]?[0-9]+)$/.exec(suffix)?.[1];
  // Beyond this no quantity is meant, and the arithmetic would take for ever.
  if (power === undefined || Math.abs(Number(power)) > 100) return undefined;
  return { factor: 1n, exponent: Number(power), format: 'DecimalExponent' };
}

function exponentText(exponent: number): string {
  return exponent === 0 ? '' : `e${exponent}`;
}

function divideUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
