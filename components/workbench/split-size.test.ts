import { expect, test } from 'vitest';
import { clampSplit, splitAfterKey, splitLimits } from './split-size';

test.each([
  ['ArrowLeft', false, 40, 38],
  ['ArrowRight', false, 40, 42],
  ['ArrowRight', true, 40, 50],
  ['ArrowLeft', true, 28, splitLimits.min],
  ['ArrowRight', true, 64, splitLimits.max],
  ['Home', false, 40, splitLimits.min],
  ['End', false, 40, splitLimits.max],
  ['Enter', false, 60, splitLimits.usual],
  ['a', false, 40, undefined],
])('%s (shift %s) at %d %% moves to %s', (key, shift, from, to) => {
  expect(splitAfterKey(key, shift, from)).toBe(to);
});

test('a drag past an edge stops at the limit', () => {
  expect(clampSplit(-20)).toBe(splitLimits.min);
  expect(clampSplit(99)).toBe(splitLimits.max);
});
