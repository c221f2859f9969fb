import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Entry } from './create-grader';
import { LiveSchedule } from './live-schedule';
import { failed, passed } from './outcome';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A costly check, and how often it acted. */
function scheduled(outcome = passed([])) {
  const entry = { costly: true, outcome } as unknown as Entry;
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

test('one that does not pass is tried again, less and less often, until the schedule is closed', async () => {
  const { schedule, acted } = scheduled(failed('no', []));
  schedule.evaluated();
  await vi.advanceTimersByTimeAsync(40_000);
  const tried = acted();
  expect(tried).toBeGreaterThan(2);
  expect(tried).toBeLessThan(6);
  schedule.close();
  // What was under way comes to an end, and is not the beginning of more.
  schedule.evaluated();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(acted()).toBe(tried);
});

test('what is under way when the schedule is closed is the last', async () => {
  const entry = { costly: true, outcome: failed('no', []) } as unknown as Entry;
  let acted = 0;
  let end = () => {};
  const schedule = new LiveSchedule([entry], {
    look: async () => {},
    act: () => {
      acted++;
      return new Promise((done) => {
        end = done;
      });
    },
    mayAct: () => true,
  });
  schedule.evaluated();
  await vi.advanceTimersByTimeAsync(1000);
  schedule.close();
  end();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(acted).toBe(1);
});
