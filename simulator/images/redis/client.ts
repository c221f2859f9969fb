import { encode } from '../../files/byte-string';
import type { Connection } from '../../network/namespace';
import type { Keyspace } from './keyspace';
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
  /** Keys of WATCH with the versions they had. */
  watched: { db: Keyspace; key: string; version: number }[] = [];
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
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
