import type { Client } from '../api/client';
import { ApiError } from '../api/errors';
import type { Clock, Timer } from '../clock/clock';
import { EventRecorder } from '../events/event-recorder';
import type { Pod, PodCondition } from '../schema/types';
import { type ClusterView, type Misfit, misfit } from './filters';
import { type NodeInfo, nodeInfo, occupies } from './node-info';
import { histogram, preempt } from './preemption';
import { bestNode } from './scores';
import { VolumeBinding } from './volume-binding';

export interface SchedulerOptions {
  client: Client;
  clock: Clock;
  onError?: (error: unknown) => void;
}

const NAME = 'default-scheduler';
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 10_000;
/** Unschedulable Pods are tried again after this, whatever happens (flushUnschedulablePodsLeftover). */
const FLUSH_MS = 300_000;
/** So many Pods are tried in one go, before others have their turn. */
const AT_ONCE = 50;

interface Pending {
  attempts: number;
  /** Not to be tried before. */
  notBefore: number;
  since: number;
  /** Something has happened since it was last tried that may let it in (moved from unschedulable to backoffQ). */
  wanted: boolean;
  /** Of the Pod when it was last tried: a changed one is tried at once. */
  generation: number;
}

/** Binds Pods to nodes: filter, score, bind; preempts; says why not (kube-scheduler, default profile). */
export function startScheduler(options: SchedulerOptions): { stop(): void } {
  const scheduler = new Scheduler(options);
  return scheduler.start();
}

class Scheduler {
  private readonly pending = new Map<string, Pending>();
  private readonly events: EventRecorder;
  private readonly volumes: VolumeBinding;
  private timer: { at: number; timer: Timer } | undefined;
  /** Those on nodes, or on their way there, as long as the scheduler changes none: listed once for many that wait. */
  private placed: Pod[] | undefined;

  constructor(private readonly options: SchedulerOptions) {
    this.events = new EventRecorder(options.client, options.clock, NAME);
    this.volumes = new VolumeBinding(options.client);
  }

  start(): { stop(): void } {
    const { client } = this.options;
    const retry = (): void => this.retryAll();
    const stops = [
      client.watch('pods', {}, ({ type, object }) => this.onPod(type, object)),
      client.watch('nodes', {}, ({ type, object }) => {
        // Heartbeats change nothing that matters here.
        if (type !== 'MODIFIED' || this.nodeChanged(object)) retry();
      }),
      client.watch('persistentvolumeclaims', {}, retry),
      client.watch('persistentvolumes', {}, retry),
    ];
    return {
      stop: () => {
        for (const stop of stops) stop();
        this.timer?.timer.cancel();
      },
    };
  }

  private readonly nodeShapes = new Map<string, string>();

  private nodeChanged({
    metadata,
    spec,
    status,
  }: { metadata: { name?: string; labels?: object } } & {
    spec?: object;
    status?: { allocatable?: object };
  }): boolean {
    const shape = JSON.stringify([metadata.labels, spec, status?.allocatable]);
    const before = this.nodeShapes.get(metadata.name ?? '');
    this.nodeShapes.set(metadata.name ?? '', shape);
    return before !== shape;
  }

  private onPod(type: string, pod: Pod): void {
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const waits =
      type !== 'DELETED' && !pod.spec?.nodeName && !pod.metadata.deletionTimestamp && occupies(pod);
    if (waits && (pod.spec?.schedulerName ?? NAME) === NAME) {
      const known = this.pending.get(key);
      const now = this.options.clock.now();
      const { generation = 0 } = pod.metadata;
      if (known?.generation === generation) return;
      this.pending.set(key, {
        attempts: 0,
        notBefore: now,
        since: known?.since ?? now,
        wanted: true,
        generation,
      });
      this.wakeAt(now);
      return;
    }
    this.pending.delete(key);
    // Room may have come free, or company that others are waiting for.
    if (type === 'DELETED' || !occupies(pod) || pod.spec?.affinity) this.retryAll();
  }

  private retryAll(): void {
    for (const each of this.pending.values()) each.wanted = true;
    this.wakeForWanted();
  }

  private wakeForWanted(): void {
    const times = [...this.pending.values()].filter(({ wanted }) => wanted).map(({ notBefore }) => notBefore);
    if (times.length > 0) this.wakeAt(Math.max(Math.min(...times), this.options.clock.now()));
  }

  private wakeAt(at: number): void {
    if (this.timer && this.timer.at <= at) return;
    this.timer?.timer.cancel();
    const timer = this.options.clock.after(at - this.options.clock.now(), () => {
      this.timer = undefined;
      this.cycle();
    });
    this.timer = { at, timer };
  }

  /** Tries everything that is due, the most important and oldest first (plugin PrioritySort). */
  private cycle(): void {
    const { client, clock } = this.options;
    const now = clock.now();
    const due = [...this.pending]
      .filter(([, { notBefore, wanted }]) => notBefore <= now && (wanted || now - notBefore >= FLUSH_MS / 2))
      .flatMap(([key, state]) => {
        const [namespace = '', name = ''] = key.split('/');
        const pod = client.get('pods', namespace, name);
        return pod && !pod.spec?.nodeName ? [{ pod, state, key }] : [];
      })
      .sort(
        (left, right) =>
          (right.pod.spec?.priority ?? 0) - (left.pod.spec?.priority ?? 0) ||
          left.state.since - right.state.since,
      );
    this.placed = undefined;
    for (const { pod, state, key } of due.slice(0, AT_ONCE)) {
      state.wanted = false;
      try {
        if (this.schedule(pod)) {
          this.pending.delete(key);
          continue;
        }
      } catch (error) {
        if (!(error instanceof ApiError)) (this.options.onError ?? (() => undefined))(error);
      }
      state.attempts += 1;
      state.notBefore = now + Math.min(FIRST_BACKOFF_MS * 2 ** (state.attempts - 1), LONGEST_BACKOFF_MS);
    }
    if (due.length > AT_ONCE) this.wakeAt(now);
    if (this.pending.size > 0) this.wakeAt(now + FLUSH_MS);
    this.wakeForWanted();
  }

  /** True when the Pod needs no further attempt. */
  private schedule(pod: Pod): boolean {
    if ((pod.spec?.schedulingGates?.length ?? 0) > 0) {
      this.setCondition(pod, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates');
      return false;
    }
    const view = this.view(pod);
    const refusal = this.volumes.refusal(pod);
    const misfits = new Map<NodeInfo, Misfit>();
    const fitting: NodeInfo[] = [];
    for (const info of view.nodes) {
      const why = refusal ? { reasons: [refusal], hopeless: true } : misfit(pod, info, view);
      if (why) misfits.set(info, why);
      else fitting.push(info);
    }
    const chosen = bestNode(pod, fitting, view);
    if (!chosen) {
      this.reject(pod, misfits, view, refusal);
      return false;
    }
    if (this.volumes.prepare(pod, chosen)) return false;
    const { namespace = '', name = '' } = pod.metadata;
    this.options.client.bind(namespace, name, chosen.name);
    this.placed = undefined;
    this.events.record(
      pod,
      'Normal',
      'Scheduled',
      `Successfully assigned ${namespace}/${name} to ${chosen.name}`,
    );
    return true;
  }

  private view(pod: Pod): ClusterView {
    const { client } = this.options;
    this.placed ??= client
      .list('pods')
      .filter((each) => occupies(each) && (each.spec?.nodeName || each.status?.nominatedNodeName));
    const pods = this.placed;
    // A node that room is being made on is taken as far as Pods of less importance are concerned (nominated Pods).
    const placeOf = (each: Pod): string | undefined =>
      each.spec?.nodeName ??
      (each.metadata.uid !== pod.metadata.uid && (each.spec?.priority ?? 0) >= (pod.spec?.priority ?? 0)
        ? each.status?.nominatedNodeName
        : undefined);
    return {
      nodes: client.list('nodes').map((node) =>
        nodeInfo(
          node,
          pods.filter((each) => placeOf(each) === node.metadata.name),
        ),
      ),
      namespaces: client.list('namespaces'),
      volumes: (each, info, nodes) =>
        this.volumes.misfit(
          each,
          info,
          nodes.flatMap((node) => node.pods),
        ),
    };
  }

  private reject(
    pod: Pod,
    misfits: Map<NodeInfo, Misfit>,
    view: ClusterView,
    refusal: string | undefined,
  ): void {
    const reasons = new Map<string, number>();
    for (const each of misfits.values()) {
      for (const reason of each.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    let message = `0/${view.nodes.length} nodes are available:`;
    if (view.nodes.length === 0) message = 'no nodes available to schedule pods';
    else message += ` ${refusal ?? histogram(reasons)}.`;
    if (view.nodes.length > 0) {
      const result = preempt(pod, misfits, view, this.options.client.list('poddisruptionbudgets.policy'));
      if ('found' in result) this.makeRoom(pod, result.found.node.name, result.found.victims);
      else message += ` no new claims to deallocate, preemption: ${result.message}`;
    }
    this.setCondition(pod, 'Unschedulable', message);
    this.events.record(pod, 'Warning', 'FailedScheduling', message);
  }

  private makeRoom(pod: Pod, node: string, victims: Pod[]): void {
    const { client, clock } = this.options;
    this.placed = undefined;
    const nominated = client.get('pods', pod.metadata.namespace ?? '', pod.metadata.name ?? '');
    if (nominated) {
      client.updateStatus('pods', { ...nominated, status: { ...nominated.status, nominatedNodeName: node } });
    }
    for (const victim of victims) {
      if (victim.metadata.deletionTimestamp) continue;
      const { namespace = '', name = '' } = victim.metadata;
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${NAME}: preempting to accommodate a higher priority pod`,
        observedGeneration: victim.metadata.generation,
        lastProbeTime: null,
        lastTransitionTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
      } as unknown as PodCondition;
      const conditions = [
        ...(victim.status?.conditions ?? []).filter(({ type }) => type !== condition.type),
        condition,
      ];
      client.updateStatus('pods', { ...victim, status: { ...victim.status, conditions } });
      client.delete('pods', namespace, name);
      this.events.record(
        victim,
        'Normal',
        'Preempted',
        `Preempted by pod ${pod.metadata.uid} on node ${node}`,
      );
    }
  }

  private setCondition(pod: Pod, reason: string, message: string): void {
    const { client, clock } = this.options;
    const stored = client.get('pods', pod.metadata.namespace ?? '', pod.metadata.name ?? '');
    if (!stored) return;
    const before = stored.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (before?.reason === reason && before.message === message) return;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      observedGeneration: stored.metadata.generation,
      lastProbeTime: null,
      lastTransitionTime:
        before?.status === 'False' && before.lastTransitionTime
          ? before.lastTransitionTime
          : new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    } as unknown as PodCondition;
    const others = (stored.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    client.updateStatus('pods', {
      ...stored,
      status: { ...stored.status, conditions: [...others, condition] },
    });
  }
}
