import { randomInt } from 'node:crypto';
import { inputs } from './cat';
import { type Utility, utility } from './utility';

export const factor = utility('factor', '[NUMBER]...\n\nPrint prime factors', async (self) => {
  let texts = self.args;
  if (texts.length === 0) {
    for await (const { file } of inputs(self, []))
      texts = texts.concat((await self.readAll(file)).split(/\s+/));
  }
  for (const text of texts) {
    if (text === '') continue;
    if (!/^\d+$/.test(text) || BigInt(text) >= 1n << 64n) throw self.usageFault();
    const factors = Number(text) <= Number.MAX_SAFE_INTEGER ? await factors53(self, Number(text)) : undefined;
    if (!factors) return self.fail(`The embedded cluster does not simulate factors of numbers over 2^53.`);
    await self.print(`${text}:${factors.map((each) => ` ${each}`).join('')}\n`);
  }
  return 0;
});

async function factors53(self: Utility, number: number): Promise<number[]> {
  const factors: number[] = [];
  let rest = number;
  for (let divisor = 2; divisor * divisor <= rest; divisor += divisor === 2 ? 1 : 2) {
    const turn = self.process.checkpoint();
    if (turn) await turn;
    while (rest % divisor === 0) {
      factors.push(divisor);
      rest /= divisor;
    }
  }
  if (rest > 1) factors.push(rest);
  return factors;
}

export const shuf = utility('shuf', '[-n NUM] [-o FILE] [-z] [FILE | -e [ARG...] | -i L-H]', async (self) => {
  const options = self.options('n:o:zei:');
  const end = options.has('z') ? '\0' : '\n';
  let items: string[] = [];
  const range = options.value('i');
  if (range !== undefined) {
    const [from, to] = range.split('-').map(Number);
    if (from === undefined || to === undefined || !(from <= to)) return self.fail(`bad range '${range}'`);
    if (to - from > 1_000_000)
      return self.fail('The embedded cluster does not simulate shuf over more than a million numbers.');
    items = Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  } else if (options.has('e')) items = options.operands;
  else {
    for await (const { file } of inputs(self, options.operands.slice(0, 1)))
      for await (const { lines } of self.lines(file, end)) items.push(...lines);
  }
  const wanted = Math.min(items.length, Number(options.value('n') ?? items.length));
  const chosen: string[] = [];
  for (let i = 0; i < wanted; i++) {
    const j = randomInt(i, items.length);
    [items[i], items[j]] = [items[j] as string, items[i] as string];
    chosen.push(`${items[i]}${end}`);
  }
  const path = options.value('o');
  if (path === undefined) {
    await self.print(chosen.join(''));
    return 0;
  }
  const fd = self.process.addFd(await self.process.open(path, 'w'));
  await self.process.write(fd, chosen.join(''));
  self.process.closeFd(fd);
  return 0;
});

export const cal = utility('cal', '[-jmy] [[MONTH] YEAR]\n\nDisplay a calendar', async (self) => {
  const options = self.options('jmy');
  if (options.has('j')) return self.fail('The embedded cluster does not simulate cal -j.');
  const now = new Date(self.process.clock.now());
  const [a, b] = options.operands.map(Number);
  const year = b ?? a ?? now.getUTCFullYear();
  const month = b === undefined ? (a === undefined ? now.getUTCMonth() + 1 : undefined) : a;
  if (!(year >= 1753 && year <= 9999))
    return self.fail('The embedded cluster does not simulate calendars before 1753.');
  if (month !== undefined && !options.has('y')) {
    if (!(month >= 1 && month <= 12)) return self.fail(`invalid number '${options.operands[0]}'`);
    const lines = monthLines(year, month, options.has('m'), true);
    await self.print(lines.map((line) => `${line.trimEnd() || ' '.repeat(21)}\n`).join(''));
    return 0;
  }
  await self.print(`${' '.repeat(30)}${year}${' '.repeat(30)}\n\n`);
  for (let first = 1; first <= 12; first += 3) {
    const months = [0, 1, 2].map((each) => monthLines(year, first + each, options.has('m'), false));
    for (let row = 0; row < 8; row++) {
      const line = months.map((lines) => (lines[row] ?? '').padEnd(20)).join('  ');
      await self.print(`${row === 0 ? line : line.trimEnd() || ' '.repeat(79)}\n`);
    }
  }
  return 0;
});

/** Heading, names of the days, six weeks. */
function monthLines(year: number, month: number, monday: boolean, withYear: boolean): string[] {
  const name = new Date(Date.UTC(year, month - 1, 1)).toLocaleString('en', {
    month: 'long',
    timeZone: 'UTC',
  });
  const title = withYear ? `${name} ${year}` : name;
  const names = ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa'];
  if (monday) names.push(names.shift() as string);
  const first = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + (monday ? 6 : 0)) % 7;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const cells = Array.from({ length: 42 }, (_, index) => {
    const day = index - first + 1;
    return day >= 1 && day <= days ? String(day).padStart(2) : '  ';
  });
  const weeks = [0, 1, 2, 3, 4, 5].map((week) => cells.slice(7 * week, 7 * week + 7).join(' '));
  return [' '.repeat(Math.floor((20 - title.length) / 2)) + title, names.join(' '), ...weeks];
}
