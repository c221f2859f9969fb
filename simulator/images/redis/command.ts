import type { RedisClient } from './client';
import type { Keyspace } from './keyspace';
import { CommandError, notInteger, type Reply } from './resp';
import type { RedisServer } from './server';

/** One command that is being carried out. */
export interface Call {
  server: RedisServer;
  client: RedisClient;
  db: Keyspace;
  /** Words after the command's name. */
  args: string[];
  /** What the append-only file is to keep in place of the command as it came, so that times are absolute. */
  keep?: string[][];
  /** It runs within EXEC: it must not wait. */
  atOnce: boolean;
}

export interface Command {
  /** Words with the name; negative: at least so many. */
  arity: number;
  /** Changes data. */
  write?: boolean;
  /** Needs more memory. */
  grows?: boolean;
  run(call: Call): Reply | Promise<Reply>;
}

export type Commands = Record<string, Command>;

const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/** A signed number of 64 bits. Throws the usual refusal. */
export function int64(text: string | undefined): bigint {
  if (text === undefined || !/^(0|-?[1-9]\d{0,18})$/.test(text)) throw notInteger();
  const value = BigInt(text);
  if (value < smallest || value > largest) throw notInteger();
  return value;
}

/** An index, a count, a duration. */
export function int(text: string | undefined): number {
  return Number(int64(text));
}

export function inRange(value: bigint): boolean {
  return value >= smallest && value <= largest;
}

export function float(text: string | undefined, refusal = 'ERR value is not a valid float'): number {
  const plain = (text ?? '').toLowerCase();
  if (/^[+-]?inf(inity)?$/.test(plain)) return plain.startsWith('-') ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(plain)) throw new CommandError(refusal);
  return Number(plain);
}

/** Start and end of a range that may count from the end, as [from, to) within `length`. */
export function slice(start: number, end: number, length: number): [number, number] {
  const from = Math.max(0, start < 0 ? length + start : start);
  const to = Math.min(length, (end < 0 ? length + end : end) + 1);
  return [from, Math.max(from, to)];
}
