import type { Client } from '../api/client';
import type { NetworkPolicy, Pod } from '../schema/types';
import { inCidr } from './address-pool';
import { matchesLabels } from './label-selector';
import type { Protocol } from './route';
import { keyOf } from './service-table';

/** One side of a connection. `pod` is absent for nodes and for everything outside. */
export interface Party {
  address: string;
  /** The node that it is, or that the Pod runs on. */
  node?: string;
  pod?: { namespace: string; name: string };
}

interface Traffic {
  from: Party;
  to: Party;
  protocol: Protocol;
  port: number;
}

type Spec = NonNullable<NetworkPolicy['spec']>;
type Peer = NonNullable<NonNullable<Spec['egress']>[number]['to']>[number];
type Port = NonNullable<NonNullable<Spec['ingress']>[number]['ports']>[number];
type Direction = 'Ingress' | 'Egress';

/** What NetworkPolicies allow, from watches (networking.k8s.io/v1: policies add up, isolation by selection). */
export class PolicyTable {
  private readonly policies = new Map<string, Map<string, NetworkPolicy>>();
  private readonly pods = new Map<string, Pod>();
  private readonly namespaces = new Map<string, Record<string, string>>();
  private readonly stops: (() => void)[];

  constructor(client: Client) {
    this.stops = [
      client.watch('networkpolicies.networking.k8s.io', {}, ({ type, object }) => {
        const namespace = object.metadata.namespace ?? '';
        const here = this.policies.get(namespace) ?? new Map<string, NetworkPolicy>();
        if (type === 'DELETED') here.delete(keyOf(object));
        else here.set(keyOf(object), object);
        if (here.size > 0) this.policies.set(namespace, here);
        else this.policies.delete(namespace);
      }),
      client.watch('pods', {}, ({ type, object }) => {
        if (type === 'DELETED') this.pods.delete(keyOf(object));
        else this.pods.set(keyOf(object), object);
      }),
      client.watch('namespaces', {}, ({ type, object }) => {
        const name = object.metadata.name ?? '';
        if (type === 'DELETED') this.namespaces.delete(name);
        else this.namespaces.set(name, object.metadata.labels ?? {});
      }),
    ];
  }

  close(): void {
    for (const stop of this.stops) stop();
  }

  hasNamespace(name: string): boolean {
    return this.namespaces.has(name);
  }

  /** Whether both ends let it pass. A Pod's traffic to itself is never filtered. */
  allows(traffic: Traffic): boolean {
    if (this.policies.size === 0 || traffic.from.address === traffic.to.address) return true;
    return this.passes('Egress', traffic) && this.passes('Ingress', traffic);
  }

  private passes(direction: Direction, traffic: Traffic): boolean {
    const self = direction === 'Ingress' ? traffic.to : traffic.from;
    const peer = direction === 'Ingress' ? traffic.from : traffic.to;
    if (!self.pod) return true;
    // A node always reaches the Pods that run on it: the kubelet's probes, port-forward, the API server's proxy.
    if (direction === 'Ingress' && !peer.pod && peer.node === self.node) return true;
    const isolating = this.policiesFor(self.pod, direction);
    if (isolating.length === 0) return true;
    return isolating.some((policy) => this.permits(policy, direction, peer, traffic));
  }

  private policiesFor(pod: { namespace: string; name: string }, direction: Direction): NetworkPolicy[] {
    const labels = this.labelsOf(pod);
    return [...(this.policies.get(pod.namespace)?.values() ?? [])].filter(
      ({ spec }) =>
        spec && policyTypes(spec).includes(direction) && matchesLabels(spec.podSelector ?? {}, labels),
    );
  }

  private permits(policy: NetworkPolicy, direction: Direction, peer: Party, traffic: Traffic): boolean {
    const rules =
      direction === 'Ingress'
        ? (policy.spec?.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports }))
        : (policy.spec?.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }));
    return rules.some(
      ({ peers, ports }) =>
        (!peers?.length || peers.some((rule) => this.matchesPeer(policy, rule, peer))) &&
        (!ports?.length || ports.some((rule) => this.matchesPort(rule, traffic))),
    );
  }

  private matchesPeer(policy: NetworkPolicy, rule: Peer, peer: Party): boolean {
    if (rule.ipBlock) {
      const { cidr, except = [] } = rule.ipBlock;
      if (cidr.includes(':')) return false;
      return inCidr(peer.address, cidr) && !except.some((hole) => inCidr(peer.address, hole));
    }
    if (!peer.pod) return false;
    const inNamespace = rule.namespaceSelector
      ? matchesLabels(rule.namespaceSelector, this.namespaces.get(peer.pod.namespace))
      : peer.pod.namespace === policy.metadata.namespace;
    return inNamespace && (!rule.podSelector || matchesLabels(rule.podSelector, this.labelsOf(peer.pod)));
  }

  private matchesPort(rule: Port, { to, protocol, port }: Traffic): boolean {
    if ((rule.protocol ?? 'TCP').toLowerCase() !== protocol) return false;
    if (rule.port === undefined) return true;
    if (typeof rule.port === 'string') return this.namedPort(to, rule.port, protocol) === port;
    const first = Number(rule.port);
    return port >= first && port <= (rule.endPort ?? first);
  }

  private namedPort(party: Party, name: string, protocol: Protocol): number | undefined {
    const pod = party.pod && this.pods.get(`${party.pod.namespace}/${party.pod.name}`);
    const containers = [...(pod?.spec?.containers ?? []), ...(pod?.spec?.initContainers ?? [])];
    return containers
      .flatMap((container) => container.ports ?? [])
      .find((port) => port.name === name && (port.protocol ?? 'TCP').toLowerCase() === protocol)
      ?.containerPort;
  }

  private labelsOf(pod: { namespace: string; name: string }): Record<string, string> {
    const known = this.pods.get(`${pod.namespace}/${pod.name}`)?.metadata.labels;
    return known ?? builtInLabels[`${pod.namespace}/${pod.name}`] ?? {};
  }
}

/** Parts of the cluster that are no simulated Pods, but are named in policies as if they were. */
const builtInLabels: Record<string, Record<string, string>> = {
  'kube-system/coredns': { 'k8s-app': 'kube-dns' },
};

function policyTypes(spec: Spec): string[] {
  return spec.policyTypes ?? (spec.egress ? ['Ingress', 'Egress'] : ['Ingress']);
}
