import { FileContent } from './file-content';
import type { FileOwner } from './file-owner';
import type { FileStat } from './file-system';
import type { OpenFile } from './open-file';
import type { Volume } from './volume';

/** stat(2) in full. */
export interface InodeStat extends FileStat {
  atimeMs: number;
  ctimeMs: number;
  /** Bytes on disk. */
  allocated: number;
  /** Device number of the volume it lies on. */
  device: number;
  /** Of a device node. */
  major: number;
  minor: number;
  /** Of a device node: character, else block. */
  character: boolean;
}

/** How a file is opened: open(2)'s flags, after `FileView.open` has dealt with O_CREAT, O_EXCL and O_TRUNC. */
export interface OpenMode {
  read: boolean;
  write: boolean;
  append: boolean;
}

/** What every entry of a volume has. */
export abstract class Inode {
  abstract readonly type: FileStat['type'];
  nlink = 1;
  readonly ino: number;
  mtimeMs: number;
  atimeMs: number;
  ctimeMs: number;
  private watchers: Set<() => void> | undefined;

  constructor(
    readonly volume: Volume,
    public mode: number,
    public uid: number,
    public gid: number,
    ino?: number,
  ) {
    this.ino = ino ?? volume.nextIno();
    this.mtimeMs = this.atimeMs = this.ctimeMs = volume.now();
  }

  get size(): number {
    return 0;
  }

  get allocated(): number {
    return 0;
  }

  /** The same entry in a volume stacked on this one (copy on write). */
  abstract cloneInto(volume: Volume): Inode;

  stat(): InodeStat {
    return {
      type: this.type,
      mode: this.mode,
      uid: this.uid,
      gid: this.gid,
      size: this.size,
      mtimeMs: this.mtimeMs,
      atimeMs: this.atimeMs,
      ctimeMs: this.ctimeMs,
      ino: this.ino,
      nlink: this.nlink,
      allocated: this.allocated,
      device: this.volume.device,
      major: 0,
      minor: 0,
      character: false,
    };
  }

  /** Calls `run` after each change of its content or name, until the returned function is called. */
  watch(run: () => void): () => void {
    this.watchers ??= new Set();
    const watchers = this.watchers;
    watchers.add(run);
    return () => watchers.delete(run);
  }

  changed(): void {
    this.mtimeMs = this.ctimeMs = this.volume.now();
    this.notify();
  }

  notify(): void {
    if (this.watchers) for (const run of [...this.watchers]) run();
  }

  /** One name less. */
  unlinked(): void {
    this.nlink--;
    this.notify();
  }

  protected copyAttributes<T extends Inode>(copy: T): T {
    copy.mtimeMs = this.mtimeMs;
    copy.atimeMs = this.atimeMs;
    copy.ctimeMs = this.ctimeMs;
    copy.nlink = this.nlink;
    return copy;
  }
}

export class FileInode extends Inode {
  readonly type = 'file';
  /** Descriptions that are open on it: its bytes live on until the last one closes. */
  private opened = 0;

  constructor(
    volume: Volume,
    mode: number,
    uid: number,
    gid: number,
    readonly content: FileContent = new FileContent(),
    ino?: number,
  ) {
    super(volume, mode, uid, gid, ino);
  }

  override get size(): number {
    return this.content.size;
  }

  override get allocated(): number {
    return this.content.allocated;
  }

  cloneInto(volume: Volume): FileInode {
    return this.copyAttributes(
      new FileInode(volume, this.mode, this.uid, this.gid, this.content.share(), this.ino),
    );
  }

  /** Throws FileError ENOSPC. */
  write(offset: number, data: Uint8Array): void {
    if (data.length === 0) return;
    const { content, volume } = this;
    const held = content.held;
    volume.checkRoom(content.heldAfter(offset, data) - held);
    volume.charge(content.allocatedAfter(offset, data.length) - content.allocated);
    content.write(offset, data);
    volume.hold(content.held - held);
    this.mode &= ~0o6000;
    this.changed();
  }

  truncate(size: number): void {
    const { content, volume } = this;
    const { allocated, held } = content;
    content.truncate(size);
    volume.charge(content.allocated - allocated);
    volume.hold(content.held - held);
    this.changed();
  }

  override unlinked(): void {
    super.unlinked();
    this.giveBack();
  }

  retain(): void {
    this.opened++;
  }

  release(): void {
    this.opened--;
    this.giveBack();
  }

  private giveBack(): void {
    if (this.nlink > 0 || this.opened > 0) return;
    this.volume.charge(-this.content.allocated);
    this.volume.hold(-this.content.held);
    this.content.truncate(0);
  }
}

export class SymlinkInode extends Inode {
  readonly type = 'symlink';

  constructor(
    volume: Volume,
    uid: number,
    gid: number,
    readonly target: string,
    ino?: number,
  ) {
    super(volume, 0o777, uid, gid, ino);
  }

  override get size(): number {
    return this.target.length;
  }

  /** What readlink(2) tells this reader. */
  shownTo(_owner: FileOwner): string {
    return this.target;
  }

  /** The path that following it leads to. Throws FileError EACCES, ENOENT for a process's links. */
  followedBy(owner: FileOwner): string {
    return this.shownTo(owner);
  }

  cloneInto(volume: Volume): SymlinkInode {
    return this.copyAttributes(new SymlinkInode(volume, this.uid, this.gid, this.target, this.ino));
  }
}

/** A symlink of /proc/<pid>/fd: shows a text, and opens the very description. */
export abstract class DescriptorLink extends Inode {
  readonly type = 'symlink';
  abstract readonly target: string;
  abstract open(owner: FileOwner, mode: OpenMode): OpenFile;
  abstract statTarget(): FileStat;

  cloneInto(): Inode {
    return this;
  }
}

/** A file that is more than stored bytes: a device, a generated file of /proc. */
export abstract class SpecialInode extends Inode {
  abstract open(owner: FileOwner, mode: OpenMode, path: string): OpenFile;
}

/** A named pipe: both ends are made by the process that opens it. */
export class FifoInode extends SpecialInode {
  readonly type = 'fifo';

  constructor(
    volume: Volume,
    mode: number,
    uid: number,
    gid: number,
    private readonly makePipe: () => FifoPipe,
    ino?: number,
  ) {
    super(volume, mode, uid, gid, ino);
  }

  private pipe: FifoPipe | undefined;

  open(_owner: FileOwner, mode: OpenMode, path: string): OpenFile {
    this.pipe ??= this.makePipe();
    return this.pipe.open(mode, path);
  }

  /** Whether the other side is there: open(2) waits until it is. */
  hasPeer(mode: OpenMode): boolean {
    return this.pipe?.hasPeer(mode) ?? false;
  }

  onPeer(run: () => void): () => void {
    this.pipe ??= this.makePipe();
    return this.pipe.onPeer(run);
  }

  cloneInto(volume: Volume): FifoInode {
    return this.copyAttributes(new FifoInode(volume, this.mode, this.uid, this.gid, this.makePipe, this.ino));
  }
}

export interface FifoPipe {
  open(mode: OpenMode, path: string): OpenFile;
  hasPeer(mode: OpenMode): boolean;
  onPeer(run: () => void): () => void;
}
