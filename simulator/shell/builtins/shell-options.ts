import { type SignalName, signalNumbers } from '../../runtime/process';
import { parseSignal } from '../../runtime/signal-rules';
import { invocationOptions, type OptionName, optionOfLetter, optionTable } from '../execute/options';
import { singleQuote } from '../execute/quoting';
import type { Shell } from '../execute/shell';
import type { Builtin } from './builtin';
import { usageFault } from './control';
import { printVariables } from './variables';

/** Applies `-ex`, `+u`, `-o pipefail`; the number of arguments it took, or the message for a wrong one. */
export function applyOptions(shell: Shell, args: string[]): number | string {
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] as string;
    if (arg === '--' || arg === '-') {
      return index + 1;
    }
    if (!/^[-+]./.test(arg)) break;
    const on = arg[0] === '-';
    for (const letter of arg.slice(1)) {
      if (letter === 'o') {
        const name = args[index + 1];
        if (name === undefined) {
          listOptions(shell, on);
          continue;
        }
        index++;
        const option = optionTable.find(([known]) => known === name)?.[0];
        if (!option || invocationOptions.has(option)) return `illegal option ${on ? '-' : '+'}o ${name}`;
        setOption(shell, option, on);
        continue;
      }
      const option = optionOfLetter(letter);
      if (!option || option === 'command') return `illegal option ${arg[0]}${letter}`;
      setOption(shell, option, on);
    }
  }
  return index;
}

function setOption(shell: Shell, option: OptionName, on: boolean): void {
  shell.options[option] = on;
}

function listOptions(shell: Shell, readable: boolean): void {
  for (const [name] of optionTable) {
    if (invocationOptions.has(name)) continue;
    const on = shell.options[name];
    shell.print(
      1,
      readable ? `${name.padEnd(16)}${on ? 'on' : 'off'}\n` : `set ${on ? '-' : '+'}o ${name}\n`,
    );
  }
}

const set: Builtin = (shell, args) => {
  if (args.length === 0) {
    printVariables(shell);
    return 0;
  }
  const taken = applyOptions(shell, args);
  if (typeof taken === 'string') {
    // A name that is no option does no harm, a letter ends a script.
    if (!/[-+]o \S/.test(taken)) return usageFault(shell, taken);
    shell.error(taken);
    return 1;
  }
  if (taken < args.length || args[taken - 1] === '--') shell.positional = args.slice(taken);
  return 0;
};

const trap: Builtin = (shell, args) => {
  const rest = args[0] === '--' ? args.slice(1) : args;
  if (rest.length === 0) {
    const number = (signal: string) => signalNumbers[signal as SignalName] ?? 0;
    for (const [signal, command] of [...shell.traps].sort(([a], [b]) => number(a) - number(b)))
      shell.print(1, `trap -- ${singleQuote(command)} ${signal}\n`);
    return 0;
  }
  if (rest[0] === '-l') return 0;
  const first = rest[0] as string;
  const resets = rest.length === 1 || first === '-' || /^\d+$/.test(first);
  const signals = rest.length === 1 ? rest : /^\d+$/.test(first) ? rest : rest.slice(1);
  let status = 0;
  for (const text of signals) {
    const signal = shell.dialect === 'bash' && /^(ERR|DEBUG)$/.test(text) ? text : parseSignal(text);
    if (signal === undefined) {
      const known = shell.dialect === 'bash' && text === 'RETURN';
      shell.error(
        known
          ? `The embedded cluster does not simulate trap ${text}; use a kind cluster for that.`
          : `${text}: invalid signal specification`,
      );
      status = 1;
      continue;
    }
    shell.setTrap(signal === 0 ? 'EXIT' : signal, resets ? undefined : first);
  }
  return status;
};

export const optionBuiltins: Record<string, Builtin> = { set, trap };
