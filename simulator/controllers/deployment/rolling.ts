import type { Deployment, ReplicaSet } from '../../schema/types';

/** How many replicas a ReplicaSet shall have next. */
export interface Scaling {
  set: ReplicaSet;
  replicas: number;
}

export const wantedOf = (set: ReplicaSet): number => set.spec?.replicas ?? 0;
export const availableOf = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0;
export const sum = (sets: ReplicaSet[], count: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + count(set), 0);

/** maxSurge and maxUnavailable as numbers; both zero would never get anywhere (ResolveFenceposts). */
export function fenceposts({ spec }: Deployment): { maxSurge: number; maxUnavailable: number } {
  const wanted = spec?.replicas ?? 1;
  if (spec?.strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec?.strategy?.rollingUpdate ?? {};
  const surge = resolve(maxSurge, wanted, Math.ceil);
  const unavailable = resolve(maxUnavailable, wanted, Math.floor);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function resolve(
  value: number | string | object,
  of: number,
  round: (value: number) => number,
): number {
  const text = String(value);
  return text.endsWith('%') ? round((Number(text.slice(0, -1)) * of) / 100) : Number(text);
}

/** The new ReplicaSet grows as far as maxSurge allows (reconcileNewReplicaSet); undefined when it is as it should be. */
export function scaleNew(
  deployment: Deployment,
  current: ReplicaSet,
  all: ReplicaSet[],
): Scaling | undefined {
  const wanted = deployment.spec?.replicas ?? 1;
  const has = wantedOf(current);
  if (has === wanted) return undefined;
  if (has > wanted) return { set: current, replicas: wanted };
  if (deployment.spec?.strategy?.type === 'Recreate') return { set: current, replicas: wanted };
  const room = wanted + fenceposts(deployment).maxSurge - sum(all, wantedOf);
  if (room <= 0) return undefined;
  return { set: current, replicas: has + Math.min(room, wanted - has) };
}

/** Old ReplicaSets shrink as far as maxUnavailable allows, Pods that are not healthy first (reconcileOldReplicaSets). */
export function scaleOld(deployment: Deployment, current: ReplicaSet, old: ReplicaSet[]): Scaling[] {
  const wanted = deployment.spec?.replicas ?? 1;
  const { maxUnavailable } = fenceposts(deployment);
  const all = [...old, current];
  const minimum = wanted - maxUnavailable;
  const newUnavailable = wantedOf(current) - availableOf(current);
  let spare = sum(all, wantedOf) - minimum - newUnavailable;
  if (spare <= 0 || sum(old, wantedOf) === 0) return [];
  const targets = new Map(old.map((set) => [set, wantedOf(set)]));
  for (const set of byAge(old)) {
    const unhealthy = Math.min(spare, wantedOf(set) - availableOf(set));
    if (unhealthy <= 0) continue;
    targets.set(set, wantedOf(set) - unhealthy);
    spare -= unhealthy;
  }
  let droppable = sum(all, availableOf) - minimum;
  for (const set of byAge(old)) {
    const target = targets.get(set) ?? 0;
    const drop = Math.min(target, Math.max(0, droppable));
    targets.set(set, target - drop);
    droppable -= drop;
  }
  return [...targets]
    .filter(([set, replicas]) => replicas !== wantedOf(set))
    .map(([set, replicas]) => ({ set, replicas }));
}

/** On a ReplicaSet: how many Pods all ReplicaSets of its Deployment might have when it was last scaled. */
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/**
 * A change of size in the middle of a rollout is shared among the ReplicaSets by their size (deployment sync.scale,
 * GetReplicaSetProportion).
 */
export function proportional(deployment: Deployment, sets: ReplicaSet[]): Scaling[] {
  const wanted = deployment.spec?.replicas ?? 1;
  const active = sets.filter((set) => wantedOf(set) > 0);
  const allowed = wanted > 0 ? wanted + fenceposts(deployment).maxSurge : 0;
  const change = allowed - sum(active, wantedOf);
  if (change === 0) return [];
  const grow = change > 0;
  const order = [...active].sort(
    (a, b) => wantedOf(b) - wantedOf(a) || (grow ? age(b) - age(a) : age(a) - age(b)),
  );
  let left = change;
  const result = order.map((set) => {
    const before =
      Number(set.metadata.annotations?.[MAX_REPLICAS] ?? 0) || (deployment.status?.replicas ?? 0);
    const fraction =
      wanted === 0
        ? -wantedOf(set)
        : before === 0
          ? 0
          : Math.round((wantedOf(set) * allowed) / before) - wantedOf(set);
    const share = left === 0 ? 0 : grow ? Math.min(fraction, left) : Math.max(fraction, left);
    left -= share;
    return { set, replicas: wantedOf(set) + share };
  });
  const [first] = result;
  if (first) first.replicas = Math.max(0, first.replicas + left);
  return result.filter(({ set, replicas }) => replicas !== wantedOf(set));
}

function age({ metadata }: ReplicaSet): number {
  return Date.parse(String(metadata.creationTimestamp));
}

export function byAge(sets: ReplicaSet[]): ReplicaSet[] {
  return [...sets].sort(
    (a, b) => age(a) - age(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1),
  );
}
