import { DirectoryInode } from './directory';
import type { FileOwner } from './file-owner';
import { FileError } from './file-system';
import {
  DescriptorLink,
  FifoInode,
  FileInode,
  type Inode,
  type InodeStat,
  type OpenMode,
  SpecialInode,
  SymlinkInode,
} from './inode';
import type { MountTable } from './mount-table';
import type { OpenFile } from './open-file';
import { mayAccess, type Place, walk } from './path-walk';
import { Pipe } from './pipe';
import { OpenDirectory, OpenRegularFile } from './regular-file';

/** PATH_MAX without its end. */
const longestPath = 4095;

/** Length of the longest path below a directory; a walk ends where it is more than `most`. */
function longestBelow(inode: Inode, most: number): number {
  if (!(inode instanceof DirectoryInode) || most < 0) return 0;
  let longest = 0;
  for (const name of inode.names()) {
    const child = inode.get(name);
    const below = name.length + 1;
    if (child) longest = Math.max(longest, below + longestBelow(child, most - below));
  }
  return longest;
}

/**
 * The files of a container as one user may see and change them. Paths are byte strings, relative ones start at the
 * owner's working directory. Every method throws FileError with the errno that Linux would give.
 */
export class FileView {
  constructor(
    readonly mounts: MountTable,
    private readonly owner: FileOwner,
  ) {}

  /** stat(2), or lstat(2) without following. */
  stat(path: string, follow = true): InodeStat {
    const inode = this.find(path, follow);
    if (follow && inode instanceof DescriptorLink) return { ...inode.stat(), ...inode.statTarget() };
    return inode.stat();
  }

  /** `stat` that answers undefined instead of throwing. */
  tryStat(path: string, follow = true): InodeStat | undefined {
    try {
      return this.stat(path, follow);
    } catch {
      return undefined;
    }
  }

  exists(path: string): boolean {
    return this.tryStat(path) !== undefined;
  }

  /** access(2): `mode` is 4 (read), 2 (write), 1 (execute), or a sum. */
  access(path: string, mode: number): boolean {
    try {
      const place = walk(this.mounts, this.owner, path, true);
      if (!place.inode) return false;
      if (mode & 2 && place.mount.readOnly && !(place.inode instanceof SpecialInode)) return false;
      return mayAccess(place.inode, this.owner, mode);
    } catch {
      return false;
    }
  }

  /** The inode itself, for tail -f's watching and for the container's runtime. */
  find(path: string, follow = true): Inode {
    const place = walk(this.mounts, this.owner, path, follow);
    if (!place.inode) throw new FileError('ENOENT', path);
    return place.inode;
  }

  realpath(path: string): string {
    const place = walk(this.mounts, this.owner, path, true);
    if (!place.inode) throw new FileError('ENOENT', path);
    return place.path;
  }

  /** The same without asking that the last name exists (readlink -f). */
  canonical(path: string): string {
    return walk(this.mounts, this.owner, path, true).path;
  }

  readlink(path: string): string {
    const inode = this.find(path, false);
    if (inode instanceof SymlinkInode) return inode.shownTo(this.owner);
    if (inode instanceof DescriptorLink) return inode.target;
    throw new FileError('EINVAL', path);
  }

  /** Names without `.` and `..`, sorted by byte. */
  list(path: string): string[] {
    const inode = this.find(path);
    if (!(inode instanceof DirectoryInode)) throw new FileError('ENOTDIR', path);
    if (!mayAccess(inode, this.owner, 4)) throw new FileError('EACCES', path);
    return inode.names().sort();
  }

  /**
   * open(2). `flags`: r, r+, w (create, empty), w+, a (create, append), a+; with x it must not exist, with n it is not
   * emptied. Does not wait for a fifo's other side: `Process.open` does.
   */
  open(path: string, flags: string, mode = 0o666): OpenFile {
    const wants = flags.includes('+')
      ? { read: true, write: true, append: flags.startsWith('a') }
      : { read: flags.startsWith('r'), write: !flags.startsWith('r'), append: flags.startsWith('a') };
    const creates = wants.write && !flags.startsWith('r');
    const place = walk(this.mounts, this.owner, path, !flags.includes('x'));
    if (!place.inode) {
      if (!creates) throw new FileError('ENOENT', path);
      if (place.directoryOnly) throw new FileError('EISDIR', path);
      const inode = this.create(place, path, (uid, gid) => {
        return new FileInode(place.parent.volume, mode & ~this.owner.umask & 0o7777, uid, gid);
      });
      return this.openInode(inode, wants, place.path);
    }
    if (flags.includes('x')) throw new FileError('EEXIST', path);
    const inode = place.inode;
    if (inode instanceof DirectoryInode && wants.write) throw new FileError('EISDIR', path);
    const special = inode instanceof SpecialInode || inode instanceof DescriptorLink;
    const empties = flags.startsWith('w') && !flags.includes('n') && inode instanceof FileInode;
    // Linux asks whether the mount may be written to before it looks at the file's mode, when the file is to be emptied.
    if (empties && place.mount.readOnly) throw new FileError('EROFS', path);
    if (!(inode instanceof DescriptorLink)) {
      if (!mayAccess(inode, this.owner, (wants.read ? 4 : 0) + (wants.write ? 2 : 0))) {
        throw new FileError('EACCES', path);
      }
    }
    if (wants.write && place.mount.readOnly && !special) throw new FileError('EROFS', path);
    if (empties && inode.size > 0) inode.truncate(0);
    return this.openInode(inode, wants, place.path);
  }

  /** The whole content. */
  readFile(path: string): Uint8Array {
    const file = this.open(path, 'r');
    try {
      const parts: Uint8Array[] = [];
      for (let part = file.read(1 << 20); part && part.length > 0; part = file.read(1 << 20))
        parts.push(part);
      return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    } finally {
      file.release();
    }
  }

  mkdir(path: string, mode = 0o777): void {
    const place = walk(this.mounts, this.owner, path, false);
    if (place.inode) throw new FileError('EEXIST', path);
    this.create(place, path, (uid, gid) => {
      const setgid = place.parent.mode & 0o2000;
      const bits = (mode & ~this.owner.umask & 0o7777) | setgid;
      return new DirectoryInode(place.parent.volume, bits, uid, gid);
    });
  }

  symlink(target: string, path: string): void {
    const place = walk(this.mounts, this.owner, path, false);
    if (place.inode) throw new FileError('EEXIST', path);
    if (place.directoryOnly) throw new FileError('ENOENT', path);
    this.create(place, path, (uid, gid) => new SymlinkInode(place.parent.volume, uid, gid, target));
  }

  mkfifo(path: string, mode = 0o666): void {
    const place = walk(this.mounts, this.owner, path, false);
    if (place.inode) throw new FileError('EEXIST', path);
    if (place.directoryOnly) throw new FileError('ENOENT', path);
    this.create(place, path, (uid, gid) => {
      const bits = mode & ~this.owner.umask & 0o7777;
      return new FifoInode(place.parent.volume, bits, uid, gid, () => new Pipe());
    });
  }

  link(target: string, path: string, follow = false): void {
    const from = walk(this.mounts, this.owner, target, follow);
    if (!from.inode) throw new FileError('ENOENT', target);
    if (from.inode instanceof DirectoryInode) throw new FileError('EPERM', target);
    const inode = from.inode;
    const place = walk(this.mounts, this.owner, path, false);
    if (place.inode) throw new FileError('EEXIST', path);
    if (place.parentMount !== from.mount) throw new FileError('EXDEV', path);
    if (!this.mayLink(inode)) throw new FileError('EPERM', path);
    this.create(place, path, () => inode);
    inode.nlink++;
  }

  unlink(path: string): void {
    const place = this.existing(path);
    if (place.inode instanceof DirectoryInode) throw new FileError('EISDIR', path);
    this.mayDelete(place, path);
    place.parent.delete(place.name);
    place.parent.volume.dropEntry();
    place.inode.unlinked();
  }

  rmdir(path: string): void {
    const place = this.existing(path);
    if (!(place.inode instanceof DirectoryInode)) throw new FileError('ENOTDIR', path);
    if (path.endsWith('/.')) throw new FileError('EINVAL', path);
    if (place.name === '') throw new FileError('EBUSY', path);
    this.mayDelete(place, path);
    if (!place.inode.empty) throw new FileError('ENOTEMPTY', path);
    place.parent.delete(place.name);
    place.parent.volume.dropEntry();
    place.inode.nlink = 0;
  }

  rename(from: string, to: string): void {
    const source = this.existing(from);
    this.mayDelete(source, from);
    const target = walk(this.mounts, this.owner, to, false);
    if (source.parentMount.root.volume !== target.parentMount.root.volume) throw new FileError('EXDEV', to);
    if (source.parentMount !== target.parentMount) throw new FileError('EXDEV', to);
    if (target.inode === source.inode) return;
    if (target.path.startsWith(`${source.path}/`)) throw new FileError('EINVAL', to);
    const longer = target.path.length > source.path.length;
    if (longer && target.path.length + longestBelow(source.inode, longestPath) > longestPath)
      throw new FileError('ENAMETOOLONG', to);
    const sourceIsDirectory = source.inode instanceof DirectoryInode;
    // Its `..` changes with its parent.
    if (sourceIsDirectory && source.parent !== target.parent && !mayAccess(source.inode, this.owner, 2))
      throw new FileError('EACCES', from);
    if (target.inode) {
      if (target.inode instanceof DirectoryInode) {
        if (!sourceIsDirectory) throw new FileError('EISDIR', to);
        if (!target.inode.empty) throw new FileError('ENOTEMPTY', to);
      } else if (sourceIsDirectory) throw new FileError('ENOTDIR', to);
      this.mayDelete({ ...target, inode: target.inode }, to);
      target.parent.delete(target.name);
      target.parent.volume.dropEntry();
      if (target.inode instanceof DirectoryInode) target.inode.nlink = 0;
      else target.inode.unlinked();
    } else {
      if (target.directoryOnly && !sourceIsDirectory) throw new FileError('ENOTDIR', to);
      this.mayAdd(target, to);
    }
    source.parent.delete(source.name);
    target.parent.add(target.name, source.inode);
    source.inode.ctimeMs = source.inode.volume.now();
    source.inode.notify();
  }

  chmod(path: string, mode: number): void {
    const inode = this.changeable(path, true);
    if (inode.uid !== this.owner.uid && !this.root('FOWNER')) throw new FileError('EPERM', path);
    const member = inode.gid === this.owner.gid || this.owner.groups.includes(inode.gid);
    inode.mode = mode & (member || this.root('FSETID') ? 0o7777 : 0o5777);
    inode.ctimeMs = inode.volume.now();
  }

  /** -1 leaves an owner or group as it is. */
  chown(path: string, uid: number, gid: number, follow = true): void {
    const inode = this.changeable(path, follow);
    const own = inode.uid === this.owner.uid && (uid === -1 || uid === inode.uid);
    const groupIsMine = gid === -1 || gid === this.owner.gid || this.owner.groups.includes(gid);
    if (!this.root('CHOWN') && !(own && groupIsMine)) throw new FileError('EPERM', path);
    if (uid !== -1) inode.uid = uid;
    if (gid !== -1) inode.gid = gid;
    if (inode.type === 'file') inode.mode &= ~0o6000;
    inode.ctimeMs = inode.volume.now();
  }

  /** Milliseconds since the epoch. `now` needs only the right to write. */
  utimes(
    path: string,
    atimeMs: number,
    mtimeMs: number,
    options: { follow?: boolean; now?: boolean } = {},
  ): void {
    const inode = this.changeable(path, options.follow ?? true);
    const own = inode.uid === this.owner.uid || this.root('FOWNER');
    if (!own && !(options.now && mayAccess(inode, this.owner, 2))) {
      throw new FileError(options.now ? 'EACCES' : 'EPERM', path);
    }
    inode.atimeMs = atimeMs;
    inode.mtimeMs = mtimeMs;
    inode.ctimeMs = inode.volume.now();
  }

  truncate(path: string, size: number): void {
    const file = this.open(path, 'r+');
    file.truncate(size);
    file.release();
  }

  private root(capability: string): boolean {
    return this.owner.uid === 0 && this.owner.capable(capability);
  }

  private openInode(inode: Inode, mode: OpenMode, path: string): OpenFile {
    if (inode instanceof FileInode) return new OpenRegularFile(inode, mode, path);
    if (inode instanceof SpecialInode) return inode.open(this.owner, mode, path);
    if (inode instanceof DescriptorLink) return inode.open(this.owner, mode);
    if (inode instanceof DirectoryInode) return new OpenDirectory(inode, path);
    throw new FileError('ELOOP', path);
  }

  private existing(path: string): Place & { inode: Inode } {
    const place = walk(this.mounts, this.owner, path, false);
    if (!place.inode) throw new FileError('ENOENT', path);
    return { ...place, inode: place.inode };
  }

  private changeable(path: string, follow: boolean): Inode {
    const place = walk(this.mounts, this.owner, path, follow);
    if (!place.inode) throw new FileError('ENOENT', path);
    if (place.mount.readOnly) throw new FileError('EROFS', path);
    return place.inode;
  }

  /** fs.protected_hardlinks, which distributions set: only to what one owns, or could write without a program's help. */
  private mayLink(inode: Inode): boolean {
    if (inode.uid === this.owner.uid || this.root('FOWNER')) return true;
    const privileged = (inode.mode & 0o4000) !== 0 || (inode.mode & 0o2010) === 0o2010;
    return inode instanceof FileInode && !privileged && mayAccess(inode, this.owner, 6);
  }

  private mayAdd(place: Place, path: string): void {
    if (place.parentMount.readOnly) throw new FileError('EROFS', path);
    if (!mayAccess(place.parent, this.owner, 3)) throw new FileError('EACCES', path);
    if (place.parent.nlink === 0) throw new FileError('ENOENT', path);
  }

  private mayDelete(place: Place & { inode: Inode }, path: string): void {
    if (place.mount !== place.parentMount) throw new FileError('EBUSY', path);
    if (place.parentMount.readOnly) throw new FileError('EROFS', path);
    if (!mayAccess(place.parent, this.owner, 3)) throw new FileError('EACCES', path);
    const sticky = place.parent.mode & 0o1000;
    const mine = place.inode.uid === this.owner.uid || place.parent.uid === this.owner.uid;
    if (sticky && !mine && !this.root('FOWNER')) throw new FileError('EPERM', path);
  }

  private create<T extends Inode>(place: Place, path: string, make: (uid: number, gid: number) => T): T {
    this.mayAdd(place, path);
    // Deeper than any path can name nobody gets; a tree that is walked by recursion has a floor so.
    if (place.path.length > longestPath) throw new FileError('ENAMETOOLONG', path);
    place.parent.volume.addEntry();
    const gid = place.parent.mode & 0o2000 ? place.parent.gid : this.owner.gid;
    const inode = make(this.owner.uid, gid);
    place.parent.add(place.name, inode);
    return inode;
  }
}
