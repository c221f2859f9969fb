import { describe, expect, test } from 'vitest';
import { bestHeld } from './held-grade';

/** `10@3` is a grade of 10 points at second 3; 12 points are all there are. */
const grades = (text: string) =>
  text.split(' ').map((grade) => {
    const [earned = 0, second = 0] = grade.split('@').map(Number);
    return { at: new Date(second * 1000), earned, passed: earned === 12 };
  });

describe('the best grade counts, once it has held for five seconds', () => {
  test.each<[string, string, number, number | null]>([
    ['the last one counts at once', '0@0 8@1', 8, null],
    ['all points, at once', '0@0 12@1', 12, 1],
    ['ready for a second, then crashed', '2@0 12@10 2@11', 2, null],
    ['held, then broken', '2@0 12@10 2@15', 12, 10],
    ['a rise on the way does not begin anew', '2@0 8@10 12@13 2@16', 8, null],
    ['what fell only to a middle level keeps that', '2@0 12@10 8@12 2@16', 8, null],
    ['an earlier one that held', '8@0 2@20 12@30 0@31', 8, null],
    ['a flicker, and later in earnest', '0@0 12@10 0@11 12@20', 12, 20],
    ['passed twice: the first that held', '12@0 0@1 12@10 0@20 12@30', 12, 10],
    ['the same again and again', '5@0 5@2 5@4 5@6 0@7', 5, null],
    ['crash after crash', '0@0 6@1 0@2 6@12 0@13 6@33 0@34', 0, null],
  ])('%s: %s', (_, text, earned, passedAtSecond) => {
    const passedAt = passedAtSecond === null ? null : new Date(passedAtSecond * 1000);
    expect(bestHeld(grades(text))).toEqual({ earned, passed: passedAt !== null, passedAt });
  });
});
