import { DirectoryInode } from './directory';
import { FileError } from './file-system';
import { FileInode, type Inode, SymlinkInode } from './inode';
import type { Volume } from './volume';

/** Of symbolic links in one path (Linux). */
const MAX_LINKS = 40;

export interface Mount {
  /** Absolute path in the container. */
  path: string;
  /** What is seen there: a directory, or a file for a subPath of one. */
  root: Inode;
  readOnly: boolean;
  /** Path within the volume, for /proc/self/mountinfo. */
  subPath: string;
}

/** A mount namespace: one root and what is mounted over its entries. */
export class MountTable {
  readonly mounts: Mount[] = [];
  private readonly covering = new Map<Inode, Mount>();
  readonly root: Mount;

  constructor(root: DirectoryInode, readOnly = false) {
    this.root = { path: '/', root, readOnly, subPath: '' };
    this.mounts.push(this.root);
  }

  /** The mount whose root hides this entry. */
  over(inode: Inode): Mount | undefined {
    let mount = this.covering.get(inode);
    while (mount) {
      const above: Mount | undefined = this.covering.get(mount.root);
      if (!above || above === mount) break;
      mount = above;
    }
    return mount;
  }

  /**
   * Mounts a tree over the entry at `path`, making it (a directory, or an empty file) when it is not there, as container
   * runtimes do. Throws FileError ENOTDIR when a directory should cover a file, or the other way round.
   */
  mount(path: string, root: Inode, options: { readOnly?: boolean; subPath?: string } = {}): Mount {
    const point = this.mountPoint(path, root instanceof DirectoryInode);
    if (point instanceof DirectoryInode !== root instanceof DirectoryInode)
      throw new FileError('ENOTDIR', path);
    const mount = { path, root, readOnly: options.readOnly ?? false, subPath: options.subPath ?? '' };
    // A mounted file is in use: it keeps its bytes when its last name goes.
    if (root instanceof FileInode) root.retain();
    this.covering.set(point, mount);
    this.mounts.push(mount);
    return mount;
  }

  unmount(path: string): boolean {
    const index = this.mounts.findLastIndex((mount) => mount.path === path);
    const mount = this.mounts[index];
    if (!mount || mount === this.root) return false;
    this.mounts.splice(index, 1);
    if (mount.root instanceof FileInode) mount.root.release();
    for (const [inode, over] of this.covering) if (over === mount) this.covering.delete(inode);
    return true;
  }

  /** The volumes seen, each once. */
  volumes(): Volume[] {
    return [...new Set(this.mounts.map((mount) => mount.root.volume))];
  }

  /** Symbolic links on the way are followed within this root, as runc does (securejoin). */
  private mountPoint(path: string, asDirectory: boolean): Inode {
    const names = path.split('/').filter((name) => name !== '' && name !== '.');
    let trail: Inode[] = [this.root.root];
    for (let links = 0; names.length > 0; ) {
      const name = names.shift() ?? '';
      if (name === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      const inode = trail.at(-1) ?? this.root.root;
      const directory = this.over(inode)?.root ?? inode;
      if (!(directory instanceof DirectoryInode)) throw new FileError('ENOTDIR', path);
      let next = directory.get(name);
      if (next instanceof SymlinkInode) {
        if (++links > MAX_LINKS) throw new FileError('ELOOP', path);
        names.unshift(...next.target.split('/').filter((part) => part !== '' && part !== '.'));
        if (next.target.startsWith('/')) trail = [this.root.root];
        continue;
      }
      if (!next) {
        next =
          names.length === 0 && !asDirectory
            ? new FileInode(directory.volume, 0o644, 0, 0)
            : new DirectoryInode(directory.volume, 0o755, 0, 0);
        directory.add(name, next);
      }
      trail.push(next);
    }
    const inode = trail.at(-1) ?? this.root.root;
    return this.over(inode)?.root ?? inode;
  }
}
