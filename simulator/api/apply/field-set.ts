import { isObject } from '../patch/merge-patch';

/**
 * A set of field paths (structured-merge-diff, fieldpath.Set). Steps are written as in FieldsV1: `f:name`,
 * `k:{"name":"web"}`, `v:"value"`.
 */
export interface FieldSet {
  /** Whether the path that leads here is in the set itself. */
  member: boolean;
  children: Map<string, FieldSet>;
}

/** meta/v1 FieldsV1: `{}` is a member without children, `.` marks a member that has some. */
export type FieldsV1 = { [step: string]: FieldsV1 };

export function emptySet(): FieldSet {
  return { member: false, children: new Map() };
}

export function isEmptySet(set: FieldSet): boolean {
  return !set.member && set.children.size === 0;
}

/** The child of a step, made when it is not there. */
export function childOf(set: FieldSet, step: string): FieldSet {
  let child = set.children.get(step);
  if (!child) {
    child = emptySet();
    set.children.set(step, child);
  }
  return child;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = { member: a.member || b.member, children: new Map(a.children) };
  for (const [step, child] of b.children) {
    const own = result.children.get(step);
    result.children.set(step, own ? union(own, child) : child);
  }
  return result;
}

/** Paths of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = { member: a.member && !b.member, children: new Map() };
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    const rest = other ? difference(child, other) : child;
    if (!isEmptySet(rest)) result.children.set(step, rest);
  }
  return result;
}

/** Like `difference`, but a path of `b` takes everything below it along. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (b.member) return emptySet();
  const result: FieldSet = { member: a.member, children: new Map() };
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    const rest = other ? recursiveDifference(child, other) : child;
    if (!isEmptySet(rest)) result.children.set(step, rest);
  }
  return result;
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = { member: a.member && b.member, children: new Map() };
  for (const [step, child] of a.children) {
    const other = b.children.get(step);
    if (!other) continue;
    const both = intersection(child, other);
    if (!isEmptySet(both)) result.children.set(step, both);
  }
  return result;
}

/** Paths as messages print them: `.spec.containers[name="web"].image`. */
export function pathTexts(set: FieldSet, prefix = ''): string[] {
  const texts = set.member ? [prefix] : [];
  for (const [step, child] of set.children) texts.push(...pathTexts(child, prefix + stepText(step)));
  return texts;
}

/** A step as messages print it: `.name`, `[name="web"]`, `[="value"]`. */
export function stepText(step: string): string {
  const body = step.slice(2);
  if (step.startsWith('f:')) return `.${body}`;
  if (step.startsWith('v:')) return `[=${body}]`;
  const keys = Object.entries(JSON.parse(body) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

export function toFieldsV1(set: FieldSet): FieldsV1 {
  const fields: FieldsV1 = {};
  if (set.member && set.children.size > 0) fields['.'] = {};
  for (const step of [...set.children.keys()].sort()) {
    const child = set.children.get(step);
    if (child) fields[step] = toFieldsV1(child);
  }
  return fields;
}

/** What a client wrote there and is no set of fields counts as an empty one. */
export function fromFieldsV1(written: unknown, root = true): FieldSet {
  const fields = isObject(written) ? written : {};
  const steps = Object.keys(fields);
  const set: FieldSet = { member: !root && (steps.length === 0 || '.' in fields), children: new Map() };
  for (const step of steps) {
    if (step !== '.') set.children.set(step, fromFieldsV1(fields[step], false));
  }
  return set;
}
