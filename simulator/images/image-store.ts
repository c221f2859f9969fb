import type { Clock } from '../clock/clock';
import type { VolumeTree } from '../files/volume-tree';
import { type ImageService, type ImageStatus, RuntimeError } from '../runtime/container-runtime';
import type { Catalogue } from './catalogue';
import type { Image, ImageConfig } from './image';
import { pullRefusal } from './pull-refusal';
import { formatReference, type ImageReference, parseReference, upstreamTag } from './reference';

/** What a container is made from. */
export interface UnpackedImage {
  image: Image;
  status: ImageStatus;
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
  private readonly present = new Map<string, UnpackedImage>();

  /** `preloaded`: references that need no pull, as `kind load docker-image` makes them. */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
    preloaded: readonly string[] = [],
  ) {
    for (const text of preloaded) {
      const reference = parseReference(text);
      if (reference) this.keep(reference);
    }
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
    const unpacked = this.keep(reference);
    if (!unpacked) throw new RuntimeError('ErrImagePull', `failed to pull and unpack image "${text}"`);
    await this.clock.sleep(Math.min(longestPullMs, (unpacked.status.sizeBytes / bytesPerSecond) * 1_000));
    return unpacked.status;
  }

  status(text: string): ImageStatus | undefined {
    return this.unpacked(text)?.status;
  }

  files(text: string): VolumeTree | undefined {
    return this.unpacked(text)?.root;
  }

  list(): ImageStatus[] {
    return [...this.present.values()].map(({ status }) => status);
  }

  /** undefined when it is not on the node. */
  unpacked(text: string): UnpackedImage | undefined {
    const reference = parseReference(text);
    return reference && this.present.get(formatReference(reference));
  }

  private keep(reference: ImageReference): UnpackedImage | undefined {
    const name = formatReference(reference);
    const known = this.present.get(name);
    if (known) return known;
    const image = this.catalogue.find(reference);
    if (!image) return undefined;
    const tag = upstreamTag(reference);
    const config = image.config(tag);
    const digest = reference.digest ?? this.catalogue.digest(image, tag);
    const unpacked: UnpackedImage = {
      image,
      config,
      root: this.catalogue.root(image, tag),
      status: {
        name,
        id: `${reference.registry}/${reference.repository}@${digest}`,
        sizeBytes: image.sizeBytes,
        user: config.user,
      },
    };
    this.present.set(name, unpacked);
    return unpacked;
  }
}
