import { encode } from '../byte-string';
import { DirectoryInode } from '../directory';
import type { FileOwner } from '../file-owner';
import { FileError, type FileStat } from '../file-system';
import { type Inode, type OpenMode, SpecialInode, SymlinkInode } from '../inode';
import type { OpenFile } from '../open-file';
import type { Volume } from '../volume';

/** A file whose content the kernel writes when it is opened. Its size reads as 0. */
export class GeneratedFile extends SpecialInode {
  readonly type = 'file';

  constructor(
    volume: Volume,
    /** A byte string. */
    private readonly content: (owner: FileOwner) => string,
    private readonly options: { mode?: number; uid?: number; gid?: number; refusal?: string } = {},
  ) {
    super(volume, options.mode ?? 0o444, options.uid ?? 0, options.gid ?? 0);
  }

  /** Throws FileError when it is opened for writing: `refusal`, by default EACCES. */
  open(owner: FileOwner, mode: OpenMode, path: string): OpenFile {
    if (mode.write) throw new FileError(this.options.refusal ?? 'EACCES', path);
    return new OpenText(this, encode(this.content(owner)), path);
  }

  cloneInto(): Inode {
    return this;
  }
}

/** A directory whose entries are made when they are asked for. Nothing can be added to it. */
export class GeneratedDirectory extends DirectoryInode {
  constructor(
    volume: Volume,
    private readonly made: {
      names: () => string[];
      get: (name: string) => Inode | undefined;
    },
    attributes: { mode?: number; uid?: number; gid?: number } = {},
  ) {
    super(volume, attributes.mode ?? 0o555, attributes.uid ?? 0, attributes.gid ?? 0);
  }

  override get size(): number {
    return 0;
  }

  override get(name: string): Inode | undefined {
    return this.made.get(name);
  }

  override names(): string[] {
    return this.made.names();
  }

  override add(name: string): void {
    throw new FileError('ENOENT', name);
  }

  override delete(name: string): void {
    throw new FileError('EPERM', name);
  }
}

/** A symbolic link whose target depends on the reader: /proc/self. */
export class GeneratedLink extends SymlinkInode {
  constructor(
    volume: Volume,
    private readonly shown: (owner: FileOwner) => string,
    private readonly options: { uid?: number; gid?: number; followed?: (owner: FileOwner) => string } = {},
  ) {
    super(volume, options.uid ?? 0, options.gid ?? 0, '');
  }

  override shownTo(owner: FileOwner): string {
    return this.shown(owner);
  }

  override followedBy(owner: FileOwner): string {
    return (this.options.followed ?? this.shown)(owner);
  }
}

/** A directory of fixed names. Inodes are made once, when first looked up. */
export function fixedDirectory(volume: Volume, entries: Record<string, () => Inode>): GeneratedDirectory {
  const made = new Map<string, Inode>();
  return new GeneratedDirectory(volume, {
    names: () => Object.keys(entries),
    get: (name) => {
      const known = made.get(name);
      if (known || !Object.hasOwn(entries, name)) return known;
      const inode = entries[name]?.();
      if (inode) made.set(name, inode);
      return inode;
    },
  });
}

class OpenText implements OpenFile {
  readonly kind = 'file';
  readonly readable = true;
  readonly writable = false;
  private offset = 0;

  constructor(
    private readonly inode: GeneratedFile,
    private readonly data: Uint8Array,
    readonly path: string,
  ) {}

  read(max: number): Uint8Array {
    const part = this.data.slice(this.offset, this.offset + max);
    this.offset += part.length;
    return part;
  }

  write(): number {
    throw new FileError('EBADF', this.path);
  }

  onReady(): () => void {
    return () => undefined;
  }

  seek(offset: number, from: 'start' | 'current' | 'end'): number {
    const base = from === 'start' ? 0 : from === 'current' ? this.offset : this.data.length;
    if (base + offset < 0) throw new FileError('EINVAL', this.path);
    this.offset = base + offset;
    return this.offset;
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
