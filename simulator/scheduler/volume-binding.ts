import type { Client } from '../api/client';
import { claimOf, claimsOf } from '../schema/pod-claims';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../schema/types';
import type { Misfit } from './filters';
import { meets } from './label-terms';
import type { NodeInfo } from './node-info';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

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

  misfit(pod: Pod, info: NodeInfo): Misfit | undefined {
    for (const name of claimsOf(pod)) {
      const volume = this.volumeOf(this.claim(pod, name));
      const terms = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms;
      if (!terms) continue;
      const fits = terms.some(({ matchExpressions = [] }) =>
        matchExpressions.every((each) => meets(each, info.labels)),
      );
      if (!fits) return { reasons: ['node(s) had volume node affinity conflict'], hopeless: true };
    }
    return undefined;
  }

  /** Tells the provisioner where the Pod will run. Returns whether the Pod has to wait for a volume. */
  prepare(pod: Pod, node: string): boolean {
    let waiting = false;
    for (const name of claimsOf(pod)) {
      const claim = this.claim(pod, name);
      if (!claim || claim.spec?.volumeName) continue;
      waiting = true;
      if (claim.metadata.annotations?.[SELECTED_NODE] === node) continue;
      this.client.update('persistentvolumeclaims', {
        ...claim,
        metadata: {
          ...claim.metadata,
          annotations: { ...claim.metadata.annotations, [SELECTED_NODE]: node },
        },
      });
    }
    return waiting;
  }

  private waitsForConsumer({ spec }: PersistentVolumeClaim): boolean {
    const name = spec?.storageClassName;
    const storageClass = name && this.client.get('storageclasses.storage.k8s.io', '', name);
    return Boolean(storageClass && storageClass.volumeBindingMode === 'WaitForFirstConsumer');
  }

  private claim(pod: Pod, name: string): PersistentVolumeClaim | undefined {
    return this.client.get('persistentvolumeclaims', pod.metadata.namespace ?? '', name);
  }

  private volumeOf(claim: PersistentVolumeClaim | undefined): PersistentVolume | undefined {
    const name = claim?.spec?.volumeName;
    return name ? this.client.get('persistentvolumes', '', name) : undefined;
  }
}
