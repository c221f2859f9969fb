import { Cron } from 'croner';
import type { CronJob } from '../schema/types';

/** When a CronJob is due; times in milliseconds since the epoch. */
export interface Schedule {
  /** The first time after `time`; undefined when there is none. */
  next(time: number): number | undefined;
}

/** Reads a schedule as the cron library of Kubernetes does (robfig/cron ParseStandard). Throws Error. */
export function scheduleOf({ spec }: CronJob): Schedule {
  const { schedule = '', timeZone } = spec ?? {};
  const [, every] = /^@every +(.*)$/.exec(schedule) ?? [];
  if (every !== undefined) return constantDelay(every);
  // `?` stands for `*`.
  const cron = new Cron(schedule.replaceAll('?', '*'), { paused: true, timezone: timeZone ?? 'UTC' });
  return { next: (time) => cron.nextRun(new Date(time))?.getTime() };
}

const UNITS: Record<string, number> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** Whole seconds, at least one, counted from whatever came before. */
function constantDelay(text: string): Schedule {
  const parts = [...text.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new Error(`failed to parse duration @every ${text}`);
  const sum = parts.reduce((total, [, amount, unit = '']) => total + Number(amount) * (UNITS[unit] ?? 0), 0);
  const delay = Math.max(1_000, Math.floor(sum / 1_000) * 1_000);
  return { next: (time) => Math.floor(time / 1_000) * 1_000 + delay };
}

/** What of a schedule lies between the last run and now. */
export interface Missed {
  /** The most recent time that is due; undefined when none is. */
  due: number | undefined;
  /** More times than are worth telling apart. */
  tooMany: boolean;
}

/** More missed start times than this are told of. */
const TOO_MANY_MISSED = 100;

/** The most recent of the times since `earliest` that are not after `now` (mostRecentScheduleTime). */
export function missedTimes(schedule: Schedule, earliest: number, now: number): Missed {
  const first = schedule.next(earliest);
  if (first === undefined || now < first) return { due: undefined, tooMany: false };
  const second = schedule.next(first);
  if (second === undefined || now < second) return { due: first, tooMany: false };
  const between = second - first;
  const count = Math.floor((now - first) / between) + 1;
  let due: number | undefined;
  // An irregular schedule is walked through from a little before the last time that it might have had.
  let at = schedule.next(first + (count - 2) * between);
  for (; at !== undefined && at <= now; at = schedule.next(at)) due = at;
  return { due, tooMany: count > TOO_MANY_MISSED };
}
