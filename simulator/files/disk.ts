import { FileError } from './file-system';

/**
 * The disk of a node, which layers of containers, emptyDirs and hostPaths share. It has the size that the node reports;
 * but its bytes lie in memory, so that only so many of them can differ from each other: zeros cost nothing.
 */
export class Disk {
  /** Blocks that files have, as df counts them. */
  usedBytes = 0;
  private heldBytes = 0;

  constructor(
    readonly sizeBytes: number,
    /** Memory for what files hold. */
    private readonly memoryBytes: number,
  ) {}

  /** Throws FileError ENOSPC when `bytes` more do not fit. Negative: gives back. */
  charge(bytes: number): void {
    if (bytes > 0 && this.usedBytes + bytes > this.sizeBytes) throw new FileError('ENOSPC', '');
    this.usedBytes = Math.max(0, this.usedBytes + bytes);
  }

  /** Throws FileError ENOSPC when there is no memory for `bytes` more. */
  checkRoom(bytes: number): void {
    if (this.heldBytes + bytes > this.memoryBytes) throw new FileError('ENOSPC', '');
  }

  /** What files hold has grown, or shrunk. */
  hold(bytes: number): void {
    this.heldBytes = Math.max(0, this.heldBytes + bytes);
  }
}
