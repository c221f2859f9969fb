import { beforeAll, describe, expect, it } from 'vitest';
import { boundRegularExpressions, foldCase } from './bounded-regexp';

describe('letters in either case', () => {
  it.each<[string, string[], string[]]>([
    ['abc', ['abc', 'ABC', 'aBc'], ['ab']],
    ['[a-c]x', ['aX', 'Cx'], ['dx']],
    ['[^a-c]', ['d', 'D'], ['A', 'b']],
    ['\\bfoo\\b', ['a Foo b'], ['food']],
    ['a\\.b', ['A.B'], ['AxB']],
    ['(x|y){2}', ['XY'], ['Xz']],
    ['[\\s\\S]', ['\n', 'Z'], []],
    ['\\[x\\]', ['[X]'], ['x']],
  ])('%s', (source, matching, others) => {
    const expression = new RegExp(foldCase(source));
    expect(matching.filter((text) => !expression.test(text))).toEqual([]);
    expect(others.filter((text) => expression.test(text))).toEqual([]);
  });

  it('leaves bytes that are no ASCII letters alone', () => {
    expect(new RegExp(foldCase('\xe3')).test('\xc3')).toBe(false);
  });
});

describe('an expression that backtracks without end', () => {
  beforeAll(boundRegularExpressions);

  // Two to the power of the length steps back: it ends at all only when it is bounded.
  it.each([/(a+)+$/, /(a*)*b/g, /^(a|a)*$/, /\b(a+)+b/])('finishes: %s', (expression) => {
    expect(expression.test(`${'a'.repeat(2000)}!`)).toBe(false);
  });
});
