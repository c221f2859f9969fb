import type { Item, Store } from './store';

/** Longer keys are refused. */
const longestKey = 250;
/** A line of a command. */
const longestLine = 65_536;
const thirtyDays = 30 * 86_400;
const mostCounted = 1n << 64n;

/** What a session needs of its server. */
export interface SessionHost {
  store: Store;
  release: string;
  /** -I: bytes of the largest value. */
  mostValue: number;
  now(): number;
  /** Counts a command for `stats`. */
  count(what: string): void;
  /** Names and numbers of `stats`. */
  stats(): [name: string, value: string | number][];
  /** After a change. */
  changed(): void;
}

interface Storing {
  command: string;
  key: string;
  flags: string;
  exptime: number;
  bytes: number;
  cas: number;
  silent: boolean;
}

/** One client of memcached's text protocol: bytes in, bytes out. */
export class Session {
  private pending = '';
  private storing: Storing | undefined;
  /** Bytes of a value that is not kept. */
  private skipped = 0;
  /** The client has said `quit`, or was thrown out. */
  closing = false;

  constructor(private readonly host: SessionHost) {}

  /** What is answered to bytes, one command after the other. */
  *take(bytes: string): Generator<string> {
    this.pending += bytes;
    for (let answer = this.next(); answer !== undefined; answer = this.next()) {
      if (answer !== '') yield answer;
      if (this.closing) return;
    }
  }

  /** The answer to the next command; undefined when it is not all there. */
  private next(): string | undefined {
    if (this.skipped > 0) {
      const taken = Math.min(this.skipped, this.pending.length);
      this.pending = this.pending.slice(taken);
      this.skipped -= taken;
      return this.skipped > 0 ? undefined : '';
    }
    if (this.storing) return this.body(this.storing);
    const end = this.pending.indexOf('\n');
    if (end < 0) {
      if (this.pending.length <= longestLine) return undefined;
      this.closing = true;
      return 'CLIENT_ERROR line too long\r\n';
    }
    const line = this.pending.slice(0, end).replace(/\r$/, '');
    this.pending = this.pending.slice(end + 1);
    const [command = '', ...words] = line.split(/ +/).filter((word) => word !== '');
    const silent = words.at(-1) === 'noreply';
    const answer = this.command(command, silent ? words.slice(0, -1) : words, silent);
    return silent && !/^(CLIENT_)?ERROR/.test(answer) ? '' : answer;
  }

  private command(command: string, words: string[], silent: boolean): string {
    const { host } = this;
    const { store } = host;
    const [key = '', more = ''] = words;
    if (words.some((word) => word.length > longestKey) && command !== 'verbosity')
      return 'CLIENT_ERROR bad command line format\r\n';
    switch (command) {
      case 'get':
      case 'gets':
        return words.length === 0 ? 'ERROR\r\n' : `${this.found(words, command === 'gets')}END\r\n`;
      case 'gat':
      case 'gats': {
        if (words.length < 2) return 'ERROR\r\n';
        const keys = words.slice(1);
        for (const each of keys) this.touch(each, key);
        return `${this.found(keys, command === 'gats')}END\r\n`;
      }
      case 'set':
      case 'add':
      case 'replace':
      case 'append':
      case 'prepend':
      case 'cas':
        return this.beginStoring(command, words, silent);
      case 'delete': {
        if (words.length < 1 || words.length > 2) return 'ERROR\r\n';
        if (words.length === 2 && more !== '0')
          return 'CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n';
        const found = store.get(key) !== undefined && store.delete(key);
        host.count(found ? 'delete_hits' : 'delete_misses');
        host.changed();
        return found ? 'DELETED\r\n' : 'NOT_FOUND\r\n';
      }
      case 'incr':
      case 'decr':
        return words.length === 2 ? this.addUp(command, key, more) : 'ERROR\r\n';
      case 'touch':
        if (words.length !== 2) return 'ERROR\r\n';
        if (!/^-?\d+$/.test(more)) return 'CLIENT_ERROR invalid exptime argument\r\n';
        host.count('cmd_touch');
        return this.touch(key, more) ? 'TOUCHED\r\n' : 'NOT_FOUND\r\n';
      case 'flush_all':
        if (key !== '' && key !== '0')
          return 'SERVER_ERROR The embedded cluster does not simulate flush_all with a delay; use a kind cluster for that.\r\n';
        store.clear();
        host.count('cmd_flush');
        host.changed();
        return 'OK\r\n';
      case 'stats':
        if (key !== '')
          return `SERVER_ERROR The embedded cluster does not simulate "stats ${key}"; use a kind cluster for that.\r\n`;
        return `${host
          .stats()
          .map(([name, value]) => `STAT ${name} ${value}\r\n`)
          .join('')}END\r\n`;
      case 'version':
        return `VERSION ${host.release}\r\n`;
      case 'verbosity':
        return words.length === 0 ? 'ERROR\r\n' : 'OK\r\n';
      case 'quit':
        this.closing = true;
        return '';
      case 'mn':
        return 'MN\r\n';
      default:
        return /^(m[gsdae]|lru|lru_crawler|watch|slabs|cache_memlimit|shutdown|me)$/.test(command)
          ? `SERVER_ERROR The embedded cluster does not simulate memcached's command ${command}; use a kind cluster for that.\r\n`
          : 'ERROR\r\n';
    }
  }

  private found(keys: readonly string[], withCas: boolean): string {
    let text = '';
    for (const key of keys) {
      const item = this.host.store.get(key);
      this.host.count('cmd_get');
      this.host.count(item ? 'get_hits' : 'get_misses');
      if (!item) continue;
      const cas = withCas ? ` ${item.cas}` : '';
      text += `VALUE ${key} ${item.flags} ${item.value.length}${cas}\r\n${item.value}\r\n`;
    }
    return text;
  }

  private beginStoring(command: string, words: string[], silent: boolean): string {
    const [key = '', flags = '', exptime = '', bytes = '', cas = '0'] = words;
    if (words.length !== (command === 'cas' ? 5 : 4)) return 'ERROR\r\n';
    if (![flags, bytes, cas].every((word) => /^\d{1,10}$/.test(word)) || !/^-?\d{1,12}$/.test(exptime))
      return 'CLIENT_ERROR bad command line format\r\n';
    if (Number(bytes) > this.host.mostValue) {
      // The value comes all the same.
      this.skipped = Number(bytes) + 2;
      this.host.store.delete(key);
      return 'SERVER_ERROR object too large for cache\r\n';
    }
    this.storing = {
      ...{ command, key, flags, silent },
      ...{ exptime: Number(exptime), bytes: Number(bytes), cas: Number(cas) },
    };
    return '';
  }

  private body(what: Storing): string | undefined {
    if (this.pending.length < what.bytes + 2) return undefined;
    this.storing = undefined;
    const value = this.pending.slice(0, what.bytes);
    const ends = this.pending.startsWith('\r\n', what.bytes);
    this.pending = this.pending.slice(what.bytes + 2);
    if (!ends) return 'CLIENT_ERROR bad data chunk\r\n';
    const answer = this.store(what, value);
    this.host.changed();
    return what.silent ? '' : `${answer}\r\n`;
  }

  private store({ command, key, flags, exptime, cas }: Storing, value: string): string {
    const { host } = this;
    host.count('cmd_set');
    const before = host.store.get(key);
    if (command === 'cas' && !before) return 'NOT_FOUND';
    if (command === 'cas' && before?.cas !== cas) return 'EXISTS';
    if (command === 'add' && before) return 'NOT_STORED';
    if (/^(replace|append|prepend)$/.test(command) && !before) return 'NOT_STORED';
    if (before && (command === 'append' || command === 'prepend')) {
      const joined = command === 'append' ? before.value + value : value + before.value;
      if (joined.length > host.mostValue) return 'SERVER_ERROR object too large for cache';
      host.store.set(key, { ...before, value: joined });
    } else host.store.set(key, { value, flags, expiresAtMs: this.expiry(exptime) });
    return 'STORED';
  }

  private addUp(command: string, key: string, delta: string): string {
    const { host } = this;
    if (!/^\d+$/.test(delta) || BigInt(delta) >= mostCounted)
      return 'CLIENT_ERROR invalid numeric delta argument\r\n';
    const item = host.store.get(key);
    host.count(`${command}_${item ? 'hits' : 'misses'}`);
    if (!item) return 'NOT_FOUND\r\n';
    if (!/^\d{1,20}$/.test(item.value.trimEnd()))
      return 'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n';
    const [old, by] = [BigInt(item.value.trimEnd()), BigInt(delta)];
    const sum = command === 'incr' ? (old + by) % mostCounted : old > by ? old - by : 0n;
    // A shorter number leaves the place of the longer one.
    const value = command === 'decr' ? String(sum).padEnd(item.value.length) : String(sum);
    host.store.set(key, { ...item, value });
    host.changed();
    return `${sum}\r\n`;
  }

  private touch(key: string, exptime: string): Item | undefined {
    const item = this.host.store.get(key);
    if (item) item.expiresAtMs = this.expiry(Number(exptime));
    return item;
  }

  /** Seconds from now up to 30 days, then of the calendar; negative: at once. */
  private expiry(exptime: number): number | undefined {
    if (exptime === 0) return undefined;
    if (exptime < 0) return this.host.now();
    return exptime > thirtyDays ? exptime * 1_000 : this.host.now() + exptime * 1_000;
  }
}
