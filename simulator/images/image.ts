import type { VolumeTree } from '../files/volume-tree';
import type { Program } from '../runtime/process';

/** An image that the embedded cluster can run: its files, its configuration, and the programs it brings. */
export interface Image {
  /** Last part of the repository, or more of it, by which it is found under any registry: `nginx`. */
  name: string;
  /** Repositories on Docker Hub that hold it; elsewhere any path that ends in `name` does. */
  repositories: string[];
  /** Whether the real repository has this tag, as far as its naming scheme tells. */
  hasTag(tag: string): boolean;
  sizeBytes: number;
  /** Configuration as the image's manifest gives it; a tag may change the layout (Debian or Alpine). */
  config(tag: string): ImageConfig;
  /** Fills an empty tree with the root file system of that tag. */
  build(root: VolumeTree, tag: string): void;
  /** Native programs that its executables name, beside the common utilities. */
  programs: Record<string, Program>;
}

/** What `docker inspect` shows under Config. */
export interface ImageConfig {
  entrypoint: string[];
  cmd: string[];
  env: Record<string, string>;
  workingDir: string;
  /** A number, a name, `user:group`, or ''. */
  user: string;
  stopSignal?: string;
}

export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
