import type { EventRecorder } from '../events/event-recorder';
import { fitsNodeAffinity } from '../scheduler/node-affinity';
import { untolerated } from '../scheduler/taints';
import type { ControllerRevision, DaemonSet, Node, Pod, PodTemplateSpec } from '../schema/types';
import {
  type ControllerContext,
  isPodReady,
  keyOf,
  recorder,
  type StopController,
  splitKey,
} from './controller';
import { resolve } from './deployment/rolling';
import { claimPods, createPod, deletePod, podFromTemplate, untilAvailable } from './owned-pods';
import { watchOwners } from './owner-watch';
import { currentRevision, forgetRevisions } from './revisions';

const HASH = 'controller-revision-hash';

/** What the Pods of a DaemonSet tolerate of themselves: they are there to look after nodes in trouble too. */
const TOLERATED: readonly [key: string, effect: string][] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** One Pod on every node that suits (daemonset controller). */
export function startDaemonSetController(context: ControllerContext): StopController {
  const events = recorder(context, 'daemonset-controller');
  const { stop, queue } = watchOwners(
    context,
    'daemonsets.apps',
    'DaemonSet',
    ({ spec }) => spec?.selector,
    (key) => {
      const [namespace, name] = splitKey(key);
      const set = context.client.get('daemonsets.apps', namespace, name);
      if (set) reconcile(context, events, set, (ms) => queue.addAfter(key, ms));
    },
  );
  const shapes = new Map<string, string>();
  const stopNodes = context.client.watch('nodes', {}, ({ object }) => {
    const shape = JSON.stringify([object.metadata.labels, object.spec]);
    if (shapes.get(object.metadata.name ?? '') === shape) return;
    shapes.set(object.metadata.name ?? '', shape);
    for (const set of context.client.list('daemonsets.apps')) queue.add(keyOf(set));
  });
  return () => {
    stopNodes();
    stop();
  };
}

function reconcile(
  context: ControllerContext,
  events: EventRecorder,
  set: DaemonSet,
  again: (ms: number) => void,
): void {
  const { client } = context;
  if (!set.spec) return;
  const revision = currentRevision(context, set, set.spec.template, set.spec.template.metadata?.labels ?? {});
  const hash = revision.metadata.labels?.[HASH] ?? '';
  const nodes = client.list('nodes');
  const wanted = new Set(nodes.filter((node) => suits(set, node)).map(({ metadata }) => metadata.name ?? ''));
  if (!set.metadata.deletionTimestamp) {
    const pods = claimPods(context, set, set.spec.selector);
    manage(context, events, set, pods, wanted, hash);
    roll(context, events, set, claimPods(context, set, set.spec.selector), wanted, hash);
    forgetRevisions(context, set, set.spec.revisionHistoryLimit ?? 10, usedRevisions(revision, pods, set));
  }
  report(context, set, wanted, hash, again);
}

function usedRevisions(revision: ControllerRevision, pods: Pod[], set: DaemonSet): Set<string> {
  const names = pods.map(({ metadata }) => `${set.metadata.name}-${metadata.labels?.[HASH]}`);
  return new Set([revision.metadata.name ?? '', ...names]);
}

function manage(
  context: ControllerContext,
  events: EventRecorder,
  set: DaemonSet,
  pods: Pod[],
  wanted: Set<string>,
  hash: string,
): void {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) byNode.set(nodeOf(pod), [...(byNode.get(nodeOf(pod)) ?? []), pod]);
  for (const [node, there] of byNode) {
    for (const pod of there) {
      if (pod.metadata.deletionTimestamp) continue;
      const { phase } = pod.status ?? {};
      if (phase === 'Failed') {
        const message = `Found failed daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${node}, will try to kill it`;
        events.record(set, 'Warning', 'FailedDaemonPod', message);
        deletePod(context, events, set, pod);
      } else if (!wanted.has(node)) deletePod(context, events, set, pod);
    }
  }
  for (const node of wanted) {
    if ((byNode.get(node) ?? []).length > 0 || !set.spec) continue;
    createPod(context, events, set, daemonPod(set, set.spec.template, node, hash));
  }
}

/** Old Pods go as far as maxUnavailable allows; their successors come by `manage`. */
function roll(
  context: ControllerContext,
  events: EventRecorder,
  set: DaemonSet,
  pods: Pod[],
  wanted: Set<string>,
  hash: string,
): void {
  if (set.spec?.updateStrategy?.type === 'OnDelete') return;
  const limit = resolve(set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.size, Math.ceil);
  const now = context.clock.now();
  const available = pods.filter(
    (pod) =>
      !pod.metadata.deletionTimestamp && untilAvailable(pod, set.spec?.minReadySeconds ?? 0, now) === 0,
  );
  let allowed = Math.max(1, limit) - (wanted.size - available.length);
  for (const pod of pods) {
    if (pod.metadata.labels?.[HASH] === hash || pod.metadata.deletionTimestamp) continue;
    if (!available.includes(pod)) deletePod(context, events, set, pod);
    else if (allowed > 0) {
      allowed -= 1;
      deletePod(context, events, set, pod);
    }
  }
}

function daemonPod(set: DaemonSet, template: PodTemplateSpec, node: string, hash: string): Pod {
  const pod = podFromTemplate(set, template, {
    generateName: `${set.metadata.name}-`,
    labels: { [HASH]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) },
  });
  if (!pod.spec) return pod;
  const own =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const nodeSelectorTerms = own ? own.map((term) => ({ ...term, matchFields })) : [{ matchFields }];
  pod.spec.affinity = {
    ...pod.spec.affinity,
    nodeAffinity: {
      ...pod.spec.affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
    },
  };
  pod.spec.tolerations = [...(pod.spec.tolerations ?? []), ...tolerationsOf(pod)];
  return pod;
}

function tolerationsOf(pod: Pod) {
  const network = pod.spec?.hostNetwork
    ? ([['node.kubernetes.io/network-unavailable', 'NoSchedule']] as const)
    : [];
  return [...TOLERATED, ...network].map(([key, effect]) => ({ key, operator: 'Exists', effect }));
}

/** Whether a node shall run one: its labels fit and its taints are tolerated (nodeShouldRunDaemonPod). */
function suits(set: DaemonSet, node: Node): boolean {
  const { spec } = set.spec?.template ?? {};
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {},
    spec: { containers: [], ...spec, tolerations: [...(spec?.tolerations ?? [])] },
  };
  pod.spec?.tolerations?.push(...tolerationsOf(pod));
  const labels = node.metadata.labels ?? {};
  return (
    fitsNodeAffinity(pod, { node, labels }) &&
    untolerated(pod, node, ['NoSchedule', 'NoExecute']).length === 0
  );
}

/** The node it runs on, or is meant for. */
function nodeOf(pod: Pod): string {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? '';
}

function report(
  { client, clock, ...context }: ControllerContext,
  set: DaemonSet,
  wanted: Set<string>,
  hash: string,
  again: (ms: number) => void,
): void {
  const { namespace = '', name = '', uid, generation = 0 } = set.metadata;
  const stored = client.get('daemonsets.apps', namespace, name);
  if (!stored || stored.metadata.uid !== uid) return;
  const pods = claimPods({ client, clock, ...context }, set, set.spec?.selector).filter(
    ({ metadata }) => !metadata.deletionTimestamp,
  );
  const on = pods.filter((pod) => wanted.has(nodeOf(pod)));
  const waits = on.map((pod) => untilAvailable(pod, set.spec?.minReadySeconds ?? 0, clock.now()));
  const pending = waits.filter((wait): wait is number => wait !== undefined && wait > 0);
  if (pending.length > 0) again(Math.min(...pending));
  const available = waits.filter((wait) => wait === 0).length;
  const optional = Object.entries({
    updatedNumberScheduled: on.filter(({ metadata }) => metadata.labels?.[HASH] === hash).length,
    numberAvailable: available,
    numberUnavailable: wanted.size - available,
  }).filter(([, count]) => count > 0);
  client.updateStatus('daemonsets.apps', {
    ...stored,
    status: {
      currentNumberScheduled: on.length,
      desiredNumberScheduled: wanted.size,
      numberMisscheduled: pods.length - on.length,
      numberReady: on.filter(isPodReady).length,
      observedGeneration: generation,
      ...Object.fromEntries(optional),
      // Somebody else's, and kept (storeDaemonSetStatus).
      ...(stored.status?.conditions ? { conditions: stored.status.conditions } : {}),
    },
  });
}
