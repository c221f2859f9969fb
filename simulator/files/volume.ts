import { FileError } from './file-system';
import type { Inode } from './inode';

let nextDevice = 40;

export interface VolumeOptions {
  now: () => number;
  /** What `mount` and `df` show; `ext4`, `tmpfs`, `overlay`, `proc`… */
  fstype?: string;
  source?: string;
  /** Bytes it may hold: more is ENOSPC. */
  limitBytes?: number;
}

/** A file system: numbers its inodes and counts its bytes. */
export class Volume {
  readonly device = nextDevice++;
  readonly fstype: string;
  readonly source: string;
  readonly limitBytes: number | undefined;
  readonly now: () => number;
  usedBytes = 0;
  private inodes = 1;
  private readonly copies = new Map<Inode, Inode>();

  constructor(options: VolumeOptions) {
    this.now = options.now;
    this.fstype = options.fstype ?? 'ext4';
    this.source = options.source ?? '/dev/vda1';
    this.limitBytes = options.limitBytes;
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
    this.usedBytes = Math.max(0, this.usedBytes + bytes);
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
