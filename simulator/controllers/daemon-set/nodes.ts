import { fitsNodeAffinity } from '../../scheduler/node-affinity';
import { untolerated } from '../../scheduler/taints';
import type { DaemonSet, Node, Pod, PodTemplateSpec } from '../../schema/types';
import { podFromTemplate } from '../owned-pods';

export const HASH = 'controller-revision-hash';
const GENERATION = 'deprecated.daemonset.template.generation';

/** What the Pods of a DaemonSet tolerate of themselves: they are there to look after nodes in trouble too. */
const TOLERATED: readonly [key: string, effect: string][] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** What a node is to a DaemonSet: `keeps` one Pod that is there, though it would get none. */
export type Suitability = 'runs' | 'keeps' | 'none';

/** Whether a node shall run a Pod: its name and labels fit and its taints are tolerated (nodeShouldRunDaemonPod). */
export function suitability(set: DaemonSet, node: Node): Suitability {
  const { spec } = set.spec?.template ?? {};
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {},
    spec: { containers: [], ...spec, tolerations: [...(spec?.tolerations ?? [])] },
  };
  pod.spec?.tolerations?.push(...tolerationsOf(pod));
  if (spec?.nodeName && spec.nodeName !== node.metadata.name) return 'none';
  if (!fitsNodeAffinity(pod, { node, labels: node.metadata.labels ?? {} })) return 'none';
  if (untolerated(pod, node, ['NoSchedule', 'NoExecute']).length === 0) return 'runs';
  // A taint that only keeps new Pods away leaves those that run (only NoExecute drives them out).
  return untolerated(pod, node, ['NoExecute']).length === 0 ? 'keeps' : 'none';
}

/** The Pod that a DaemonSet wants on a node. */
export function daemonPod(set: DaemonSet, template: PodTemplateSpec, node: string, hash: string): Pod {
  const generation = set.metadata.annotations?.[GENERATION] ?? '1';
  const pod = podFromTemplate(set, template, {
    generateName: `${set.metadata.name}-`,
    labels: { [HASH]: hash, 'pod-template-generation': generation },
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

/** The node it runs on, or is meant for. */
export function nodeOf(pod: Pod): string {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? '';
}

/** The oldest first, those that have their node before those that wait for it (podByCreationTimestampAndPhase). */
export function byAge(pods: Pod[]): Pod[] {
  const created = ({ metadata }: Pod) => Date.parse(String(metadata.creationTimestamp));
  return [...pods].sort(
    (left, right) =>
      Number(Boolean(right.spec?.nodeName)) - Number(Boolean(left.spec?.nodeName)) ||
      created(left) - created(right) ||
      ((left.metadata.name ?? '') < (right.metadata.name ?? '') ? -1 : 1),
  );
}

function tolerationsOf(pod: Pod) {
  const network = pod.spec?.hostNetwork
    ? ([['node.kubernetes.io/network-unavailable', 'NoSchedule']] as const)
    : [];
  return [...TOLERATED, ...network].map(([key, effect]) => ({ key, operator: 'Exists', effect }));
}
