import { union } from './field-set';
import type { ManagedEntry } from './managed-fields';

/** Managers of updates that an object remembers (fieldmanager DefaultMaxUpdateManagers). */
const MOST_UPDATERS = 10;
const BUCKET = 'ancient-changes';

/**
 * Folds the oldest updates into one entry per version, so that an object does not remember every script that ever touched it
 * (fieldmanager capManagersManager). Entries of appliers stay.
 */
export function capManagers(entries: readonly ManagedEntry[]): ManagedEntry[] {
  const updaters = entries.filter(({ operation }) => operation === 'Update');
  const kept = new Set(entries);
  let count = updaters.length;
  const oldest = [...updaters].sort(byAge);
  const firstOf = new Map<string, ManagedEntry>();
  for (const entry of oldest) {
    if (count <= MOST_UPDATERS) break;
    const { apiVersion } = entry;
    const first = firstOf.get(apiVersion);
    if (!first) {
      firstOf.set(apiVersion, entry);
      continue;
    }
    const bucket: ManagedEntry = {
      manager: BUCKET,
      operation: 'Update',
      apiVersion,
      // The more recent of the two.
      time: entry.time,
      subresource: '',
      set: union(first.set, entry.set),
    };
    kept.delete(first);
    kept.delete(entry);
    kept.add(bucket);
    firstOf.set(apiVersion, bucket);
    count--;
  }
  return [...kept];
}

function byAge(a: ManagedEntry, b: ManagedEntry): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return a.manager < b.manager ? -1 : a.manager > b.manager ? 1 : 0;
}
