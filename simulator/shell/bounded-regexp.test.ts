import { beforeAll, describe, expect, it } from 'vitest';
import { boundRegularExpressions, foldCase } from './bounded-regexp';
import { compileRegExp, wholeWords } from './utilities/regular-expression';

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
  it.each<[string, string, string]>([
    ['nested repetition', '(a+)+$', ''],
    ['in either case', '(a+)+$', 'i'],
    ['of every place', '(a*)*b', 'g'],
    ['ambiguous alternatives', '^(a|a)*$', ''],
    ['between words', '\\b(a+)+b', ''],
    ['from the beginning of a word to its end', '\\<a(a+)+b\\>', ''],
  ])('finishes: %s', (_name, pattern, flags) => {
    const expression = compileRegExp(pattern, { extended: true, flags });
    expect(expression.test(`${'a'.repeat(2000)}!`)).toBe(false);
  });

  it.each(['a(a+)+b', '[a-z](a+)+[0-9]+'])('finishes as a whole word: %s', (source) => {
    expect(new RegExp(wholeWords(source)).test(`${'a'.repeat(2000)}!`)).toBe(false);
  });
});

describe('whole words', () => {
  it.each<[string, string[], string[]]>([
    ['foo', ['foo', 'a foo.', '-foo-'], ['food', 'a_foo', 'foo1']],
    ['[0-9]+', ['12', 'a 1'], ['a1', '1_']],
    ['[+-9]', ['a +', '1'], ['a+', '1a']],
    ['f*oo', ['oo', 'ffoo'], ['xoo']],
    ['.*a', ['ba', '-a'], ['ab']],
    ['a|bc', ['a c', 'x bc'], ['ab', 'abc']],
  ])('%s', (source, matching, others) => {
    const expression = new RegExp(wholeWords(source));
    expect(matching.filter((text) => !expression.test(text))).toEqual([]);
    expect(others.filter((text) => expression.test(text))).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    ['\\<foo', ['a food', 'foo'], ['xfoo']],
    ['a*foo\\>', ['xfoo', 'foo.'], ['food']],
    ['\\<x*\\>', ['x', 'a xx'], ['a', '']],
    ['\\<[0-9]*x\\>', ['1x'], ['xy', 'a1x']],
  ])('bounds by hand: %s', (pattern, matching, others) => {
    const expression = compileRegExp(pattern, { extended: true });
    expect(matching.filter((text) => !expression.test(text))).toEqual([]);
    expect(others.filter((text) => expression.test(text))).toEqual([]);
  });
});
