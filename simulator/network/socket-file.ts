import { FileError } from '../files/file-system';
import type { OpenFile } from '../files/open-file';
import type { Connection } from './namespace';

/** How much may lie here unread, or be on its way, before the other side has to wait. */
const mostBytes = 65_536;

/** A TCP connection as an open file: what a program gets that reads and writes a socket by its descriptor. */
export class SocketFile implements OpenFile {
  readonly kind = 'socket';
  readonly readable = true;
  readonly writable = true;
  readonly path = 'socket:[1]';
  private received: Uint8Array[] = [];
  private unread = 0;
  private resume: (() => void) | undefined;
  private ended = false;
  private broken = false;
  private unsent = 0;
  private references = 1;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly connection: Connection) {
    void this.receive();
  }

  read(max: number): Uint8Array | undefined {
    const [first] = this.received;
    if (!first) return this.ended ? new Uint8Array(0) : undefined;
    if (first.length <= max) this.received.shift();
    else this.received[0] = first.slice(max);
    this.unread -= Math.min(first.length, max);
    if (this.unread < mostBytes) this.resume?.();
    return first.slice(0, max);
  }

  write(data: Uint8Array): number {
    if (this.broken) throw new FileError('EPIPE', this.path);
    if (this.unsent >= mostBytes) return 0;
    this.unsent += data.length;
    this.connection.writable.write(Uint8Array.from(data)).then(
      () => {
        this.unsent -= data.length;
        this.tell();
      },
      () => {
        this.broken = true;
        this.tell();
      },
    );
    return data.length;
  }

  onReady(_direction: 'read' | 'write', run: () => void): () => void {
    this.waiting.add(run);
    return () => void this.waiting.delete(run);
  }

  seek(): number {
    throw new FileError('ESPIPE', this.path);
  }

  stat() {
    return { type: 'fifo' as const, mode: 0o777, uid: 0, gid: 0, size: 0, mtimeMs: 0, ino: 1, nlink: 1 };
  }

  truncate(): void {
    throw new FileError('EINVAL', this.path);
  }

  retain(): void {
    this.references++;
  }

  release(): void {
    if (--this.references > 0) return;
    this.connection.close();
    this.resume?.();
  }

  private async receive(): Promise<void> {
    try {
      for await (const data of this.connection.readable) {
        this.received.push(data);
        this.unread += data.length;
        this.tell();
        if (this.unread >= mostBytes) await this.room();
      }
    } catch {
      // A reset ends it as an end of file does: nobody is left to read an error.
    }
    this.ended = true;
    this.tell();
  }

  /** Resolves when there is room for more. */
  private room(): Promise<void> {
    return new Promise((resolve) => {
      this.resume = () => {
        this.resume = undefined;
        resolve();
      };
    });
  }

  private tell(): void {
    for (const run of [...this.waiting]) run();
  }
}
