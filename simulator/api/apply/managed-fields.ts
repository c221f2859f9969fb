import type { KubeObject } from '../../schema/types';
import { capManagers } from './cap-managers';
import {
  difference,
  emptySet,
  type FieldSet,
  type FieldsV1,
  fromFieldsV1,
  isEmptySet,
  recursiveDifference,
  toFieldsV1,
  union,
} from './field-set';
import { compareFields, type Shape } from './typed-fields';

/** Who owns which fields: an entry of metadata.managedFields, taken apart. */
export interface ManagedEntry {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  subresource: string;
  set: FieldSet;
}

/** Fields that only the server sets: nobody owns them (fieldmanager stripMetaFields). */
const UNOWNED: FieldSet = fromFieldsV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    'f:creationTimestamp': {},
    'f:deletionGracePeriodSeconds': {},
    'f:deletionTimestamp': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:name': {},
    'f:namespace': {},
    'f:resourceVersion': {},
    'f:selfLink': {},
    'f:uid': {},
  },
});

export function owned(set: FieldSet): FieldSet {
  return recursiveDifference(set, UNOWNED);
}

export function readEntries(object: KubeObject | undefined): ManagedEntry[] {
  return (object?.metadata.managedFields ?? [])
    .filter((entry) => entry.manager !== undefined || entry.fieldsV1 !== undefined)
    .map((entry) => ({
      manager: entry.manager ?? '',
      operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: entry.apiVersion ?? '',
      time: entry.time ?? '',
      subresource: entry.subresource ?? '',
      set: fromFieldsV1(entry.fieldsV1),
    }));
}

/** Writes entries back, in Kubernetes' order: applied ones first, then by time and name. */
export function writeEntries(object: KubeObject, entries: readonly ManagedEntry[]): void {
  const kept = entries.filter((entry) => !isEmptySet(entry.set));
  if (kept.length === 0) {
    delete object.metadata.managedFields;
    return;
  }
  const order = (entry: ManagedEntry): string =>
    [entry.operation, entry.time, entry.manager, entry.apiVersion, entry.subresource].join('\u0000');
  object.metadata.managedFields = [...kept]
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .map(({ manager, operation, apiVersion, time, subresource, set }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: shared(toFieldsV1(set)),
      ...(subresource ? { subresource } : {}),
    }));
}

/**
 * Gives the fields that a write changed to its manager and takes them from all others (merge.Updater.Update). Changes
 * `object.metadata.managedFields`.
 */
export function trackUpdate(
  object: KubeObject,
  old: KubeObject | undefined,
  shape: Shape,
  writer: { manager: string; apiVersion: string; subresource: string; time: string },
): void {
  const { changed, removed } = compareFields(shape, old ?? {}, object);
  const mine = owned(changed);
  const gone = owned(removed);
  if (isEmptySet(mine) && isEmptySet(gone)) return;
  const entries = readEntries(object).map((entry) => ({
    ...entry,
    set: recursiveDifference(difference(entry.set, isWriter(entry) ? emptySet() : mine), gone),
  }));
  const own = entries.find(isWriter);
  if (own) {
    const set = union(own.set, mine);
    if (!isEmptySet(difference(set, own.set))) own.time = writer.time;
    own.set = set;
  } else if (!isEmptySet(mine)) {
    entries.push({ ...writer, operation: 'Update', set: mine });
  }
  writeEntries(object, capManagers(entries.filter(({ set }) => !isEmptySet(set))));

  function isWriter(entry: ManagedEntry): boolean {
    return (
      entry.operation === 'Update' &&
      entry.manager === writer.manager &&
      entry.apiVersion === writer.apiVersion &&
      entry.subresource === writer.subresource
    );
  }
}

/** Objects made from one template own the same fields: they share the record of it, as far as it is not a large one. */
const records = new Map<string, FieldsV1>();
const MAX_RECORDS = 2000;
const LONGEST_RECORD = 4096;

function shared(fields: FieldsV1): FieldsV1 {
  const text = JSON.stringify(fields);
  if (text.length > LONGEST_RECORD) return fields;
  const known = records.get(text);
  if (known) return known;
  if (records.size >= MAX_RECORDS) records.clear();
  records.set(text, fields);
  return fields;
}
