import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../clock/virtual-clock';
import { RotatingLog } from './rotating-log';

const text = (entries: { text: Uint8Array }[]) => entries.map((entry) => Buffer.from(entry.text).toString());
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`);

function filled(lines: string[], maxBytes?: number): RotatingLog {
  const log = new RotatingLog(new VirtualClock(), maxBytes);
  for (const line of lines) log.write('stdout', Buffer.from(line));
  return log;
}

/** All that is there from a position on, as a reader gets it piece by piece. */
function readOn(log: RotatingLog, from: number): string[] {
  const all: string[] = [];
  for (let position = from; ; ) {
    const { entries, next } = log.readFrom(position);
    if (entries.length === 0) return all;
    all.push(...text(entries));
    position = next;
  }
}

describe('the log of a container', () => {
  it('is rotated when its file has become too large: only the latest file is shown', () => {
    const log = filled(numbers(1, 1000), 10_000);
    const shown = readOn(log, 0);
    expect(log.size).toBeLessThanOrEqual(10_000);
    expect(shown.at(-1)).toBe('1000\n');
    expect(shown).toEqual(numbers(1001 - shown.length, 1000));
    expect(shown.length).toBeLessThan(1000);
  });

  it('is never larger than a file may be, whatever is written', () => {
    const log = filled([]);
    const chunk = Buffer.alloc(64 * 1024, `${'x'.repeat(99)}\n`);
    let largest = 0;
    for (let written = 0; written < 100 * 1024 * 1024; written += chunk.length) {
      log.write('stdout', chunk);
      largest = Math.max(largest, log.size);
    }
    expect(largest).toBeGreaterThan(9 * 1024 * 1024);
    expect(largest).toBeLessThanOrEqual(10 * 1024 * 1024);
  });

  it('goes on for a reader at what is left after a rotation', () => {
    const log = filled(numbers(1, 10), 10_000);
    const { next } = log.readFrom(0);
    for (const line of numbers(11, 1000)) log.write('stdout', Buffer.from(line));
    expect(readOn(log, next).at(-1)).toBe('1000\n');
  });

  it('is read to its end by who had it open when it was rotated, and not beyond two rotations', () => {
    const log = filled(numbers(1, 10), 10_000);
    let position = log.readFrom(0).next;
    const release = log.hold(() => position);
    for (const line of numbers(11, 100)) log.write('stdout', Buffer.from(line));
    const { entries, next } = log.readFrom(position);
    expect(text(entries)[0]).toBe('11\n');
    position = next;
    expect(readOn(log, position).at(-1)).toBe('100\n');
    for (const line of numbers(101, 1000)) log.write('stdout', Buffer.from(line));
    release();
    const shown = readOn(log, position);
    expect(shown).toEqual(numbers(1001 - shown.length, 1000));
    expect(shown.length).toBeLessThan(100);
  });

  it('gives a reader little at once', () => {
    const log = filled([numbers(1, 200_000).join('')]);
    const { entries } = log.readFrom(0);
    expect(entries.length).toBeLessThan(20_000);
    expect(readOn(log, 0)).toEqual(numbers(1, 200_000));
  });

  it.each([0, 1, 5, 999, 1000, 5000])('has its last %d lines', (count) => {
    const log = filled([numbers(1, 400).join(''), ...numbers(401, 1000)]);
    const { position, skip } = log.tail(count, () => true);
    expect(readOn(log, position).slice(skip)).toEqual(numbers(1, 1000).slice(-count || 1000));
  });

  it('counts only lines that are wanted', () => {
    const log = filled([]);
    for (let i = 1; i <= 10; i++) log.write(i % 2 ? 'stdout' : 'stderr', Buffer.from(`${i}\n`));
    const wanted = (entry: { stream: string }) => entry.stream === 'stderr';
    const { position, skip } = log.tail(2, wanted);
    const entries = log.readFrom(position).entries.filter(wanted);
    expect(text(entries.slice(skip))).toEqual(['8\n', '10\n']);
  });
});
