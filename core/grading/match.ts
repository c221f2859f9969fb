import { nearest } from '../content/nearest';
import { type NamedPorts, sameMeaning, show } from './equal';
import { requirementsOf, showRequirement } from './selectors';

/** One place where an object is not as the partial object says. */
export interface Mismatch {
  /** Fields from the object's root, list items by their key: `['spec', 'volumes', 'logs', 'emptyDir']`. */
  path: string[];
  expected: string;
  actual: string;
}

export interface MatchOptions {
  /** true: no list has more items than named. Paths (`spec.containers`, or their ends): these lists and maps only. */
  exactly?: true | readonly string[];
  ports?: NamedPorts;
}

/** Ordered: the first that the expected item carries finds its partners. */
const listKeys = new Map<string, readonly string[]>(
  Object.entries({
    volumeMounts: ['mountPath', 'name'],
    volumeDevices: ['devicePath', 'name'],
    ports: ['containerPort', 'port', 'name'],
    conditions: ['type'],
    hostAliases: ['ip'],
    podIPs: ['ip'],
    ownerReferences: ['uid', 'name'],
    topologySpreadConstraints: ['topologyKey'],
    items: ['key', 'path'],
  }),
);
const usualKeys = [
  'name',
  'key',
  'type',
  'ip',
  'uid',
  'containerPort',
  'port',
  'mountPath',
  'path',
  'topologyKey',
];

/** Lists whose order is their meaning. */
const ordered = new Set(['command', 'args']);
const selectorFields = new Set(['selector', 'labelSelector', 'podSelector', 'namespaceSelector']);

/**
 * Compares an object with part of one, by meaning. Lists of maps match by key in any order, other lists as sets
 * (`command` and `args` as they are); null means that a field is not there. Gives nothing when all is as it should be.
 */
export function matchPartial(
  expected: unknown,
  actual: unknown,
  options: MatchOptions = {},
  path: readonly string[] = [],
): Mismatch[] {
  if (expected === null)
    return actual === undefined || actual === null
      ? []
      : [{ path: [...path], expected: 'nothing', actual: show(actual) }];
  if (Array.isArray(expected)) return matchList(expected, actual, options, path);
  if (typeof expected === 'object')
    return matchMap(expected as Record<string, unknown>, actual, options, path);
  if (sameMeaning(expected, actual, path, options.ports)) return [];
  return [{ path: [...path], expected: show(expected), actual: show(actual) }];
}

function matchMap(
  expected: Record<string, unknown>,
  actual: unknown,
  options: MatchOptions,
  path: readonly string[],
): Mismatch[] {
  if (selectorFields.has(path.at(-1) ?? '')) {
    const wanted = requirementsOf(expected);
    const present = requirementsOf(actual);
    if (wanted && present) {
      const there = present.map(showRequirement);
      return wanted
        .map(showRequirement)
        .filter((one) => !there.includes(one))
        .map((one) => ({ path: [...path], expected: one, actual: there.join(', ') || 'nothing' }));
    }
  }
  if (!isMap(actual)) {
    // A field that is not there may still be what is expected: null, false, 0.
    const inner = Object.entries(expected).flatMap(([key, value]) =>
      matchPartial(value, undefined, options, [...path, key]),
    );
    const keys = Object.keys(expected).length;
    if (keys > 0 && inner.length === 0) return [];
    const absent = actual === undefined || actual === null;
    const wanted = keys === 0 && absent ? 'to be there' : show(expected);
    return [{ path: [...path], expected: wanted, actual: show(actual) }];
  }
  const there = actual;
  const inner =
    'containerPort' in there ? options : { ...options, ports: namedPorts(there) ?? options.ports };
  const found = Object.entries(expected).flatMap(([key, value]) => {
    if (Object.hasOwn(there, key)) return matchPartial(value, there[key], inner, [...path, key]);
    const missing = matchPartial(value, undefined, inner, [...path, key]);
    return missing.map((one) => ({ ...one, actual: one.actual + nearKey(key, there, path) }));
  });
  if (options.exactly !== true && isExact(options, path)) {
    const extra = Object.keys(there).filter((key) => !(key in expected));
    if (extra.length > 0)
      found.push({ path: [...path], expected: 'no other keys', actual: extra.join(', ') });
  }
  return found;
}

/** In a map whose keys are the learner's own: the one that was probably meant. */
function nearKey(key: string, there: Record<string, unknown>, path: readonly string[]): string {
  if (!ownKeys.has(path.at(-1) ?? '')) return '';
  const near = nearest(key, Object.keys(there));
  return near ? `, but ${near}: ${show(there[near])}` : '';
}
const ownKeys = new Set(['labels', 'annotations', 'data', 'matchLabels', 'nodeSelector', 'selector']);

function matchList(
  expected: unknown[],
  actual: unknown,
  options: MatchOptions,
  path: readonly string[],
): Mismatch[] {
  const field = path.at(-1) ?? '';
  const items = Array.isArray(actual) ? actual : [];
  if (ordered.has(field) || expected.length === 0) {
    const same =
      expected.length === items.length && expected.every((one, i) => sameMeaning(one, items[i], path));
    return same ? [] : [{ path: [...path], expected: show(expected), actual: show(actual) }];
  }
  const free = new Set(items.keys());
  const found: Mismatch[] = [];
  for (const one of expected) {
    const partners = [...free].filter((index) => isPartner(one, items[index], field));
    const best = partners
      .map((index) => ({
        index,
        wrong: matchPartial(one, items[index], options, [
          ...path,
          nameOf(keyOf(one, field) ? one : items[index], field),
        ]),
      }))
      .sort((a, b) => a.wrong.length - b.wrong.length)[0];
    // An item without a key is meant to be some item: the only one there is, or the one that is right.
    if (best && (keyOf(one, field) || best.wrong.length === 0 || (isMap(one) && items.length === 1))) {
      free.delete(best.index);
      found.push(...best.wrong);
    } else {
      const names = items.filter(isOwn).map((item) => describeItem(item, one, field));
      found.push({
        path: [...path],
        expected: show(one),
        actual: names.length > 0 ? names.join(', ') : 'nothing',
      });
    }
  }
  if (free.size > 0 && isExact(options, path)) {
    const extra = [...free].map((index) => nameOf(items[index], field));
    found.push({ path: [...path], expected: 'nothing else', actual: extra.join(', ') });
  }
  return found;
}

/** The item that an expected one is compared with first, and what people call it. */
export function partnerOf(
  expected: unknown,
  items: readonly unknown[],
  field: string,
): { name: string; item: unknown } {
  return { name: nameOf(expected, field), item: items.find((item) => isPartner(expected, item, field)) };
}

function isPartner(expected: unknown, item: unknown, field: string): boolean {
  if (typeof expected !== 'object' || expected === null) return sameMeaning(expected, item, [field]);
  const key = keyOf(expected, field);
  if (!key) return true;
  const value = (item as Record<string, unknown> | null)?.[key];
  return sameMeaning((expected as Record<string, unknown>)[key], value, [field, key]);
}

function keyOf(item: unknown, field: string): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const keys = listKeys.get(field) ?? usualKeys;
  return keys.find((key) => {
    const value = (item as Record<string, unknown>)[key];
    return value !== undefined && typeof value !== 'object';
  });
}

/** How people would point at an item of a list. */
function nameOf(item: unknown, field: string): string {
  const key = keyOf(item, field);
  return show(key ? (item as Record<string, unknown>)[key] : item);
}

/** An item by its name, with its values of the fields that were asked for, unless it was asked for by that name. */
function describeItem(item: unknown, expected: unknown, field: string): string {
  const name = nameOf(item, field);
  if (!isMap(expected) || !isMap(item) || keyOf(expected, field) === keyOf(item, field)) return name;
  const values = Object.keys(expected).map((key) => `${key}: ${show(item[key])}`);
  return `${name} (${values.join(', ')})`;
}

/** Not what admission adds to every Pod for its ServiceAccount: nobody has written that. */
function isOwn(item: unknown): boolean {
  return !(isMap(item) && typeof item.name === 'string' && item.name.startsWith('kube-api-access-'));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isExact({ exactly }: MatchOptions, path: readonly string[]): boolean {
  if (!exactly || exactly === true) return exactly === true;
  const dotted = path.join('.');
  return exactly.some((one) => dotted === one || dotted.endsWith(`.${one}`));
}

/** The named ports of a container, when `there` is one. */
function namedPorts(there: Record<string, unknown>): NamedPorts | undefined {
  if (!('image' in there) || !Array.isArray(there.ports)) return undefined;
  const ports = there.ports as { name?: string; containerPort?: number }[];
  return new Map(
    ports.flatMap(({ name, containerPort }) => (name && containerPort ? [[name, containerPort]] : [])),
  );
}
