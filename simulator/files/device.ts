import { randomFillSync } from 'node:crypto';
import type { FileOwner } from './file-owner';
import { FileError, type FileStat } from './file-system';
import { type InodeStat, type OpenMode, SpecialInode } from './inode';
import type { OpenFile } from './open-file';
import type { Volume } from './volume';

export type DeviceName = 'null' | 'zero' | 'full' | 'random' | 'urandom' | 'tty' | 'ptmx';

const numbers: Record<DeviceName, [number, number]> = {
  null: [1, 3],
  zero: [1, 5],
  full: [1, 7],
  random: [1, 8],
  urandom: [1, 9],
  tty: [5, 0],
  ptmx: [5, 2],
};

/** Bytes of one read: what can be made without holding up others. */
const mostBytes = 64 * 1024;

/** A character device of /dev. */
export class DeviceInode extends SpecialInode {
  readonly type = 'device';

  constructor(
    volume: Volume,
    readonly device: DeviceName,
    mode = 0o666,
    uid = 0,
    gid = 0,
    ino?: number,
  ) {
    super(volume, mode, uid, gid, ino);
  }

  override stat(): InodeStat {
    const [major, minor] = numbers[this.device];
    return { ...super.stat(), major, minor, character: true };
  }

  open(owner: FileOwner, mode: OpenMode, path: string): OpenFile {
    if (this.device === 'tty') {
      const terminal = owner.process?.terminal;
      if (!terminal) throw new FileError('ENXIO', path);
      return terminal.open();
    }
    if (this.device === 'ptmx') throw new FileError('EIO', path);
    return new OpenDevice(this, mode, path);
  }

  cloneInto(volume: Volume): DeviceInode {
    return this.copyAttributes(new DeviceInode(volume, this.device, this.mode, this.uid, this.gid, this.ino));
  }
}

class OpenDevice implements OpenFile {
  readonly kind = 'device';
  readonly readable: boolean;
  readonly writable: boolean;

  constructor(
    private readonly inode: DeviceInode,
    mode: OpenMode,
    readonly path: string,
  ) {
    this.readable = mode.read;
    this.writable = mode.write;
  }

  read(max: number): Uint8Array {
    if (!this.readable) throw new FileError('EBADF', this.path);
    if (this.inode.device === 'null') return new Uint8Array(0);
    const data = new Uint8Array(Math.min(max, mostBytes));
    return this.inode.device.endsWith('random') ? randomFillSync(data) : data;
  }

  write(data: Uint8Array): number {
    if (!this.writable) throw new FileError('EBADF', this.path);
    if (this.inode.device === 'full') throw new FileError('ENOSPC', this.path);
    return data.length;
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
