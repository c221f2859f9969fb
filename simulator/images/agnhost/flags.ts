/** Flags as Go's pflag reads them: `--name=value`, `--name value`, `--switch`. */
export interface Flags {
  text(name: string, otherwise?: string): string;
  number(name: string, otherwise: number): number;
  has(name: string): boolean;
  operands: string[];
}

/** A sentence when a flag is not among `known` (`switches` take no value). */
export function parseFlags(
  args: readonly string[],
  known: readonly string[],
  switches: readonly string[] = [],
): Flags | string {
  const values = new Map<string, string>();
  const operands: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const [, name = '', given] = /^--?([a-zA-Z][\w-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (arg === '--') {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (name === '') operands.push(arg);
    else if (switches.includes(name)) values.set(name, given ?? 'true');
    else if (!known.includes(name)) return `unknown flag: --${name}`;
    else {
      const value = given ?? args[++index];
      if (value === undefined) return `flag needs an argument: --${name}`;
      values.set(name, value);
    }
  }
  return {
    text: (name, otherwise = '') => values.get(name) ?? otherwise,
    number: (name, otherwise) => Number(values.get(name) ?? otherwise),
    has: (name) => values.has(name) && values.get(name) !== 'false',
    operands,
  };
}

/** Milliseconds of a Go duration such as `1m30s`; NaN when it is none. */
export function durationMs(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  let total = 0;
  const rest = text.replace(/(\d+(?:\.\d+)?)(ms|s|m|h)/g, (_whole, amount: string, unit: string) => {
    total += Number(amount) * (units[unit] ?? Number.NaN);
    return '';
  });
  return rest === '' || rest === '0' ? total : Number.NaN;
}
