import { elementsOf, unsetElement } from '../execute/arrays';
import type { Shell } from '../execute/shell';
import { attributeLetters, ReadOnlyFault, type Variable } from '../execute/shell-state';
import type { Builtin } from './builtin';
import { usageFault } from './control';
import { variableBuiltins } from './variables';

/** bash: declare, typeset and local, with `-a -A -i -l -u -r -x -g -p -F`. */
const declare: Builtin = (shell, args, word) => {
  let letters = '';
  let index = 0;
  for (; /^[-+]./.test(args[index] ?? '') && args[index] !== '--'; index++) letters += args[index]?.slice(1);
  if (args[index] === '--') index++;
  const wrong = /[^aAilnrtuxgpfF]/.exec(letters)?.[0];
  if (wrong !== undefined) return usageFault(shell, `-${wrong}: invalid option`);
  if (letters.includes('F')) {
    const functions = args.slice(index);
    const known = functions.length > 0 ? functions : [...shell.functions.keys()].sort();
    for (const name of known)
      if (shell.functions.has(name))
        shell.print(1, functions.length > 0 ? `${name}\n` : `declare -f ${name}\n`);
    return known.every((name) => shell.functions.has(name)) ? 0 : 1;
  }
  if (/[nt]/.test(letters) || (letters.includes('f') && !letters.includes('F')))
    return usageFault(
      shell,
      `The embedded cluster does not simulate ${word} -${letters}; use a kind cluster for that.`,
    );
  const isLocal = (shell.scopes.length > 0 && !letters.includes('g')) || word === 'local';
  if (word === 'local' && shell.scopes.length === 0) {
    shell.error('can only be used in a function');
    return 1;
  }
  const names = args.slice(index);
  if (letters.includes('p')) return print(shell, names);
  for (const arg of names) {
    const [, name = '', append, value] = /^([A-Za-z_]\w*)(?:(\+)?=(.*))?$/s.exec(arg) ?? [];
    if (name === '') {
      shell.error(`\`${arg}': not a valid identifier`);
      return 1;
    }
    if (isLocal) {
      shell.makeLocal(name);
      if (value === undefined || !append) shell.variables.delete(name);
    }
    const variable = shell.variables.get(name) ?? { value: undefined, exported: false, readonly: false };
    if (/[aA]/.test(letters)) variable.elements ??= new Map(elementsOf(variable));
    if (letters.includes('A')) variable.associative = true;
    if (letters.includes('i')) variable.integer = true;
    if (/[lu]/.test(letters)) variable.letters = letters.includes('l') ? 'lower' : 'upper';
    shell.variables.set(name, variable);
    if (value !== undefined) shell.set(name, append ? (shell.get(name) ?? '') + value : value);
    if (letters.includes('x')) shell.mark(name, 'exported');
    if (letters.includes('r')) shell.mark(name, 'readonly');
  }
  return 0;
};

function print(shell: Shell, names: string[]): number {
  let status = 0;
  for (const name of names) {
    const variable = shell.variables.get(name);
    if (variable) shell.print(1, `${declaration(name, variable)}\n`);
    else {
      shell.error(`${name}: not found`);
      status = 1;
    }
  }
  return status;
}

function declaration(name: string, variable: Variable): string {
  const letters = attributeLetters(variable);
  const flags = `declare -${letters === '' ? '-' : letters} ${name}`;
  if (variable.elements) {
    const elements = elementsOf(variable).map(([key, value]) => `[${key}]=${quoted(value)}`);
    return `${flags}=(${elements.join(' ')}${variable.associative && elements.length > 0 ? ' ' : ''})`;
  }
  return variable.value === undefined ? flags : `${flags}=${quoted(variable.value)}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\$`]/g, '\\$&')}"`;
}

/** `unset a[1]`, else as everywhere. */
const unset: Builtin = (shell, args, word) => {
  const others: string[] = [];
  for (const arg of args) {
    const [, name, subscript] = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(arg) ?? [];
    if (name !== undefined && subscript !== undefined) unsetElement(shell, name, subscript);
    else others.push(arg);
  }
  if (others.length === 0 && args.length > 0) return 0;
  try {
    return variableBuiltins.unset?.(shell, others, word) ?? 0;
  } catch (error) {
    if (!(error instanceof ReadOnlyFault)) throw error;
    shell.error(error.message.replace(/: is read only$/, ': cannot unset: readonly variable'));
    return 1;
  }
};

export const declarationBuiltins: Record<string, Builtin> = {
  declare,
  typeset: declare,
  local: declare,
  unset,
};
