import { createHash } from 'node:crypto';
import { VolumeTree } from '../files/volume-tree';
import type { ImageStatus } from '../runtime/container-runtime';
import type { Image } from './image';
import { formatReference, type ImageReference, upstreamTag } from './reference';

/** When the simulated images were built: what `ls -l /bin` shows. */
const builtAt = Date.UTC(2025, 8, 26, 21, 31, 42);

/** The images that the embedded cluster knows, with their root file systems, built once and shared by all clusters. */
export class Catalogue {
  private known: readonly Image[] | undefined;
  private readonly roots = new Map<string, VolumeTree>();

  /** `images` is called when the first of them is looked for. */
  constructor(private readonly images: () => readonly Image[]) {}

  /** Registry and folders do not matter to which image it is, but for Docker Hub, which has no others of that name. */
  find({ registry, repository }: ImageReference): Image | undefined {
    this.known ??= this.images();
    return this.known.find(({ name, repositories }) =>
      registry === 'docker.io'
        ? repositories.includes(repository)
        : repository === name || repository.endsWith(`/${name}`),
    );
  }

  /** What a node that has the image tells of it; undefined when there is none. */
  status(reference: ImageReference): ImageStatus | undefined {
    const image = this.find(reference);
    if (!image) return undefined;
    const tag = upstreamTag(reference);
    return {
      name: formatReference(reference),
      id: `${reference.registry}/${reference.repository}@${reference.digest ?? digest(image, tag)}`,
      sizeBytes: image.sizeBytes,
      user: image.config(tag).user,
    };
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

/** The same for the same image everywhere. */
function digest(image: Image, tag: string): string {
  return `sha256:${createHash('sha256').update(`${image.name}:${tag}`).digest('hex')}`;
}
