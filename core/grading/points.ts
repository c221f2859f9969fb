/** Points and milliseconds are told to two places; binary fractions do not add up. */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
