import type { FileOwner } from '../file-owner';
import { SymlinkInode } from '../inode';
import type { MountTable } from '../mount-table';
import type { Volume } from '../volume';

/** /proc/<pid>/root: reads as `/`, and leads into the mount namespace of that process. */
export class RootLink extends SymlinkInode {
  constructor(
    volume: Volume,
    uid: number,
    gid: number,
    /** Throws FileError EACCES for `path` when the reader may not look into that process. */
    readonly tableFor: (owner: FileOwner, path: string) => MountTable,
  ) {
    super(volume, uid, gid, '/');
  }
}
