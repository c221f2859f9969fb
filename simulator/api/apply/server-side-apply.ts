import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { ApiError } from '../errors';
import { isObject } from '../patch/merge-patch';
import {
  difference,
  emptySet,
  type FieldSet,
  intersection,
  isEmptySet,
  pathTexts,
  recursiveDifference,
  stepText,
  union,
} from './field-set';
import { type ManagedEntry, owned, readEntries, writeEntries } from './managed-fields';
import {
  compareFields,
  fieldsOf,
  keyStep,
  missingKey,
  partsOf,
  type Shape,
  shapeOf,
  valueStep,
} from './typed-fields';

export interface Applier {
  manager: string;
  subresource: string;
  /** RFC 3339. */
  time: string;
  /** Takes fields from their owners instead of refusing. */
  force: boolean;
}

/**
 * Server-side apply (structured-merge-diff, merge.Updater.Apply): the live object with the applied fields in it, without
 * those that this manager alone had applied before and now leaves out, and with ownership recorded. Throws 409
 * Conflict naming the owners of fields that it would change.
 */
export function applyFields(
  resource: ResourceDefinition,
  live: KubeObject | undefined,
  applied: KubeObject,
  applier: Applier,
): KubeObject {
  const shape = shapeOf(resource);
  const entries = readEntries(live);
  const isOwn = (entry: ManagedEntry): boolean =>
    entry.operation === 'Apply' &&
    entry.manager === applier.manager &&
    entry.subresource === applier.subresource;
  const own = entries.find(isOwn);
  const set = owned(fieldsOf(shape, applied));
  const others = entries.filter((entry) => !isOwn(entry));

  const merged = merge(shape, live ?? {}, applied) as KubeObject;
  const { changed } = compareFields(shape, live ?? {}, merged);
  const touched = intersection(owned(changed), set);
  const conflicts = others
    .map((entry) => ({ entry, fields: intersection(entry.set, touched) }))
    .filter(({ fields }) => !isEmptySet(fields));
  if (conflicts.length && !applier.force) throw conflictError(conflicts);

  const remaining = others.map((entry) => ({ ...entry, set: difference(entry.set, touched) }));
  const dropped = own ? droppedFields(own.set, set, remaining) : emptySet();
  const result = isEmptySet(dropped) ? merged : (remove(shape, merged, dropped) as KubeObject);
  const same = own && isEmptySet(difference(own.set, set)) && isEmptySet(difference(set, own.set));
  writeEntries(result, [
    ...remaining.map((entry) => ({ ...entry, set: recursiveDifference(entry.set, dropped) })),
    {
      manager: applier.manager,
      operation: 'Apply',
      apiVersion: resource.apiVersion,
      time: same ? own.time : applier.time,
      subresource: applier.subresource,
      set,
    },
  ]);
  return result;
}

/** What the manager applied before, applies no more, and nobody else owns. */
function droppedFields(before: FieldSet, now: FieldSet, others: readonly ManagedEntry[]): FieldSet {
  const wanted = others.reduce((all, entry) => union(all, entry.set), now);
  const gone = difference(before, wanted);
  return withoutAncestorsOf(gone, wanted);
}

/** A field stays as long as somebody owns something in it. */
function withoutAncestorsOf(gone: FieldSet, kept: FieldSet): FieldSet {
  const result: FieldSet = { member: gone.member && kept.children.size === 0, children: new Map() };
  for (const [step, child] of gone.children) {
    const inner = withoutAncestorsOf(child, kept.children.get(step) ?? emptySet());
    if (!isEmptySet(inner)) result.children.set(step, inner);
  }
  return result;
}

function merge(shape: Shape, live: unknown, applied: unknown): unknown {
  const parts = partsOf(shape, applied);
  if (!parts || live === undefined || live === null) return structuredClone(applied);
  switch (shape.kind) {
    case 'struct':
    case 'map': {
      const result: Record<string, unknown> = isObject(live) ? { ...live } : {};
      for (const [key, value] of Object.entries(applied as Record<string, unknown>)) {
        result[key] = merge(shape.kind === 'map' ? shape.item : shape.field(key), result[key], value);
      }
      return result;
    }
    case 'keyed': {
      const items = applied as unknown[];
      const present = Array.isArray(live) ? live : [];
      const step = (item: unknown): string => keyStep(shape.keys, item);
      const before = new Map(present.map((item) => [step(item), item]));
      const wanted = new Map(items.map((item) => [step(item), item]));
      return mergedOrder(present.map(step), items.map(step)).map((each) =>
        wanted.has(each) ? merge(shape.item, before.get(each), wanted.get(each)) : before.get(each),
      );
    }
    case 'set': {
      const present = Array.isArray(live) ? live : [];
      const items = applied as unknown[];
      const values = new Map([...present, ...items].map((item) => [valueStep(item), item]));
      return mergedOrder(present.map(valueStep), items.map(valueStep)).map((each) => values.get(each));
    }
    case 'leaf':
      return structuredClone(applied);
  }
}

/**
 * The order of a merged list, by the keys of its items (typed.mergingWalker visitListItems): applied items in theirs, and what
 * is live alone where it stands between those that are both.
 */
function mergedOrder(live: readonly string[], applied: readonly string[]): string[] {
  const wanted = new Set(applied);
  const present = new Set(live);
  const shared = applied.filter((each) => present.has(each));
  const order = new Set<string>();
  let at = 0;
  for (const each of applied) {
    for (let other = live[at]; other !== undefined && other !== each; other = live[++at]) {
      if (!wanted.has(other)) order.add(other);
      // One that is applied too keeps its place when its turn comes next, and loses it otherwise.
      else if (other === shared[0]) break;
    }
    if (live[at] === each) at++;
    if (shared[0] === each) shared.shift();
    order.add(each);
  }
  for (const other of live.slice(at)) if (!wanted.has(other)) order.add(other);
  return [...order];
}

/**
 * What is wrong with an applied configuration as its type sees it (typed.Validate): items of a list that have the same key, or
 * none. `.spec.ports: duplicate entries for key [port=80,protocol="TCP"]`.
 */
export function typedProblems(shape: Shape, value: unknown, path = ''): string[] {
  const problems: string[] = [];
  if ((shape.kind === 'keyed' || shape.kind === 'set') && Array.isArray(value)) {
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const missing = shape.kind === 'keyed' ? missingKey(shape.keys, item) : undefined;
      if (missing !== undefined) {
        problems.push(
          `${path}: element ${index}: associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`,
        );
      }
      const step = shape.kind === 'keyed' ? keyStep(shape.keys, item) : valueStep(item);
      if (seen.has(step)) problems.push(`${path}: duplicate entries for key ${stepText(step)}`);
      seen.add(step);
    }
  }
  for (const [step, part] of partsOf(shape, value) ?? [])
    problems.push(...typedProblems(part.shape, part.value, path + stepText(step)));
  return problems;
}

function remove(shape: Shape, value: unknown, dropped: FieldSet): unknown {
  switch (shape.kind) {
    case 'struct':
    case 'map': {
      if (!isObject(value)) return value;
      const result: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value)) {
        const child = dropped.children.get(`f:${key}`);
        if (child?.member) continue;
        result[key] = child
          ? remove(shape.kind === 'map' ? shape.item : shape.field(key), item, child)
          : item;
      }
      return result;
    }
    case 'keyed':
      if (!Array.isArray(value)) return value;
      return value.flatMap((item) => {
        const child = dropped.children.get(keyStep(shape.keys, item));
        if (child?.member) return [];
        return [child ? remove(shape.item, item, child) : item];
      });
    case 'set':
      if (!Array.isArray(value)) return value;
      return value.filter((item) => !dropped.children.get(valueStep(item))?.member);
    case 'leaf':
      return value;
  }
}

function conflictError(conflicts: readonly { entry: ManagedEntry; fields: FieldSet }[]): ApiError {
  const all = conflicts.flatMap(({ entry, fields }) =>
    pathTexts(fields).map((path) => ({ path, manager: managerText(entry) })),
  );
  const [first] = all;
  const message =
    all.length === 1 && first
      ? `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`
      : `Apply failed with ${all.length} conflicts: ${[...new Set(all.map(({ manager }) => manager))]
          .sort()
          .map((manager) =>
            [
              `conflicts with ${manager}:`,
              ...all.filter((each) => each.manager === manager).map(({ path }) => `- ${path}`),
            ].join('\n'),
          )
          .join('\n')}`;
  return new ApiError(409, 'Conflict', message, {
    causes: all.map(({ path, manager }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${manager}`,
      field: path,
    })),
  });
}

function managerText({ manager, operation, apiVersion, subresource }: ManagedEntry): string {
  const name =
    JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
