import { Backoff } from '../clock/backoff';
import type { Clock } from '../clock/clock';
import type { EventType } from '../events/event-recorder';
import type { ImageService, ImageStatus } from '../runtime/container-runtime';
import type { Container } from '../schema/types';
import { RELIST_MS, StartError } from './kubelet-context';

export type Tell = (type: EventType, reason: string, message: string) => void;

/** What a reference may look like, roughly (distribution/reference). */
const REFERENCE =
  /^([a-zA-Z0-9.-]+(:\d+)?\/)?[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?$/;

/** The repository when it is not in lower case, with the `library/` that a bare name stands for (ParseNormalizedNamed). */
function upperCaseRepository(reference: string): string | undefined {
  const slash = reference.indexOf('/');
  const first = reference.slice(0, Math.max(slash, 0));
  const hasDomain =
    slash > 0 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const remainder = hasDomain ? reference.slice(slash + 1) : slash < 0 ? `library/${reference}` : reference;
  const repository = remainder.split(':')[0] ?? '';
  return repository === repository.toLowerCase() ? undefined : repository;
}

/** Gets images onto the node by their pull policy, with a back-off of its own (kubelet images.imageManager). */
export class ImagePuller {
  private readonly backoff = new Backoff();
  private readonly lastError = new Map<string, string>();

  constructor(
    private readonly images: ImageService,
    private readonly clock: Clock,
  ) {}

  /** The image, present. Throws StartError: ErrImagePull, ImagePullBackOff, ErrImageNeverPull, InvalidImageName. */
  async ensure(podUid: string, container: Container, tell: Tell): Promise<ImageStatus> {
    const reference = container.image ?? '';
    const upper = upperCaseRepository(reference);
    if (upper || !REFERENCE.test(reference)) throw invalidName(reference, upper, tell);
    const present = this.images.status(reference);
    const policy = container.imagePullPolicy ?? 'IfNotPresent';
    if (present && policy !== 'Always') {
      tell(
        'Normal',
        'Pulled',
        `Container image ${JSON.stringify(reference)} already present on machine and can be accessed by the pod`,
      );
      return present;
    }
    if (policy === 'Never') {
      const message = `Container image ${JSON.stringify(reference)} is not present with pull policy of Never`;
      tell('Warning', 'ErrImageNeverPull', message);
      throw new StartError('ErrImageNeverPull', message);
    }
    return this.pull(`${podUid}_${reference}`, reference, tell);
  }

  forget(podUid: string): void {
    for (const key of [...this.lastError.keys()]) {
      if (!key.startsWith(`${podUid}_`)) continue;
      this.lastError.delete(key);
      this.backoff.forget(key);
    }
  }

  private async pull(key: string, reference: string, tell: Tell): Promise<ImageStatus> {
    const name = JSON.stringify(reference);
    const wait = this.backoff.remainingSinceUpdate(key, this.clock.now());
    if (wait > 0) {
      const text = `Back-off pulling image ${name}`;
      tell('Normal', 'BackOff', text);
      const before = this.lastError.get(key);
      throw new StartError('ImagePullBackOff', before ? `${text}: ErrImagePull: ${before}` : text, wait);
    }
    tell('Normal', 'Pulling', `Pulling image ${name}`);
    const startedAt = this.clock.now();
    try {
      const image = await this.images.pull(reference);
      const took = goDuration(this.clock.now() - startedAt);
      tell(
        'Normal',
        'Pulled',
        `Successfully pulled image ${name} in ${took} (${took} including waiting). Image size: ${image.sizeBytes} bytes.`,
      );
      this.backoff.forget(key);
      this.lastError.delete(key);
      return image;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tell('Warning', 'Failed', `Failed to pull image ${name}: ${message}`);
      const first = this.backoff.delay(key) === 0;
      this.backoff.next(key, this.clock.now(), this.clock.now());
      this.lastError.set(key, message);
      throw new StartError('ErrImagePull', message, first ? RELIST_MS : undefined);
    }
  }
}

function invalidName(reference: string, upper: string | undefined, tell: Tell): StartError {
  const name = JSON.stringify(reference);
  const detail = upper ? `: repository name (${upper}) must be lowercase` : '';
  const message = `Failed to apply default image tag ${name}: couldn't parse image name ${name}: invalid reference format${detail}`;
  tell('Warning', 'InspectFailed', message);
  return new StartError('InvalidImageName', message);
}

/** A duration as Go prints it, cut to milliseconds: `1.234s`, `52ms`. */
function goDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(3).replace(/\.?0+$/, '')}s`;
}
