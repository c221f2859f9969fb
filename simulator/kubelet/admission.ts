import { hostPortsTaken } from '../scheduler/filters';
import { fitsNodeAffinity } from '../scheduler/node-affinity';
import { type NodeInfo, nodeInfo, requested, requestsOf } from '../scheduler/node-info';
import { untolerated } from '../scheduler/taints';
import type { Node, Pod } from '../schema/types';
import type { Verdict } from './status/status-writer';

/**
 * Why the kubelet does not take a Pod that is bound to its node, as happens to one with `nodeName` set by hand (kubelet
 * lifecycle.predicateAdmitHandler and sysctl allowlist). `others`: the Pods of the node that have not finished.
 */
export function rejection(pod: Pod, node: Node, others: Pod[]): Verdict | undefined {
  const os = pod.spec?.os?.name;
  if (os && os !== 'linux') {
    return {
      reason: 'PodOSNotSupported',
      message: "Failed to admit pod as the OS field doesn't match node OS",
    };
  }
  const info = nodeInfo(node, others);
  const lacking = outOf(pod, info);
  if (lacking) return lacking;
  const failed = (name: string, why: string): Verdict => ({
    reason: name,
    message: `Predicate ${name} failed: ${why}`,
  });
  if (!fitsNodeAffinity(pod, info))
    return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  if (hostPortsTaken(pod, info))
    return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  if (untolerated(pod, node, ['NoExecute']).length > 0)
    return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  return forbiddenSysctl(pod);
}

/** What a node lacks for a Pod beside `others`; undefined when it has enough. */
export function lackOfResources(pod: Pod, node: Node, others: Pod[]): Verdict | undefined {
  return outOf(pod, nodeInfo(node, others));
}

/** InsufficientResourceError: CPU in thousandths, everything else whole. */
function outOf(pod: Pod, info: NodeInfo): Verdict | undefined {
  const tell = (name: string, wanted: bigint, used: bigint, capacity: bigint): Verdict => ({
    reason: `OutOf${name}`,
    message: `Node didn't have enough resource: ${name}, requested: ${wanted}, used: ${used}, capacity: ${capacity}`,
  });
  const count = BigInt(info.pods.length);
  const places = (info.allocatable.get('pods') ?? 0n) / NANOS;
  if (count + 1n > places) return tell('pods', 1n, count, places);
  const used = requested(info.pods);
  for (const [name, wanted] of requestsOf(pod)) {
    const taken = used.get(name) ?? 0n;
    const total = info.allocatable.get(name) ?? 0n;
    const unit = name === 'cpu' ? NANOS / 1000n : NANOS;
    if (wanted > 0n && wanted > total - taken) return tell(name, wanted / unit, taken / unit, total / unit);
  }
  return undefined;
}

const NANOS = 1_000_000_000n;

/** Allowed without asking: they belong to a namespace of the Pod's own (kubelet sysctl.SafeSysctlAllowlist). */
const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];

function forbiddenSysctl(pod: Pod): Verdict | undefined {
  const { hostNetwork, hostIPC, securityContext } = pod.spec ?? { containers: [] };
  for (const { name } of securityContext?.sysctls ?? []) {
    const sysctl = name.replaceAll('/', '.');
    const refuse = (why: string): Verdict => ({
      reason: 'SysctlForbidden',
      message: `forbidden sysctl: ${JSON.stringify(sysctl)} ${why}`,
    });
    if (!SAFE_SYSCTLS.includes(sysctl)) return refuse('not allowlisted');
    if (hostNetwork && sysctl.startsWith('net.')) return refuse('not allowed with host net enabled');
    if (hostIPC && sysctl.startsWith('kernel.')) return refuse('not allowed with host ipc enabled');
  }
  return undefined;
}
