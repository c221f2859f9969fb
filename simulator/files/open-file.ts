import type { FileStat } from './file-system';

/**
 * An open file description (open(2)): what file descriptors point to, shared by dup(2) and by children. Reading and
 * writing never wait: they say "would block" (undefined, 0), and `onReady` tells when to try again, as poll(2) does.
 */
export interface OpenFile {
  readonly kind: 'file' | 'directory' | 'pipe' | 'terminal' | 'device' | 'socket';
  readonly readable: boolean;
  readonly writable: boolean;
  /** Absolute path when it has one, else `pipe:[7]`, `socket:[9]`: what /proc/<pid>/fd shows. */
  readonly path: string;
  /**
   * At most `max` bytes; an empty array at the end of file; undefined when nothing is there yet. The bytes belong to
   * the caller. Throws FileError (EISDIR, EBADF, EIO).
   */
  read(max: number): Uint8Array | undefined;
  /** Takes what there is room for and says how many bytes that was; 0 when full. Throws FileError (EPIPE, ENOSPC…). */
  write(data: Uint8Array): number;
  /** Calls `run` at each change that may make the direction ready, until the returned function is called. */
  onReady(direction: 'read' | 'write', run: () => void): () => void;
  /** Position in bytes, for regular files. Throws FileError ESPIPE elsewhere. */
  seek(offset: number, from: 'start' | 'current' | 'end'): number;
  stat(): FileStat;
  truncate(size: number): void;
  /** One more descriptor points here. */
  retain(): void;
  /** One descriptor less; the last one closes it. */
  release(): void;
}
