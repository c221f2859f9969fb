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

/** WATCH of a key: whether it was changed since. */
export interface KeyWatch {
  changed(): boolean;
  end(): void;
}

/** Bytes that an entry takes beside its own content. */
const entryOverhead = 64;

/** One numbered database. Keys that have expired are gone when they are looked for. */
export class Keyspace {
  private readonly entries = new Map<string, Entry>();
  private readonly watches = new Map<string, Set<{ changed: boolean }>>();
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
    const entry = this.peek(key);
    if (entry) entry.usedAtMs = this.now();
    return entry;
  }

  /** Without counting as use of the key. */
  peek(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry?.expiresAtMs === undefined || entry.expiresAtMs > this.now()) return entry;
    this.delete(key);
    this.onExpired(key);
    return undefined;
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
    for (const watch of this.watches.get(key) ?? []) watch.changed = true;
    const value = this.entries.get(key)?.value;
    if (value && sizeOf(value) === 0 && value.type !== 'string') this.entries.delete(key);
  }

  clear(): void {
    this.changes++;
    for (const [key, watches] of this.watches)
      if (this.entries.has(key)) for (const watch of watches) watch.changed = true;
    this.entries.clear();
  }

  /** Notes what happens to a key until the watch is ended. */
  watch(key: string): KeyWatch {
    const watches = this.watches.get(key) ?? new Set();
    this.watches.set(key, watches);
    const watch = { changed: false };
    watches.add(watch);
    return {
      changed: () => {
        this.peek(key);
        return watch.changed;
      },
      end: () => {
        watches.delete(watch);
        if (watches.size === 0 && this.watches.get(key) === watches) this.watches.delete(key);
      },
    };
  }

  /** Takes away what has expired and nobody asked for (activeExpireCycle). */
  sweep(): void {
    for (const [key, { expiresAtMs }] of this.entries) if (expiresAtMs !== undefined) this.peek(key);
  }

  /** Those that have not expired. */
  keys(): string[] {
    return [...this.entries.keys()].filter((key) => this.peek(key) !== undefined);
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
