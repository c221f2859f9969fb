import type { ByteSink, ByteSource } from './container-runtime';

const defaultCapacity = 64 * 1024;

/**
 * A bounded queue of bytes between one writer and one reader: the inside of a pipe(7), of each direction of a
 * connection, and of an exec's streams. What is written waits for the reader once `capacity` bytes are queued.
 */
export class BytePipe implements ByteSink {
  private chunks: Uint8Array[] = [];
  private queued = 0;
  private ended = false;
  private failure: Error | undefined;
  private readerGone: Error | undefined;
  private readonly wakeReaders: (() => void)[] = [];
  private readonly wakeWriters: (() => void)[] = [];
  private endListeners: (() => void)[] = [];

  /** `brokenPipe` makes the error that a write rejects with once the reader has gone. */
  constructor(
    private readonly brokenPipe: () => Error,
    private readonly capacity = defaultCapacity,
  ) {}

  /** Bytes that wait to be read. */
  get size(): number {
    return this.queued;
  }

  /** Whether no more will come: ended by the writer, left by the reader, or failed. */
  get finished(): boolean {
    return this.ended || this.readerGone !== undefined || this.failure !== undefined;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.readerGone) throw this.readerGone;
    if (this.failure) throw this.failure;
    if (this.ended) throw this.brokenPipe();
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.queued += chunk.length;
    wakeAll(this.wakeReaders);
    while (this.queued > this.capacity) {
      await new Promise<void>((resolve) => this.wakeWriters.push(resolve));
      if (this.readerGone) throw this.readerGone;
      if (this.failure) throw this.failure;
    }
  }

  /** No more will be written; what is queued can still be read. Idempotent. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.settle();
  }

  /** The reader will read no more: queued bytes are dropped, waiting and later writes reject. Idempotent. */
  cancel(error?: Error): void {
    if (this.readerGone) return;
    this.readerGone = error ?? this.brokenPipe();
    this.drop();
    this.settle();
  }

  /** Both sides see `error` from now on, as after a TCP reset. */
  fail(error: Error): void {
    if (this.failure) return;
    this.failure = error;
    this.drop();
    this.settle();
  }

  /** Called once, at once when it is over already, when no more bytes will be accepted. */
  onFinished(run: () => void): void {
    if (this.finished) run();
    else this.endListeners.push(run);
  }

  /** The next bytes, at most `limit` of them; undefined at the end. Rejects after `fail`, or when `signal` aborts. */
  async read(limit = Number.POSITIVE_INFINITY, signal?: AbortSignal): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.failure) throw this.failure;
      const head = this.chunks[0];
      if (head) return this.take(head, limit);
      if (this.ended || this.readerGone) return undefined;
      await this.waitForBytes(signal);
    }
  }

  /** Iterating to the end, or leaving early (which is `cancel`). */
  get source(): ByteSource {
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const value = await this.read();
          return value ? { done: false, value } : { done: true, value: undefined };
        },
        return: async () => {
          this.cancel();
          return { done: true, value: undefined };
        },
      }),
    };
  }

  private take(head: Uint8Array, limit: number): Uint8Array {
    let taken = head;
    if (head.length > limit) {
      taken = head.subarray(0, limit);
      this.chunks[0] = head.subarray(limit);
    } else {
      this.chunks.shift();
    }
    this.queued -= taken.length;
    if (this.queued <= this.capacity) wakeAll(this.wakeWriters);
    return taken;
  }

  private async waitForBytes(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.wakeReaders.push(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }

  private drop(): void {
    this.chunks = [];
    this.queued = 0;
  }

  private settle(): void {
    wakeAll(this.wakeReaders);
    wakeAll(this.wakeWriters);
    if (!this.finished) return;
    const listeners = this.endListeners;
    this.endListeners = [];
    for (const run of listeners) run();
  }
}

/** An empty source, for a stream that a TTY or a missing request leaves out. */
export const noBytes: ByteSource = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};

function wakeAll(waiting: (() => void)[]): void {
  for (const wake of waiting.splice(0)) wake();
}
