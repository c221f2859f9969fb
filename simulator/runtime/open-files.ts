import { FileError } from '../files/file-system';
import { FifoInode } from '../files/inode';
import type { OpenFile } from '../files/open-file';
import type { Process } from './process';

/** RLIMIT_NOFILE of a container. */
const mostFiles = 1_024;

/** The descriptor table of a process. */
export class OpenFiles {
  readonly table: Map<number, OpenFile>;

  /** Takes a reference to each of the given descriptions, as fork(2) does. */
  constructor(
    given: ReadonlyMap<number, OpenFile>,
    private readonly process: Process,
  ) {
    this.table = new Map(given);
    for (const file of this.table.values()) file.retain();
  }

  add(file: OpenFile, at?: number): number {
    const fd = at ?? this.lowestFree();
    const before = this.table.get(fd);
    this.table.set(fd, file);
    before?.release();
    return fd;
  }

  close(fd: number): boolean {
    const file = this.table.get(fd);
    if (!file) return false;
    this.table.delete(fd);
    file.release();
    return true;
  }

  closeAll(): void {
    for (const fd of [...this.table.keys()]) this.close(fd);
  }

  /** open(2): waits until the other side of a fifo is there. */
  async open(path: string, flags: string, mode?: number): Promise<OpenFile> {
    const { files } = this.process;
    const file = files.open(path, flags, mode);
    if (file.kind !== 'pipe') return file;
    const inode = files.find(path);
    if (!(inode instanceof FifoInode)) return file;
    const wants = { read: file.readable, write: file.writable, append: false };
    try {
      while (!inode.hasPeer(wants)) await this.process.block<void>((done) => inode.onPeer(done));
    } catch (error) {
      file.release();
      throw error;
    }
    return file;
  }

  private lowestFree(): number {
    for (let fd = 0; fd < mostFiles; fd++) if (!this.table.has(fd)) return fd;
    throw new FileError('EMFILE', '');
  }
}
