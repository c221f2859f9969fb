import { beforeAll, describe, expect, it } from 'vitest';
import { boundRegularExpressions } from '../bounded-regexp';
import { posixExpression } from './posix-expression';

/** What an expression finds: the match, and its groups behind bars. */
function found(pattern: string, text: string, extended = true): string | undefined {
  const match = posixExpression(pattern, { extended }).exec(text);
  return match ? [...match].map((part) => part ?? '-').join('|') : undefined;
}

beforeAll(boundRegularExpressions);

describe('the leftmost match is the longest', () => {
  it.each<[string, string, string | undefined]>([
    ['foo|foobar', 'a foobar', 'foobar'],
    ['(a*)(ab)?', 'aab', 'aab|a|ab'],
    ['(a|ab)(c|bcd)(d*)', 'abcd', 'abcd|a|bcd|'],
    ['(x)|(a)', 'a', 'a|-|a'],
    ['(a|b)*', 'abab', 'abab|b'],
    ['a{2,3}', 'aaaa', 'aaa'],
    ['a{,2}', 'aaa', 'aa'],
    ['()b', 'ab', 'b|'],
    ['a||b', 'xb', ''],
    ['a**', 'aa', 'aa'],
    ['^a|b$', 'xb', 'b'],
    ['(^|,)b', 'a,b', ',b|,'],
    ['a{1', 'xa{1', 'a{1'],
    ['*a', '*a', '*a'],
    ['a)', 'a)', 'a)'],
    ['[^]a]', ']ab', 'b'],
    ['[[:digit:]x-]+', 'a1-x', '1-x'],
    ['[a\\]+', 'b\\a', '\\a'],
  ])('extended %s in %s', (pattern, text, expected) => {
    expect(found(pattern, text)).toBe(expected);
  });

  it.each<[string, string, string | undefined]>([
    ['a\\|ab', 'ab', 'ab'],
    ['\\(ab\\)\\1', 'xabab', 'abab|ab'],
    ['a\\{2\\}', 'aaa', 'aa'],
    ['^*a', '*a', '*a'],
    ['a^b$c', 'a^b$c', 'a^b$c'],
    ['\\(^a\\)b', 'ab', 'ab|a'],
    ['a+b', 'a+b', 'a+b'],
    ['a\\+b', 'aab', 'aab'],
    ['(a)', '(a)', '(a)'],
    ['\\<b*\\>', 'a bb', 'bb'],
    ['\\`a', 'a', 'a'],
  ])('basic %s in %s', (pattern, text, expected) => {
    expect(found(pattern, text, false)).toBe(expected);
  });

  it('counts letters of either case', () => {
    const expression = posixExpression('a|[^b]c|x[d-f]', { extended: true, ignoreCase: true }, 'g');
    expect('A Bc 2C XE'.match(expression)).toEqual(['A', '2C', 'XE']);
  });

  it('is found again and again', () => {
    const expression = posixExpression('(a|ab)', { extended: true }, 'g');
    expect([...'ab a xab'.matchAll(expression)].map((match) => match[0])).toEqual(['ab', 'a', 'ab']);
    expect('ab a'.replace(expression, '<$1>')).toBe('<ab> <a>');
  });
});

describe('mistakes', () => {
  it.each<[string, boolean, RegExp]>([
    ['a(', true, /Unmatched \( or \\\(/],
    ['a\\)', false, /Unmatched \) or \\\)/],
    ['[a', true, /Unmatched \[/],
    ['[z-a]', true, /Invalid range end/],
    ['[[:no:]]', true, /Invalid character class name/],
    ['a\\{2', false, /Unmatched \\\{/],
    ['a{3,2}', true, /Invalid content/],
    ['a{99999}', true, /too big/],
    ['(a{200}){200}', true, /too big/],
    ['a\\', true, /Trailing backslash/],
    ['\\1(a)', true, /Invalid back reference/],
    ['[[:constructor:]]', true, /Invalid character class name/],
    [`${'('.repeat(5000)}a`, true, /too big/],
    [`a${'*'.repeat(5000)}`, true, /too big/],
  ])('%s', (pattern, extended, message) => {
    expect(() => posixExpression(pattern, { extended })).toThrow(message);
  });
});

describe('no expression takes without end', () => {
  const line = `${'a'.repeat(2000)}!`;

  it.each([
    '(a+)+$',
    '(a*)*b',
    '^(a|a)*$',
    '\\<(a+)+b',
    '(a+)+b\\>',
    '(a{1,20}){1,20}b',
    'a{1,60}a{1,60}a{1,60}a{1,60}b',
    '((a|aa)+)+$',
  ])('%s', (pattern) => {
    expect(posixExpression(pattern, { extended: true }).test(line)).toBe(false);
  });

  it('counts what groups cost', () => {
    // Thousands of groups, the places of which every step copies.
    const expression = posixExpression(`(${'()'.repeat(4000)}a|b)+$`, { extended: true });
    expect(() => expression.exec('a'.repeat(2000))).toThrow(/does not simulate/);
  });

  it('gives up on long lines and long expressions', () => {
    const expression = posixExpression(`${'a*'.repeat(2000)}b`, { extended: true });
    expect(() => expression.test('a'.repeat(100_000))).toThrow(/does not simulate/);
  });

  it('gives up on back-references that take too long', () => {
    const expression = posixExpression('(a*)*\\1b', { extended: true });
    expect(() => expression.test(line)).toThrow(/does not simulate/);
  });
});
