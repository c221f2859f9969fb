import type { FileOwner } from '../files/file-owner';
import { FileError, type FileStat } from '../files/file-system';
import { DescriptorLink } from '../files/inode';
import type { OpenFile } from '../files/open-file';
import type { Volume } from '../files/volume';

/** /dev/stdin, /dev/stdout, /dev/stderr: the very description of the process that opens it. */
export class StandardStreamLink extends DescriptorLink {
  readonly target: string;

  constructor(
    volume: Volume,
    private readonly fd: 0 | 1 | 2,
  ) {
    super(volume, 0o777, 0, 0);
    this.target = `/proc/self/fd/${fd}`;
  }

  open(owner: FileOwner): OpenFile {
    const file = owner.process?.fds.get(this.fd);
    if (!file) throw new FileError('ENOENT', this.target);
    file.retain();
    return file;
  }

  statTarget(): FileStat {
    return { ...this.stat(), type: 'fifo', mode: 0o600 };
  }
}
