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
  union,
} from './field-set';
import { type ManagedEntry, owned, readEntries, writeEntries } from './managed-fields';
import { compareFields, fieldsOf, keyStep, partsOf, type Shape, shapeOf, valueStep } from './typed-fields';

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
      const byStep = new Map(present.map((item) => [keyStep(shape.keys, item), item]));
      const steps = new Set(items.map((item) => keyStep(shape.keys, item)));
      // Applied items in their order, the others after them in theirs.
      return [
        ...items.map((item) => merge(shape.item, byStep.get(keyStep(shape.keys, item)), item)),
        ...present.filter((item) => !steps.has(keyStep(shape.keys, item))),
      ];
    }
    case 'set': {
      const present = Array.isArray(live) ? live : [];
      const items = applied as unknown[];
      return [...items, ...present.filter((item) => !items.includes(item))];
    }
    case 'leaf':
      return structuredClone(applied);
  }
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
