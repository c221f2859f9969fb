import { beforeAll, describe, expect, it } from 'vitest';
import { boundedExpression, boundRegularExpressions, foldCase, TooManySteps } from './bounded-regexp';

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
    ['(?<name>a)\\x62', ['Ab'], ['AB']],
    ['[^ a]+$', ['b\u0416'], ['A']],
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

describe('an expression that somebody else wrote', () => {
  beforeAll(boundRegularExpressions);

  it.each([
    ['^(?!/api)/(?<first>\\w+)', false, '/web/x', ['/web', 'web']],
    ['(a)\\1', false, 'baab', ['aa', 'a']],
    ['^[a-f0-9]{32}$', true, 'A'.repeat(32), ['A'.repeat(32)]],
    ['^\u00e4', true, '\u00c4', ['\u00c4']],
    ['^(?!x)', false, 'x', null],
    [
      '^(\\d{4}-\\d{2}-\\d{2}) (\\d{2}:){2}',
      false,
      '2026-11-21 09:30:',
      ['2026-11-21 09:30:', '2026-11-21', '30:'],
    ],
  ])('%s finds what it means', (source, ignoreCase, text, found) => {
    const match = boundedExpression(source, ignoreCase).exec(text);
    expect(match && [...match]).toEqual(found);
  });

  // The automaton knows none of these.
  it.each(['^(?=a)(a+)+$', '^(a|a)*\\1$', '^(a+){20,}$'])('is given up: %s', (source) => {
    expect(() => boundedExpression(source).test(`${'a'.repeat(200)}!`)).toThrow(TooManySteps);
  });

  it.each([
    '^(a+)+$',
    '^(?:a|a)*$',
    '^(a{2}|a{1,3}){2,}$',
    '^(a{1,4}){0,4}(a+)+$',
  ])('finishes in either case: %s', (source) => {
    expect(boundedExpression(source, true).test(`${'aA'.repeat(1_000)}!`)).toBe(false);
  });
});
