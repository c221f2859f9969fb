import type { Clock } from '../clock/clock';
import type { VolumeTree } from '../files/volume-tree';
import { type ImageService, type ImageStatus, RuntimeError } from '../runtime/container-runtime';
import type { Catalogue } from './catalogue';
import type { Image, ImageConfig } from './image';
import { pullRefusal } from './pull-refusal';
import { formatReference, parseReference, upstreamTag } from './reference';

/** What a container is made from. */
export interface UnpackedImage {
  image: Image;
  config: ImageConfig;
  /** Shared by all containers of that image: to be used as the base of a tree of their own. */
  root: VolumeTree;
}

/** A registry answers after this long, and delivers this many bytes a second. */
const roundTripMs = 180;
const bytesPerSecond = 60_000_000;
const longestPullMs = 1_500;

/** The images of one node: those it was made with, and those that were pulled since. */
export class ImageStore implements ImageService {
  /** By full name. */
  private readonly present = new Map<string, ImageStatus>();

  /** `preloaded`: those that need no pull, as `kind load docker-image` makes them. */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
    preloaded: readonly ImageStatus[] = [],
  ) {
    for (const status of preloaded) this.present.set(status.name, status);
  }

  async pull(text: string): Promise<ImageStatus> {
    const reference = parseReference(text);
    if (!reference)
      throw new RuntimeError(
        'InvalidImageName',
        `couldn't parse image name "${text}": invalid reference format`,
      );
    await this.clock.sleep(roundTripMs);
    const image = this.catalogue.find(reference);
    const refusal = pullRefusal(text, reference, image);
    if (refusal) throw new RuntimeError('ErrImagePull', refusal);
    const status = this.catalogue.status(reference);
    if (!status) throw new RuntimeError('ErrImagePull', `failed to pull and unpack image "${text}"`);
    this.present.set(status.name, status);
    await this.clock.sleep(Math.min(longestPullMs, (status.sizeBytes / bytesPerSecond) * 1_000));
    return status;
  }

  status(text: string): ImageStatus | undefined {
    const reference = parseReference(text);
    return reference && this.present.get(formatReference(reference));
  }

  files(text: string): VolumeTree | undefined {
    return this.unpacked(text)?.root;
  }

  list(): ImageStatus[] {
    return [...this.present.values()];
  }

  /** undefined when it is not on the node. */
  unpacked(text: string): UnpackedImage | undefined {
    const reference = parseReference(text);
    if (!reference || !this.present.has(formatReference(reference))) return undefined;
    const image = this.catalogue.find(reference);
    if (!image) return undefined;
    const tag = upstreamTag(reference);
    return { image, config: image.config(tag), root: this.catalogue.root(image, tag) };
  }
}
