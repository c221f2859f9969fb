import { errorText } from '../../files/error-text';
import { FileError } from '../../files/file-system';
import type { Process } from '../../runtime/process';
import { builtinOf, specialBuiltins } from '../builtins/builtin';
import type { Assignment, Command, SimpleCommand } from '../syntax/ast';
import { assign } from './bash-commands';
import { closeProcesses } from './process-substitution';
import { forgetSaved, RedirectionFault, restoreFds, type SavedFds } from './redirection';
import type { Later, Shell } from './shell';
import type { Variable } from './shell-state';
import { traceFields } from './trace';

/**
 * POSIX 2.9.1: expand, redirect, assign, then run a builtin, a function or a program. `last`: a program may take the place of the
 * shell.
 */
export function runSimple(shell: Shell, command: SimpleCommand, last = false): Later<number> {
  shell.line = command.line;
  shell.builtinName = undefined;
  shell.substitutionStatus = undefined;
  const held = shell.processFds.length;
  const fields = shell.drive(shell.expander.words(command.words, []));
  const result =
    fields instanceof Promise
      ? fields.then((words) => runFields(shell, command, words, last))
      : runFields(shell, command, fields, last);
  // Substitutions of any kind take time: what is done at once has none.
  return result instanceof Promise ? result.finally(() => closeProcesses(shell, held)) : result;
}

function runFields(shell: Shell, command: SimpleCommand, fields: string[], last = false): Later<number> {
  const { assignments, redirects, declared } = command;
  if (declared) return declareArrays(shell, { ...command, declared: undefined }, fields, declared);
  if (assignments.length === 0 && redirects.length === 0) {
    if (fields.length === 0) return shell.substitutionStatus ?? 0;
    if (shell.options.xtrace) traceFields(shell, [], fields);
    return invoke(shell, fields, { last });
  }
  if (shell.dialect === 'bash' && fields.length === 0 && redirects.length === 0)
    return assignAll(shell, assignments);
  if (redirects.length === 0 && fields.length === 0 && !shell.options.xtrace)
    return assignOnly(shell, command);
  return runFully(shell, command, fields, last);
}

/** bash: `a=(1 2) b[1]=x c+=y` */
async function assignAll(shell: Shell, assignments: Assignment[]): Promise<number> {
  for (const assignment of assignments) await assign(shell, assignment);
  return shell.substitutionStatus ?? 0;
}

/** bash: `declare -a x=(1 2)`: the declaration first, then the elements. */
async function declareArrays(
  shell: Shell,
  command: SimpleCommand,
  fields: string[],
  declared: Assignment[],
): Promise<number> {
  const status = await runFields(shell, command, fields);
  if (status === 0) await assignAll(shell, declared);
  return status;
}

/** `x=1 y=2` */
function assignOnly(shell: Shell, command: SimpleCommand, from = 0): Later<number> {
  for (let i = from; i < command.assignments.length; i++) {
    const { name, value } = command.assignments[i] as SimpleCommand['assignments'][number];
    const text = shell.drive(shell.expander.text(value));
    if (text instanceof Promise) {
      return text.then((result) => {
        shell.set(name, result);
        return assignOnly(shell, command, i + 1);
      });
    }
    shell.set(name, text);
  }
  return shell.substitutionStatus ?? 0;
}

async function runFully(
  shell: Shell,
  command: SimpleCommand,
  fields: string[],
  last: boolean,
): Promise<number> {
  const saved: SavedFds = new Map();
  const name = fields[0];
  const special = name !== undefined && specialBuiltins.has(name) && !shell.functions.has(name);
  let keep = false;
  try {
    // bash traces the words before it redirects.
    const traces = shell.options.xtrace;
    if (traces && shell.dialect === 'bash' && command.assignments.length === 0)
      traceFields(shell, [], fields);
    try {
      await shell.redirect(command.redirects, saved);
    } catch (error) {
      if (!(error instanceof RedirectionFault)) throw error;
      shell.error(error.message);
      if (special && !shell.options.interactive) {
        shell.lastStatus = 1;
        shell.flow = { type: 'exit' };
      }
      return 1;
    }
    const values: [string, string][] = [];
    for (const { name: variable, value } of command.assignments) {
      const text = await shell.drive(shell.expander.text(value));
      values.push([variable, text]);
      // Later assignments of the same command see earlier ones.
      if (name === undefined) shell.set(variable, text);
    }
    if (traces && (shell.dialect !== 'bash' || values.length > 0)) traceFields(shell, values, fields);
    if (name === undefined) return shell.substitutionStatus ?? 0;
    if (special) for (const [variable, value] of values) shell.set(variable, value);
    keep = name === 'exec' && special;
    if (special) return await invoke(shell, fields);
    if (last && namesProgram(shell, name)) {
      forgetSaved(saved);
      saved.clear();
    }
    return await withTemporary(shell, values, () => invoke(shell, fields, { last }));
  } finally {
    if (keep && !shell.process.status) forgetSaved(saved);
    else restoreFds(shell.process, saved);
  }
}

/** Assignments that last for one command, exported to it. */
async function withTemporary(
  shell: Shell,
  values: [string, string][],
  body: () => Later<number>,
): Promise<number> {
  const before: [string, Variable | undefined][] = [];
  for (const [name, value] of values) {
    const variable = shell.variables.get(name);
    before.push([name, variable && { ...variable }]);
    shell.set(name, value);
    shell.mark(name, 'exported');
  }
  try {
    return await body();
  } finally {
    for (const [name, variable] of before.reverse()) shell.restore(name, variable);
  }
}

/** Runs what `fields[0]` names. */
export function invoke(
  shell: Shell,
  fields: string[],
  options: { functions?: boolean; last?: boolean } = {},
): Later<number> {
  const name = fields[0] as string;
  shell.lastArgument = fields.at(-1);
  const isFunction = options.functions !== false && shell.functions.get(name);
  if (isFunction && !specialBuiltins.has(name)) return shell.call(name, isFunction, fields.slice(1));
  const builtin = builtinOf(shell, name);
  if (builtin) {
    shell.builtinName = name;
    const result = builtin(shell, fields.slice(1), name);
    if (typeof result === 'number') {
      shell.builtinName = undefined;
      return result;
    }
    return result.finally(() => {
      shell.builtinName = undefined;
    });
  }
  if (options.last) return replaceShell(shell, fields);
  return runProgram(shell, fields);
}

function namesProgram(shell: Shell, name: string): boolean {
  return !shell.functions.has(name) && !builtinOf(shell, name);
}

/** The program is the rest of what there was to do. */
async function replaceShell(shell: Shell, fields: string[]): Promise<number> {
  const status = await becomeProgram(shell, fields);
  shell.lastStatus = status;
  shell.flow = { type: 'exit' };
  return status;
}

async function runProgram(shell: Shell, fields: string[]): Promise<number> {
  const found = findProgram(shell, fields[0] as string);
  if (typeof found === 'number') return found;
  let child: Process;
  try {
    child = startProgram(shell, found, fields);
  } catch (error) {
    return programFault(shell, fields[0] as string, error);
  }
  const job = shell.jobs.add([child], false, () => fields.join(' '), shell);
  return (await shell.jobs.foreground(job, shell))[0] ?? 0;
}

/** A file that is no program is read as a script of this shell (POSIX 2.9.1.1). */
function startProgram(shell: Shell, path: string, fields: string[]): Process {
  const own = { env: shell.environment(), heed: shell.ownIgnored };
  const group = shell.options.monitor ? { group: 0 } : {};
  try {
    return shell.process.spawn({ path, argv: fields, ...own, ...group });
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== 'ENOEXEC' || !looksLikeScript(shell, path))
      throw error;
    return shell.process.spawn({
      path: ownProgram(shell),
      argv: [shell.dialect === 'bash' ? 'bash' : 'sh', path, ...fields.slice(1)],
      ...own,
      ...group,
    });
  }
}

function ownProgram(shell: Shell): string {
  return shell.dialect === 'bash' ? shell.process.executable : '/bin/sh';
}

/** Where PATH leads; or, after saying so, the status for a command that is not there. */
export function findProgram(shell: Shell, name: string): string | number {
  if (name.includes('/')) return name;
  let denied = false;
  if (name === '') {
    // PATH leads to a directory then, which cannot be executed.
    shell.error(': Permission denied');
    return 127;
  } else {
    for (const directory of (shell.get('PATH') ?? '').split(':')) {
      const path = `${directory === '' ? '.' : directory}/${name}`;
      const stat = shell.process.files.tryStat(path);
      if (!stat || stat.type === 'directory') continue;
      if (shell.process.files.access(path, 1)) return path;
      denied = true;
    }
  }
  shell.error(`${name}: ${denied ? 'Permission denied' : 'not found'}`);
  return denied ? 126 : 127;
}

/** Why a program cannot be executed, in ash's words, and the status. */
function programFault(shell: Shell, name: string, error: unknown): number {
  if (!(error instanceof FileError)) throw error;
  if (error.code === 'EAGAIN') throw error;
  const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
  shell.error(`${name}: ${missing ? 'not found' : errorText(error)}`);
  return missing ? 127 : 126;
}

/** Takes the place of the shell: `exec`, and the last command of a subshell. */
export async function becomeProgram(shell: Shell, fields: string[]): Promise<number> {
  const name = fields[0] as string;
  const found = findProgram(shell, name);
  if (typeof found === 'number') return found;
  for (const signal of shell.ownIgnored) shell.process.setAction(signal, 'default');
  try {
    const status = await shell.process.exec(found, fields, new Map(shell.environment()));
    // The shell is no more, and its traps with it.
    shell.traps.clear();
    return status;
  } catch (error) {
    if (error instanceof FileError && error.code === 'ENOEXEC' && looksLikeScript(shell, found)) {
      const own = shell.dialect === 'bash' ? 'bash' : 'sh';
      return shell.process.exec(
        ownProgram(shell),
        [own, found, ...fields.slice(1)],
        new Map(shell.environment()),
      );
    }
    return programFault(shell, name, error);
  }
}

/** Whether a lone command of a subshell can be the subshell's process: a program, without traps to run afterwards. */
export function becomes(shell: Shell, command: Command): command is SimpleCommand {
  return (
    command.type === 'simple' &&
    command.redirects.length === 0 &&
    command.assignments.length === 0 &&
    shell.traps.size === 0 &&
    !shell.options.xtrace
  );
}

/** Runs a lone command of a subshell, in place when it is a program. */
export async function runLast(shell: Shell, command: SimpleCommand): Promise<number> {
  shell.line = command.line;
  const fields = await shell.drive(shell.expander.words(command.words, []));
  const name = fields[0];
  if (name === undefined) return shell.substitutionStatus ?? 0;
  if (!namesProgram(shell, name)) return shell.afterwards(invoke(shell, fields), true);
  return becomeProgram(shell, fields);
}

function looksLikeScript(shell: Shell, path: string): boolean {
  try {
    const file = shell.process.files.open(path, 'r');
    const head = file.read(256) ?? new Uint8Array(0);
    file.release();
    return !head.includes(0);
  } catch {
    return false;
  }
}
