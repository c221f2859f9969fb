import { expect, test } from 'vitest';
import { bounded, TookTooLong } from './bounded';

test('what works for too long is stopped', () => {
  expect(() =>
    bounded(() => {
      for (;;);
    }, 50),
  ).toThrow(TookTooLong);
});

test('what had no processor meanwhile is called again', () => {
  let calls = 0;
  const value = bounded(() => {
    calls++;
    // Asleep, as on a machine that is busy elsewhere: time goes by, and no work is done.
    if (calls === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
    return 'done';
  }, 500);
  expect([value, calls]).toEqual(['done', 2]);
});

test('an error of its own comes out as it is, also from within another', () => {
  const error = new Error('mine');
  const inner = () => {
    throw error;
  };
  expect(() => bounded(() => bounded(inner, 1000), 1000)).toThrow(error);
});
