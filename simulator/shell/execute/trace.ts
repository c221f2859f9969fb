import { bashQuote, traceQuote } from './quoting';
import type { Shell } from './shell';

/** `set -x`: what is about to be executed, on standard error. */
function trace(shell: Shell, text: string): void {
  const mark = shell.get('PS4') ?? '';
  // bash repeats its first character, as deep as command substitutions are nested.
  const depth = shell.dialect === 'bash' ? shell.substitutionDepth : 0;
  shell.print(2, `${mark.slice(0, 1).repeat(depth)}${mark}${text}\n`);
}

/** The same of what bash alone traces: compound commands and their tests. */
export function traceBash(shell: Shell, text: () => string): void {
  if (shell.options.xtrace && shell.dialect === 'bash') trace(shell, text());
}

/** A word that has been expanded, as it is traced. */
export function traced(shell: Shell, text: string): string {
  if (shell.dialect !== 'bash') return traceQuote(text);
  return text === '' || /[\s'"\\|&;()<>!{}*[\]?^$`]|^[~#]|[=:]~/.test(text) ? bashQuote(text) : text;
}

export function traceFields(shell: Shell, assignments: [string, string][], fields: string[]): void {
  const assigned = assignments.map(([name, value]) => `${name}=${value === '' ? '' : traced(shell, value)}`);
  const words = fields.map((field) => traced(shell, field));
  if (shell.dialect !== 'bash') trace(shell, [...assigned, ...words].join(' '));
  else for (const line of [...assigned, ...(words.length > 0 ? [words.join(' ')] : [])]) trace(shell, line);
}
