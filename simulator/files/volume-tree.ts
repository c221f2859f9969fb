import { decode, encode, toBytes } from './byte-string';
import { DeviceInode, type DeviceName } from './device';
import { DirectoryInode } from './directory';
import { type ContentSnapshot, FileContent } from './file-content';
import { FileError, type FileStat, type FileTree } from './file-system';
import { FifoInode, FileInode, type Inode, SymlinkInode } from './inode';
import { Pipe } from './pipe';
import { Volume, type VolumeOptions } from './volume';

/** Files up to this size are kept as one piece in a snapshot. */
const smallFile = 64 * 1024;

type Attributes = { mode?: number; uid?: number; gid?: number };

/** A directory tree in memory. Paths and texts given to it are ordinary text, kept as UTF-8. */
export class VolumeTree implements FileTree {
  readonly volume: Volume;
  readonly root: DirectoryInode;

  /** With `base`, the new tree shows that one's files and keeps its own changes: an image under a container. */
  constructor(options: VolumeOptions & { mode?: number; base?: VolumeTree }) {
    this.volume = new Volume(options);
    if (options.base) {
      this.volume.numberAfter(options.base.volume);
      this.root = options.base.root.cloneInto(this.volume);
    } else this.root = new DirectoryInode(this.volume, options.mode ?? 0o755, 0, 0);
  }

  write(path: string, content: string | Uint8Array, options: Attributes = {}): void {
    const { parent, name } = this.parentOf(path);
    const before = parent.get(name);
    if (before instanceof DirectoryInode) throw new FileError('EISDIR', path);
    const data = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    if (before instanceof FileInode) {
      before.truncate(0);
      before.write(0, data);
      if (options.mode !== undefined) before.mode = options.mode;
      if (options.uid !== undefined) before.uid = options.uid;
      if (options.gid !== undefined) before.gid = options.gid;
      return;
    }
    if (before) this.drop(parent, name, before);
    const file = new FileInode(this.volume, options.mode ?? 0o644, options.uid ?? 0, options.gid ?? 0);
    file.write(0, data);
    file.mode = options.mode ?? 0o644;
    parent.add(name, file);
  }

  mkdir(path: string, options: Attributes = {}): void {
    const directory = this.directory(path);
    if (options.mode !== undefined) directory.mode = options.mode;
    if (options.uid !== undefined) directory.uid = options.uid;
    if (options.gid !== undefined) directory.gid = options.gid;
  }

  symlink(target: string, path: string): void {
    const { parent, name } = this.parentOf(path);
    const before = parent.get(name);
    if (before) this.drop(parent, name, before);
    parent.add(name, new SymlinkInode(this.volume, 0, 0, toBytes(target)));
  }

  /** A second name for a file. */
  link(target: string, path: string): void {
    const inode = this.lookup(target);
    if (!inode || inode instanceof DirectoryInode) throw new FileError('ENOENT', target);
    const { parent, name } = this.parentOf(path);
    parent.add(name, inode);
    inode.nlink++;
  }

  device(device: DeviceName, path: string, mode = 0o666): void {
    const { parent, name } = this.parentOf(path);
    parent.add(name, new DeviceInode(this.volume, device, mode));
  }

  /** Atomically gives `from` the name `to`, replacing what has it: how the kubelet swaps `..data`. */
  rename(from: string, to: string): void {
    const source = this.parentOf(from);
    const inode = source.parent.get(source.name);
    if (!inode) throw new FileError('ENOENT', from);
    const target = this.parentOf(to);
    const before = target.parent.get(target.name);
    source.parent.delete(source.name);
    if (before) this.drop(target.parent, target.name, before);
    target.parent.add(target.name, inode);
  }

  remove(path: string): void {
    const { parent, name } = this.parentOf(path);
    const inode = parent.get(name);
    if (inode) this.drop(parent, name, inode);
  }

  read(path: string): Uint8Array | undefined {
    const inode = this.lookup(path, true);
    return inode instanceof FileInode ? inode.content.read(0, inode.size) : undefined;
  }

  stat(path: string): FileStat | undefined {
    return this.lookup(path)?.stat();
  }

  list(path: string): string[] {
    const inode = this.lookup(path, true);
    if (!(inode instanceof DirectoryInode)) return [];
    return inode.names().sort();
  }

  chown(path: string, uid: number, gid: number, recursive = false): void {
    const inode = this.lookup(path);
    if (!inode) throw new FileError('ENOENT', path);
    const change = (each: Inode) => {
      if (uid !== -1) each.uid = uid;
      if (gid !== -1) each.gid = gid;
      if (recursive && each instanceof DirectoryInode) for (const child of children(each)) change(child);
    };
    change(inode);
  }

  chmod(path: string, mode: number): void {
    const inode = this.lookup(path);
    if (!inode) throw new FileError('ENOENT', path);
    inode.mode = mode;
  }

  usage(): number {
    return this.volume.usedBytes;
  }

  discard(): void {
    this.volume.discard();
  }

  snapshot(): TreeSnapshot {
    const seen = new Map<Inode, string>();
    const save = (inode: Inode, path: string): EntrySnapshot => {
      const common = { mode: inode.mode, uid: inode.uid, gid: inode.gid, mtimeMs: inode.mtimeMs };
      const first = inode.nlink > 1 && !(inode instanceof DirectoryInode) ? seen.get(inode) : undefined;
      if (first !== undefined) return { ...common, link: first };
      seen.set(inode, path);
      if (inode instanceof DirectoryInode) {
        const entries: Record<string, EntrySnapshot> = {};
        for (const name of inode.names()) {
          const child = inode.get(name);
          if (child) entries[name] = save(child, `${path}/${name}`);
        }
        return { ...common, entries };
      }
      if (inode instanceof FileInode) {
        if (inode.size > smallFile) return { ...common, content: inode.content.snapshot() };
        return { ...common, data: Buffer.from(inode.content.read(0, inode.size)).toString('base64') };
      }
      if (inode instanceof SymlinkInode) return { ...common, target: inode.target };
      if (inode instanceof DeviceInode) return { ...common, device: inode.device };
      return { ...common, fifo: true };
    };
    const { fstype, source, limitBytes } = this.volume;
    return { fstype, source, limitBytes, root: save(this.root, '') };
  }

  /** The entry at a path; symlinks on the way (and at the end, when asked) are followed within the tree. */
  lookup(path: string, followLast = false, depth = 0): Inode | undefined {
    let inode: Inode = this.root;
    const names = namesOf(path);
    let here = '';
    for (const [index, name] of names.entries()) {
      if (!(inode instanceof DirectoryInode)) return undefined;
      const next: Inode | undefined = inode.get(name);
      if (!next) return undefined;
      if (next instanceof SymlinkInode && (index < names.length - 1 || followLast)) {
        if (depth > 40) return undefined;
        const base = next.target.startsWith('/') ? '' : here;
        const rest = names.slice(index + 1).join('/');
        return this.lookup(normalize(`${base}/${next.target}/${rest}`), followLast, depth + 1);
      }
      inode = next;
      here += `/${name}`;
    }
    return inode;
  }

  private directory(path: string): DirectoryInode {
    let inode: DirectoryInode = this.root;
    let here = '';
    for (const name of namesOf(path)) {
      here += `/${name}`;
      let next = inode.get(name);
      if (next instanceof SymlinkInode) next = this.lookup(here, true);
      if (!next) {
        next = new DirectoryInode(this.volume, 0o755, 0, 0);
        inode.add(name, next);
      }
      if (!(next instanceof DirectoryInode)) throw new FileError('ENOTDIR', path);
      inode = next;
    }
    return inode;
  }

  private parentOf(path: string): { parent: DirectoryInode; name: string } {
    const names = namesOf(path);
    const name = names.pop();
    if (name === undefined) throw new FileError('EISDIR', path);
    return { parent: this.directory(names.join('/')), name };
  }

  private drop(parent: DirectoryInode, name: string, inode: Inode): void {
    parent.delete(name);
    if (inode instanceof DirectoryInode) {
      for (const child of inode.names()) {
        const entry = inode.get(child);
        if (entry) this.drop(inode, child, entry);
      }
      inode.nlink = 0;
    } else inode.unlinked();
  }
}

/** What `VolumeTree.snapshot` makes: JSON-serialisable. */
export interface TreeSnapshot {
  fstype: string;
  source: string;
  limitBytes?: number | undefined;
  root: EntrySnapshot;
}

interface EntrySnapshot {
  mode: number;
  uid: number;
  gid: number;
  mtimeMs: number;
  entries?: Record<string, EntrySnapshot>;
  /** base64 */
  data?: string;
  /** A large file. */
  content?: ContentSnapshot;
  target?: string;
  device?: DeviceName;
  fifo?: boolean;
  /** Path of an entry of the same file. */
  link?: string;
}

/** The tree of a snapshot that `VolumeTree.snapshot` made. */
export function restoreTree(snapshot: unknown, options: Pick<VolumeOptions, 'now' | 'disk'>): VolumeTree {
  const saved = snapshot as TreeSnapshot;
  const { fstype, source, limitBytes } = saved;
  const tree = new VolumeTree({
    ...options,
    fstype,
    source,
    ...(limitBytes === undefined ? {} : { limitBytes }),
  });
  const byPath = new Map<string, Inode>();
  const fill = (directory: DirectoryInode, entry: EntrySnapshot, path: string) => {
    for (const [name, child] of Object.entries(entry.entries ?? {})) {
      const childPath = `${path}/${name}`;
      const linked = child.link === undefined ? undefined : byPath.get(child.link);
      if (linked) linked.nlink++;
      const inode = linked ?? restoreInode(tree.volume, child);
      directory.add(name, inode);
      tree.volume.keepEntry();
      byPath.set(childPath, inode);
      if (inode instanceof DirectoryInode) fill(inode, child, childPath);
      inode.mtimeMs = child.mtimeMs;
    }
  };
  fill(tree.root, saved.root, '');
  Object.assign(tree.root, { mode: saved.root.mode, uid: saved.root.uid, gid: saved.root.gid });
  return tree;
}

function restoreInode(volume: Volume, entry: EntrySnapshot): Inode {
  const { mode, uid, gid } = entry;
  if (entry.entries) return new DirectoryInode(volume, mode, uid, gid);
  if (entry.target !== undefined) return new SymlinkInode(volume, uid, gid, entry.target);
  if (entry.device) return new DeviceInode(volume, entry.device, mode, uid, gid);
  if (entry.fifo) return new FifoInode(volume, mode, uid, gid, () => new Pipe());
  const content = entry.content ? FileContent.restore(entry.content) : new FileContent();
  if (!entry.content) content.write(0, Buffer.from(entry.data ?? '', 'base64'));
  volume.charge(content.allocated);
  volume.hold(content.held);
  return new FileInode(volume, mode, uid, gid, content);
}

function children(directory: DirectoryInode): Inode[] {
  return directory.names().flatMap((name) => directory.get(name) ?? []);
}

function namesOf(path: string): string[] {
  return toBytes(path)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
}

function normalize(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

const elfMagic = '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0';
const marker = 'podlab-program:';

/** The content of an executable that is a native program of the simulator: copies of the file run as well. */
export function nativeExecutable(program: string): Uint8Array {
  return encode(`${elfMagic}${marker}${program}\n`);
}

/** The program that the first bytes of a file name, as `nativeExecutable` wrote them. */
export function nativeProgramOf(head: Uint8Array): string | undefined {
  const text = decode(head);
  if (!text.startsWith(elfMagic + marker)) return undefined;
  const start = elfMagic.length + marker.length;
  return text.slice(start, text.indexOf('\n', start));
}
