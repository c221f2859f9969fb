import { elementOf, elementsOf } from '../execute/arrays';
import { bashQuote } from '../execute/quoting';
import { attributeLetters, type ShellState } from '../execute/shell-state';
import type { Part } from '../syntax/ast';
import { decodeEscapes } from '../utilities/escapes';
import { matchesPattern } from './pattern';

type Parameter = Extract<Part, { type: 'parameter' }>;

/** What `${a[@]}`, `${!a[@]}` and `${@:2}` hold before their operator is applied; undefined for all others. */
export function listOf(state: ShellState, part: Parameter): string[] | undefined {
  const { name, subscript, indirect, operator } = part;
  if (operator === 'names') return [...state.variables.keys()].filter((each) => each.startsWith(name)).sort();
  if (subscript === '@' || subscript === '*')
    return elementsOf(state.variables.get(name)).map(([key, value]) => (indirect ? key : value));
  if (indirect && (name === '@' || name === '*')) return undefined;
  if (state.dialect === 'bash' && (name === '@' || name === '*') && operator === 'substring')
    return [state.argument0, ...state.positional];
  return undefined;
}

/** The part of a list that `${list:offset:length}` takes. Negative offsets count from the end. */
export function slice(list: string[], offset: number, length: number | undefined): string[] {
  const from = offset < 0 ? list.length + offset : offset;
  if (from < 0) return [];
  return length === undefined ? list.slice(from) : list.slice(from, from + length);
}

/** The value of `${!name}` and `${name[subscript]}`; `text` is the expanded subscript. */
export function elementOrIndirect(
  state: ShellState,
  part: Parameter,
  text: string,
  value: (name: string) => string | undefined,
): string | undefined {
  const direct = part.subscript ? elementOf(state, part.name, text) : value(part.name);
  if (!part.indirect || direct === undefined) return direct;
  const [, name = direct, subscript] = /^(\w+)\[(.*)\]$/s.exec(direct) ?? [];
  return subscript === undefined ? value(name) : elementOf(state, name, subscript);
}

/** `${name@Q}` and its like: the value quoted, in other letters, or what is known of the variable. */
export function transformed(state: ShellState, name: string, text: string, letter: string): string {
  switch (letter) {
    case 'Q':
      return bashQuote(text);
    case 'U':
      return text.toUpperCase();
    case 'u':
      return text.slice(0, 1).toUpperCase() + text.slice(1);
    case 'L':
      return text.toLowerCase();
    case 'E':
      return decodeEscapes(text, false).text;
  }
  const variable = state.variables.get(name);
  const attributes = variable ? attributeLetters(variable) : '';
  if (letter === 'a') return attributes;
  return `${attributes === '' ? '' : `declare -${attributes} `}${name}=${bashQuote(text)}`;
}

/** `^`, `^^`, `,`, `,,`: the letters that match the pattern (default all) in the other case. */
export function changeCase(text: string, operator: '^' | '^^' | ',' | ',,', pattern: string): string {
  const change = (c: string) => {
    if (pattern !== '' && !matchesPattern(pattern, c)) return c;
    return operator.startsWith('^') ? c.toUpperCase() : c.toLowerCase();
  };
  if (operator.length === 2) return [...text].map(change).join('');
  return text === '' ? '' : change(text[0] as string) + text.slice(1);
}
