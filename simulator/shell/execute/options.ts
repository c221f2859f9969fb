/** `set -o` options in the order in which ash lists them, with their letters. */
export const optionTable = [
  ['errexit', 'e'],
  ['noglob', 'f'],
  ['ignoreeof', 'I'],
  ['interactive', 'i'],
  ['monitor', 'm'],
  ['noexec', 'n'],
  ['stdin', 's'],
  ['command', 'c'],
  ['xtrace', 'x'],
  ['verbose', 'v'],
  ['noclobber', 'C'],
  ['allexport', 'a'],
  ['notify', 'b'],
  ['nounset', 'u'],
  ['errtrace', 'E'],
  ['vi', 'V'],
  ['pipefail', ''],
] as const;

export type OptionName = (typeof optionTable)[number][0];
export type ShellOptions = Record<OptionName, boolean>;

/** Options that belong to the invocation: not shown, not set by `set`. */
export const invocationOptions: ReadonlySet<OptionName> = new Set(['interactive', 'stdin', 'command']);

export function defaultOptions(): ShellOptions {
  return Object.fromEntries(optionTable.map(([name]) => [name, false])) as ShellOptions;
}

export function optionOfLetter(letter: string): OptionName | undefined {
  return optionTable.find(([, known]) => known === letter && letter !== '')?.[0];
}

/** `$-` */
export function optionLetters(options: ShellOptions): string {
  return optionTable.map(([name, letter]) => (options[name] ? letter : '')).join('');
}
