import { createHash } from 'node:crypto';
import { VolumeTree } from '../files/volume-tree';
import type { Image } from './image';
import type { ImageReference } from './reference';

/** When the simulated images were built: what `ls -l /bin` shows. */
const builtAt = Date.UTC(2025, 8, 26, 21, 31, 42);

/** The images that the embedded cluster knows, with their root file systems, built once and shared by all clusters. */
export class Catalogue {
  private readonly roots = new Map<string, VolumeTree>();

  constructor(private readonly images: readonly Image[]) {}

  /** Registry and folders do not matter to which image it is, but for Docker Hub, which has no others of that name. */
  find({ registry, repository }: ImageReference): Image | undefined {
    return this.images.find(({ name, repositories }) =>
      registry === 'docker.io'
        ? repositories.includes(repository)
        : repository === name || repository.endsWith(`/${name}`),
    );
  }

  /** `sha256:` and 64 hex digits, the same for the same image everywhere. */
  digest(image: Image, tag: string): string {
    return `sha256:${createHash('sha256').update(`${image.name}:${tag}`).digest('hex')}`;
  }

  root(image: Image, tag: string): VolumeTree {
    const key = `${image.name}:${tag}`;
    const known = this.roots.get(key);
    if (known) return known;
    const root = new VolumeTree({ now: () => builtAt, fstype: 'overlay', source: 'overlay' });
    image.build(root, tag);
    this.roots.set(key, root);
    return root;
  }
}
