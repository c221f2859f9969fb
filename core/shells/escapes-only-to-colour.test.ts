import { describe, expect, it } from 'vitest';
import { escapesOnlyToColour } from './escapes-only-to-colour';

const bytes = (text: string) => Buffer.from(text, 'latin1');

/** The same by a regular expression. */
const expected = (text: string) => !/\x1b(?!\[[0-9:;]*m)/.test(text);

/** Numbers from 0 up to 1 that are the same in each run (Lehmer). */
function numbers(): () => number {
  let state = 4711;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

describe('text with colours alone', () => {
  it.each([
    ['nothing', '', true],
    ['text', 'abc\r\n', true],
    ['no parameter', '\x1b[m', true],
    ['one', 'a\x1b[1mb', true],
    ['several, by colons too', '\x1b[1;38:5:208mlazy\x1b[0m', true],
    ['one behind the other', '\x1b[0m\x1b[1m\x1b[m', true],
    ['more parameters than a block has bytes', `\x1b[${'1;'.repeat(90)}m`, true],
    ['digits and brackets that are text', '[12m 3;4m ]', true],
    ['an erased screen', '\x1b[2J', false],
    ['a private mode', '\x1b[?25l', false],
    ['key modifiers, which end with m as well', '\x1b[>4;1m', false],
    ['a title', '\x1b]2;x\x07', false],
    ['an escape in parameters', '\x1b[1\x1b[0m', false],
    ['an end after the escape', 'abc\x1b', false],
    ['an end after the bracket', 'abc\x1b[', false],
    ['an end in parameters', 'abc\x1b[0', false],
  ])('%s', (_, text, verdict) => {
    expect(escapesOnlyToColour(bytes(text))).toBe(verdict);
  });

  it('says the same wherever in a block a sequence stands', () => {
    for (const sequence of ['\x1b[m', '\x1b[38;5;208m', '\x1b[1;2', '\x1b[', '\x1b', '\x1b[1;2J'])
      for (let before = 0; before < 140; before++)
        for (const after of [0, 1, 70]) {
          const text = '1'.repeat(before) + sequence + '.'.repeat(after);
          expect([text, escapesOnlyToColour(bytes(text))]).toEqual([text, expected(text)]);
        }
  });

  it('says the same of whatever is put together from parts', () => {
    const parts = ['\x1b[m', '\x1b[0m', '\x1b[1;31m', 'm', ';', '12', '[', 'ä', '\n', '-'.repeat(30)];
    const rare = ['\x1b', '\x1b[', '\x1b[2K'];
    const next = numbers();
    const one = (of: readonly string[]) => of[Math.floor(next() * of.length)] as string;
    const verdicts = { true: 0, false: 0 };
    for (let i = 0; i < 20_000; i++) {
      const length = 1 + Math.floor(next() * 12);
      const text = Array.from({ length }, () => one(next() < 0.05 ? rare : parts)).join('');
      const verdict = escapesOnlyToColour(bytes(text));
      expect([text, verdict]).toEqual([text, expected(text)]);
      verdicts[`${verdict}`]++;
    }
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(1000);
  });

  it('does not look at what is longer than its memory', () => {
    expect(escapesOnlyToColour(bytes('.'.repeat(128 * 1024)))).toBe(true);
    expect(escapesOnlyToColour(bytes('.'.repeat(128 * 1024 + 1)))).toBe(false);
  });
});
