import type { FileTree } from '../../files/file-system';

/** Makes the directory trees that volumes are: ../../files in the simulator, a small double in tests. */
export interface TreeFactory {
  /** `memory`: a tmpfs. `limitBytes`: writing more fails with ENOSPC. */
  create(options?: { memory?: boolean; limitBytes?: number }): FileTree;
  /** From `FileTree.snapshot()`. */
  restore(snapshot: unknown): FileTree;
}

/** A volume as the containers of a Pod mount it: a tree, or a directory or file of a tree. */
export interface MountedVolume {
  tree: FileTree;
  /** '' for the whole tree, else a path within it. */
  path: string;
  /** Set for ConfigMaps, Secrets and the like: containers cannot write to them whatever their mount says. */
  readOnly: boolean;
  /** A subPath that it does not have is not made. */
  complete?: boolean;
}

/** Why a volume cannot be mounted, without the name of the volume: the text of a FailedMount event. */
export class MountError extends Error {
  override readonly name = 'MountError';
}
