import { describe, expect, it } from 'vitest';
import { capManagers } from './cap-managers';
import { fromFieldsV1, toFieldsV1 } from './field-set';
import type { ManagedEntry } from './managed-fields';

function entry(number: number, more: Partial<ManagedEntry> = {}): ManagedEntry {
  return {
    manager: `manager-${number}`,
    operation: 'Update',
    apiVersion: 'v1',
    time: `2026-01-01T00:00:${String(number).padStart(2, '0')}Z`,
    subresource: '',
    set: fromFieldsV1({ 'f:data': { [`f:key-${number}`]: {} } }),
    ...more,
  };
}
const numbered = (count: number, more: (number: number) => Partial<ManagedEntry> = () => ({})) =>
  Array.from({ length: count }, (_, index) => entry(index + 1, more(index + 1)));
const shown = (entries: ManagedEntry[]) =>
  capManagers(entries)
    .map(({ manager, time }) => `${manager} ${time.slice(-3, -1)}`)
    .sort();

describe('the managers that an object remembers', () => {
  it.each<[string, ManagedEntry[], string[]]>([
    ['ten updates', numbered(10), []],
    ['eleven: the two oldest are one', numbered(11), ['ancient-changes 02']],
    ['thirteen: the four oldest are one', numbered(13), ['ancient-changes 04']],
    [
      'more, after some have been folded',
      [entry(4, { manager: 'ancient-changes' }), ...numbered(14).slice(4)],
      ['ancient-changes 05'],
    ],
    [
      'of two versions: a bucket for each',
      numbered(13, (number) => ({ apiVersion: number % 2 ? 'v1' : 'v2' })),
      ['ancient-changes 04', 'ancient-changes 05'],
    ],
    ['twenty appliers', numbered(20, () => ({ operation: 'Apply' })), []],
  ])('%s', (_name, entries, buckets) => {
    const after = shown(entries);
    expect(after.filter((text) => text.startsWith('ancient'))).toEqual(buckets);
    const updaters = capManagers(entries).filter(({ operation }) => operation === 'Update');
    expect(updaters.length).toBeLessThanOrEqual(10);
  });

  it('own together what each of them owned', () => {
    const bucket = capManagers(numbered(12)).find(({ manager }) => manager === 'ancient-changes');
    expect(bucket && toFieldsV1(bucket.set)).toEqual({
      'f:data': { 'f:key-1': {}, 'f:key-2': {}, 'f:key-3': {} },
    });
  });
});
