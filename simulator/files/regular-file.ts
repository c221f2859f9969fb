import { FileError, type FileStat } from './file-system';
import type { FileInode, Inode, OpenMode } from './inode';
import type { OpenFile } from './open-file';

/** Volumes give room in blocks of so many bytes. */
const blockSize = 4096;

/** An open regular file, with its position. */
export class OpenRegularFile implements OpenFile {
  readonly kind = 'file';
  readonly readable: boolean;
  readonly writable: boolean;
  private offset = 0;
  private references = 1;

  constructor(
    readonly inode: FileInode,
    private readonly mode: OpenMode,
    readonly path: string,
  ) {
    this.readable = mode.read;
    this.writable = mode.write;
    inode.retain();
  }

  read(max: number): Uint8Array {
    if (!this.readable) throw new FileError('EBADF', this.path);
    const data = this.inode.content.read(this.offset, max);
    this.offset += data.length;
    return data;
  }

  write(data: Uint8Array): number {
    if (!this.writable) throw new FileError('EBADF', this.path);
    if (this.mode.append) this.offset = this.inode.size;
    const count = this.writeWhatFits(data);
    this.offset += count;
    return count;
  }

  /** A write that does not fit stops at the last block that does (write(2)); only then nothing fits: ENOSPC. */
  private writeWhatFits(data: Uint8Array): number {
    try {
      this.inode.write(this.offset, data);
      return data.length;
    } catch (error) {
      if (!(error instanceof FileError) || error.code !== 'ENOSPC') throw error;
      const first = Math.min(data.length, blockSize - (this.offset % blockSize));
      let end = first + Math.floor((data.length - first) / blockSize) * blockSize;
      if (end === data.length) end -= end > first ? blockSize : end;
      for (; end > 0; end -= end > first ? blockSize : end) {
        try {
          this.inode.write(this.offset, data.subarray(0, end));
          return end;
        } catch (again) {
          if (!(again instanceof FileError) || again.code !== 'ENOSPC') throw again;
        }
      }
      throw error;
    }
  }

  /** A regular file is always ready; waiting to read means waiting for it to change (tail -f). */
  onReady(_direction: 'read' | 'write', run: () => void): () => void {
    return this.inode.watch(run);
  }

  seek(offset: number, from: 'start' | 'current' | 'end'): number {
    const base = from === 'start' ? 0 : from === 'current' ? this.offset : this.inode.size;
    if (base + offset < 0) throw new FileError('EINVAL', this.path);
    this.offset = base + offset;
    return this.offset;
  }

  stat(): FileStat {
    return this.inode.stat();
  }

  truncate(size: number): void {
    if (!this.writable) throw new FileError('EINVAL', this.path);
    this.inode.truncate(size);
  }

  retain(): void {
    this.references++;
  }

  release(): void {
    this.references--;
    if (this.references === 0) this.inode.release();
  }
}

/** An open directory: it can be held and asked for its stat, not read as bytes. */
export class OpenDirectory implements OpenFile {
  readonly kind = 'directory';
  readonly readable = true;
  readonly writable = false;

  constructor(
    readonly inode: Inode,
    readonly path: string,
  ) {}

  read(): Uint8Array {
    throw new FileError('EISDIR', this.path);
  }

  write(): number {
    throw new FileError('EBADF', this.path);
  }

  onReady(): () => void {
    return () => undefined;
  }

  seek(): number {
    return 0;
  }

  stat(): FileStat {
    return this.inode.stat();
  }

  truncate(): void {
    throw new FileError('EINVAL', this.path);
  }

  retain(): void {}

  release(): void {}
}
