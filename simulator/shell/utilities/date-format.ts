import type { Process } from '../../runtime/process';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** Offset of $TZ from UTC in minutes, and its name: containers have no zone database, so only POSIX forms (`CET-1`) count. */
export function zoneOf(process: Process): { name: string; minutes: number } {
  const match = /^<?([A-Za-z+0-9-]{3,}?)>?([-+]?\d{1,2})(?::(\d{2}))?/.exec(process.env.get('TZ') ?? '');
  if (!match) return { name: 'UTC', minutes: 0 };
  const hours = Number(match[2]);
  return { name: match[1] as string, minutes: -(hours * 60 + Math.sign(hours) * Number(match[3] ?? 0)) };
}

/** Milliseconds from 1970 to the ends of JavaScript's calendar, some 270,000 years off. */
const farthest = 8.64e15;

/** strftime(3) in the C locale. */
export function formatDate(format: string, timeMs: number, process: Process, utc = false): string {
  const zone = utc ? { name: 'UTC', minutes: 0 } : zoneOf(process);
  const date = new Date(Math.max(-farthest, Math.min(farthest, timeMs + zone.minutes * 60_000)) || 0);
  const two = (value: number) => String(value).padStart(2, '0');
  const weekday = days[date.getUTCDay()] as string;
  const month = months[date.getUTCMonth()] as string;
  const hour12 = date.getUTCHours() % 12 || 12;
  const dayOfYear = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);
  const one = (letter: string): string | undefined => {
    switch (letter) {
      case 'Y':
        return String(date.getUTCFullYear());
      case 'C':
        return two(Math.floor(date.getUTCFullYear() / 100));
      case 'y':
        return two(date.getUTCFullYear() % 100);
      case 'm':
        return two(date.getUTCMonth() + 1);
      case 'd':
        return two(date.getUTCDate());
      case 'e':
        return String(date.getUTCDate()).padStart(2);
      case 'H':
        return two(date.getUTCHours());
      case 'k':
        return String(date.getUTCHours()).padStart(2);
      case 'I':
        return two(hour12);
      case 'l':
        return String(hour12).padStart(2);
      case 'M':
        return two(date.getUTCMinutes());
      case 'S':
        return two(date.getUTCSeconds());
      case 'N':
        return `${String(date.getUTCMilliseconds()).padStart(3, '0')}000000`;
      case 'p':
        return date.getUTCHours() < 12 ? 'AM' : 'PM';
      case 'P':
        return date.getUTCHours() < 12 ? 'am' : 'pm';
      case 'a':
        return weekday.slice(0, 3);
      case 'A':
        return weekday;
      case 'b':
      case 'h':
        return month.slice(0, 3);
      case 'B':
        return month;
      case 'j':
        return String(dayOfYear + 1).padStart(3, '0');
      case 'u':
        return String(date.getUTCDay() || 7);
      case 'w':
        return String(date.getUTCDay());
      case 'U':
        return two(Math.floor((dayOfYear + 7 - date.getUTCDay()) / 7));
      case 'W':
        return two(Math.floor((dayOfYear + 7 - ((date.getUTCDay() + 6) % 7)) / 7));
      case 'V':
        return two(isoWeek(date).week);
      case 'G':
        return String(isoWeek(date).year);
      case 's':
        return String(Math.floor(timeMs / 1000));
      case 'Z':
        return zone.name;
      case 'z':
        return `${zone.minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(zone.minutes) / 60))}${two(Math.abs(zone.minutes) % 60)}`;
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '%':
        return '%';
      case 'T':
        return expand('%H:%M:%S');
      case 'R':
        return expand('%H:%M');
      case 'r':
        return expand('%I:%M:%S %p');
      case 'D':
      case 'x':
        return expand('%m/%d/%y');
      case 'F':
        return expand('%Y-%m-%d');
      case 'X':
        return expand('%H:%M:%S');
      case 'c':
        return expand('%a %b %e %H:%M:%S %Y');
      default:
        return undefined;
    }
  };
  const expand = (text: string): string =>
    text.replace(/%([-_0^]?)(.)/g, (whole, flag: string, letter: string) => {
      const value = one(letter);
      if (value === undefined) return whole;
      if (flag === '-') return value.replace(/^[0 ]+(?=\d)/, '');
      if (flag === '^') return value.toUpperCase();
      return flag === '_' ? value.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length)) : value;
    });
  return expand(format);
}

function isoWeek(date: Date): { week: number; year: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * 86_400_000);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * 86_400_000)) + 1 };
}

/** strptime(3), for `date -D`: undefined when the text is not of that form. */
export function parseDateAs(format: string, text: string, zoneMinutes: number): number | undefined {
  const fields: string[] = [];
  const source = format
    .replace(/%F/g, '%Y-%m-%d')
    .replace(/%T/g, '%H:%M:%S')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%([YmdHMSjbs])/g, (_, letter: string) => {
      fields.push(letter);
      return letter === 'Y'
        ? '(\\d{4})'
        : letter === 'b'
          ? '([A-Za-z]{3})'
          : letter === 's'
            ? '(\\d+)'
            : '(\\d{1,2})';
    });
  const values = new RegExp(`^${source}$`).exec(text)?.slice(1);
  if (!values) return undefined;
  const value = (letter: string, otherwise: number): number => {
    const given = values[fields.indexOf(letter)];
    return given === undefined ? otherwise : Number(given);
  };
  if (fields.includes('s')) return value('s', 0) * 1000;
  const name = values[fields.indexOf('b')]?.toLowerCase();
  const named = months.findIndex((month) => month.slice(0, 3).toLowerCase() === name);
  if (name !== undefined && named < 0) return undefined;
  const month = name === undefined ? value('m', 1) - 1 : named;
  return (
    Date.UTC(value('Y', 1970), month, value('d', 1), value('H', 0), value('M', 0), value('S', 0)) -
    zoneMinutes * 60_000
  );
}

/** What date -d understands: `@seconds`, `YYYY-MM-DD [hh:mm[:ss]]`, `hh:mm[:ss]`, `[YYYY]MMDDhhmm[.ss]`; undefined otherwise. */
export function parseDate(text: string, nowMs: number, zoneMinutes: number): number | undefined {
  if (/^@-?\d+$/.test(text)) return Number(text.slice(1)) * 1000;
  const iso = /^(\d{4})[-.](\d{1,2})[-.](\d{1,2})(?:[T -](\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?(Z)?$/.exec(
    text,
  );
  const offset = zoneMinutes * 60_000;
  if (iso) {
    const [, year, month, day, hour, minute, second] = iso.map(Number) as number[];
    return (
      Date.UTC(year as number, (month as number) - 1, day, hour || 0, minute || 0, second || 0) -
      (iso[7] ? 0 : offset)
    );
  }
  const local = new Date(nowMs + offset);
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock) {
    return (
      Date.UTC(
        local.getUTCFullYear(),
        local.getUTCMonth(),
        local.getUTCDate(),
        Number(clock[1]),
        Number(clock[2]),
        Number(clock[3] ?? 0),
      ) - offset
    );
  }
  const compact = /^(?:(\d{4})|(\d{2}))??(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{2}))?$/.exec(text);
  if (compact) {
    const [, full, short, month, day, hour, minute, second] = compact.map(Number) as number[];
    const year = full || (short ? 2000 + short : local.getUTCFullYear());
    return Date.UTC(year, (month as number) - 1, day, hour, minute, second || 0) - offset;
  }
  return undefined;
}
