import { bashBuiltins, builtins } from '../builtins/builtin';
import type { Shell } from '../execute/shell';
import { reserved } from '../syntax/token-reader';

/** What Tab makes of the text before the cursor: the text to put in its place, and the names there are. */
export interface Completion {
  replacement?: string;
  choices: string[];
}

/** Commands for the first word, files for the others, variables behind a dollar. */
export function complete(shell: Shell, before: string): Completion {
  const word = /(?:[^\s;|&<>()"'\\]|\\.)*$/.exec(before)?.[0] ?? '';
  const head = before.slice(0, before.length - word.length);
  const dollar = /\$\w*$/.exec(word)?.[0];
  if (dollar !== undefined) {
    const names = [...shell.variables.keys()].map((name) => `$${name}`);
    return completed(before.slice(0, before.length - dollar.length), dollar, names, (name) => name);
  }
  const plain = word.replace(/\\(.)/g, '$1');
  const first = /(^|[;|&(]\s*|\b(?:do|then|else|sudo|exec|time)\s+)$/.test(
    head.trimStart() === '' ? '' : head,
  );
  const names =
    first && !plain.includes('/') ? commands(shell) : files(shell, plain, /(?:^|[;|&]\s*)cd\s+$/.test(head));
  return completed(head, plain, names, (name) => name.replace(/[ \t"'\\$&;()<>|*?[\]`!#]/g, '\\$&'));
}

function completed(
  head: string,
  word: string,
  names: readonly string[],
  escaped: (name: string) => string,
): Completion {
  const matches = [...new Set(names.filter((name) => name.startsWith(word)))].sort();
  const [only] = matches;
  if (only === undefined) return { choices: [] };
  let common = only;
  for (const match of matches) while (!match.startsWith(common)) common = common.slice(0, -1);
  const ending = matches.length === 1 && !common.endsWith('/') ? ' ' : '';
  return {
    replacement: head + escaped(common) + ending,
    choices: matches.map((match) => match.slice(match.replace(/\/$/, '').lastIndexOf('/') + 1)),
  };
}

function commands(shell: Shell): string[] {
  const own = shell.dialect === 'bash' ? [...Object.keys(bashBuiltins), ...reserved] : [];
  const names = [...Object.keys(builtins), ...own, ...shell.functions.keys(), ...shell.aliases.keys()];
  for (const directory of (shell.get('PATH') ?? '').split(':')) names.push(...list(shell, directory));
  return names;
}

function files(shell: Shell, word: string, directoriesOnly: boolean): string[] {
  const slash = word.lastIndexOf('/');
  const directory = word.slice(0, slash + 1);
  const place = directory.startsWith('~/') ? `${shell.get('HOME') ?? ''}${directory.slice(1)}` : directory;
  return list(shell, place === '' ? '.' : place).flatMap((name) => {
    if (name.startsWith('.') && !word.slice(slash + 1).startsWith('.')) return [];
    const folder = shell.process.files.tryStat(place + name)?.type === 'directory';
    return folder || !directoriesOnly ? [directory + name + (folder ? '/' : '')] : [];
  });
}

function list(shell: Shell, directory: string): string[] {
  try {
    return shell.process.files.list(directory);
  } catch {
    return [];
  }
}
