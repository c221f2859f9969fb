interface Field {
  least: number;
  most: number;
  names?: Record<string, number>;
}

const MONTHS = named('jan feb mar apr may jun jul aug sep oct nov dec', 1);
const DAYS = named('sun mon tue wed thu fri sat', 0);
const FIELDS: Field[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 6, names: DAYS },
];
const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** What is wrong with a CronJob's schedule, in the words of robfig/cron v3 ParseStandard; undefined when it is fine. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule === '') return 'empty spec string';
  if (schedule.startsWith('@')) return descriptorProblem(schedule);
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== FIELDS.length)
    return `expected exactly ${FIELDS.length} fields, found ${parts.length}: [${parts.join(' ')}]`;
  for (const [index, field] of FIELDS.entries())
    for (const range of (parts[index] ?? '').split(',').filter(Boolean)) {
      const problem = rangeProblem(range, field);
      if (problem) return problem;
    }
  return undefined;
}

function descriptorProblem(schedule: string): string | undefined {
  if (DESCRIPTORS.includes(schedule)) return undefined;
  if (schedule.startsWith('@every ')) {
    const text = schedule.slice('@every '.length);
    return /^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/.test(text)
      ? undefined
      : `failed to parse duration ${schedule}: time: invalid duration ${JSON.stringify(text)}`;
  }
  return `unrecognized descriptor: ${schedule}`;
}

function rangeProblem(range: string, field: Field): string | undefined {
  const [span = '', step, ...slashes] = range.split('/');
  if (slashes.length > 0) return `too many slashes: ${range}`;
  const [first = '', last, ...hyphens] = span.split('-');
  if (hyphens.length > 0) return `too many hyphens: ${range}`;
  let start = field.least;
  let end = field.most;
  if (first !== '*' && first !== '?') {
    const from = numberOf(first, field);
    if (typeof from === 'string') return from;
    const to = last === undefined ? from : numberOf(last, field);
    if (typeof to === 'string') return to;
    start = from;
    end = last === undefined && step !== undefined ? field.most : to;
  }
  if (step !== undefined) {
    const every = numberOf(step, { least: 0, most: 0 });
    if (typeof every === 'string') return every;
    if (every === 0) return `step of range should be a positive number: ${range}`;
  }
  if (start < field.least) return `beginning of range (${start}) below minimum (${field.least}): ${range}`;
  if (end > field.most) return `end of range (${end}) above maximum (${field.most}): ${range}`;
  return start > end ? `beginning of range (${start}) beyond end of range (${end}): ${range}` : undefined;
}

/** The number, or what is wrong with it. */
function numberOf(text: string, field: Field): number | string {
  const byName = field.names?.[text.toLowerCase()];
  if (byName !== undefined) return byName;
  if (/^-[0-9]+$/.test(text)) return `negative number (${text}) not allowed: ${text}`;
  return /^[0-9]+$/.test(text)
    ? Number(text)
    : `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
}

function named(words: string, first: number): Record<string, number> {
  return Object.fromEntries(words.split(' ').map((word, index) => [word, first + index]));
}
