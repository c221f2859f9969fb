import type { Namespace, Pod } from '../schema/types';
import { fitsNodeAffinity, namedNodes } from './node-affinity';
import { type NodeInfo, requested, requestsOf } from './node-info';
import { podAffinityFailure } from './pod-affinity';
import { tolerates, untolerated } from './taints';
import { spreadFailure } from './topology-spread';

/** Why a Pod cannot go to a node. `hopeless`: no other Pod's going would change it (UnschedulableAndUnresolvable). */
export interface Misfit {
  reasons: string[];
  hopeless: boolean;
}

export interface ClusterView {
  nodes: NodeInfo[];
  namespaces: Namespace[];
  /** Why the volumes of the Pod rule the node out, among these nodes. */
  volumes(pod: Pod, info: NodeInfo, nodes: NodeInfo[]): Misfit | undefined;
}

const UNSCHEDULABLE_TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** The first filter that says no, in the order of the default profile; undefined when the Pod fits. */
export function misfit(pod: Pod, info: NodeInfo, view: ClusterView): Misfit | undefined {
  const { node } = info;
  const hopeless = (reason: string): Misfit => ({ reasons: [reason], hopeless: true });
  // Before all others: nodes that a Pod names are the only ones that are looked at (PreFilter of plugin NodeAffinity).
  const named = namedNodes(pod);
  if (named && !named.has(info.name)) return hopeless("node(s) didn't satisfy plugin(s) [NodeAffinity]");
  const tolerations = pod.spec?.tolerations ?? [];
  if (node.spec?.unschedulable && !tolerations.some((each) => tolerates(each, UNSCHEDULABLE_TAINT))) {
    return hopeless('node(s) were unschedulable');
  }
  if (pod.spec?.resourceClaims?.length)
    return hopeless('The embedded cluster does not simulate resource claims; use a kind cluster for that');
  const { nodeName } = pod.spec ?? {};
  if (nodeName && nodeName !== info.name) return hopeless("node(s) didn't match the requested node name");
  if (untolerated(pod, node, ['NoSchedule', 'NoExecute']).length > 0) {
    return hopeless('node(s) had untolerated taint(s)');
  }
  if (!fitsNodeAffinity(pod, info)) return hopeless("node(s) didn't match Pod's node affinity/selector");
  if (hostPortsTaken(pod, info)) {
    return { reasons: ["node(s) didn't have free ports for the requested pod ports"], hopeless: false };
  }
  const lacking = insufficient(pod, info);
  if (lacking) return lacking;
  const volumes = view.volumes(pod, info, view.nodes);
  if (volumes) return volumes;
  const other =
    spreadFailure(pod, info, view.nodes) ?? podAffinityFailure(pod, info, view.nodes, view.namespaces);
  return other && { reasons: [other.reason], hopeless: other.hopeless };
}

/** Plugin NodeResourcesFit. */
function insufficient(pod: Pod, info: NodeInfo): Misfit | undefined {
  const reasons: string[] = [];
  let hopeless = false;
  const places = info.allocatable.get('pods');
  if (places !== undefined && BigInt(info.pods.length + 1) * 1_000_000_000n > places)
    reasons.push('Too many pods');
  const used = requested(info.pods);
  for (const [name, wanted] of requestsOf(pod)) {
    if (wanted === 0n) continue;
    const total = info.allocatable.get(name) ?? 0n;
    if (wanted <= total - (used.get(name) ?? 0n)) continue;
    reasons.push(`Insufficient ${name}`);
    if (wanted > total) hopeless = true;
  }
  return reasons.length > 0 ? { reasons, hopeless } : undefined;
}

/** Plugin NodePorts. */
export function hostPortsTaken(pod: Pod, info: NodeInfo): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  const taken = info.pods.flatMap(hostPorts);
  return wanted.some((port) =>
    taken.some(
      (other) =>
        other.number === port.number &&
        other.protocol === port.protocol &&
        (other.ip === port.ip || other.ip === ANY || port.ip === ANY),
    ),
  );
}

const ANY = '0.0.0.0';

function hostPorts(pod: Pod) {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars].flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort)
      .map(({ hostPort, hostIP, protocol }) => ({
        number: hostPort,
        ip: hostIP || ANY,
        protocol: protocol ?? 'TCP',
      })),
  );
}
