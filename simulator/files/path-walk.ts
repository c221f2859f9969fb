import { DirectoryInode } from './directory';
import type { FileOwner } from './file-owner';
import { FileError } from './file-system';
import { DescriptorLink, type Inode, SymlinkInode } from './inode';
import type { Mount, MountTable } from './mount-table';
import { RootLink } from './proc/root-link';

/** Where a path leads: the entry, if it is there, and the directory that holds or would hold its name. */
export interface Place {
  parent: DirectoryInode;
  /** Last name; '' for the root. */
  name: string;
  inode: Inode | undefined;
  /** The mount the entry lies on (its root, when the entry is a mount point). */
  mount: Mount;
  /** Mount of the parent: differs from `mount` at a mount point. */
  parentMount: Mount;
  /** Without symlinks, dots and double slashes. */
  path: string;
  /** The path ended in a slash: only a directory will do. */
  directoryOnly: boolean;
}

interface Step {
  name: string;
  inode: DirectoryInode;
  mount: Mount;
  table: MountTable;
  /** The root of another mount namespace: `..` stays there. */
  foreignRoot?: boolean;
}

const maxLinks = 40;

/** path_resolution(7). Throws FileError ENOENT (a directory on the way), ENOTDIR, EACCES, ELOOP, ENAMETOOLONG. */
export function walk(table: MountTable, owner: FileOwner, path: string, followLast: boolean): Place {
  if (path === '') throw new FileError('ENOENT', path);
  if (path.length > 4095) throw new FileError('ENAMETOOLONG', path);
  const root = table.root.root as DirectoryInode;
  const stack: Step[] = [{ name: '', inode: root, mount: table.root, table }];
  const names = split(path.startsWith('/') ? path : `${owner.cwd}/${path}`);
  let directoryOnly = path.endsWith('/') || path.endsWith('/.');
  let links = 0;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    const top = stack[stack.length - 1] as Step;
    if (name === '.') continue;
    if (!mayAccess(top.inode, owner, 1)) throw new FileError('EACCES', path);
    if (name === '..') {
      if (stack.length > 1 && !top.foreignRoot) stack.pop();
      continue;
    }
    if (name.length > 255) throw new FileError('ENAMETOOLONG', path);
    const last = isLast(names, index);
    let inode = top.inode.get(name);
    let mount = top.mount;
    const over = inode && top.table.over(inode);
    if (over) {
      inode = over.root;
      mount = over;
    }
    if (inode instanceof RootLink && (!last || followLast || directoryOnly)) {
      const foreign = inode.tableFor(owner, path);
      const { root } = foreign;
      const entry = { name, inode: root.root as DirectoryInode, mount: root, table: foreign };
      stack.push({ ...entry, foreignRoot: true });
      continue;
    }
    if (inode instanceof SymlinkInode && (!last || followLast || directoryOnly)) {
      if (++links > maxLinks) throw new FileError('ELOOP', path);
      const rest = names.slice(index + 1);
      const target = inode.followedBy(owner);
      if (target.startsWith('/')) stack.length = 1;
      if (last && target.endsWith('/')) directoryOnly = true;
      names.splice(0, names.length, ...split(target), ...rest);
      index = -1;
      continue;
    }
    if (last) {
      const place = { parent: top.inode, name, inode, mount, parentMount: top.mount };
      const full = `${stackPath(stack)}/${name}`;
      if (directoryOnly && inode && !(inode instanceof DirectoryInode)) throw new FileError('ENOTDIR', path);
      return { ...place, path: full, directoryOnly };
    }
    if (!inode) throw new FileError('ENOENT', path);
    if (inode instanceof DescriptorLink || !(inode instanceof DirectoryInode))
      throw new FileError('ENOTDIR', path);
    stack.push({ name, inode, mount, table: top.table });
  }
  const here = stack[stack.length - 1] as Step;
  const above = stack[Math.max(0, stack.length - 2)] as Step;
  return {
    parent: above.inode,
    name: here.name,
    inode: here.inode,
    mount: here.mount,
    parentMount: above.mount,
    path: stackPath(stack) || '/',
    directoryOnly: true,
  };
}

/** Permission bits for this user: `want` is 4 (read), 2 (write), 1 (search or execute), or a sum. */
export function mayAccess(inode: Inode, owner: FileOwner, want: number): boolean {
  if (owner.uid === 0 && owner.capable('DAC_OVERRIDE')) {
    // The superuser needs an execute bit somewhere to run a file.
    return !(want & 1) || inode.type === 'directory' || (inode.mode & 0o111) !== 0;
  }
  const inGroup = inode.gid === owner.gid || owner.groups.includes(inode.gid);
  const shift = inode.uid === owner.uid ? 6 : inGroup ? 3 : 0;
  return ((inode.mode >> shift) & want) === want;
}

function split(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function isLast(names: string[], index: number): boolean {
  for (let i = index + 1; i < names.length; i++) if (names[i] !== '.') return false;
  return true;
}

function stackPath(stack: Step[]): string {
  let path = '';
  for (let i = 1; i < stack.length; i++) path += `/${(stack[i] as Step).name}`;
  return path;
}
