import type { SqlType } from './types';

/** A span of time; months and days have no fixed length. */
export interface Interval {
  months: number;
  days: number;
  micros: number;
}

const dayMs = 86_400_000;

/** Microseconds since the epoch, or days for a date; undefined when it is not one. Moments without a zone are in UTC. */
export function parseMoment(to: SqlType, text: string): number | undefined {
  const match =
    /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?\s*(Z|UTC|[+-]\d{1,2}(?::?\d{2})?)?)?\s*$/i.exec(
      text,
    );
  if (!match) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', part = '0', zone = ''] = match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  if (date.getUTCMonth() + 1 !== Number(month) || Number(hour) > 24 || Number(minute) > 59) return undefined;
  if (to.name === 'date') return midnight / dayMs;
  const shift = to.name === 'timestamp with time zone' ? zoneMinutes(zone) : 0;
  const ms = midnight + ((Number(hour) * 60 + Number(minute) - shift) * 60 + Number(second)) * 1_000;
  return ms * 1_000 + Math.round(Number(part) * 1e6);
}

function zoneMinutes(zone: string): number {
  const match = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone);
  if (!match) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0));
}

/** `2026-11-21 09:30:00.5+00` */
export function formatMoment({ name }: SqlType, value: number): string {
  if (name === 'date') return new Date(value * dayMs).toISOString().slice(0, 10);
  const ms = Math.floor(value / 1_000);
  const text = new Date(ms).toISOString().replace('T', ' ').slice(0, 19);
  const micros = value - Math.floor(value / 1e6) * 1e6;
  const part = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
  return `${text}${part}${name === 'timestamp with time zone' ? '+00' : ''}`;
}

const unitNames: [RegExp, keyof Interval, number][] = [
  [/^y(ea)?rs?$|^y$/, 'months', 12],
  [/^mon(th)?s?$/, 'months', 1],
  [/^weeks?$|^w$/, 'days', 7],
  [/^days?$|^d$/, 'days', 1],
  [/^h(ou)?rs?$|^h$/, 'micros', 3_600e6],
  [/^min(ute)?s?$|^m$/, 'micros', 60e6],
  [/^sec(ond)?s?$|^s$/, 'micros', 1e6],
  [/^(ms|milliseconds?)$/, 'micros', 1e3],
];

/** `1 day 02:03:04`, `2 hours`; undefined when it is none. */
export function parseInterval(text: string): Interval | undefined {
  const result: Interval = { months: 0, days: 0, micros: 0 };
  const words = text
    .trim()
    .toLowerCase()
    .replace(/(\d)([a-z])/g, '$1 $2')
    .split(/\s+/);
  for (let i = 0; i < words.length; i++) {
    const clock = /^([+-]?)(\d+):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(words[i] ?? '');
    if (clock) {
      const seconds = Number(clock[2]) * 3_600 + Number(clock[3]) * 60 + Number(clock[4] ?? 0);
      result.micros += (clock[1] === '-' ? -1 : 1) * Math.round(seconds * 1e6);
      continue;
    }
    if (words[i] === 'ago' && i === words.length - 1)
      return { months: -result.months, days: -result.days, micros: -result.micros };
    const amount = Number(words[i]);
    const unit = unitNames.find(([name]) => name.test(words[i + 1] ?? ''));
    if (words[i] === '' || Number.isNaN(amount) || !unit) return undefined;
    result[unit[1]] += amount * unit[2];
    i++;
  }
  return result;
}

export function formatInterval({ months, days, micros }: Interval): string {
  const parts: string[] = [];
  const named = (count: number, name: string) => {
    if (count !== 0) parts.push(`${count} ${name}${Math.abs(count) === 1 ? '' : 's'}`);
  };
  named(Math.trunc(months / 12), 'year');
  named(months % 12, 'mon');
  named(days, 'day');
  if (micros !== 0 || parts.length === 0) {
    const total = Math.abs(micros);
    const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
    const part =
      total % 1e6 === 0
        ? ''
        : `.${String(total % 1e6)
            .padStart(6, '0')
            .replace(/0+$/, '')}`;
    parts.push(
      `${micros < 0 ? '-' : ''}${two(total / 3_600e6)}:${two((total / 60e6) % 60)}:${two((total / 1e6) % 60)}${part}`,
    );
  }
  return parts.join(' ');
}

/** A moment in microseconds and a span later. */
export function addInterval(micros: number, { months, days, micros: more }: Interval, sign: 1 | -1): number {
  const ms = Math.floor(micros / 1_000);
  const date = new Date(ms);
  if (months !== 0) {
    const wanted = date.getUTCDate();
    date.setUTCDate(1);
    date.setUTCMonth(date.getUTCMonth() + sign * months);
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    date.setUTCDate(Math.min(wanted, last));
  }
  return (date.getTime() + sign * days * dayMs) * 1_000 + (micros - ms * 1_000) + sign * more;
}
