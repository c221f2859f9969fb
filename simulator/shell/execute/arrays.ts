import { evaluateArithmetic } from '../expand/arithmetic';
import { ReadOnlyFault, type ShellState, type Variable } from './shell-state';

/** Bytes of all arrays of a shell, and an element's cost beside its text. */
const held = new WeakMap<ShellState, number>();
const elementBytes = 64;
/** The memory of the shell is looked at after so much more. */
const noticeableBytes = 1 << 16;

function count(state: ShellState, bytes: number): void {
  const before = held.get(state) ?? 0;
  const now = Math.max(0, before + bytes);
  held.set(state, now);
  if (Math.floor(now / noticeableBytes) > Math.floor(before / noticeableBytes)) state.process.setMemory(now);
}

function put(state: ShellState, { variable, elements }: ArrayPlace, key: string, text: string): void {
  const before = elements.get(key);
  const value = state.converted(variable, text);
  elements.set(key, value);
  count(state, value.length - (before?.length ?? -elementBytes));
}

/** Keys and values of an array in order; a plain variable is an array of one. */
export function elementsOf(variable: Variable | undefined): [string, string][] {
  if (!variable) return [];
  const { elements, associative, value } = variable;
  if (!elements) return value === undefined ? [] : [['0', value]];
  return associative ? [...elements] : [...elements].sort(([a], [b]) => Number(a) - Number(b));
}

/** The key that a subscript means: a text for `declare -A`, else a number, counted from the end when negative. */
export function keyOf(state: ShellState, name: string, subscript: string): string {
  const variable = state.variables.get(name);
  if (variable?.associative) return subscript;
  const index = Number(evaluateArithmetic(subscript, state.arithmetic));
  if (index >= 0) return String(index);
  const last = elementsOf(variable).at(-1)?.[0] ?? '-1';
  return String(Number(last) + 1 + index);
}

export function elementOf(state: ShellState, name: string, subscript: string): string | undefined {
  const key = keyOf(state, name, subscript);
  const variable = state.variables.get(name);
  if (variable?.elements) return variable.elements.get(key);
  return key === '0' ? variable?.value : undefined;
}

/** `name[subscript]=value`. Throws ReadOnlyFault. */
export function setElement(
  state: ShellState,
  name: string,
  subscript: string,
  value: string,
  append = false,
): void {
  const place = arrayFor(state, name);
  const key = keyOf(state, name, subscript);
  const before = append ? place.elements.get(key) : undefined;
  put(state, place, key, appended(place.variable, before, value));
}

/** `name=(…)`; `append`: `name+=(…)`. Throws ReadOnlyFault. */
export function setArray(
  state: ShellState,
  name: string,
  values: readonly { subscript?: string; value: string }[],
  append = false,
): void {
  const place = arrayFor(state, name);
  const { elements } = place;
  if (!append) {
    for (const value of elements.values()) count(state, -value.length - elementBytes);
    elements.clear();
  }
  let next = [...elements.keys()].reduce((most, key) => Math.max(most, Number(key) + 1), 0);
  for (const { subscript, value } of values) {
    const key = subscript === undefined ? String(next) : keyOf(state, name, subscript);
    put(state, place, key, value);
    next = Number(key) + 1;
  }
}

export function unsetElement(state: ShellState, name: string, subscript: string): void {
  const key = keyOf(state, name, subscript);
  state.variables.get(name)?.elements?.delete(key);
}

/** The value after `+=`: numbers are added. */
function appended({ integer }: Variable, before: string | undefined, value: string): string {
  return integer ? `${before ?? 0}+(${value})` : (before ?? '') + value;
}

interface ArrayPlace {
  variable: Variable;
  elements: Map<string, string>;
}

/** A variable, which becomes an array by that. */
function arrayFor(state: ShellState, name: string): ArrayPlace {
  const variable: Variable = state.variables.get(name) ?? {
    value: undefined,
    exported: false,
    readonly: false,
  };
  if (variable.readonly) throw new ReadOnlyFault(`${name}: is read only`);
  variable.elements ??= new Map(variable.value === undefined ? [] : [['0', variable.value]]);
  state.variables.set(name, variable);
  return { variable, elements: variable.elements };
}
