import './builtins/index';
import { decode } from '../files/byte-string';
import { errorText } from '../files/error-text';
import type { Process, Program } from '../runtime/process';
import { applyOptions } from './builtins/shell-options';
import { bashVersion, type Dialect } from './dialect';
import { defaultOptions } from './execute/options';
import { Shell } from './execute/shell';
import { runInteractive } from './interactive/interactive-shell';
import { runStandardInput } from './standard-input';

/** sh: BusyBox ash. `sh -c SCRIPT [ARG0 ARGS]`, `sh FILE ARGS`, `sh -s`, or from standard input. */
export const sh: Program = (process) => runShell(process, 'ash');

/** Debian's sh. */
export const dash: Program = (process) => runShell(process, 'dash');

/** bash; long options that change nothing here are passed over. */
export const bash: Program = async (process) => {
  const [argument0 = 'bash', ...args] = process.argv;
  let login = argument0.startsWith('-');
  while (/^--\w/.test(args[0] ?? '') || args[0] === '-l') {
    const option = args.shift() ?? '';
    if (option === '--version') {
      await process.write(1, `GNU bash, version ${bashVersion} (x86_64-pc-linux-gnu)\n`);
      return 0;
    }
    if (option === '--login' || option === '-l') login = true;
    else if (!/^--(norc|noprofile|posix|noediting)$/.test(option)) {
      await process.write(2, `bash: ${option}: invalid option\n`);
      return 2;
    }
  }
  process.argv = [argument0, ...args];
  return runShell(process, 'bash', login);
};

async function runShell(process: Process, dialect: Dialect, login?: boolean): Promise<number> {
  const shell = new Shell(process, defaultOptions(), dialect);
  const invoked = process.argv[0] ?? 'sh';
  shell.argument0 = invoked.replace(/^-/, '');
  shell.initialize();
  let args = process.argv.slice(1);
  const command = takeLetter(args, 'c');
  args = command.args;
  const taken = applyOptions(shell, args);
  if (typeof taken === 'string') {
    shell.error(taken);
    return 2;
  }
  shell.options.command = command.found;
  args = args.slice(taken);
  if (command.found) {
    const script = args[0];
    if (script === undefined) {
      await process.write(2, `${shell.argument0}: -c requires an argument\n`);
      return 2;
    }
    if (args[1] !== undefined) shell.argument0 = args[1];
    shell.positional = args.slice(2);
    if (shell.options.interactive) prepareInteractive(shell);
    return shell.guarded(() => shell.runScript(script, 1, true));
  }
  const file = args[0];
  if (file !== undefined && !shell.options.stdin) {
    shell.positional = args.slice(1);
    return runFile(shell, file);
  }
  shell.positional = args;
  shell.options.stdin = true;
  if (shell.options.interactive || (process.isTerminal(0) && process.isTerminal(2))) {
    shell.options.interactive = true;
    prepareInteractive(shell);
    return runInteractive(shell, login ?? invoked.startsWith('-'));
  }
  return shell.guarded(() => runStandardInput(shell));
}

function prepareInteractive(shell: Shell): void {
  for (const signal of ['INT', ...shell.ownIgnored] as const)
    shell.process.setAction(signal, shell.interactiveAction(signal));
}

/** `-c` may stand among other letters: `-ec`. */
function takeLetter(args: string[], letter: string): { found: boolean; args: string[] } {
  const index = args.findIndex(
    (arg, at) =>
      /^-[A-Za-z]+$/.test(arg) &&
      arg.includes(letter) &&
      args.slice(0, at).every((before) => /^[-+]/.test(before)),
  );
  if (index < 0) return { found: false, args };
  const rest = (args[index] as string).replace(letter, '');
  return {
    found: true,
    args: [...args.slice(0, index), ...(rest === '-' ? [] : [rest]), ...args.slice(index + 1)],
  };
}

async function runFile(shell: Shell, file: string): Promise<number> {
  shell.argument0 = file;
  let text: string;
  try {
    text = decode(shell.process.files.readFile(file));
  } catch (error) {
    const name = shell.process.argv[0]?.replace(/^-/, '') ?? 'sh';
    const said = shell.dialect === 'bash' ? file : `can't open '${file}'`;
    await shell.process.write(2, `${name}: ${said}: ${errorText(error)}\n`);
    return shell.dialect === 'bash' ? 127 : 2;
  }
  shell.scriptName = file;
  if (shell.dialect === 'bash') shell.presetArray('BASH_SOURCE', [file]);
  return shell.guarded(() => shell.runScript(text));
}
