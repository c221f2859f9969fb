import { FileError, type FileStat } from './file-system';
import type { FifoPipe, OpenMode } from './inode';
import type { OpenFile } from './open-file';

/** pipe(7): what fits before a writer waits. */
const capacity = 64 * 1024;
let nextPipe = 10_001;

/** The bytes between the writers and the readers of a pipe or fifo. */
export class Pipe implements FifoPipe {
  readonly ino = nextPipe++;
  private chunks: Uint8Array[] = [];
  private head = 0;
  private queued = 0;
  readers = 0;
  writers = 0;
  private readonly waiting = { read: new Set<() => void>(), write: new Set<() => void>() };
  private readonly peers = new Set<() => void>();

  open(mode: OpenMode, path: string): OpenFile {
    return new PipeEnd(this, mode, path);
  }

  hasPeer(mode: OpenMode): boolean {
    if (mode.read && mode.write) return true;
    return mode.read ? this.writers > 0 : this.readers > 0;
  }

  onPeer(run: () => void): () => void {
    this.peers.add(run);
    return () => this.peers.delete(run);
  }

  read(max: number): Uint8Array | undefined {
    const first = this.chunks[this.head];
    if (!first) return this.writers === 0 ? new Uint8Array(0) : undefined;
    let data = first;
    if (first.length > max) {
      data = first.subarray(0, max);
      this.chunks[this.head] = first.subarray(max);
    } else {
      this.head++;
      if (this.head === this.chunks.length) {
        this.chunks = [];
        this.head = 0;
      } else data = this.gather(first, max);
    }
    this.queued -= data.length;
    this.wake('write');
    return data;
  }

  write(data: Uint8Array): number {
    if (this.readers === 0) throw new FileError('EPIPE', '');
    const room = capacity - this.queued;
    // Small writes are whole (PIPE_BUF): they wait rather than being split.
    if (room <= 0 || (data.length <= 4096 && room < data.length)) return 0;
    const part = data.length <= room ? data : data.subarray(0, room);
    this.chunks.push(part);
    this.queued += part.length;
    this.wake('read');
    return part.length;
  }

  onReady(direction: 'read' | 'write', run: () => void): () => void {
    this.waiting[direction].add(run);
    return () => this.waiting[direction].delete(run);
  }

  opened(mode: OpenMode): void {
    if (mode.read) this.readers++;
    if (mode.write) this.writers++;
    for (const run of [...this.peers]) run();
  }

  closed(mode: OpenMode): void {
    if (mode.read) this.readers--;
    if (mode.write) this.writers--;
    if (this.readers === 0 && this.writers === 0) {
      this.chunks = [];
      this.head = 0;
      this.queued = 0;
    }
    this.wake('read');
    this.wake('write');
  }

  /** Many small writes are read as one piece, as from a kernel's buffer. */
  private gather(first: Uint8Array, max: number): Uint8Array {
    const parts = [first];
    let length = first.length;
    for (
      let next = this.chunks[this.head];
      next && length + next.length <= max;
      next = this.chunks[this.head]
    ) {
      parts.push(next);
      length += next.length;
      this.head++;
    }
    if (this.head === this.chunks.length || this.head > 1024) {
      this.chunks = this.chunks.slice(this.head);
      this.head = 0;
    }
    return parts.length === 1 ? first : Buffer.concat(parts, length);
  }

  private wake(direction: 'read' | 'write'): void {
    const waiting = this.waiting[direction];
    if (waiting.size > 0) for (const run of [...waiting]) run();
  }
}

class PipeEnd implements OpenFile {
  readonly kind = 'pipe';
  readonly readable: boolean;
  readonly writable: boolean;
  private references = 1;

  constructor(
    private readonly pipe: Pipe,
    private readonly mode: OpenMode,
    readonly path: string,
  ) {
    this.readable = mode.read;
    this.writable = mode.write;
    pipe.opened(mode);
  }

  read(max: number): Uint8Array | undefined {
    if (!this.readable) throw new FileError('EBADF', this.path);
    return this.pipe.read(max);
  }

  write(data: Uint8Array): number {
    if (!this.writable) throw new FileError('EBADF', this.path);
    return this.pipe.write(data);
  }

  onReady(direction: 'read' | 'write', run: () => void): () => void {
    return this.pipe.onReady(direction, run);
  }

  seek(): number {
    throw new FileError('ESPIPE', this.path);
  }

  stat(): FileStat {
    return { type: 'fifo', mode: 0o600, uid: 0, gid: 0, size: 0, mtimeMs: 0, ino: this.pipe.ino, nlink: 1 };
  }

  truncate(): void {
    throw new FileError('EINVAL', this.path);
  }

  retain(): void {
    this.references++;
  }

  release(): void {
    this.references--;
    if (this.references === 0) this.pipe.closed(this.mode);
  }
}

/** pipe(2): both ends, each with one reference. */
export function makePipe(): { reader: OpenFile; writer: OpenFile } {
  const pipe = new Pipe();
  const path = `pipe:[${pipe.ino}]`;
  return {
    reader: pipe.open({ read: true, write: false, append: false }, path),
    writer: pipe.open({ read: false, write: true, append: false }, path),
  };
}
