import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../../api/errors';
import type { EventRecorder } from '../../events/event-recorder';
import type { Deployment, ReplicaSet } from '../../schema/types';
import {
  type ControllerContext,
  controllerOf,
  keyOf,
  recorder,
  type StopController,
  splitKey,
} from '../controller';
import { WorkQueue } from '../work-queue';
import { conditionsOf, deadlineAt, isComplete, type Progress } from './conditions';
import {
  ensureNew,
  findNew,
  isSized,
  replicaSetsOf,
  revisionOf,
  sizeAnnotations,
  sizeChanged,
  withRevision,
} from './replica-sets';
import { availableOf, byAge, proportional, type Scaling, scaleNew, scaleOld, sum, wantedOf } from './rolling';

/** Rolls Deployments out, back and over (deployment controller): it makes and scales ReplicaSets, never Pods. */
export function startDeploymentController(context: ControllerContext): StopController {
  const { client } = context;
  const events = recorder(context, 'deployment-controller');
  const queue: WorkQueue = new WorkQueue(
    context.clock,
    (key) => {
      const [namespace, name] = splitKey(key);
      const deployment = client.get('deployments.apps', namespace, name);
      if (deployment) new Rollout(context, events, queue, deployment).sync();
    },
    context.onError,
  );
  const stops = [
    client.watch('deployments.apps', {}, ({ object }) => queue.add(keyOf(object))),
    client.watch('replicasets.apps', {}, ({ object }) => {
      const ref = controllerOf(object);
      if (ref?.kind === 'Deployment') queue.add(`${object.metadata.namespace}/${ref.name}`);
    }),
    // Recreate waits for the last old Pod to be gone.
    client.watch('pods', {}, ({ type, object }) => {
      const set = controllerOf(object);
      if (type !== 'DELETED' || set?.kind !== 'ReplicaSet') return;
      const owner = client.get('replicasets.apps', object.metadata.namespace ?? '', set.name);
      const ref = owner && controllerOf(owner);
      if (ref) queue.add(`${object.metadata.namespace}/${ref.name}`);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

class Rollout {
  private sets: ReplicaSet[];
  private event: Progress['event'];

  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly queue: WorkQueue,
    private deployment: Deployment,
  ) {
    this.sets = replicaSetsOf(context, deployment);
  }

  sync(): void {
    const { deployment } = this;
    if (deployment.metadata.deletionTimestamp) {
      this.report(findNew(deployment, this.sets), { rollout: false });
      return;
    }
    if (deployment.spec?.paused || sizeChanged(deployment, this.sets)) {
      const current = this.ensure(false);
      this.scaleAll(current);
      if (deployment.spec?.paused) this.forgetOld(current);
      this.report(current, { rollout: false });
      return;
    }
    if (deployment.spec?.strategy?.type === 'Recreate') this.recreate();
    else this.roll();
  }

  private roll(): void {
    const current = this.ensure(true);
    if (!current) return;
    const up = scaleNew(this.deployment, current, this.sets);
    if (up) {
      this.apply(up);
      this.report(current);
      return;
    }
    const old = this.sets.filter((set) => set !== current);
    const down = scaleOld(this.deployment, current, old);
    for (const scaling of down) this.apply(scaling);
    if (down.length === 0 && isComplete(this.deployment, current, this.sets)) this.forgetOld(current);
    this.report(current);
  }

  private recreate(): void {
    const current = findNew(this.deployment, this.sets);
    const old = this.sets.filter((set) => set !== current);
    const running = old.filter((set) => wantedOf(set) > 0);
    for (const set of running) this.apply({ set, replicas: 0 });
    if (running.length > 0 || this.oldPodsRemain(old)) {
      this.report(current);
      return;
    }
    const made = this.ensure(true);
    const up = made && scaleNew(this.deployment, made, this.sets);
    if (up) this.apply(up);
    if (made && isComplete(this.deployment, made, this.sets)) this.forgetOld(made);
    this.report(made);
  }

  private oldPodsRemain(old: ReplicaSet[]): boolean {
    const uids = new Set(old.map(({ metadata }) => metadata.uid));
    return this.context.client
      .list('pods', { namespace: this.deployment.metadata.namespace ?? '' })
      .some(
        ({ status, ...pod }) =>
          uids.has(controllerOf(pod)?.uid) && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
      );
  }

  private ensure(create: boolean): ReplicaSet | undefined {
    const { client } = this.context;
    const { set, created } = this.findOrMake(create);
    if (!set) return undefined;
    this.sets = [...this.sets.filter(({ metadata }) => metadata.uid !== set.metadata.uid), set];
    const numbered = withRevision(this.deployment, set);
    if (numbered !== this.deployment) this.deployment = client.update('deployments.apps', numbered);
    const told = this.deployment.status?.conditions?.some(({ type }) => type === 'Progressing');
    if (created) {
      this.event = 'created';
      this.tellScaled(set, 0, wantedOf(set));
    } else if (!told) this.event = 'found';
    return set;
  }

  private findOrMake(create: boolean): ReturnType<typeof ensureNew> {
    try {
      return ensureNew(this.context, this.deployment, this.sets, create);
    } catch (error) {
      const told =
        error instanceof ApiError &&
        error.reason !== 'AlreadyExists' &&
        !error.details.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
      if (told) {
        const name = error.details.name ?? this.deployment.metadata.name;
        const failed = `Failed to create new replica set ${JSON.stringify(name)}: ${error.message}`;
        this.events.record(this.deployment, 'Warning', 'ReplicaSetCreateError', failed);
        this.event = { failed };
        this.report(undefined, { rollout: false });
      }
      throw error;
    }
  }

  private apply({ set, replicas }: Scaling): void {
    const { client } = this.context;
    const before = wantedOf(set);
    const annotations = sizeAnnotations(this.deployment, set);
    if (before === replicas && isDeepStrictEqual(annotations, set.metadata.annotations)) return;
    const spec = { ...set.spec, replicas } as NonNullable<ReplicaSet['spec']>;
    const updated = client.update('replicasets.apps', {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec,
    });
    this.sets = this.sets.map((each) => (each === set ? updated : each));
    if (before !== replicas) this.tellScaled(set, before, replicas);
  }

  private tellScaled({ metadata }: ReplicaSet, from: number, to: number): void {
    const direction = to > from ? 'up' : 'down';
    this.events.record(
      this.deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${direction} replica set ${metadata.name} from ${from} to ${to}`,
    );
  }

  /** A new size outside of, or in the middle of, a rollout (deployment sync.scale). */
  private scaleAll(current: ReplicaSet | undefined): void {
    const wanted = this.deployment.spec?.replicas ?? 1;
    const active = this.sets.filter((set) => wantedOf(set) > 0);
    const only =
      active.length === 0
        ? (current ?? byAge(this.sets).at(-1))
        : active.length === 1
          ? active[0]
          : undefined;
    if (only) {
      this.apply({ set: only, replicas: wanted });
      return;
    }
    const saturated =
      current &&
      isSized(this.deployment, current) &&
      wantedOf(current) === wanted &&
      availableOf(current) === wanted;
    if (!saturated && this.deployment.spec?.strategy?.type === 'Recreate') return;
    const changes = saturated
      ? active.filter((set) => set !== current).map((set) => ({ set, replicas: 0 }))
      : proportional(this.deployment, this.sets);
    for (const change of changes) this.apply(change);
    for (const set of this.sets.filter((each) => wantedOf(each) > 0)) {
      this.apply({ set, replicas: wantedOf(set) });
    }
  }

  /** Old ReplicaSets beyond revisionHistoryLimit go, those of the oldest revisions first (cleanupDeployment). */
  private forgetOld(current: ReplicaSet | undefined): void {
    const limit = this.deployment.spec?.revisionHistoryLimit ?? 10;
    const old = this.sets
      .filter(({ metadata }) => metadata.uid !== current?.metadata.uid && !metadata.deletionTimestamp)
      .sort((left, right) => Number(revisionOf(left) - revisionOf(right)));
    for (const { metadata, spec, status } of old.slice(0, Math.max(0, old.length - limit))) {
      const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
      if ((spec?.replicas ?? 0) > 0 || (status?.replicas ?? 0) > 0 || !seen) continue;
      this.context.client.delete('replicasets.apps', metadata.namespace ?? '', metadata.name ?? '');
    }
  }

  private report(current: ReplicaSet | undefined, { rollout = true } = {}): void {
    const { client, clock } = this.context;
    const { metadata, status, spec } = this.deployment;
    const stored = client.get('deployments.apps', metadata.namespace ?? '', metadata.name ?? '');
    if (!stored || stored.metadata.uid !== metadata.uid) return;
    const now = clock.now();
    const counts = {
      replicas: sum(this.sets, (set) => set.status?.replicas ?? 0),
      updatedReplicas: current ? (this.fresh(current).status?.replicas ?? 0) : 0,
      readyReplicas: sum(this.sets, (set) => set.status?.readyReplicas ?? 0),
      availableReplicas: sum(this.sets, availableOf),
    };
    const terminating = this.sets.map((set) => set.status?.terminatingReplicas);
    const unavailable = Math.max(0, sum(this.sets, wantedOf) - counts.availableReplicas);
    const conditions = conditionsOf({
      deployment: this.deployment,
      current: current && this.fresh(current),
      all: this.sets,
      ...(this.event ? { event: this.event } : {}),
      rollout,
      now,
    });
    const numbers = Object.entries({ ...counts, unavailableReplicas: unavailable }).filter(
      ([, count]) => count > 0,
    );
    const updated = client.updateStatus('deployments.apps', {
      ...stored,
      status: {
        observedGeneration: metadata.generation ?? 0,
        ...Object.fromEntries(numbers),
        // Known once every ReplicaSet has counted its own (DeploymentReplicaSetTerminatingReplicas).
        ...(terminating.every((count) => count !== undefined)
          ? { terminatingReplicas: terminating.reduce((total, count) => total + count, 0) }
          : {}),
        ...(status?.collisionCount ? { collisionCount: status.collisionCount } : {}),
        conditions,
      },
    });
    const deadline = spec?.paused ? undefined : deadlineAt(updated);
    if (deadline !== undefined) this.queue.addAfter(keyOf(updated), Math.max(0, deadline - now) + 1000);
  }

  private fresh(set: ReplicaSet): ReplicaSet {
    return this.sets.find(({ metadata }) => metadata.uid === set.metadata.uid) ?? set;
  }
}
