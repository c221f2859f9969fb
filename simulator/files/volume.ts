import type { Disk } from './disk';
import { FileError } from './file-system';
import type { Inode } from './inode';

let nextDevice = 40;
/** What df shows of a volume without any limit. */
const unlimitedBytes = 100 * 2 ** 30;
/** Memory that an entry takes, however empty it is: names are no more free than inodes are on a real disk. */
const entryBytes = 1024;
/** Entries of a volume that lies on no disk, such as a tmpfs (its nr_inodes). */
const mostEntries = 128 * 1024;

export interface VolumeOptions {
  now: () => number;
  /** What `mount` and `df` show; `ext4`, `tmpfs`, `overlay`, `proc`… */
  fstype?: string;
  source?: string;
  /** Bytes it may hold: more is ENOSPC. */
  limitBytes?: number;
  /** What its files lie on: a tmpfs has none. */
  disk?: Disk;
}

/** A file system: numbers its inodes and counts its bytes. */
export class Volume {
  readonly device = nextDevice++;
  readonly fstype: string;
  readonly source: string;
  readonly limitBytes: number | undefined;
  readonly now: () => number;
  usedBytes = 0;
  private heldBytes = 0;
  private disk: Disk | undefined;
  private inodes = 1;
  private entries = 0;
  private readonly copies = new Map<Inode, Inode>();

  constructor(options: VolumeOptions) {
    this.now = options.now;
    this.fstype = options.fstype ?? 'ext4';
    this.source = options.source ?? '/dev/vda1';
    this.limitBytes = options.limitBytes;
    this.disk = options.disk;
  }

  nextIno(): number {
    return this.inodes++;
  }

  /** Numbers from here on: a stacked volume goes on where the lower one stopped. */
  numberAfter(below: Volume): void {
    this.inodes = below.inodes + 1_000_000;
  }

  /** Throws FileError ENOSPC when `bytes` more do not fit. */
  charge(bytes: number): void {
    if (bytes > 0 && this.limitBytes !== undefined && this.usedBytes + bytes > this.limitBytes) {
      throw new FileError('ENOSPC', '');
    }
    this.disk?.charge(bytes);
    this.usedBytes = Math.max(0, this.usedBytes + bytes);
  }

  /** Throws FileError ENOSPC when what is about to be written would not find room in memory. */
  checkRoom(bytes: number): void {
    this.disk?.checkRoom(bytes);
  }

  /** The memory of its files has grown, or shrunk. */
  hold(bytes: number): void {
    this.heldBytes += bytes;
    this.disk?.hold(bytes);
  }

  /** A program makes an entry. Throws FileError ENOSPC when there are too many. */
  addEntry(): void {
    if (this.disk) this.disk.checkRoom(entryBytes);
    else if (this.entries >= mostEntries) throw new FileError('ENOSPC', '');
    this.keepEntry();
  }

  /** An entry of a snapshot: there was room for it. */
  keepEntry(): void {
    this.entries++;
    this.hold(entryBytes);
  }

  /** An entry is gone: one that the volume was made with may go, too. */
  dropEntry(): void {
    if (this.entries === 0) return;
    this.entries--;
    this.hold(-entryBytes);
  }

  /** Size and use as df shows them. */
  get capacity(): { sizeBytes: number; usedBytes: number } {
    const { limitBytes, disk, usedBytes } = this;
    if (limitBytes === undefined && disk) return { sizeBytes: disk.sizeBytes, usedBytes: disk.usedBytes };
    return { sizeBytes: limitBytes ?? unlimitedBytes, usedBytes };
  }

  /** Nobody will read it again: its disk gets everything back. */
  discard(): void {
    this.disk?.charge(-this.usedBytes);
    this.disk?.hold(-this.heldBytes);
    this.disk = undefined;
  }

  /** The copy of a lower inode; names of one file stay names of one file. */
  copyOf(below: Inode): Inode {
    if (below.nlink < 2 || below.type === 'directory') return below.cloneInto(this);
    let copy = this.copies.get(below);
    if (!copy) {
      copy = below.cloneInto(this);
      this.copies.set(below, copy);
    }
    return copy;
  }
}
