import type { FileTree } from '../../files/file-system';
import { claimOf } from '../../schema/pod-claims';
import { parseQuantity, quantityValue } from '../../schema/quantity';
import type { PersistentVolume, Pod, Volume } from '../../schema/types';
import { FieldError } from '../field-ref';
import { type Payload, writePayload } from './atomic-writer';
import { isProjected, type PayloadContext, payloadOf } from './payload';
import { MountError, type MountedVolume, type TreeFactory } from './trees';

/** The volumes of one Pod: made once, kept over restarts of its containers, thrown away with it. */
export class PodVolumes {
  private readonly mounted = new Map<string, MountedVolume>();

  constructor(
    private readonly trees: TreeFactory,
    /** The node's own disk: hostPath and local PersistentVolumes live there. */
    private readonly disk: FileTree,
    /** emptyDirs of a Pod that ran before the node restarted, by volume name. */
    private readonly restored: Record<string, unknown> = {},
  ) {}

  /** Mounts what is not mounted yet. Returns the failures by volume name; none when all is ready. */
  mount(pod: Pod, context: PayloadContext, now: number): Map<string, string> {
    const failures = new Map<string, string>();
    for (const volume of pod.spec?.volumes ?? []) {
      // An image comes with the container that mounts it.
      if (this.mounted.has(volume.name) || volume.image) continue;
      try {
        this.mounted.set(volume.name, this.make(pod, volume, context, now));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        failures.set(volume.name, error.message);
      }
    }
    return failures;
  }

  /** Brings ConfigMaps, Secrets and downward API files up to date; a source that has gone leaves the files as they are. */
  refresh(pod: Pod, context: PayloadContext, now: number): void {
    for (const volume of pod.spec?.volumes ?? []) {
      const mounted = this.mounted.get(volume.name);
      if (!mounted || !isProjected(volume)) continue;
      try {
        writePayload(mounted.tree, payloadFor(pod, volume, context), now, context.fsGroup);
      } catch (error) {
        if (!(error instanceof MountError || error instanceof FieldError)) throw error;
      }
    }
  }

  /** A volume that was made elsewhere. */
  provide(name: string, volume: MountedVolume): void {
    this.mounted.set(name, volume);
  }

  get(name: string): MountedVolume | undefined {
    return this.mounted.get(name);
  }

  /** The first emptyDir that holds more than its sizeLimit, as the eviction message says it (kubelet emptyDirLimitEviction). */
  overLimit(pod: Pod): string | undefined {
    for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
      const limit = emptyDir?.sizeLimit;
      const mounted = this.mounted.get(name);
      if (!limit || limit === '0' || !mounted) continue;
      if (mounted.tree.usage() > quantityValue(parseQuantity(limit))) {
        return `Usage of EmptyDir volume ${JSON.stringify(name)} exceeds the limit ${JSON.stringify(limit)}. `;
      }
    }
    return undefined;
  }

  /** Bytes of its emptyDirs on disk. */
  diskUsage(pod: Pod): number {
    let bytes = 0;
    for (const { name, emptyDir } of pod.spec?.volumes ?? [])
      if (emptyDir && emptyDir.medium !== 'Memory') bytes += this.mounted.get(name)?.tree.usage() ?? 0;
    return bytes;
  }

  /** The Pod has gone: its emptyDirs go with it. */
  discard(pod: Pod): void {
    for (const { name, emptyDir } of pod.spec?.volumes ?? [])
      if (emptyDir) this.mounted.get(name)?.tree.discard();
  }

  /** Contents of the emptyDirs, by volume name. */
  snapshot(pod: Pod): Record<string, unknown> {
    const kept: Record<string, unknown> = {};
    for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
      const mounted = this.mounted.get(name);
      if (emptyDir && mounted && emptyDir.medium !== 'Memory') kept[name] = mounted.tree.snapshot();
    }
    return kept;
  }

  private make(pod: Pod, volume: Volume, context: PayloadContext, now: number): MountedVolume {
    if (volume.emptyDir) return this.emptyDir(volume, context);
    if (isProjected(volume)) {
      const payload = payloadFor(pod, volume, context);
      const tree = this.trees.create({ memory: true });
      tree.chmod('/', context.fsGroup === undefined ? 0o1777 : 0o3777);
      if (context.fsGroup !== undefined) tree.chown('/', 0, context.fsGroup);
      writePayload(tree, payload, now, context.fsGroup);
      return { tree, path: '', readOnly: true };
    }
    if (volume.hostPath) return this.hostPath(volume.hostPath);
    if (volume.persistentVolumeClaim) {
      const { claimName, readOnly = false } = volume.persistentVolumeClaim;
      return { ...this.claim(pod, claimName, context), readOnly };
    }
    if (volume.ephemeral) return this.ephemeral(pod, volume, context);
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'such';
    throw new MountError(
      `The embedded cluster does not simulate ${kind} volumes; use a kind cluster for that.`,
    );
  }

  private emptyDir({ name, emptyDir }: Volume, { fsGroup }: PayloadContext): MountedVolume {
    const memory = emptyDir?.medium === 'Memory';
    const limit = emptyDir?.sizeLimit;
    const snapshot = this.restored[name];
    if (snapshot !== undefined) return { tree: this.trees.restore(snapshot), path: '', readOnly: false };
    // A tmpfs is full at its limit; on disk the Pod is evicted some time later.
    const tree = this.trees.create({
      memory,
      ...(memory && limit && limit !== '0' ? { limitBytes: quantityValue(parseQuantity(limit)) } : {}),
    });
    // A tmpfs is sticky from the beginning, and stays so.
    tree.chmod('/', 0o777 | (memory ? 0o1000 : 0) | (fsGroup === undefined ? 0 : 0o2000));
    if (fsGroup !== undefined) tree.chown('/', 0, fsGroup);
    return { tree, path: '', readOnly: false };
  }

  private hostPath({ path, type = '' }: NonNullable<Volume['hostPath']>): MountedVolume {
    const clean = path.replace(/\/+$/, '');
    const stat = this.disk.stat(clean || '/');
    if (!stat && (type === '' || type === 'DirectoryOrCreate')) this.disk.mkdir(clean, { mode: 0o755 });
    else if (!stat && type === 'FileOrCreate') this.disk.write(clean, '', { mode: 0o644 });
    else {
      const wanted = HOST_PATH_TYPES[type];
      if (wanted && stat?.type !== wanted.type) {
        throw new MountError(`hostPath type check failed: ${path} is not a ${wanted.text}`);
      }
    }
    return { tree: this.disk, path: clean, readOnly: false };
  }

  /** The claim must have been made for this Pod (ephemeral.VolumeIsForPod). */
  private ephemeral(pod: Pod, volume: Volume, context: PayloadContext): MountedVolume {
    const { namespace = '', name: podName, uid } = pod.metadata;
    const name = claimOf(pod, volume) ?? '';
    const claim = context.client.get('persistentvolumeclaims', namespace, name);
    const owners = claim?.metadata.ownerReferences ?? [];
    if (claim && !owners.some((owner) => owner.controller && owner.uid === uid))
      throw new MountError(
        `PVC ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`,
      );
    return { ...this.claim(pod, name, context), readOnly: false };
  }

  private claim(
    pod: Pod,
    name: string,
    { client, fsGroup }: PayloadContext,
  ): Omit<MountedVolume, 'readOnly'> {
    const namespace = pod.metadata.namespace ?? '';
    const claim = client.get('persistentvolumeclaims', namespace, name);
    if (!claim) throw new MountError(`persistentvolumeclaim ${JSON.stringify(name)} not found`);
    const volumeName = claim.spec?.volumeName;
    const volume = volumeName ? client.get('persistentvolumes', '', volumeName) : undefined;
    if (!volume || claim.status?.phase !== 'Bound') {
      throw new MountError(`persistentvolumeclaim ${JSON.stringify(name)} is not bound`);
    }
    const path = localPath(volume);
    if (!this.disk.stat(path)) this.disk.mkdir(path, { mode: 0o777 });
    if (fsGroup !== undefined) {
      this.disk.chown(path, 0, fsGroup);
      this.disk.chmod(path, 0o2777);
    }
    return { tree: this.disk, path };
  }
}

/** The files as the volume's group may read them (SetVolumeOwnership of a read-only volume). */
function payloadFor(pod: Pod, volume: Volume, context: PayloadContext): Payload {
  const payload = payloadOf(pod, volume, context);
  if (context.fsGroup !== undefined) for (const file of payload.values()) file.mode |= 0o440;
  return payload;
}

const HOST_PATH_TYPES: Record<string, { type: string; text: string } | undefined> = {
  Directory: { type: 'directory', text: 'directory' },
  DirectoryOrCreate: { type: 'directory', text: 'directory' },
  File: { type: 'file', text: 'file' },
  FileOrCreate: { type: 'file', text: 'file' },
  Socket: { type: 'socket', text: 'socket file' },
  CharDevice: { type: 'character device', text: 'character device' },
  BlockDevice: { type: 'block device', text: 'block device' },
};

function localPath(volume: PersistentVolume): string {
  const path = volume.spec?.hostPath?.path ?? volume.spec?.local?.path;
  if (path) return path.replace(/\/+$/, '');
  throw new MountError(
    'The embedded cluster simulates PersistentVolumes of type hostPath and local only; use a kind cluster for others.',
  );
}
