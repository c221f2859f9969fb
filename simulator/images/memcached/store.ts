/** One item, as clients stored it. */
export interface Item {
  /** Byte string. */
  value: string;
  flags: string;
  /** Milliseconds of the clock; undefined: never. */
  expiresAtMs: number | undefined;
  cas: number;
}

/** Bytes that an item takes beside its key and value. */
const itemOverhead = 50;

function sizeOf(key: string, { value }: Item): number {
  return key.length + value.length + itemOverhead;
}

/** The items of a server, in the order of their last use: the first of them go when memory ends. */
export class Store {
  private readonly items = new Map<string, Item>();
  private nextCas = 1;
  /** Of all items. */
  bytes = 0;
  evictions = 0;
  total = 0;

  constructor(
    private readonly now: () => number,
    private readonly mostBytes: number,
  ) {}

  get size(): number {
    return this.items.size;
  }

  /** An item that has not expired, which counts as its use. */
  get(key: string): Item | undefined {
    const item = this.items.get(key);
    if (!item) return undefined;
    this.items.delete(key);
    if (item.expiresAtMs !== undefined && item.expiresAtMs <= this.now()) {
      this.bytes -= sizeOf(key, item);
      return undefined;
    }
    this.items.set(key, item);
    return item;
  }

  /** Keeps an item, in place of one of that key, and makes room for it. */
  set(key: string, item: Omit<Item, 'cas'>): void {
    this.delete(key);
    const kept = { ...item, cas: this.nextCas++ };
    this.items.set(key, kept);
    this.bytes += sizeOf(key, kept);
    this.total++;
    for (const [oldest] of this.items) {
      if (this.bytes <= this.mostBytes || oldest === key) break;
      this.delete(oldest);
      this.evictions++;
    }
  }

  delete(key: string): boolean {
    const item = this.items.get(key);
    if (item) this.bytes -= sizeOf(key, item);
    return this.items.delete(key);
  }

  clear(): void {
    this.items.clear();
    this.bytes = 0;
  }
}
