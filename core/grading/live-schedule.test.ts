import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Entry } from './create-grader';
import { LiveSchedule } from './live-schedule';
import { passed } from './outcome';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A costly check that passes, and how often it acted. */
function scheduled() {
  const entry = { costly: true, outcome: passed([]) } as unknown as Entry;
  let acted = 0;
  const schedule: LiveSchedule = new LiveSchedule([entry], {
    look: async () => schedule.evaluated(),
    act: async () => {
      acted++;
    },
    mayAct: () => true,
  });
  return { entry, schedule, acted: () => acted };
}

test('a costly check that has just acted on request rests', async () => {
  const { schedule, acted } = scheduled();
  schedule.allAct();
  schedule.allActed();
  schedule.evaluated();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(acted()).toBe(0);
});

test('what changed while it acted on request makes it act again', async () => {
  const { entry, schedule, acted } = scheduled();
  schedule.allAct();
  schedule.changed([entry]);
  schedule.allActed();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(acted()).toBe(1);
});
