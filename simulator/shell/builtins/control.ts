import { decode } from '../../files/byte-string';
import { errorText } from '../../files/error-text';
import type { Shell } from '../execute/shell';
import { becomeProgram, findProgram, invoke } from '../execute/simple-command';
import { reserved } from '../syntax/token-reader';
import type { Builtin } from './builtin';
import { builtinOf, specialBuiltins } from './builtin';

/** A mistake in the call of a special builtin: it ends a shell that is not interactive. */
export function usageFault(shell: Shell, message: string, status = 2): number {
  shell.error(message);
  // bash goes on, but for POSIX mode.
  if (!shell.options.interactive && shell.dialect !== 'bash') {
    shell.lastStatus = status;
    shell.flow = { type: 'exit' };
  }
  return status;
}

const leave =
  (type: 'break' | 'continue'): Builtin =>
  (shell, args) => {
    const levels = args[0] === undefined ? 1 : Number(args[0]);
    if (!Number.isInteger(levels) || levels < 1) return usageFault(shell, `Illegal number: ${args[0]}`);
    if (shell.loops > 0) shell.flow = { type, levels: Math.min(levels, shell.loops) };
    return 0;
  };

function statusArgument(shell: Shell, args: string[]): number | undefined {
  const text = args[0];
  if (text === undefined) return shell.lastStatus;
  return /^\d+$/.test(text) ? Number(text) & 255 : undefined;
}

const exit: Builtin = (shell, args) => {
  const status = statusArgument(shell, args);
  if (status === undefined) {
    const wrong = usageFault(shell, `Illegal number: ${args[0]}`);
    if (shell.dialect === 'bash') {
      shell.lastStatus = wrong;
      shell.flow = { type: 'exit' };
    }
    return wrong;
  }
  shell.lastStatus = status;
  shell.flow = { type: 'exit' };
  if (shell.dialect === 'bash' && shell.options.interactive) shell.print(2, 'exit\n');
  return status;
};

const returns: Builtin = (shell, args) => {
  if (shell.dialect === 'bash' && shell.calls === 0)
    return usageFault(shell, "can only `return' from a function or sourced script");
  const status = statusArgument(shell, args);
  if (status === undefined) return usageFault(shell, `Illegal number: ${args[0]}`);
  shell.lastStatus = status;
  shell.flow = { type: 'return' };
  return status;
};

const evaluate: Builtin = (shell, args) => {
  const text = args.join(' ');
  return shell.runScript(text, shell.line);
};

const source: Builtin = async (shell, args) => {
  const name = args[0];
  if (name === undefined) return usageFault(shell, 'filename argument required');
  let path = name;
  if (!name.includes('/')) {
    const inPath = (shell.get('PATH') ?? '').split(':').map((directory) => `${directory}/${name}`);
    path = inPath.find((candidate) => shell.process.files.tryStat(candidate)?.type === 'file') ?? name;
  }
  let text: string;
  try {
    text = decode(shell.process.files.readFile(path));
  } catch (error) {
    if (shell.dialect === 'bash') shell.builtinName = undefined;
    return usageFault(shell, `can't open '${name}': ${errorText(error)}`, shell.dialect === 'bash' ? 1 : 2);
  }
  const { positional, scriptName } = shell;
  if (args.length > 1) shell.positional = args.slice(1);
  shell.scriptName = name;
  shell.builtinName = undefined;
  shell.calls++;
  try {
    const status = await shell.runScript(text);
    if (shell.flow?.type === 'return') {
      shell.flow = undefined;
      return shell.lastStatus;
    }
    return status;
  } finally {
    shell.calls--;
    shell.scriptName = scriptName;
    if (args.length > 1) shell.positional = positional;
  }
};

const execute: Builtin = async (shell, args) => {
  let fields = args[0] === '--' ? args.slice(1) : args;
  if (fields[0] === '-a' && fields.length > 2) fields = fields.slice(2);
  if (fields.length === 0) return 0;
  const status = await becomeProgram(shell, fields);
  shell.lastStatus = status;
  shell.flow = { type: 'exit' };
  return status;
};

const command: Builtin = (shell, args) => {
  let index = 0;
  let describe: 'v' | 'V' | undefined;
  for (; args[index]?.startsWith('-') && args[index] !== '--'; index++) {
    const letters = (args[index] as string).slice(1);
    if (letters.includes('V')) describe = 'V';
    else if (letters.includes('v')) describe = 'v';
  }
  if (args[index] === '--') index++;
  const rest = args.slice(index);
  if (rest.length === 0) return 0;
  if (describe === 'V') return describeAll(shell, rest);
  if (describe === 'v') {
    const text = location(shell, rest[0] as string);
    if (text === undefined) return 127;
    shell.print(1, `${text}\n`);
    return 0;
  }
  shell.builtinName = undefined;
  return invoke(shell, rest, { functions: false });
};

/** What `command -v` prints; undefined when there is no such command. */
function location(shell: Shell, name: string): string | undefined {
  if (reserved.has(name)) return name;
  const alias = shell.aliases.get(name);
  if (alias !== undefined) return `alias ${name}='${alias}'`;
  if (shell.functions.has(name) || builtinOf(shell, name)) return name;
  return pathOf(shell, name);
}

function pathOf(shell: Shell, name: string): string | undefined {
  const { files } = shell.process;
  if (name.includes('/'))
    return files.access(name, 1) && files.tryStat(name)?.type === 'file' ? name : undefined;
  for (const directory of (shell.get('PATH') ?? '').split(':')) {
    const path = `${directory}/${name}`;
    if (files.tryStat(path)?.type === 'file' && files.access(path, 1)) return path;
  }
  return undefined;
}

function describeAll(shell: Shell, names: string[]): number {
  let status = 0;
  for (const name of names) {
    if (reserved.has(name)) shell.print(1, `${name} is a shell keyword\n`);
    else if (shell.aliases.has(name)) shell.print(1, `${name} is an alias for ${shell.aliases.get(name)}\n`);
    else if (shell.functions.has(name)) shell.print(1, `${name} is a function\n`);
    else if (builtinOf(shell, name))
      shell.print(
        1,
        `${name} is a ${specialBuiltins.has(name) && name !== 'local' && shell.dialect !== 'bash' ? 'special ' : ''}shell builtin\n`,
      );
    else {
      const path = pathOf(shell, name);
      if (path === undefined) {
        if (shell.dialect === 'bash') shell.error(`${name}: not found`);
        else shell.print(1, `${name}: not found\n`);
        status = shell.dialect === 'bash' ? 1 : 127;
      } else shell.print(1, `${name} is ${path}\n`);
    }
  }
  return status;
}

function kindOf(shell: Shell, name: string): string | undefined {
  if (reserved.has(name)) return 'keyword';
  if (shell.aliases.has(name)) return 'alias';
  if (shell.functions.has(name)) return 'function';
  if (builtinOf(shell, name)) return 'builtin';
  return pathOf(shell, name) === undefined ? undefined : 'file';
}

/** bash: `type -t` */
function kinds(shell: Shell, names: string[]): number {
  let status = 0;
  for (const name of names) {
    const kind = kindOf(shell, name);
    if (kind === undefined) status = 1;
    else shell.print(1, `${kind}\n`);
  }
  return status;
}

/** bash: `type -P` */
function paths(shell: Shell, names: string[]): number {
  let status = 0;
  for (const name of names) {
    const path = pathOf(shell, name);
    if (path === undefined) status = 1;
    else shell.print(1, `${path}\n`);
  }
  return status;
}

const shift: Builtin = (shell, args) => {
  const count = args[0] === undefined ? 1 : Number(args[0]);
  if (!Number.isInteger(count) || count < 0) return usageFault(shell, `Illegal number: ${args[0]}`);
  if (count > shell.positional.length) return 1;
  shell.positional = shell.positional.slice(count);
  return 0;
};

const times: Builtin = (shell) => {
  const own = Math.floor(shell.process.cpuMs) / 1000;
  const format = (seconds: number) => `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
  shell.print(1, `${format(own)} ${format(0)}\n${format(0)} ${format(0)}\n`);
  return 0;
};

const history: Builtin = (shell, args) => {
  const { history: lines, dialect } = shell;
  const from = dialect === 'bash' && /^\d+$/.test(args[0] ?? '') ? lines.length - Number(args[0]) : 0;
  for (const [at, line] of lines.entries()) {
    if (at < from) continue;
    const number = dialect === 'bash' ? `${String(at + 1).padStart(5)} ` : String(at).padStart(4);
    shell.print(1, `${number} ${line}\n`);
  }
  return 0;
};

export const controlBuiltins: Record<string, Builtin> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  break: leave('break'),
  continue: leave('continue'),
  exit,
  return: returns,
  eval: evaluate,
  '.': source,
  source,
  exec: execute,
  command,
  type: (shell, args) => {
    if (shell.dialect !== 'bash') return describeAll(shell, args);
    if (args[0] === '-t') return kinds(shell, args.slice(1));
    if (args[0] === '-P' || args[0] === '-p') return paths(shell, args.slice(1));
    return describeAll(shell, args[0] === '-a' ? args.slice(1) : args);
  },
  shift,
  times,
  history,
  hash: (shell, args) => {
    let status = 0;
    for (const name of args)
      if (!name.startsWith('-') && !builtinOf(shell, name) && typeof findProgram(shell, name) === 'number')
        status = 1;
    return status;
  },
};
