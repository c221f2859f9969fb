import { describe, expect, it } from 'vitest';
import { expand, unresolved } from './expansion';

const values = new Map([
  ['A', 'a'],
  ['EMPTY', ''],
  ['a.b', 'c'],
]);

describe('references of a text', () => {
  it.each([
    ['$(A)-$(a.b)', 'a-c', []],
    ['$(A)$(A)', 'aa', []],
    ['$$(A) $A $(', '$(A) $A $(', []],
    ['$(NONE)/$(EMPTY)', '$(NONE)/', ['EMPTY', 'NONE']],
    ['$$$(NONE)', '$$(NONE)', ['NONE']],
  ])('%s: %s, without a value: %j', (text, expanded, missing) => {
    expect(expand(text, values)).toBe(expanded);
    expect(unresolved(text, values)).toEqual(missing);
  });
});
