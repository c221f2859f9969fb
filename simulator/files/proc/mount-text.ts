import type { Mount, MountTable } from '../mount-table';
import type { Volume } from '../volume';

/** /proc/<pid>/mounts. */
export function mountsText(table: MountTable): string {
  return table.mounts
    .map(({ root, path, readOnly }) => {
      const { source, fstype } = root.volume;
      return `${source} ${escaped(path)} ${fstype} ${readOnly ? 'ro' : 'rw'},${flags(root.volume)}${sizeOf(root.volume)} 0 0\n`;
    })
    .join('');
}

/** /proc/<pid>/mountinfo. */
export function mountInfoText(table: MountTable): string {
  const first = 1000;
  return table.mounts
    .map((mount, index) => {
      const { root, path, readOnly, subPath } = mount;
      const { source, fstype, device } = root.volume;
      const rights = readOnly ? 'ro' : 'rw';
      const above = index === 0 ? first - 1 : first + parentOf(table, mount);
      return `${first + index} ${above} 0:${device} ${escaped(`/${subPath}`)} ${escaped(path)} ${rights},${flags(root.volume)} - ${fstype} ${source} ${rights}${sizeOf(root.volume)}\n`;
    })
    .join('');
}

/** How containerd mounts the kernel's file systems, and the kubelet volumes. */
function flags({ fstype, source }: Volume): string {
  const ofKernel = ['proc', 'sysfs', 'cgroup2'].includes(fstype) || source === 'shm';
  return ofKernel ? 'nosuid,nodev,noexec,relatime' : 'relatime';
}

/** A tmpfs tells how much it may hold. */
function sizeOf({ fstype, limitBytes }: Volume): string {
  return fstype === 'tmpfs' && limitBytes !== undefined ? `,size=${Math.floor(limitBytes / 1024)}k` : '';
}

/** Index of the mount that this one stands on: the one with the longest path above it. */
function parentOf(table: MountTable, mount: Mount): number {
  let best = 0;
  for (const [index, { path }] of table.mounts.entries()) {
    if (table.mounts[index] === mount) break;
    if (mount.path.startsWith(`${path}/`) && path.length > (table.mounts[best]?.path.length ?? 0))
      best = index;
  }
  return best;
}

/** White space and backslashes as octal numbers (getmntent(3)). */
function escaped(path: string): string {
  return path.replace(/[ \t\n\\]/g, (each) => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
