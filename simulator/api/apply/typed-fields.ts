import { modelOf } from '../../schema/client-models';
import type { JsonSchema } from '../../schema/custom-type';
import { ATOMIC_MAPS, ATOMIC_STRUCTS, LIST_RULES, type ListRule } from '../../schema/merge-keys';
import type { ResourceDefinition } from '../../schema/resources';
import { fieldType } from '../../schema/schema';
import { deepEqual } from '../deep-equal';
import { isObject } from '../patch/merge-patch';
import { childOf, emptySet, type FieldSet } from './field-set';

/** How a value is taken apart for ownership (structured-merge-diff's schema). */
export type Shape =
  | { kind: 'leaf' }
  | { kind: 'struct'; field: (name: string) => Shape }
  | { kind: 'map'; item: Shape }
  | { kind: 'keyed'; keys: readonly string[]; item: Shape }
  | { kind: 'set' };

const LEAF: Shape = { kind: 'leaf' };

function structShape(model: string): Shape {
  return ATOMIC_STRUCTS.has(model) ? LEAF : { kind: 'struct', field: (name) => fieldShape(model, name) };
}

/** The shape of a resource's objects. */
export function shapeOf({ model, custom }: Pick<ResourceDefinition, 'model' | 'custom'>): Shape {
  return custom ? customShape(custom.schema) : structShape(model);
}

/** The shape that the lists, maps and objects of a structural schema have (x-kubernetes-list-type and its kin). */
function customShape(schema: JsonSchema, isRoot = true): Shape {
  if (schema['x-kubernetes-map-type'] === 'atomic') return LEAF;
  if (schema.type === 'array') {
    const item = schema.items ?? {};
    if (schema['x-kubernetes-list-type'] === 'set') return { kind: 'set' };
    const keys = schema['x-kubernetes-list-map-keys'] ?? [];
    return schema['x-kubernetes-list-type'] === 'map'
      ? { kind: 'keyed', keys, item: customShape(item, false) }
      : LEAF;
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') {
    return { kind: 'map', item: customShape(additionalProperties, false) };
  }
  const open = schema['x-kubernetes-preserve-unknown-fields'];
  if (schema.type !== 'object' && !open) return LEAF;
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'];
  return {
    kind: 'struct',
    field: (name) => {
      if (isResource && name === 'metadata') return structShape('V1ObjectMeta');
      const declared = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : undefined;
      // What is not declared is taken apart as far as it has objects (typed.DeducedParseableType).
      return declared ? customShape(declared, false) : open ? customShape(DEDUCED, false) : LEAF;
    },
  };
}

const DEDUCED: JsonSchema = { 'x-kubernetes-preserve-unknown-fields': true };

/** The shape of a field of a struct. */
function fieldShape(model: string, field: string): Shape {
  const type = fieldType(model, field);
  if (type === undefined) return LEAF;
  return typeShape(type, LIST_RULES[model]?.[field], ATOMIC_MAPS.has(`${model}.${field}`));
}

function typeShape(type: string, rule: ListRule | undefined, atomic: boolean): Shape {
  if (atomic) return LEAF;
  if (type.startsWith('[]')) {
    if (rule?.set) return { kind: 'set' };
    if (rule?.mapKeys)
      return { kind: 'keyed', keys: rule.mapKeys, item: typeShape(type.slice(2), undefined, false) };
    return LEAF;
  }
  if (type.startsWith('{}')) return { kind: 'map', item: typeShape(type.slice(2), undefined, false) };
  const model = modelOf(type);
  return model ? structShape(model) : LEAF;
}

/** Values that stand for fields a key leaves out (defaulted keys of list maps). */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** The step of an item in a keyed list: `k:{"containerPort":80,"protocol":"TCP"}`. */
export function keyStep(keys: readonly string[], item: unknown): string {
  const fields = isObject(item) ? item : {};
  return `k:${JSON.stringify(Object.fromEntries([...keys].sort().map((key) => [key, fields[key] ?? KEY_DEFAULTS[key]])))}`;
}

/** The first of the keys that an item says nothing of; undefined when none is missing. */
export function missingKey(keys: readonly string[], item: unknown): string | undefined {
  const fields = isObject(item) ? item : {};
  return keys.find((key) => fields[key] === undefined && KEY_DEFAULTS[key] === undefined);
}

export function valueStep(value: unknown): string {
  return `v:${JSON.stringify(value)}`;
}

/** The parts of a value by step, with the shape of each; undefined for what is owned as a whole. */
export function partsOf(
  shape: Shape,
  value: unknown,
): Map<string, { value: unknown; shape: Shape }> | undefined {
  if (shape.kind === 'leaf') return undefined;
  const parts = new Map<string, { value: unknown; shape: Shape }>();
  switch (shape.kind) {
    case 'struct':
    case 'map':
      if (!isObject(value)) return undefined;
      for (const [key, item] of Object.entries(value)) {
        if (item === undefined) continue;
        parts.set(`f:${key}`, {
          value: item,
          shape: shape.kind === 'map' ? shape.item : shape.field(key),
        });
      }
      return parts;
    case 'keyed':
      if (!Array.isArray(value)) return undefined;
      for (const item of value) parts.set(keyStep(shape.keys, item), { value: item, shape: shape.item });
      return parts;
    case 'set':
      if (!Array.isArray(value)) return undefined;
      for (const item of value) parts.set(valueStep(item), { value: item, shape: LEAF });
      return parts;
  }
}

/** Fields that Go writes even when empty: they exist before anybody sets them, so nobody owns the bare field. */
const ALWAYS_THERE: ReadonlySet<string> = new Set([
  'f:metadata',
  'f:spec',
  'f:status',
  'f:template',
  'f:jobTemplate',
  'f:strategy',
  'f:updateStrategy',
  'f:containers',
  'f:resources',
]);

/** The fields that an applied configuration names (typed.ToFieldSet). */
export function fieldsOf(shape: Shape, value: unknown): FieldSet {
  const set = emptySet();
  collect(shape, value, set);
  return set;
}

function collect(shape: Shape, value: unknown, set: FieldSet): void {
  const parts = partsOf(shape, value);
  if (!parts || parts.size === 0) {
    set.member = true;
    return;
  }
  for (const [step, part] of parts) {
    const child = childOf(set, step);
    collect(part.shape, part.value, child);
    // Entries of maps and items of lists are owned themselves, fields of structs through what is in them.
    if (shape.kind !== 'struct') child.member = true;
  }
}

export interface Comparison {
  /** Added or changed. */
  changed: FieldSet;
  removed: FieldSet;
}

/** What has changed between two values of a shape (typed.Compare). */
export function compareFields(shape: Shape, before: unknown, after: unknown): Comparison {
  const result = { changed: emptySet(), removed: emptySet() };
  compare(shape, before, after, result.changed, result.removed);
  return result;
}

function compare(shape: Shape, before: unknown, after: unknown, changed: FieldSet, removed: FieldSet): void {
  const left = before === undefined ? undefined : partsOf(shape, before);
  const right = after === undefined ? undefined : partsOf(shape, after);
  if ((before !== undefined && !left) || (after !== undefined && !right)) {
    if (after === undefined) removed.member = true;
    else if (!deepEqual(before, after)) changed.member = true;
    return;
  }
  if (before === undefined && after !== undefined) changed.member = true;
  if (after === undefined && before !== undefined) removed.member = true;
  for (const step of new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])) {
    const old = left?.get(step);
    const next = right?.get(step);
    const inner = next?.shape ?? old?.shape ?? LEAF;
    if (inner.kind === 'leaf') {
      // Most fields are: no sets are made for what may have changed below.
      if (!next) removed.children.set(step, { member: true, children: new Map() });
      else if (!old || !deepEqual(old.value, next.value))
        changed.children.set(step, { member: true, children: new Map() });
      continue;
    }
    const childChanged = emptySet();
    const childRemoved = emptySet();
    compare(inner, old?.value, next?.value, childChanged, childRemoved);
    if (ALWAYS_THERE.has(step) && childChanged.children.size > 0) childChanged.member = false;
    if (childChanged.member || childChanged.children.size) changed.children.set(step, childChanged);
    if (childRemoved.member || childRemoved.children.size) removed.children.set(step, childRemoved);
  }
}
