import { isObject } from './merge-patch';

const ELEMENT_ORDER = '$setElementOrder/';

/** A strategic patch as Go's %+v writes what is left of it once it is applied: lists with an order of their own are taken out. */
export function goPatch(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goPatch).join(' ')}]`;
  if (!isObject(value)) return value === null ? '<nil>' : String(value);
  const keys = Object.keys(value).sort();
  const taken = new Set(
    keys.flatMap((key) => (key.startsWith(ELEMENT_ORDER) ? [key, key.slice(ELEMENT_ORDER.length)] : [])),
  );
  const left = keys.filter((key) => !taken.has(key));
  return `map[${left.map((key) => `${key}:${goPatch(value[key])}`).join(' ')}]`;
}
