import type { EventRecorder } from '../events/event-recorder';
import { isReserved, matchVolume } from '../scheduler/volume-match';
import { claimsOf } from '../schema/pod-claims';
import { compareQuantities, parseQuantity } from '../schema/quantity';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../schema/types';
import { type ControllerContext, keyOf, recorder, type StopController, splitKey } from './controller';
import { WorkQueue } from './work-queue';

const LOCAL_PATH = 'rancher.io/local-path';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const BOUND_BY = 'pv.kubernetes.io/bound-by-controller';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
/** Provisioners that were Kubernetes' own once, and the drivers that took over (csi-translation-lib). */
const MIGRATED: Record<string, string> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};
const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';
/** How often a claim that waits is told what for (--pvclaimbinder-sync-period). */
const RESYNC_MS = 15_000;

/** Binds claims to volumes, makes volumes for the local-path class, and releases them (persistentvolume controller). */
export function startPersistentVolumeController(context: ControllerContext): StopController {
  const { client } = context;
  const binder = new Binder(context);
  const queue = new WorkQueue(context.clock, (key) => binder.claim(key), context.onError);
  const volumes = new WorkQueue(context.clock, (name) => binder.volume(name), context.onError);
  const everyClaim = (): void => {
    for (const claim of client.list('persistentvolumeclaims'))
      if (claim.status?.phase !== 'Bound') queue.add(keyOf(claim));
  };
  const stops = [
    client.watch('persistentvolumeclaims', {}, ({ object }) => {
      queue.add(keyOf(object));
      if (object.spec?.volumeName) volumes.add(object.spec.volumeName);
    }),
    client.watch('persistentvolumes', {}, ({ object }) => {
      volumes.add(object.metadata.name ?? '');
      everyClaim();
    }),
    client.watch('storageclasses.storage.k8s.io', {}, everyClaim),
    // A claim that is being deleted stays until no Pod uses it.
    client.watch('pods', {}, ({ object }) => {
      for (const claim of claimsOf(object)) {
        queue.add(`${object.metadata.namespace}/${claim}`);
      }
    }),
  ];
  const resync = (): void => {
    binder.tellAgain();
    everyClaim();
    timer = context.clock.after(RESYNC_MS, resync);
  };
  let timer = context.clock.after(RESYNC_MS, resync);
  return () => {
    timer.cancel();
    for (const stop of stops) stop();
    queue.stop();
    volumes.stop();
  };
}

class Binder {
  private readonly events: EventRecorder;
  private readonly provisioner: EventRecorder;
  /** What waiting claims were told since the last resync. */
  private readonly told = new Set<string>();

  constructor(private readonly context: ControllerContext) {
    this.events = recorder(context, 'persistentvolume-controller');
    this.provisioner = recorder(context, 'rancher.io/local-path_local-path-provisioner');
  }

  claim(key: string): void {
    const { client } = this.context;
    const [namespace, name] = splitKey(key);
    const stored = client.get('persistentvolumeclaims', namespace, name);
    const claim = stored && this.protect(stored);
    if (!claim) return;
    if (claim.spec?.volumeName) {
      if (claim.metadata.annotations?.[BIND_COMPLETED]) this.settle(claim);
      else this.bindNamed(claim, claim.spec.volumeName);
      return;
    }
    const className = claim.spec?.storageClassName;
    const storage = className ? client.get('storageclasses.storage.k8s.io', '', className) : undefined;
    // While a consumer is waited for, the scheduler chooses, and reserves what it has chosen.
    const delayed = storage?.volumeBindingMode === 'WaitForFirstConsumer';
    const volumes = client
      .list('persistentvolumes')
      .filter((volume) => !delayed || isReserved(volume, claim));
    const found = matchVolume(claim, volumes);
    if (found) {
      this.bind(claim, found);
      return;
    }
    const node = claim.metadata.annotations?.[SELECTED_NODE];
    if (delayed && !node) this.tellWaiting(claim, ...this.consumerOf(claim));
    else if (storage) this.provision(claim, storage, node);
    else if (className) {
      const text = `storageclass.storage.k8s.io ${JSON.stringify(className)} not found`;
      this.tellWaiting(claim, 'ProvisioningFailed', text, 'Warning');
    } else {
      const text = 'no persistent volumes available for this claim and no storage class is set';
      this.tellWaiting(claim, 'FailedBinding', text);
    }
  }

  /** Whom the scheduler still has to find a node for (emitEventForUnboundDelayBindingClaim). */
  private consumerOf({ metadata }: PersistentVolumeClaim): [reason: string, message: string] {
    const { namespace = '', name = '' } = metadata;
    const waiting = this.context.client
      .list('pods', { namespace })
      .filter((pod) => !hasEnded(pod) && !pod.spec?.nodeName && claimsOf(pod).includes(name))
      .map((pod) => pod.metadata.name);
    return waiting.length > 0
      ? [
          'WaitForPodScheduled',
          `waiting for ${waiting.length > 1 ? 'pods' : 'pod'} ${waiting.join(',')} to be scheduled`,
        ]
      : ['WaitForFirstConsumer', 'waiting for first consumer to be created before binding'];
  }

  /** Once, and again after each resync, however often other objects had the claim looked at. */
  private tellWaiting(
    claim: PersistentVolumeClaim,
    reason: string,
    message: string,
    type: 'Normal' | 'Warning' = 'Normal',
  ): void {
    const what = `${claim.metadata.uid} ${reason}`;
    if (this.told.has(what)) return;
    this.told.add(what);
    this.events.record(claim, type, reason, message);
  }

  tellAgain(): void {
    this.told.clear();
  }

  /** A volume whose claim has gone is released, and with the policy Delete removed. */
  volume(name: string): void {
    const { client } = this.context;
    const volume = client.get('persistentvolumes', '', name);
    if (!volume) return;
    const ref = volume.spec?.claimRef;
    const claim = ref && client.get('persistentvolumeclaims', ref.namespace ?? '', ref.name ?? '');
    const bound = claim && (!ref.uid || claim.metadata.uid === ref.uid);
    if (volume.metadata.deletionTimestamp) {
      const finalizers = (volume.metadata.finalizers ?? []).filter((each) => each !== VOLUME_PROTECTION);
      if (!bound)
        client.update('persistentvolumes', { ...volume, metadata: { ...volume.metadata, finalizers } });
      return;
    }
    if (ref?.uid && !bound) {
      if (volume.spec?.persistentVolumeReclaimPolicy === 'Delete')
        client.delete('persistentvolumes', '', name);
      else this.phase(volume, 'Released');
    } else if (bound && claim.spec?.volumeName === name) this.phase(volume, 'Bound');
    else if (!ref?.uid) this.phase(volume, 'Available');
  }

  /** The finalizer pvc-protection: set on a new claim, dropped from a leaving one that no Pod uses. */
  private protect(claim: PersistentVolumeClaim): PersistentVolumeClaim | undefined {
    const { client } = this.context;
    const { finalizers = [], deletionTimestamp, namespace = '', name = '' } = claim.metadata;
    const has = finalizers.includes(CLAIM_PROTECTION);
    const write = (list: string[]) =>
      client.update('persistentvolumeclaims', {
        ...claim,
        metadata: { ...claim.metadata, finalizers: list },
      });
    if (!deletionTimestamp) return has ? claim : write([...finalizers, CLAIM_PROTECTION]);
    const used = client
      .list('pods', { namespace })
      .some((pod) => claimsOf(pod).includes(name) && !hasEnded(pod));
    if (has && !used) write(finalizers.filter((each) => each !== CLAIM_PROTECTION));
    return undefined;
  }

  private bind(claim: PersistentVolumeClaim, volume: PersistentVolume): void {
    const { client } = this.context;
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
    const claimRef = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace,
      name,
      uid,
      resourceVersion,
    };
    const finalizers = [...new Set([...(volume.metadata.finalizers ?? []), VOLUME_PROTECTION])];
    const owned = client.update('persistentvolumes', {
      ...volume,
      metadata: {
        ...volume.metadata,
        finalizers,
        annotations: {
          ...volume.metadata.annotations,
          ...(isReserved(volume, claim) ? {} : { [BOUND_BY]: 'yes' }),
        },
      },
      spec: { ...volume.spec, claimRef },
    });
    this.phase(owned, 'Bound');
    const bound = client.update('persistentvolumeclaims', {
      ...claim,
      metadata: {
        ...claim.metadata,
        annotations: {
          ...claim.metadata.annotations,
          [BIND_COMPLETED]: 'yes',
          ...(claim.spec?.volumeName ? {} : { [BOUND_BY]: 'yes' }),
        },
      },
      spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' },
    });
    this.settle(bound);
  }

  /** A claim that asks for one volume by name waits for it, however long that is missing or another's. */
  private bindNamed(claim: PersistentVolumeClaim, volumeName: string): void {
    const volume = this.context.client.get('persistentvolumes', '', volumeName);
    if (!volume) return;
    const mismatch = volume.spec?.claimRef ? undefined : mismatchOf(volume, claim);
    if (mismatch)
      this.tellWaiting(
        claim,
        'VolumeMismatch',
        `Cannot bind to requested volume ${JSON.stringify(volumeName)}: ${mismatch}`,
        'Warning',
      );
    else if (!volume.spec?.claimRef || isReserved(volume, claim)) this.bind(claim, volume);
  }

  /** The status of a claim that has its volume. */
  private settle(claim: PersistentVolumeClaim): void {
    const { client } = this.context;
    const volume = client.get('persistentvolumes', '', claim.spec?.volumeName ?? '');
    if (!volume) {
      this.lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
      return;
    }
    const owner = volume.spec?.claimRef?.uid;
    if (!owner) {
      this.bind(claim, volume);
      return;
    }
    if (owner !== claim.metadata.uid) {
      const text = 'Two claims are bound to the same volume, this one is bound incorrectly';
      this.lose(claim, 'ClaimMisbound', text);
      return;
    }
    if (claim.status?.phase === 'Bound') return;
    const { accessModes, capacity } = volume.spec ?? {};
    client.updateStatus('persistentvolumeclaims', {
      ...claim,
      status: { ...(accessModes ? { accessModes } : {}), ...(capacity ? { capacity } : {}), phase: 'Bound' },
    });
  }

  private lose(claim: PersistentVolumeClaim, reason: string, message: string): void {
    if (claim.status?.phase === 'Lost') return;
    this.context.client.updateStatus('persistentvolumeclaims', {
      ...claim,
      status: { ...claim.status, phase: 'Lost' },
    });
    this.events.record(claim, 'Warning', reason, message);
  }

  private provision(claim: PersistentVolumeClaim, storage: StorageClass, node: string | undefined): void {
    const { client } = this.context;
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
    const provisioner = MIGRATED[storage.provisioner] ?? storage.provisioner;
    if (provisioner.startsWith('kubernetes.io/')) {
      this.tellWaiting(
        claim,
        'ProvisioningFailed',
        `no volume plugin matched name: ${provisioner}`,
        'Warning',
      );
      return;
    }
    if (claim.metadata.annotations?.[PROVISIONER] !== provisioner) {
      const annotations = { ...claim.metadata.annotations, [PROVISIONER]: provisioner };
      const metadata = { ...claim.metadata, annotations };
      this.tellWaiting(
        client.update('persistentvolumeclaims', { ...claim, metadata }),
        'ExternalProvisioning',
        waitingFor(provisioner),
      );
      return;
    }
    if (provisioner !== LOCAL_PATH) {
      // Nobody listens to other provisioners here: the claim waits, as it would without their driver.
      this.tellWaiting(claim, 'ExternalProvisioning', waitingFor(provisioner));
      return;
    }
    const volumeName = `pvc-${uid}`;
    if (client.get('persistentvolumes', '', volumeName)) return;
    const where = node ?? client.list('nodes')[0]?.metadata.name ?? '';
    this.provisioner.record(
      claim,
      'Normal',
      'Provisioning',
      `External provisioner is provisioning volume for claim "${namespace}/${name}"`,
    );
    client.create('persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name: volumeName,
        finalizers: [VOLUME_PROTECTION],
        annotations: { [PROVISIONED_BY]: LOCAL_PATH },
      },
      spec: {
        accessModes: claim.spec?.accessModes ?? ['ReadWriteOnce'],
        capacity: { storage: claim.spec?.resources?.requests?.storage ?? '1Gi' },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion },
        hostPath: {
          path: `/var/local-path-provisioner/${volumeName}_${namespace}_${name}`,
          type: 'DirectoryOrCreate',
        },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [where] }] },
            ],
          },
        },
        persistentVolumeReclaimPolicy: storage.reclaimPolicy ?? 'Delete',
        storageClassName: storage.metadata.name ?? '',
        volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      },
    });
    this.provisioner.record(
      claim,
      'Normal',
      'ProvisioningSucceeded',
      `Successfully provisioned volume ${volumeName}`,
    );
    const fresh = client.get('persistentvolumeclaims', namespace, name);
    const volume = client.get('persistentvolumes', '', volumeName);
    if (fresh && volume) this.bind(fresh, volume);
  }

  private phase(volume: PersistentVolume, phase: string): void {
    if (volume.status?.phase === phase) return;
    const now = new Date(this.context.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    this.context.client.updateStatus('persistentvolumes', {
      ...volume,
      status: { ...volume.status, phase, lastPhaseTransitionTime: now },
    });
  }
}

function waitingFor(provisioner: string): string {
  return `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
}

/** What keeps a claim from the volume it asks for by name (checkVolumeSatisfyClaim). */
function mismatchOf({ metadata, spec }: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (metadata.deletionTimestamp) return `the volume is marked for deletion ${JSON.stringify(metadata.name)}`;
  const size = (text: string | undefined) => parseQuantity(text ?? '0');
  const wanted = claim.spec?.resources?.requests?.['storage'];
  if (compareQuantities(size(spec?.capacity?.['storage']), size(wanted)) < 0)
    return 'requested PV is too small';
  if ((spec?.storageClassName ?? '') !== (claim.spec?.storageClassName ?? ''))
    return 'storageClassName does not match';
  if ((spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem'))
    return 'incompatible volumeMode';
  return (claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode))
    ? undefined
    : 'incompatible accessMode';
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
