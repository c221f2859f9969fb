import type { NetworkStream } from '../runtime/container-runtime';
import type { DnsQuestion, DnsReply } from './namespace';
import type { NetworkStack } from './network-stack';

export type Protocol = 'tcp' | 'udp' | 'icmp';

/** What becomes of a packet: the sum of routing, kube-proxy's rules and NetworkPolicies. */
export type Route =
  /** To this namespace and port; `source` replaces the sender's address when it is masqueraded. */
  | { kind: 'deliver'; to: NetworkStack; address: string; port: number; source?: string }
  /** To a name server: the cluster's, or that of the nodes, which knows nothing of the cluster. */
  | { kind: 'dns'; of: 'cluster' | 'nodes' }
  /** To something that is no simulated process, such as the API server. */
  | { kind: 'outside'; open: () => Promise<NetworkStream> }
  /** Answered with a reset: nobody there, or a Service without endpoints (kube-proxy's REJECT). */
  | { kind: 'refuse' }
  /** No answer at all: dropped by a policy, or nobody at that address. */
  | { kind: 'drop' }
  | { kind: 'unreachable'; code: 'EHOSTUNREACH' | 'ENETUNREACH' };

/** The network that namespaces are plugged into. */
export interface Fabric {
  route(from: NetworkStack, protocol: Protocol, address: string, port: number): Route;
  /**
   * Where a node's own address, or its loopback, leads beside its own processes: to Services by their node ports, to Pods by
   * their host ports. Undefined for other namespaces and ports.
   */
  fromOwnNode(from: NetworkStack, protocol: Protocol, address: string, port: number): Route | undefined;
  answer(of: 'cluster' | 'nodes', question: DnsQuestion): Omit<DnsReply, 'server'>;
}
