import type { Client } from '../api/client';
import { claimOf, claimsOf } from '../schema/pod-claims';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../schema/types';
import type { Misfit } from './filters';
import type { NodeInfo } from './node-info';
import { matchVolume, reachesNode } from './volume-match';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const BOUND_BY = 'pv.kubernetes.io/bound-by-controller';
/** Of classes whose volumes somebody makes by hand. */
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

/** What the claims of a Pod mean for its scheduling (plugin VolumeBinding). */
export class VolumeBinding {
  constructor(private readonly client: Client) {}

  /** A reason that holds for every node: a claim that is missing, or that nobody will bind for this Pod. */
  refusal(pod: Pod): string | undefined {
    for (const name of claimsOf(pod)) {
      const claim = this.claim(pod, name);
      if (!claim) {
        const ephemeral = pod.spec?.volumes?.some(
          (volume) => volume.ephemeral && claimOf(pod, volume) === name,
        );
        return ephemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim ${JSON.stringify(name)}`
          : `persistentvolumeclaim ${JSON.stringify(name)} not found`;
      }
      if (claim.metadata.deletionTimestamp)
        return `persistentvolumeclaim ${JSON.stringify(name)} is being deleted`;
      if (!claim.spec?.volumeName && !this.waitsForConsumer(claim)) {
        return 'pod has unbound immediate PersistentVolumeClaims';
      }
    }
    return undefined;
  }

  /** `others`: the Pods that have a node already. */
  misfit(pod: Pod, info: NodeInfo, others: readonly Pod[]): Misfit | undefined {
    for (const name of claimsOf(pod)) {
      const claim = this.claim(pod, name);
      if (!claim) continue;
      const why = this.inUse(pod, claim, others) ?? this.outOfReach(claim, info);
      if (why) return why;
    }
    return undefined;
  }

  /** Plugin VolumeRestrictions. */
  private inUse(pod: Pod, claim: PersistentVolumeClaim, others: readonly Pod[]): Misfit | undefined {
    if (!claim.spec?.accessModes?.includes('ReadWriteOncePod')) return undefined;
    const { namespace, name = '' } = claim.metadata;
    const used = others.some(
      ({ metadata, ...other }) =>
        metadata.namespace === namespace &&
        metadata.uid !== pod.metadata.uid &&
        claimsOf({ metadata, ...other }).includes(name),
    );
    const reason =
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
    return used ? { reasons: [reason], hopeless: false } : undefined;
  }

  private outOfReach(claim: PersistentVolumeClaim, info: NodeInfo): Misfit | undefined {
    const hopeless = (reason: string): Misfit => ({ reasons: [reason], hopeless: true });
    const volumeName = claim.spec?.volumeName;
    if (volumeName) {
      const volume = this.client.get('persistentvolumes', '', volumeName);
      if (!volume)
        return hopeless('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
      return reachesNode(volume, info.labels)
        ? undefined
        : hopeless("node(s) didn't match PersistentVolume's node affinity");
    }
    const found = this.matching(claim, info.labels) ?? this.classOf(claim)?.provisioner !== NO_PROVISIONER;
    return found ? undefined : hopeless("node(s) didn't find available persistent volumes to bind");
  }

  /** Reserves volumes that are there, and tells the provisioner where the Pod will run. Returns whether the Pod has to wait. */
  prepare(pod: Pod, node: NodeInfo): boolean {
    let waiting = false;
    for (const name of claimsOf(pod)) {
      const claim = this.claim(pod, name);
      if (!claim || claim.spec?.volumeName) continue;
      waiting = true;
      const volume = this.matching(claim, node.labels);
      if (volume) this.reserve(volume, claim);
      else if (claim.metadata.annotations?.[SELECTED_NODE] !== node.name) {
        const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node.name };
        this.client.update('persistentvolumeclaims', {
          ...claim,
          metadata: { ...claim.metadata, annotations },
        });
      }
    }
    return waiting;
  }

  private reserve(volume: PersistentVolume, claim: PersistentVolumeClaim): void {
    if (volume.spec?.claimRef?.uid) return;
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
    const claimRef = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
      name,
      uid,
      resourceVersion,
    };
    // Not so when it was set aside by hand (volume.GetBindVolumeToClaim).
    const annotations = {
      ...volume.metadata.annotations,
      ...(volume.spec?.claimRef ? {} : { [BOUND_BY]: 'yes' }),
    };
    const metadata = { ...volume.metadata, annotations };
    this.client.update('persistentvolumes', { ...volume, metadata, spec: { ...volume.spec, claimRef } });
  }

  private matching(
    claim: PersistentVolumeClaim,
    labels: Record<string, string>,
  ): PersistentVolume | undefined {
    return matchVolume(claim, this.client.list('persistentvolumes'), labels);
  }

  private waitsForConsumer(claim: PersistentVolumeClaim): boolean {
    return this.classOf(claim)?.volumeBindingMode === 'WaitForFirstConsumer';
  }

  private classOf({ spec }: PersistentVolumeClaim): StorageClass | undefined {
    const name = spec?.storageClassName;
    return name ? this.client.get('storageclasses.storage.k8s.io', '', name) : undefined;
  }

  private claim(pod: Pod, name: string): PersistentVolumeClaim | undefined {
    return this.client.get('persistentvolumeclaims', pod.metadata.namespace ?? '', name);
  }
}
