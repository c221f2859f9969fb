import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../api/errors';
import type { EventRecorder } from '../events/event-recorder';
import type {
  ControllerRevision,
  KubeObject,
  OwnerReference,
  Pod,
  PodTemplateSpec,
  StatefulSet,
} from '../schema/types';
import { type ControllerContext, isPodReady, recorder, type StopController, splitKey } from './controller';
import { claimPods, podFromTemplate, untilAvailable } from './owned-pods';
import { watchOwners } from './owner-watch';
import { currentRevision, forgetRevisions, revisionsOf, templateIn } from './revisions';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';
const HASH = 'controller-revision-hash';

/** Numbered Pods with volumes of their own, one after the other (statefulset controller). */
export function startStatefulSetController(context: ControllerContext): StopController {
  const events = recorder(context, 'statefulset-controller');
  const { stop } = watchOwners(
    context,
    'statefulsets.apps',
    'StatefulSet',
    ({ spec }) => spec?.selector,
    (key, queue) => {
      const [namespace, name] = splitKey(key);
      const set = context.client.get('statefulsets.apps', namespace, name);
      if (set) new StatefulSync(context, events, set).sync((ms) => queue.addAfter(key, ms));
    },
  );
  return stop;
}

class StatefulSync {
  private readonly pods: Map<number, Pod>;
  private readonly replicas: number;
  private readonly start: number;

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly set: StatefulSet,
  ) {
    this.pods = new Map(this.claim().map((pod) => [parentAndOrdinal(pod)[1], pod]));
    this.replicas = set.spec?.replicas ?? 1;
    this.start = set.spec?.ordinals?.start ?? 0;
  }

  /** Pods that only have the labels, but no name of the set's, are nobody's of its (isMemberOf). */
  private claim(): Pod[] {
    const { context, set } = this;
    return claimPods(
      context,
      set,
      set.spec?.selector,
      (pod) => parentAndOrdinal(pod)[0] === set.metadata.name,
    );
  }

  sync(again: (ms: number) => void): void {
    const { set } = this;
    const { spec } = set;
    if (!spec) return;
    const update = currentRevision(this.context, set, spec.template, spec.template.metadata?.labels ?? {});
    const revisions = revisionsOf(this.context, set);
    const current = revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
    try {
      if (!set.metadata.deletionTimestamp) {
        this.retainClaims();
        this.manage(current, update);
      }
    } finally {
      this.report(current, update, again);
    }
    const used = new Set([
      current.metadata.name ?? '',
      update.metadata.name ?? '',
      ...[...this.pods.values()].map((pod) => this.revisionName(pod)),
    ]);
    forgetRevisions(this.context, set, spec.revisionHistoryLimit ?? 10, used);
  }

  private manage(current: ControllerRevision, update: ControllerRevision): void {
    const parallel = this.set.spec?.podManagementPolicy === 'Parallel';
    for (let ordinal = this.start; ordinal < this.start + this.replicas; ordinal++) {
      const pod = this.pods.get(ordinal);
      if (pod && isFinished(pod)) {
        // Whatever its exit code: somebody may have stopped it. Its successor comes when it has gone.
        if (!pod.metadata.deletionTimestamp) this.delete(pod);
        if (!parallel) return;
        continue;
      }
      if (!pod) {
        this.create(ordinal, this.revisionFor(ordinal, current, update));
        if (!parallel) return;
        continue;
      }
      if (pod.status?.phase === 'Pending') this.makeClaims(pod.metadata.name ?? '', ordinal);
      if (!parallel && this.unhealthy(pod)) return;
    }
    const surplus = [...this.pods]
      .filter(([ordinal]) => ordinal >= this.start + this.replicas || ordinal < this.start)
      .sort(([left], [right]) => right - left)
      .map(([, pod]) => pod);
    const firstUnhealthy = surplus.findLast((pod) => this.unhealthy(pod));
    for (const pod of surplus) {
      if (pod.metadata.deletionTimestamp) {
        if (!parallel) return;
        continue;
      }
      // One in trouble waits for those in trouble below it (processCondemned).
      if (!parallel && this.unhealthy(pod) && pod !== firstUnhealthy) return;
      this.delete(pod);
      if (!parallel) return;
    }
    this.roll(update);
  }

  /** From the highest number down to the partition, one at a time, waiting for each to be ready. */
  private roll(update: ControllerRevision): void {
    const strategy = this.set.spec?.updateStrategy;
    if (strategy?.type === 'OnDelete') return;
    const partition = strategy?.rollingUpdate?.partition ?? 0;
    for (let ordinal = this.start + this.replicas - 1; ordinal >= this.start + partition; ordinal--) {
      const pod = this.pods.get(ordinal);
      if (!pod) return;
      if (this.revisionName(pod) !== update.metadata.name && !pod.metadata.deletionTimestamp) {
        this.delete(pod);
        return;
      }
      if (this.unhealthy(pod)) return;
    }
  }

  /** Going, or not ready for long enough (isUnavailable). */
  private unhealthy(pod: Pod): boolean {
    if (pod.metadata.deletionTimestamp) return true;
    return untilAvailable(pod, this.set.spec?.minReadySeconds ?? 0, this.context.clock.now()) !== 0;
  }

  /** Pods below the partition, or not yet reached by an update, keep the old revision. */
  private revisionFor(
    ordinal: number,
    current: ControllerRevision,
    update: ControllerRevision,
  ): ControllerRevision {
    const partition = this.set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
    return ordinal < this.start + partition ? current : update;
  }

  private create(ordinal: number, revision: ControllerRevision): void {
    const { set, context, events } = this;
    const template = templateIn(revision) as PodTemplateSpec;
    const name = `${set.metadata.name}-${ordinal}`;
    const pod = podFromTemplate(set, template, {
      name,
      labels: {
        [HASH]: revision.metadata.name ?? '',
        [POD_NAME]: name,
        [POD_INDEX]: String(ordinal),
      },
    });
    if (!pod.spec) return;
    pod.spec.hostname = name;
    if (set.spec?.serviceName) pod.spec.subdomain = set.spec.serviceName;
    this.claims(pod, ordinal);
    try {
      context.client.create('pods', pod);
    } catch (error) {
      // A Pod of that name which is somebody else's is waited for in silence.
      if (!(error instanceof ApiError) || error.reason === 'AlreadyExists') throw error;
      const message = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error.message}`;
      events.record(set, 'Warning', 'FailedCreate', message);
      throw error;
    }
    events.record(
      set,
      'Normal',
      'SuccessfulCreate',
      `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
    );
  }

  private claims(pod: Pod, ordinal: number): void {
    const { set } = this;
    for (const claim of set.spec?.volumeClaimTemplates ?? []) {
      const volume = claim.metadata?.name ?? '';
      const claimName = `${volume}-${set.metadata.name}-${ordinal}`;
      if (!pod.spec) continue;
      const others = (pod.spec.volumes ?? []).filter(({ name }) => name !== volume);
      pod.spec.volumes = [...others, { name: volume, persistentVolumeClaim: { claimName } }];
    }
    this.makeClaims(pod.metadata.name ?? '', ordinal);
  }

  /** Those that are not there (createMissingPersistentVolumeClaims). */
  private makeClaims(podName: string, ordinal: number): void {
    const { set, context, events } = this;
    const namespace = set.metadata.namespace ?? '';
    for (const claim of set.spec?.volumeClaimTemplates ?? []) {
      const claimName = `${claim.metadata?.name ?? ''}-${set.metadata.name}-${ordinal}`;
      if (context.client.get('persistentvolumeclaims', namespace, claimName)) continue;
      context.client.create('persistentvolumeclaims', {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          ...(claim.metadata?.annotations ? { annotations: claim.metadata.annotations } : {}),
          name: claimName,
          namespace,
          labels: { ...claim.metadata?.labels, ...set.spec?.selector.matchLabels },
          ...(retentionOf(set).whenDeleted === 'Delete' ? { ownerReferences: [ownerRef(set)] } : {}),
        },
        spec: structuredClone(claim.spec ?? {}),
      });
      const message = `create Claim ${claimName} Pod ${podName} in StatefulSet ${set.metadata.name} success`;
      events.record(set, 'Normal', 'SuccessfulCreate', message);
    }
  }

  /**
   * Claims of Pods in surplus go with their Pod, the others with the set, or neither, as the policy says
   * (updateClaimOwnerRefForSetAndPod).
   */
  private retainClaims(): void {
    const { set, context } = this;
    const { whenDeleted, whenScaled } = retentionOf(set);
    const { namespace = '', uid } = set.metadata;
    for (const [ordinal, pod] of this.pods) {
      const surplus = ordinal < this.start || ordinal >= this.start + this.replicas;
      const owners = [
        ...(whenDeleted === 'Delete' && !(surplus && whenScaled === 'Delete') ? [ownerRef(set)] : []),
        ...(whenScaled === 'Delete' && surplus ? [ownerRef(pod)] : []),
      ];
      for (const template of set.spec?.volumeClaimTemplates ?? []) {
        const name = `${template.metadata?.name}-${set.metadata.name}-${ordinal}`;
        const claim = context.client.get('persistentvolumeclaims', namespace, name);
        if (!claim || claim.metadata.deletionTimestamp) continue;
        const before = claim.metadata.ownerReferences ?? [];
        const others = before.filter((owner) => owner.uid !== uid && owner.uid !== pod.metadata.uid);
        const ownerReferences = [...others, ...owners];
        const same = (left: typeof before) => left.map((owner) => owner.uid).join();
        if (same(before) === same(ownerReferences)) continue;
        context.client.update('persistentvolumeclaims', {
          ...claim,
          metadata: { ...claim.metadata, ownerReferences },
        });
      }
    }
  }

  private delete(pod: Pod): void {
    const { set, context, events } = this;
    context.client.delete('pods', pod.metadata.namespace ?? '', pod.metadata.name ?? '');
    const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
    events.record(set, 'Normal', 'SuccessfulDelete', message);
  }

  private report(current: ControllerRevision, update: ControllerRevision, again: (ms: number) => void): void {
    const { client, clock } = this.context;
    const { namespace = '', name = '', uid, generation = 0 } = this.set.metadata;
    const stored = client.get('statefulsets.apps', namespace, name);
    if (!stored || stored.metadata.uid !== uid) return;
    const pods = this.claim();
    const waits = pods.map((pod) => untilAvailable(pod, this.set.spec?.minReadySeconds ?? 0, clock.now()));
    const pending = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
    if (pending.length > 0) again(Math.min(...pending));
    const ready = pods.filter(isPodReady).length;
    const counted = (revision: ControllerRevision): number =>
      pods.filter(
        (pod) => this.revisionName(pod) === revision.metadata.name && !pod.metadata.deletionTimestamp,
      ).length;
    const updated = counted(update);
    // completeRollingUpdate: under OnDelete nothing is ever rolled out.
    const rolls = this.set.spec?.updateStrategy?.type !== 'OnDelete';
    const done =
      rolls && updated === this.replicas && pods.length === this.replicas && ready === this.replicas;
    const shown = done ? update : current;
    const numbers = Object.entries({
      readyReplicas: ready,
      currentReplicas: counted(shown),
      updatedReplicas: updated,
    });
    const status = {
      observedGeneration: generation,
      replicas: pods.length,
      ...Object.fromEntries(numbers.filter(([, count]) => count > 0)),
      availableReplicas: waits.filter((wait) => wait === 0).length,
      currentRevision: shown.metadata.name ?? '',
      updateRevision: update.metadata.name ?? '',
      collisionCount: 0,
    };
    // Conditions that somebody else has set stay until something else is to be told (inconsistentStatus).
    const { conditions: _others, ...told } = stored.status ?? {};
    if (isDeepStrictEqual(told, status)) return;
    client.updateStatus('statefulsets.apps', { ...stored, status });
  }

  private revisionName({ metadata }: Pod): string {
    return metadata.labels?.[HASH] ?? '';
  }
}

/** `web-0`: the set's name and the number (getParentNameAndOrdinal). */
function parentAndOrdinal({ metadata }: Pod): [parent: string, ordinal: number] {
  const [, parent = '', ordinal] = /^(.*)-(\d+)$/.exec(metadata.name ?? '') ?? [];
  return [parent, Number(ordinal ?? -1)];
}

type Retention = { whenDeleted?: string; whenScaled?: string };

function retentionOf({ spec }: StatefulSet): Retention {
  return (spec?.persistentVolumeClaimRetentionPolicy ?? {}) as Retention;
}

function ownerRef({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '' };
}

function isFinished({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}
