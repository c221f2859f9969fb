import type { VolumeTree } from '../../files/volume-tree';

/** Makes the folders, and those that every image has: mount points of the kernel's file systems, /tmp, /root. */
export function makeFolders(root: VolumeTree, folders: readonly string[]): void {
  for (const folder of ['/dev', '/etc', '/proc', '/sys', '/usr', '/var', ...folders]) root.mkdir(folder);
  root.mkdir('/tmp', { mode: 0o1777 });
  root.mkdir('/root', { mode: 0o700 });
}
