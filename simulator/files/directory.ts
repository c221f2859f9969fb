import { Inode } from './inode';
import type { Volume } from './volume';

/**
 * A directory. Stacked on a `lower` one it shows that one's entries, and takes a copy of an entry when it is first
 * looked up: hundreds of containers share the tree of an image and pay for what they touch.
 */
export class DirectoryInode extends Inode {
  readonly type = 'directory';
  private readonly entries = new Map<string, Inode>();
  private hidden: Set<string> | undefined;

  constructor(
    volume: Volume,
    mode: number,
    uid: number,
    gid: number,
    private readonly lower?: DirectoryInode,
    ino?: number,
  ) {
    super(volume, mode, uid, gid, ino);
    this.nlink = 2;
  }

  override get size(): number {
    return 4096;
  }

  override get allocated(): number {
    return 4096;
  }

  cloneInto(volume: Volume): DirectoryInode {
    return this.copyAttributes(new DirectoryInode(volume, this.mode, this.uid, this.gid, this, this.ino));
  }

  get(name: string): Inode | undefined {
    const own = this.entries.get(name);
    if (own || !this.lower || this.hidden?.has(name)) return own;
    const below = this.lower.get(name);
    if (!below) return undefined;
    const copy = this.volume.copyOf(below);
    this.entries.set(name, copy);
    return copy;
  }

  names(): string[] {
    if (!this.lower) return [...this.entries.keys()];
    const names = this.lower.names().filter((name) => this.entries.has(name) || !this.hidden?.has(name));
    const known = new Set(names);
    for (const name of this.entries.keys()) if (!known.has(name)) names.push(name);
    return names;
  }

  get empty(): boolean {
    return this.names().length === 0;
  }

  /** A new name for an inode; `..` of a directory counts as a link of this one. */
  add(name: string, inode: Inode): void {
    this.entries.set(name, inode);
    if (this.lower) {
      this.hidden ??= new Set();
      this.hidden.add(name);
    }
    if (inode instanceof DirectoryInode) this.nlink++;
    this.changed();
  }

  /** Takes a name away, without touching the inode's own count of links. */
  delete(name: string): void {
    const inode = this.get(name);
    this.entries.delete(name);
    if (this.lower) {
      this.hidden ??= new Set();
      this.hidden.add(name);
    }
    if (inode instanceof DirectoryInode) this.nlink--;
    this.changed();
  }
}
