import { wrongType } from './resp';

export type Value =
  | { type: 'string'; text: string }
  | { type: 'list'; items: string[] }
  | { type: 'hash'; fields: Map<string, string> }
  | { type: 'set'; members: Set<string> }
  | { type: 'zset'; scores: Map<string, number> };

export interface Entry {
  value: Value;
  /** Milliseconds since the epoch. */
  expiresAtMs?: number;
  usedAtMs: number;
}

/** Bytes that an entry takes beside its own content. */
const entryOverhead = 64;

/** One numbered database. Keys that have expired are gone when they are looked for. */
export class Keyspace {
  private readonly entries = new Map<string, Entry>();
  private readonly versions = new Map<string, number>();
  /** Changes of all keys. */
  changes = 0;

  constructor(
    private readonly now: () => number,
    /** A key's time was up. */
    private readonly onExpired: (key: string) => void,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    const now = this.now();
    if (entry.expiresAtMs !== undefined && entry.expiresAtMs <= now) {
      this.delete(key);
      this.onExpired(key);
      return undefined;
    }
    entry.usedAtMs = now;
    return entry;
  }

  set(key: string, value: Value, expiresAtMs?: number): void {
    this.entries.set(key, {
      value,
      usedAtMs: this.now(),
      ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
    });
    this.touch(key);
  }

  delete(key: string): boolean {
    const was = this.entries.delete(key);
    if (was) this.touch(key);
    return was;
  }

  /** The key was changed. A collection without members is no key. */
  touch(key: string): void {
    this.changes++;
    this.versions.set(key, this.changes);
    const value = this.entries.get(key)?.value;
    if (value && sizeOf(value) === 0 && value.type !== 'string') this.entries.delete(key);
  }

  clear(): void {
    this.changes++;
    for (const key of this.entries.keys()) this.versions.set(key, this.changes);
    this.entries.clear();
  }

  /** Changes whenever the key does, for WATCH. */
  version(key: string): number {
    this.get(key);
    return this.versions.get(key) ?? 0;
  }

  /** Those that have not expired. */
  keys(): string[] {
    return [...this.entries.keys()].filter((key) => this.get(key) !== undefined);
  }

  /** Without looking at the time: what is stored. */
  stored(): IterableIterator<[string, Entry]> {
    return this.entries.entries();
  }

  bytes(): number {
    let sum = 0;
    for (const [key, { value }] of this.entries) sum += entryOverhead + key.length + contentBytes(value);
    return sum;
  }

  /** What MEMORY USAGE tells of one key. */
  bytesOf(key: string): number {
    const value = this.entries.get(key)?.value;
    return value ? entryOverhead + key.length + contentBytes(value) : 0;
  }

  string(key: string): string | undefined {
    return this.of(key, 'string')?.text;
  }

  list(key: string): string[] | undefined {
    return this.of(key, 'list')?.items;
  }

  hash(key: string): Map<string, string> | undefined {
    return this.of(key, 'hash')?.fields;
  }

  members(key: string): Set<string> | undefined {
    return this.of(key, 'set')?.members;
  }

  scores(key: string): Map<string, number> | undefined {
    return this.of(key, 'zset')?.scores;
  }

  /** The value of that type; a new one is stored when there is none. Throws WRONGTYPE. */
  listFor(key: string): string[] {
    return this.list(key) ?? this.added(key, { type: 'list', items: [] }).items;
  }

  hashFor(key: string): Map<string, string> {
    return this.hash(key) ?? this.added(key, { type: 'hash', fields: new Map() }).fields;
  }

  membersFor(key: string): Set<string> {
    return this.members(key) ?? this.added(key, { type: 'set', members: new Set() }).members;
  }

  scoresFor(key: string): Map<string, number> {
    return this.scores(key) ?? this.added(key, { type: 'zset', scores: new Map() }).scores;
  }

  private added<T extends Value>(key: string, value: T): T {
    this.entries.set(key, { value, usedAtMs: this.now() });
    return value;
  }

  private of<T extends Value['type']>(key: string, type: T): Extract<Value, { type: T }> | undefined {
    const value = this.get(key)?.value;
    if (value && value.type !== type) throw wrongType();
    return value as Extract<Value, { type: T }> | undefined;
  }
}

function sizeOf(value: Value): number {
  switch (value.type) {
    case 'string':
      return value.text.length;
    case 'list':
      return value.items.length;
    case 'hash':
      return value.fields.size;
    case 'set':
      return value.members.size;
    case 'zset':
      return value.scores.size;
  }
}

function contentBytes(value: Value): number {
  let sum = 0;
  const perItem = 16;
  if (value.type === 'string') return value.text.length;
  if (value.type === 'list') for (const item of value.items) sum += perItem + item.length;
  else if (value.type === 'set') for (const item of value.members) sum += perItem + item.length;
  else if (value.type === 'zset') for (const item of value.scores.keys()) sum += perItem + 8 + item.length;
  else for (const [field, text] of value.fields) sum += 2 * perItem + field.length + text.length;
  return sum;
}
