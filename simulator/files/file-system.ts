/** Owner and permission bits of a file, as stat(2) tells them. */
export interface FileStat {
  type: 'file' | 'directory' | 'symlink' | 'fifo' | 'device';
  /** Permission bits with setuid, setgid and sticky, such as 0o644. */
  mode: number;
  uid: number;
  gid: number;
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  mtimeMs: number;
  ino: number;
  nlink: number;
}

/** A file-system refusal. `code` is errno's name: ENOENT, EACCES, EROFS, ENOSPC, EISDIR, ENOTDIR, EEXIST, ENOTEMPTY, ELOOP… */
export class FileError extends Error {
  override readonly name = 'FileError';
  constructor(
    readonly code: string,
    readonly path: string,
    message?: string,
  ) {
    super(message ?? `${code}: ${path}`);
  }
}

/**
 * A directory tree that can be mounted into containers: an image's root, an emptyDir, a projected ConfigMap.
 * The kubelet makes and fills it through `write`, containers see it through their mounts.
 */
export interface FileTree {
  /** Makes parent directories as needed; replaces what is there. Paths are absolute within the tree. */
  write(
    path: string,
    content: string | Uint8Array,
    options?: { mode?: number; uid?: number; gid?: number },
  ): void;
  mkdir(path: string, options?: { mode?: number; uid?: number; gid?: number }): void;
  symlink(target: string, path: string): void;
  remove(path: string): void;
  read(path: string): Uint8Array | undefined;
  stat(path: string): FileStat | undefined;
  list(path: string): string[];
  chown(path: string, uid: number, gid: number, recursive?: boolean): void;
  chmod(path: string, mode: number): void;
  /** Bytes held by its files. */
  usage(): number;
  /** Nobody will mount it again: its disk gets back what it took. */
  discard(): void;
  /** Everything in it, for a snapshot of the cluster; `restoreTree` of ./volume-tree makes it again. */
  snapshot(): unknown;
}
