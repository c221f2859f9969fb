/** One measured figure against a named alternative, measured in the same run. */
export interface Row {
  what: string;
  ours: string;
  alternative: string;
  theirs: string;
  /** How many times theirs is ours (or the reverse for sizes and rates), in words. */
  ratio: string;
  /** What the project wants to reach, and whether it did. */
  goal?: { text: string; reached: boolean };
}

export function printRows(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`);
  for (const { what, ours, alternative, theirs, ratio, goal } of rows) {
    const verdict = goal ? `  [goal ${goal.text}: ${goal.reached ? 'reached' : 'MISSED'}]` : '';
    console.log(`  ${what}: ${ours}; ${alternative}: ${theirs}; ratio ${ratio}${verdict}`);
  }
}

/** The value below which `p` (0–1) of the samples lie. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

export const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const times = (a: number, b: number) => `${(a / b).toFixed(2)} ×`;
