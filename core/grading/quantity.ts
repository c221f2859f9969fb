/**
 * A Kubernetes quantity as an exact number of billionths (nano is the finest suffix), following
 * k8s.io/apimachinery/pkg/api/resource. Undefined when the text is not a quantity.
 */
export function parseQuantity(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? parseQuantity(String(value)) : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/.exec(
    value.trim(),
  );
  if (!match) return undefined;
  const [, sign, digits = '', suffix = '', exponent] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  let scaled = BigInt(whole + fraction || '0');
  // Value is scaled / 10^fraction.length × suffix; kept in billionths, rounded up as Kubernetes does.
  let power = 9 - fraction.length + (exponent ? Number(exponent) : (decimal[suffix] ?? 0));
  if (suffix.endsWith('i')) scaled *= 1024n ** BigInt('KMGTPE'.indexOf(suffix.charAt(0)) + 1);
  power = Math.max(power, -64);
  const nano = power >= 0 ? scaled * 10n ** BigInt(power) : ceilDivide(scaled, 10n ** BigInt(-power));
  return sign === '-' ? -nano : nano;
}

const decimal: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

function ceilDivide(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** A Go duration (`1h30m`, `90s`, `500ms`) in nanoseconds; undefined when it is not one. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^[+-]?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value)) return undefined;
  let total = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g))
    total += Number(amount) * (nanoseconds[unit ?? ''] ?? 0);
  return value.startsWith('-') ? -total : total;
}

const nanoseconds: Record<string, number> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
