import type { Later, Shell } from '../execute/shell';

/** A command of the shell itself. Gets its arguments without the name. */
export type Builtin = (shell: Shell, args: string[], name: string) => Later<number>;

/** POSIX 2.14: their assignments last, and their faults end a shell that is not interactive. */
export const specialBuiltins: ReadonlySet<string> = new Set([
  '.',
  ':',
  'break',
  'continue',
  'eval',
  'exec',
  'exit',
  'export',
  'readonly',
  'return',
  'set',
  'shift',
  'source',
  'times',
  'trap',
  'unset',
  'local',
]);

/** What bash has beyond the others, or otherwise; filled by ./index. */
export const bashBuiltins: Record<string, Builtin | undefined> = Object.create(null);

/** The builtin of that name in the shell's dialect. */
export function builtinOf(shell: Shell, name: string): Builtin | undefined {
  return (shell.dialect === 'bash' ? bashBuiltins[name] : undefined) ?? builtins[name];
}

/** By name; filled by ./index. */
export const builtins: Record<string, Builtin | undefined> = Object.create(null);
