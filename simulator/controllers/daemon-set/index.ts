import { Backoff } from '../../clock/backoff';
import type { EventRecorder } from '../../events/event-recorder';
import type { DaemonSet, Pod } from '../../schema/types';
import {
  type ControllerContext,
  isPodReady,
  keyOf,
  recorder,
  type StopController,
  splitKey,
} from '../controller';
import { claimPods, createPod, deletePod, untilAvailable } from '../owned-pods';
import { watchOwners } from '../owner-watch';
import { currentRevision, forgetRevisions } from '../revisions';
import { byAge, daemonPod, HASH, nodeOf, suitability } from './nodes';
import { allowsSurge, type Changes, excess, type Fleet, roll } from './rolling';

/** A Pod that failed is not replaced at once again and again (--daemonset-controller failedPodsBackoff). */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 900_000;

/** One Pod on every node that suits (daemonset controller). */
export function startDaemonSetController(context: ControllerContext): StopController {
  const events = recorder(context, 'daemonset-controller');
  const backoff = new Backoff(FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS);
  const { stop, queue } = watchOwners(
    context,
    'daemonsets.apps',
    'DaemonSet',
    ({ spec }) => spec?.selector,
    (key) => {
      const [namespace, name] = splitKey(key);
      const set = context.client.get('daemonsets.apps', namespace, name);
      const again = (ms: number) => queue.addAfter(key, ms);
      if (set) new DaemonSync(context, events, backoff, set, again).sync();
      else backoff.forgetAll(`${key}/`);
    },
  );
  const shapes = new Map<string, string>();
  const stopNodes = context.client.watch('nodes', {}, ({ type, object }) => {
    const name = object.metadata.name ?? '';
    const shape = JSON.stringify([object.metadata.labels, object.spec]);
    if (type !== 'DELETED' && shapes.get(name) === shape) return;
    if (type === 'DELETED') shapes.delete(name);
    else shapes.set(name, shape);
    for (const set of context.client.list('daemonsets.apps')) queue.add(keyOf(set));
  });
  return () => {
    stopNodes();
    stop();
  };
}

class DaemonSync {
  constructor(
    private readonly context: ControllerContext,
    private readonly events: EventRecorder,
    private readonly backoff: Backoff,
    private readonly set: DaemonSet,
    private readonly again: (ms: number) => void,
  ) {}

  sync(): void {
    const { context, set } = this;
    if (!set.spec) return;
    const labels = set.spec.template.metadata?.labels ?? {};
    const revision = currentRevision(context, set, set.spec.template, labels);
    const hash = revision.metadata.labels?.[HASH] ?? '';
    if (!set.metadata.deletionTimestamp) {
      this.apply(this.manage(this.fleet(hash)), hash);
      this.apply(roll(this.fleet(hash)), hash);
      const names = this.pods().map(({ metadata }) => `${set.metadata.name}-${metadata.labels?.[HASH]}`);
      const used = new Set([revision.metadata.name ?? '', ...names]);
      forgetRevisions(context, set, set.spec.revisionHistoryLimit ?? 10, used);
    }
    this.report(this.fleet(hash));
  }

  private pods(): Pod[] {
    return claimPods(this.context, this.set, this.set.spec?.selector);
  }

  private fleet(hash: string): Fleet {
    const { client, clock } = this.context;
    const byNode = new Map<string, Pod[]>();
    for (const pod of this.pods()) {
      const { phase } = pod.status ?? {};
      // One that has ended and is on its way out is no affair of this controller any more (getNodesToDaemonPods).
      if (pod.metadata.deletionTimestamp && (phase === 'Succeeded' || phase === 'Failed')) continue;
      byNode.set(nodeOf(pod), [...(byNode.get(nodeOf(pod)) ?? []), pod]);
    }
    const nodes = client
      .list('nodes')
      .map((node) => [node.metadata.name ?? '', suitability(this.set, node)] as const);
    return { set: this.set, hash, byNode, nodes: new Map(nodes), now: clock.now() };
  }

  /** Each node that suits gets its one Pod; those that failed, are one too many or in the wrong place go (podsShouldBeOnNode). */
  private manage(fleet: Fleet): Changes {
    const { byNode, nodes } = fleet;
    const changes: Changes = { remove: [], createOn: [] };
    for (const node of new Set([...nodes.keys(), ...byNode.keys()])) {
      const there = byNode.get(node) ?? [];
      const living = there.filter(({ metadata }) => !metadata.deletionTimestamp);
      const suits = nodes.get(node) ?? 'none';
      if (suits === 'none') {
        changes.remove.push(...living);
        continue;
      }
      const running = living.filter(
        ({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded',
      );
      changes.remove.push(...this.finished(node, living), ...excess(fleet, running));
      // One on its way out holds the place, unless two may stand there for a while.
      const free = allowsSurge(this.set) ? living.length === 0 : there.length === 0;
      if (suits === 'runs' && free) changes.createOn.push(node);
    }
    return changes;
  }

  private finished(node: string, pods: Pod[]): Pod[] {
    const { events, set, backoff } = this;
    const now = this.context.clock.now();
    const where = (pod: Pod) => `${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
    return pods.filter((pod) => {
      if (pod.status?.phase === 'Succeeded') {
        const message = `Found succeeded daemon pod ${where(pod)}, will try to delete it`;
        events.record(set, 'Normal', 'SucceededDaemonPod', message);
        return true;
      }
      if (pod.status?.phase !== 'Failed') return false;
      const key = `${keyOf(set)}/${set.metadata.uid}/${node}`;
      const wait = backoff.remainingSinceUpdate(key, now);
      if (wait > 0) {
        this.again(wait);
        return false;
      }
      backoff.next(key, now, now);
      const message = `Found failed daemon pod ${where(pod)}, will try to kill it`;
      events.record(set, 'Warning', 'FailedDaemonPod', message);
      return true;
    });
  }

  private apply({ remove, createOn }: Changes, hash: string): void {
    const { context, events, set } = this;
    for (const pod of remove) deletePod(context, events, set, pod);
    for (const node of createOn)
      if (set.spec) createPod(context, events, set, daemonPod(set, set.spec.template, node, hash));
  }

  /** Of several Pods on a node the oldest counts. */
  private report(fleet: Fleet): void {
    const { client } = this.context;
    const { namespace = '', name = '', uid, generation = 0 } = this.set.metadata;
    const stored = client.get('daemonsets.apps', namespace, name);
    if (!stored || stored.metadata.uid !== uid) return;
    const { nodes, byNode, hash, now } = fleet;
    const wanted = [...nodes].filter(([, suits]) => suits === 'runs').map(([node]) => node);
    const placed = wanted.flatMap((node) => byAge(byNode.get(node) ?? [])[0] ?? []);
    const waits = placed.map((pod) => untilAvailable(pod, this.set.spec?.minReadySeconds ?? 0, now));
    const pending = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
    if (pending.length > 0) this.again(Math.min(...pending));
    const available = waits.filter((wait) => wait === 0).length;
    const optional = Object.entries({
      updatedNumberScheduled: placed.filter(({ metadata }) => metadata.labels?.[HASH] === hash).length,
      numberAvailable: available,
      numberUnavailable: wanted.length - available,
    }).filter(([, count]) => count > 0);
    client.updateStatus('daemonsets.apps', {
      ...stored,
      status: {
        currentNumberScheduled: placed.length,
        desiredNumberScheduled: wanted.length,
        numberMisscheduled: [...byNode.keys()].filter((node) => nodes.has(node) && nodes.get(node) !== 'runs')
          .length,
        numberReady: placed.filter(isPodReady).length,
        observedGeneration: generation,
        ...Object.fromEntries(optional),
        // Somebody else's, and kept (storeDaemonSetStatus).
        ...(stored.status?.conditions ? { conditions: stored.status.conditions } : {}),
      },
    });
  }
}
