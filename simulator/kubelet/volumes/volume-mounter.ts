import type { Timer } from '../../clock/clock';
import type { PodRun } from '../pod-run';
import { hasStorageLimit, storageExcess } from '../storage-eviction';

const FIRST_RETRY_MS = 500;
/** A token that could not be renewed is asked for again after this. */
const RENEWAL_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 122_000;
/** kubelet volumemanager podAttachAndMountTimeout. */
const TIMEOUT_MS = 123_000;
/** How often what Pods keep is measured against their limits (eviction manager monitoringInterval). */
const LIMIT_CHECK_MS = 10_000;

/** Mounts the volumes of a Pod, again and again until it works, and tells of each failure (kubelet volume manager). */
export class VolumeMounter {
  failing = false;
  private ready = false;
  private retryMs = FIRST_RETRY_MS;
  private since: number | undefined;
  private retry: Timer | undefined;
  private limits: Timer | undefined;
  private renewal: Timer | undefined;
  private stopped = false;

  constructor(
    private readonly run: PodRun,
    private readonly wake: () => void,
  ) {}

  /** True when all volumes are there. */
  mount(): boolean {
    if (this.ready) return true;
    const { run } = this;
    const now = run.context.clock.now();
    const failures = run.volumes.mount(run.pod, run.payloadContext(), now);
    this.ready = failures.size === 0;
    this.failing = !this.ready;
    if (this.ready) {
      this.retry?.cancel();
      this.renewTokens();
      return true;
    }
    for (const [name, message] of failures) {
      run.tell(
        'Warning',
        'FailedMount',
        `MountVolume.SetUp failed for volume ${JSON.stringify(name)} : ${message}`,
      );
    }
    this.since ??= now;
    if (now - this.since >= TIMEOUT_MS) {
      this.since = now;
      run.tell(
        'Warning',
        'FailedMount',
        `Unable to attach or mount volumes: unmounted volumes=[${[...failures.keys()].join(' ')}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`,
      );
    }
    this.retry?.cancel();
    this.retry = run.context.clock.after(this.retryMs, this.wake);
    this.retryMs = Math.min(this.retryMs * 2, LONGEST_RETRY_MS);
    return false;
  }

  /** Brings files that come from the API up to date. */
  refresh(): void {
    const { run } = this;
    if (!this.ready || this.stopped) return;
    run.volumes.refresh(run.pod, run.payloadContext(), run.context.clock.now());
    this.renewTokens();
  }

  /** Sees to it that no token is ever out of date, though nothing else happens to the Pod. */
  private renewTokens(): void {
    const { clock } = this.run.context;
    const due = this.run.tokensDueAt();
    this.renewal?.cancel();
    if (due === undefined || this.stopped) return;
    this.renewal = clock.after(Math.max(RENEWAL_RETRY_MS, due - clock.now()), () => this.refresh());
  }

  /** Calls `exceeded` once when the Pod has outgrown a limit on what it may keep on the node's disk. */
  watchLimits(exceeded: (message: string) => void): void {
    const { run } = this;
    if (!hasStorageLimit(run.pod)) return;
    const check = (): void => {
      const message = storageExcess(run);
      if (message) exceeded(message);
      else if (!this.stopped) this.limits = run.context.clock.after(LIMIT_CHECK_MS, check);
    };
    this.limits = run.context.clock.after(LIMIT_CHECK_MS, check);
  }

  stop(): void {
    this.stopped = true;
    this.retry?.cancel();
    this.limits?.cancel();
    this.renewal?.cancel();
  }
}
