import type { Progress } from '../cluster-provider';
import { orAborted } from '../waiting';
import type { KindCli } from './kind-cli';

/** Copies images that this machine has to the nodes, each once: tried again only on other nodes. */
export interface ImageLoader {
  load(images: readonly string[], progress: Progress, signal: AbortSignal): Promise<void>;
  /** The nodes are others now. */
  forget(): void;
}

export function createImageLoader(cli: Pick<KindCli, 'hasImage' | 'loadImage'>): ImageLoader {
  /** Image → whether it was done with, well or not: who comes meanwhile waits for the same. */
  const tried = new Map<string, Promise<boolean>>();

  async function loadOne(image: string, progress: Progress, signal: AbortSignal): Promise<boolean> {
    if (!(await cli.hasImage(image, signal))) return false;
    progress(`Loading the image ${image} into the cluster`);
    const loaded = await cli.loadImage(image, progress, signal);
    if (!loaded && !signal.aborted) progress(`${image} could not be loaded: the node will pull it`);
    return loaded || !signal.aborted;
  }

  return {
    async load(images, progress, signal) {
      for (const image of images) {
        signal.throwIfAborted();
        const known = tried.get(image);
        const doing = known ?? loadOne(image, progress, signal).catch(() => false);
        tried.set(image, doing);
        const done = await orAborted(doing, signal);
        // Not here yet, or whoever began it left: the next one looks again.
        if (!done && tried.get(image) === doing) tried.delete(image);
      }
    },
    forget: () => tried.clear(),
  };
}
