import { DirectoryInode } from '../files/directory';
import type { Disk } from '../files/disk';
import { errorText } from '../files/error-text';
import { superuser } from '../files/file-owner';
import { FileError } from '../files/file-system';
import { FileView } from '../files/file-view';
import type { Inode } from '../files/inode';
import { MountTable } from '../files/mount-table';
import { cgroupRoot, sysRoot } from '../files/proc/cgroup-tree';
import { procRoot } from '../files/proc/proc-tree';
import { VolumeTree } from '../files/volume-tree';
import { type ContainerConfig, RuntimeError } from './container-runtime';
import type { System } from './process';
import { startFailure } from './runc-wording';
import { StandardStreamLink } from './standard-stream-link';

const sharedMemoryBytes = 64 * 1024 * 1024;

export interface RootFiles {
  mounts: MountTable;
  /** The container's own layer over its image. */
  layer: VolumeTree;
}

/** What the kernel's own file systems show. */
export interface KernelFiles {
  /** Asked once the container is complete. */
  system: () => System;
  sysctls: Readonly<Record<string, string>>;
  /** /dev/shm, which the containers of a Pod share. */
  sharedMemory: VolumeTree;
  /** Of the node, for the container's own layer. */
  disk: Disk | undefined;
}

interface Planned {
  path: string;
  root: Inode;
  readOnly: boolean;
  subPath?: string;
}

/**
 * The mount namespace of a container: its layer over the image, the kernel's file systems, the sandbox's files, and the
 * volumes, parents first (containerd sorts mounts by depth). Throws RuntimeError CreateContainerError.
 */
export function containerRoot(
  config: ContainerConfig,
  image: VolumeTree,
  /** /etc/hosts, /etc/hostname, /etc/resolv.conf of the sandbox. */
  shared: VolumeTree,
  now: () => number,
  kernel: KernelFiles,
): RootFiles {
  const layer = new VolumeTree({
    now,
    fstype: 'overlay',
    source: 'overlay',
    base: image,
    ...(kernel.disk ? { disk: kernel.disk } : {}),
  });
  const mounts = new MountTable(layer.root, config.readOnlyRootFilesystem);
  const taken = new Set(config.mounts.map(({ containerPath }) => normal(containerPath)));
  const { system, sysctls, sharedMemory } = kernel;
  const ofKernel: Planned[] = [
    { path: '/proc', root: procRoot(system, sysctls, now), readOnly: false },
    { path: '/dev', root: devices(now).root, readOnly: false },
    { path: '/dev/shm', root: sharedMemory.root, readOnly: false },
    { path: '/sys', root: sysRoot(now), readOnly: !config.privileged },
    { path: '/sys/fs/cgroup', root: cgroupRoot(system, now), readOnly: !config.privileged },
  ];
  const planned = ofKernel.filter(({ path }) => !taken.has(path));
  for (const name of shared.list('/')) {
    const path = `/etc/${name}`;
    const root = shared.lookup(`/${name}`);
    if (root && !taken.has(path)) planned.push({ path, root, readOnly: config.readOnlyRootFilesystem });
  }
  for (const mount of config.mounts) planned.push(volumeMount(mount));
  for (const { path, root, readOnly, subPath = '' } of planned.sort(
    (a, b) => depth(a.path) - depth(b.path),
  )) {
    try {
      mounts.mount(withoutLinks(mounts, path), root, { readOnly, subPath });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new RuntimeError(
        'RunContainerError',
        startFailure(
          `error mounting "${path}" to rootfs at "${path}": not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`,
        ),
        128,
      );
    }
  }
  return { mounts, layer };
}

/** runc makes the working directory when there is none of that name, in a volume, too, unless that is read-only. */
export function makeWorkingDirectory(mounts: MountTable, cwd: string): void {
  const files = new FileView(mounts, superuser);
  const names = cwd.split('/').filter((name) => name !== '');
  for (let known = 1; known <= names.length; known++) {
    const path = `/${names.slice(0, known).join('/')}`;
    if (!files.exists(path)) make(mounts, files, path);
  }
}

function make(mounts: MountTable, files: FileView, path: string): void {
  try {
    files.mkdir(path, 0o755);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    // The root is still writable at that time, whatever readOnlyRootFilesystem says.
    const { root } = mounts.root;
    const parent = files.find(path.slice(0, path.lastIndexOf('/')) || '/');
    if (error.code !== 'EROFS' || parent.volume !== root.volume || !(parent instanceof DirectoryInode))
      throw new RuntimeError(
        'RunContainerError',
        startFailure(`mkdir ${path}: ${errorText(error).toLowerCase()}`),
        128,
      );
    parent.add(path.slice(path.lastIndexOf('/') + 1), new DirectoryInode(root.volume, 0o755, 0, 0));
  }
}

/** The path with the links of what is there already followed, as runc does within the root: /var/run is /run. */
function withoutLinks(mounts: MountTable, path: string): string {
  const files = new FileView(mounts, superuser);
  const names = path.split('/').filter((name) => name !== '');
  for (let known = names.length; known > 0; known--) {
    const prefix = `/${names.slice(0, known).join('/')}`;
    if (files.exists(prefix))
      return [files.realpath(prefix), ...names.slice(known)].join('/').replace(/^\/\//, '/');
  }
  return path;
}

function volumeMount({ containerPath, tree, subPath, readOnly }: ContainerConfig['mounts'][number]): Planned {
  if (!(tree instanceof VolumeTree)) throw new TypeError('a mounted tree must be a VolumeTree');
  const root = tree.lookup(subPath === '' ? '/' : `/${subPath}`, true);
  if (!root)
    throw new RuntimeError(
      'CreateContainerConfigError',
      `failed to prepare subPath for volumeMount "${subPath}" of container: no such file or directory`,
    );
  return { path: normal(containerPath), root, readOnly, subPath };
}

/** /dev/shm of a Pod. */
export function sharedMemoryTree(now: () => number): VolumeTree {
  return new VolumeTree({ now, fstype: 'tmpfs', source: 'shm', limitBytes: sharedMemoryBytes, mode: 0o1777 });
}

function devices(now: () => number): VolumeTree {
  const dev = new VolumeTree({ now, fstype: 'tmpfs', source: 'tmpfs', limitBytes: sharedMemoryBytes });
  for (const name of ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx'] as const)
    dev.device(name, `/${name}`);
  dev.mkdir('/shm');
  dev.mkdir('/pts');
  dev.mkdir('/mqueue', { mode: 0o1777 });
  dev.symlink('/proc/self/fd', '/fd');
  dev.root.add('stdin', new StandardStreamLink(dev.volume, 0));
  dev.root.add('stdout', new StandardStreamLink(dev.volume, 1));
  dev.root.add('stderr', new StandardStreamLink(dev.volume, 2));
  dev.write('/termination-log', '', { mode: 0o666 });
  return dev;
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}

function normal(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}
