import type { EventRecorder } from '../events/event-recorder';
import { isReserved, matchVolume } from '../scheduler/volume-match';
import { claimsOf } from '../schema/pod-claims';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../schema/types';
import { type ControllerContext, keyOf, recorder, type StopController, splitKey } from './controller';
import { WorkQueue } from './work-queue';

const LOCAL_PATH = 'rancher.io/local-path';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const BOUND_BY = 'pv.kubernetes.io/bound-by-controller';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';

/** Binds claims to volumes, makes volumes for the local-path class, and releases them (persistentvolume controller). */
export function startPersistentVolumeController(context: ControllerContext): StopController {
  const { client } = context;
  const binder = new Binder(context);
  const queue = new WorkQueue(context.clock, (key) => binder.claim(key), context.onError);
  const volumes = new WorkQueue(context.clock, (name) => binder.volume(name), context.onError);
  const everyClaim = (): void => {
    for (const claim of client.list('persistentvolumeclaims'))
      if (!claim.spec?.volumeName) queue.add(keyOf(claim));
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
  return () => {
    for (const stop of stops) stop();
    queue.stop();
    volumes.stop();
  };
}

class Binder {
  private readonly events: EventRecorder;
  private readonly provisioner: EventRecorder;

  constructor(private readonly context: ControllerContext) {
    this.events = recorder(context, 'persistentvolume-controller');
    this.provisioner = recorder(context, 'rancher.io/local-path_local-path-provisioner');
  }

  claim(key: string): void {
    const { client } = this.context;
    const [namespace, name] = splitKey(key);
    let claim = client.get('persistentvolumeclaims', namespace, name);
    if (!claim) return;
    claim = this.protect(claim);
    if (!claim || claim.metadata.deletionTimestamp) return;
    if (claim.spec?.volumeName) {
      this.settle(claim);
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
    if (!storage) {
      const text = className
        ? `storageclass.storage.k8s.io ${JSON.stringify(className)} not found`
        : 'no persistent volumes available for this claim and no storage class is set';
      this.events.record(
        claim,
        className ? 'Warning' : 'Normal',
        className ? 'ProvisioningFailed' : 'FailedBinding',
        text,
      );
      return;
    }
    const node = claim.metadata.annotations?.[SELECTED_NODE];
    if (delayed && !node) {
      this.events.record(
        claim,
        'Normal',
        'WaitForFirstConsumer',
        'waiting for first consumer to be created before binding',
      );
      return;
    }
    this.provision(claim, storage, node);
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
    else if (!ref || !bound) this.phase(volume, 'Available');
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
      .some(
        (pod) =>
          claimsOf(pod).includes(name) && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed',
      );
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
        annotations: { ...volume.metadata.annotations, [BOUND_BY]: 'yes' },
      },
      spec: { ...volume.spec, claimRef },
    });
    this.phase(owned, 'Bound');
    const bound = client.update('persistentvolumeclaims', {
      ...claim,
      metadata: {
        ...claim.metadata,
        annotations: { ...claim.metadata.annotations, [BIND_COMPLETED]: 'yes', [BOUND_BY]: 'yes' },
      },
      spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' },
    });
    this.settle(bound);
  }

  /** The status of a claim that has its volume. */
  private settle(claim: PersistentVolumeClaim): void {
    const { client } = this.context;
    const volume = client.get('persistentvolumes', '', claim.spec?.volumeName ?? '');
    if (!volume) {
      if (claim.status?.phase === 'Bound') {
        client.updateStatus('persistentvolumeclaims', {
          ...claim,
          status: { ...claim.status, phase: 'Lost' },
        });
        this.events.record(
          claim,
          'Warning',
          'ClaimLost',
          'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
        );
      }
      return;
    }
    if (!volume.spec?.claimRef?.uid) {
      this.bind(claim, volume);
      return;
    }
    if (claim.status?.phase === 'Bound') return;
    const { accessModes, capacity } = volume.spec;
    client.updateStatus('persistentvolumeclaims', {
      ...claim,
      status: { ...(accessModes ? { accessModes } : {}), ...(capacity ? { capacity } : {}), phase: 'Bound' },
    });
  }

  private provision(claim: PersistentVolumeClaim, storage: StorageClass, node: string | undefined): void {
    const { client } = this.context;
    const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
    const annotated = claim.metadata.annotations?.[PROVISIONER] === storage.provisioner;
    if (!annotated) {
      const annotations = { ...claim.metadata.annotations, [PROVISIONER]: storage.provisioner };
      client.update('persistentvolumeclaims', { ...claim, metadata: { ...claim.metadata, annotations } });
      this.events.record(
        claim,
        'Normal',
        'ExternalProvisioning',
        `Waiting for a volume to be created either by the external provisioner '${storage.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
      );
      return;
    }
    // Nobody listens to other provisioners here: the claim waits, as it would without their driver.
    if (storage.provisioner !== LOCAL_PATH) return;
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
