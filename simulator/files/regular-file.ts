import { FileError, type FileStat } from './file-system';
import type { FileInode, Inode, OpenMode } from './inode';
import type { OpenFile } from './open-file';

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
    this.inode.write(this.offset, data);
    this.offset += data.length;
    return data.length;
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
