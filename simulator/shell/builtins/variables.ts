import { singleQuote } from '../execute/quoting';
import type { Shell } from '../execute/shell';
import type { Builtin } from './builtin';
import { usageFault } from './control';

const validName = /^[A-Za-z_]\w*$/;

const declare =
  (mark: 'exported' | 'readonly', word: 'export' | 'readonly'): Builtin =>
  (shell, args) => {
    let index = 0;
    let remove = false;
    for (; args[index]?.startsWith('-') && args[index] !== '--'; index++) {
      const letters = (args[index] as string).slice(1);
      const wrong = letters.replace(/[pn]/g, '');
      if (wrong !== '') return usageFault(shell, `illegal option -${wrong[0]}`);
      if (letters.includes('n')) remove = true;
    }
    if (args[index] === '--') index++;
    const rest = args.slice(index);
    if (rest.length === 0) {
      for (const [name, variable] of sorted(shell)) {
        if (!variable[mark]) continue;
        shell.print(
          1,
          `${word} ${name}${variable.value === undefined ? '' : `=${singleQuote(variable.value)}`}\n`,
        );
      }
      return 0;
    }
    for (const arg of rest) {
      const equals = arg.indexOf('=');
      const name = equals < 0 ? arg : arg.slice(0, equals);
      if (!validName.test(name)) return usageFault(shell, `${name}: bad variable name`);
      if (equals >= 0) shell.set(name, arg.slice(equals + 1));
      if (remove) shell.unexport(name);
      else shell.mark(name, mark);
    }
    return 0;
  };

function sorted(shell: Shell) {
  return [...shell.variables].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `set` without arguments: every variable, so that the shell can read it again. */
export function printVariables(shell: Shell): void {
  for (const [name, { value }] of sorted(shell)) {
    if (value !== undefined) shell.print(1, `${name}=${singleQuote(value)}\n`);
  }
}

const unset: Builtin = (shell, args) => {
  let functions = false;
  let index = 0;
  for (; args[index]?.startsWith('-') && args[index] !== '--'; index++) {
    const letters = (args[index] as string).slice(1);
    const wrong = letters.replace(/[vf]/g, '');
    if (wrong !== '') return usageFault(shell, `illegal option -${wrong[0]}`);
    functions = letters.endsWith('f');
  }
  if (args[index] === '--') index++;
  for (const name of args.slice(index)) {
    if (functions) shell.functions.delete(name);
    else if (!validName.test(name)) return usageFault(shell, `${name}: bad variable name`);
    else shell.unset(name);
  }
  return 0;
};

const local: Builtin = (shell, args) => {
  if (shell.scopes.length === 0) return usageFault(shell, 'not in a function');
  for (const arg of args) {
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    if (!validName.test(name)) return usageFault(shell, `${name}: bad variable name`);
    shell.makeLocal(name);
    if (equals >= 0) shell.set(name, arg.slice(equals + 1));
    else shell.variables.delete(name);
  }
  return 0;
};

const alias: Builtin = (shell, args) => {
  if (args.length === 0) {
    for (const [name, text] of [...shell.aliases].sort()) shell.print(1, `${name}=${singleQuote(text)}\n`);
    return 0;
  }
  let status = 0;
  for (const arg of args) {
    const equals = arg.indexOf('=', 1);
    if (equals > 0) shell.aliases.set(arg.slice(0, equals), arg.slice(equals + 1));
    else {
      const text = shell.aliases.get(arg);
      if (text === undefined) {
        if (shell.dialect === 'bash') shell.error(`${arg}: not found`);
        else shell.print(2, `alias: ${arg} not found\n`);
        status = 1;
      } else shell.print(1, `${arg}=${singleQuote(text)}\n`);
    }
  }
  return status;
};

const unalias: Builtin = (shell, args) => {
  if (args[0] === '-a') {
    shell.aliases.clear();
    return 0;
  }
  let status = 0;
  for (const name of args) {
    if (!shell.aliases.delete(name)) {
      if (shell.dialect === 'bash') shell.error(`${name}: not found`);
      else shell.print(2, `unalias: ${name} not found\n`);
      status = 1;
    }
  }
  return status;
};

/** getopts(1): POSIX, with OPTIND and OPTARG. */
const getopts: Builtin = (shell, args) => {
  const [letters, name, ...given] = args;
  if (letters === undefined || name === undefined)
    return usageFault(shell, 'usage: getopts optstring var [arg]');
  const parameters = args.length > 2 ? given : shell.positional;
  let index = Number(shell.get('OPTIND') ?? 1);
  const quiet = letters.startsWith(':');
  const store = (variable: string, value: string | undefined) => {
    if (value === undefined) shell.unset(variable);
    else shell.set(variable, value);
  };
  const setIndex = (value: number, offset: number) => {
    shell.set('OPTIND', String(value));
    shell.getoptsOffset = offset;
  };
  let word = parameters[index - 1];
  let offset = shell.getoptsOffset;
  if (offset === 0) {
    if (word === undefined || !word.startsWith('-') || word === '-') {
      store(name, '?');
      return 1;
    }
    if (word === '--') {
      setIndex(index + 1, 0);
      store(name, '?');
      return 1;
    }
    offset = 1;
  }
  word = word ?? '';
  const letter = word[offset] ?? '';
  const known = letter === ':' ? -1 : letters.indexOf(letter, quiet ? 1 : 0);
  const lastOfWord = offset + 1 >= word.length;
  const advance = () => setIndex(lastOfWord ? index + 1 : index, lastOfWord ? 0 : offset + 1);
  if (known < 0) {
    advance();
    store(name, '?');
    if (quiet) store('OPTARG', letter);
    else {
      shell.unset('OPTARG');
      shell.print(2, `Illegal option -${letter}\n`);
    }
    return 0;
  }
  if (letters[known + 1] !== ':') {
    advance();
    shell.set('OPTARG', '');
    store(name, letter);
    return 0;
  }
  if (!lastOfWord) {
    setIndex(index + 1, 0);
    store('OPTARG', word.slice(offset + 1));
  } else if (parameters[index] !== undefined) {
    store('OPTARG', parameters[index]);
    index += 2;
    setIndex(index, 0);
  } else {
    setIndex(index + 1, 0);
    if (quiet) {
      store(name, ':');
      store('OPTARG', letter);
    } else {
      store(name, '?');
      shell.unset('OPTARG');
      shell.print(2, `No arg for -${letter} option\n`);
    }
    return 0;
  }
  store(name, letter);
  return 0;
};

export const variableBuiltins: Record<string, Builtin> = {
  export: declare('exported', 'export'),
  readonly: declare('readonly', 'readonly'),
  unset,
  local,
  alias,
  unalias,
  getopts,
};
