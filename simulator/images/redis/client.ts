import { encode } from '../../files/byte-string';
import type { Connection } from '../../network/namespace';
import type { Keyspace, KeyWatch } from './keyspace';
import { encodeReply, type Reply } from './resp';

/** Bytes that may wait for a client that does not read, before it is dropped (client-output-buffer-limit pubsub). */
const mostPending = 8 * 1024 * 1024;

/** A client of the server, with what it has chosen. */
export class RedisClient {
  protocol: 2 | 3 = 2;
  database = 0;
  name = '';
  library = '';
  authenticated: boolean;
  closing = false;
  monitoring = false;
  lastCommand = '';
  /** Commands since MULTI. */
  queue: string[][] | undefined;
  queueFailed = false;
  /** Of WATCH, by database and key. */
  private readonly watched = new Map<string, KeyWatch>();
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  /** What calls a wait off when the client goes. */
  private readonly waits = new Set<() => void>();
  private gone = false;
  private pending = '';
  private flushing: Promise<void> | undefined;

  constructor(
    readonly id: number,
    /** Undefined: the server itself, reading its append-only file. */
    readonly connection: Connection | undefined,
    readonly since: number,
    authenticated: boolean,
  ) {
    this.authenticated = authenticated;
    void connection?.closed.then(() => {
      this.gone = true;
      for (const callOff of this.waits) callOff();
    });
  }

  /** `callOff` runs when the client goes, until the returned function is called. */
  whenGone(callOff: () => void): () => void {
    this.waits.add(callOff);
    // What came in with the commands before, of a client that has gone since.
    if (this.gone) queueMicrotask(callOff);
    return () => this.waits.delete(callOff);
  }

  /** Once more is no more than once. */
  watch(db: Keyspace, key: string): void {
    const name = `${this.database} ${key}`;
    if (!this.watched.has(name)) this.watched.set(name, db.watch(key));
  }

  /** Forgets what WATCH asked for, and tells whether some of it was changed. */
  endWatch(): boolean {
    const watched = [...this.watched.values()];
    this.watched.clear();
    const changed = watched.some((key) => key.changed());
    for (const key of watched) key.end();
    return changed;
  }

  get address(): string {
    const { address = '127.0.0.1', port = 0 } = this.connection?.remote ?? {};
    return `${address}:${port}`;
  }

  get subscriptions(): number {
    return this.channels.size + this.patterns.size;
  }

  send(reply: Reply): void {
    if (!this.connection) return;
    this.pending += encodeReply(reply, this.protocol);
    if (this.pending.length > mostPending) this.connection.destroy();
  }

  /** Waits until the network has taken what was sent. A client that has gone is no fault. */
  flush(): Promise<void> {
    this.flushing ??= this.write().finally(() => {
      this.flushing = undefined;
    });
    return this.flushing;
  }

  private async write(): Promise<void> {
    while (this.pending !== '' && this.connection) {
      const bytes = encode(this.pending);
      this.pending = '';
      try {
        await this.connection.writable.write(bytes);
      } catch {
        this.closing = true;
        this.pending = '';
        this.connection.close();
      }
    }
  }
}
