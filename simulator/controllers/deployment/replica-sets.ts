import { ApiError } from '../../api/errors';
import { selectorMatches } from '../../scheduler/label-terms';
import type { Deployment, ReplicaSet } from '../../schema/types';
import { type ControllerContext, controllerOf, controllerRef } from '../controller';
import { equalTemplates, templateHash } from '../template-hash';
import { byAge, fenceposts, MAX_REPLICAS as MAX, wantedOf } from './rolling';

const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const HASH_LABEL = 'pod-template-hash';
const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const DEPRECATED_ROLLBACK = 'deprecated.deployment.rollback.to';

/** The Deployment's ReplicaSets; matching ones without a controller are adopted. */
export function replicaSetsOf({ client }: ControllerContext, deployment: Deployment): ReplicaSet[] {
  const namespace = deployment.metadata.namespace ?? '';
  return client.list('replicasets.apps', { namespace }).flatMap((set) => {
    const ref = controllerOf(set);
    const matches = selectorMatches(deployment.spec?.selector, set.metadata.labels);
    if (ref) return ref.uid === deployment.metadata.uid && matches ? [set] : [];
    if (!matches || deployment.metadata.deletionTimestamp || set.metadata.deletionTimestamp) return [];
    const ownerReferences = [...(set.metadata.ownerReferences ?? []), controllerRef(deployment)];
    return [client.update('replicasets.apps', { ...set, metadata: { ...set.metadata, ownerReferences } })];
  });
}

/** The one whose template is the Deployment's: the oldest, should there be several (FindNewReplicaSet). */
export function findNew(deployment: Deployment, sets: ReplicaSet[]): ReplicaSet | undefined {
  return byAge(sets).find((set) => equalTemplates(set.spec?.template, deployment.spec?.template));
}

/** Numbers the new ReplicaSet after the old ones, and brings its annotations up to date; makes it when `create`. */
export function ensureNew(
  context: ControllerContext,
  deployment: Deployment,
  sets: ReplicaSet[],
  create: boolean,
): { set: ReplicaSet | undefined; created: boolean } {
  const { client } = context;
  const found = findNew(deployment, sets);
  const highest = sets.filter((set) => set !== found).reduce((max, set) => later(max, revisionOf(set)), 0n);
  if (found) {
    const annotations = annotationsFor(deployment, found, later(highest + 1n, revisionOf(found)));
    const { minReadySeconds: _before, ...rest } = found.spec ?? {};
    const minReadySeconds = deployment.spec?.minReadySeconds;
    const spec = { ...rest, ...(minReadySeconds ? { minReadySeconds } : {}) } as ReplicaSet['spec'];
    const updated = client.update('replicasets.apps', {
      ...found,
      metadata: { ...found.metadata, annotations },
      ...(spec ? { spec } : {}),
    });
    return { set: updated, created: false };
  }
  if (!create || !deployment.spec) return { set: undefined, created: false };
  const hash = templateHash(deployment.spec.template, deployment.status?.collisionCount ?? 0);
  const template = structuredClone(deployment.spec.template);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  template.metadata = { ...template.metadata, labels };
  const { matchLabels, matchExpressions } = deployment.spec.selector;
  const room =
    deployment.spec.strategy?.type === 'Recreate'
      ? Number.POSITIVE_INFINITY
      : fenceposts(deployment).maxSurge;
  const wanted = deployment.spec.replicas ?? 1;
  const present = sets.reduce((count, set) => count + wantedOf(set), 0);
  const set = createOrCount(context, deployment, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: annotationsFor(deployment, undefined, highest + 1n),
      ownerReferences: [controllerRef(deployment)],
    },
    spec: {
      replicas: Math.max(0, Math.min(wanted, wanted + room - present)),
      ...(deployment.spec.minReadySeconds ? { minReadySeconds: deployment.spec.minReadySeconds } : {}),
      selector: {
        matchLabels: { ...matchLabels, [HASH_LABEL]: hash },
        ...(matchExpressions ? { matchExpressions } : {}),
      },
      template,
    },
  });
  return { set, created: true };
}

/** A name that another ReplicaSet has already leads to another hash at the next attempt (status.collisionCount). */
function createOrCount({ client }: ControllerContext, deployment: Deployment, set: ReplicaSet): ReplicaSet {
  try {
    return client.create('replicasets.apps', set);
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'AlreadyExists') {
      const { namespace = '', name = '' } = deployment.metadata;
      const stored = client.get('deployments.apps', namespace, name) ?? deployment;
      const collisionCount = (stored.status?.collisionCount ?? 0) + 1;
      client.updateStatus('deployments.apps', { ...stored, status: { ...stored.status, collisionCount } });
    }
    throw error;
  }
}

/** 64 bits wide; 0 where somebody wrote what is no number (deployment/util Revision). */
export function revisionOf({ metadata }: Pick<ReplicaSet, 'metadata'>): bigint {
  const text = metadata.annotations?.[REVISION] ?? '';
  return /^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace('+', '')) : 0n;
}

const later = (left: bigint, right: bigint) => (left > right ? left : right);

/** The Deployment's annotation tells the revision of its new ReplicaSet. */
export function withRevision(deployment: Deployment, set: ReplicaSet): Deployment {
  const revision = set.metadata.annotations?.[REVISION];
  if (!revision || deployment.metadata.annotations?.[REVISION] === revision) return deployment;
  const annotations = { ...deployment.metadata.annotations, [REVISION]: revision };
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}

export function sizeAnnotations(deployment: Deployment, set: ReplicaSet): Record<string, string> {
  const wanted = deployment.spec?.replicas ?? 1;
  return {
    ...set.metadata.annotations,
    [DESIRED]: String(wanted),
    [MAX]: String(wanted + fenceposts(deployment).maxSurge),
  };
}

/** Whether a ReplicaSet was last scaled for the size that the Deployment has now. */
export function isSized(deployment: Deployment, set: ReplicaSet): boolean {
  return Number(set.metadata.annotations?.[DESIRED]) === (deployment.spec?.replicas ?? 1);
}

/** Whether the Deployment's size has changed since this ReplicaSet was last scaled (isScalingEvent). */
export function sizeChanged(deployment: Deployment, sets: ReplicaSet[]): boolean {
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED];
    return wantedOf(set) > 0 && desired !== undefined && Number(desired) !== (deployment.spec?.replicas ?? 1);
  });
}

/** The Deployment's own annotations, but for those that are about itself (SetNewReplicaSetAnnotations). */
function annotationsFor(
  deployment: Deployment,
  set: ReplicaSet | undefined,
  revision: bigint,
): Record<string, string> {
  const skipped = new Set([APPLIED, REVISION, HISTORY, DESIRED, MAX, DEPRECATED_ROLLBACK]);
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !skipped.has(key));
  const annotations: Record<string, string> = { ...set?.metadata.annotations, ...Object.fromEntries(copied) };
  const before = revisionOf({ metadata: { annotations } });
  if (before > 0n && before < revision) {
    const history = annotations[HISTORY];
    annotations[HISTORY] = history ? `${history},${before}` : String(before);
  }
  annotations[REVISION] = String(later(before, revision));
  if (!set) {
    const wanted = deployment.spec?.replicas ?? 1;
    annotations[DESIRED] = String(wanted);
    annotations[MAX] = String(wanted + fenceposts(deployment).maxSurge);
  }
  return annotations;
}
