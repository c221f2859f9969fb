import type { Client } from '../api/client';
import type { Clock } from '../clock/clock';
import type { NetworkStream } from '../runtime/container-runtime';
import { SERVICE_RANGE_PREFIX } from '../schema/service-range';
import type { Node, Service } from '../schema/types';
import { AddressPool } from './address-pool';
import { answerOutside, answerQuestion, nodeResolver } from './cluster-dns';
import { type ClusterNetwork, DialError } from './cluster-network';
import { HostPorts } from './host-ports';
import { isIPv4 } from './name-resolution';
import { type DnsQuestion, type DnsReply, NetworkError } from './namespace';
import { NetworkStack } from './network-stack';
import { type Party, PolicyTable } from './policy-table';
import type { Fabric, Protocol, Route } from './route';
import { type ServicePort, ServiceTable } from './service-table';

export interface NetworkOptions {
  client: Client;
  clock: Clock;
  /** Default `cluster.local`. */
  clusterDomain?: string;
  /** Address of the cluster's name server; default 10.96.0.10. */
  dnsAddress?: string;
  /** Opens a connection to the API server itself, for Pods that talk to `kubernetes.default`; refused when absent. */
  apiServer?: () => Promise<NetworkStream>;
  /** In [0, 1): picks a Service's backend. Default Math.random. */
  random?: () => number;
}

/** A Pod's place on the network. */
export interface PodAttachment {
  readonly namespace: NetworkStack;
  /** Gives the address back and resets what is open. Idempotent. */
  detach(): void;
}

export interface PodIdentity {
  podNamespace: string;
  podName: string;
  nodeName: string;
  nodeIP: string;
  hostNetwork: boolean;
}

const apiServerPort = 6443;
const corednsPod = { namespace: 'kube-system', name: 'coredns' };

/** The cluster's network: routing between namespaces, kube-proxy's translation, CoreDNS, NetworkPolicies. */
export class SimulatedNetwork implements ClusterNetwork, Fabric {
  private readonly services: ServiceTable;
  private readonly policies: PolicyTable;
  private readonly hostPorts: HostPorts;
  private readonly nodes = new Map<string, NetworkStack>();
  private readonly pools = new Map<string, AddressPool>();
  private readonly podStacks = new Map<string, { stack: NetworkStack; party: Party }>();
  private readonly parties = new Map<NetworkStack, Party>();
  private readonly stopNodes: () => void;
  private readonly domain: string;
  private readonly dnsAddress: string;

  constructor(private readonly options: NetworkOptions) {
    const { client, clock } = options;
    this.domain = options.clusterDomain ?? 'cluster.local';
    this.dnsAddress = options.dnsAddress ?? '10.96.0.10';
    this.services = new ServiceTable(client, clock, options.random ?? Math.random);
    this.policies = new PolicyTable(client);
    this.hostPorts = new HostPorts(client);
    this.stopNodes = client.watch('nodes', {}, ({ type, object }) => {
      if (type !== 'DELETED') this.knowNode(object);
    });
  }

  /** Plugs a Pod in: an address of its node's podCIDR, or the node's own namespace with hostNetwork. */
  attach(pod: PodIdentity): PodAttachment {
    const node = this.nodeStack(pod.nodeName, pod.nodeIP);
    if (pod.hostNetwork) return { namespace: node, detach: () => undefined };
    const pool = this.pool(pod.nodeName);
    const address = pool.take();
    if (!address)
      throw new Error(`failed to allocate for range 0: no IP addresses available in range set: ${pool.cidr}`);
    const stack = new NetworkStack(address, this, this.options.clock);
    const party = { address, node: pod.nodeName, pod: { namespace: pod.podNamespace, name: pod.podName } };
    this.podStacks.set(address, { stack, party });
    this.parties.set(stack, party);
    return {
      namespace: stack,
      detach: () => {
        if (this.podStacks.get(address)?.stack !== stack) return;
        this.podStacks.delete(address);
        this.parties.delete(stack);
        stack.close();
        pool.give(address);
      },
    };
  }

  /** From a node straight to a namespace, as the kubelet reaches its Pods. Rejects with DialError. */
  async dialNamespace(
    from: { node: string; nodeIP: string },
    to: NetworkStack,
    port: number,
    options: { localhost?: boolean; timeoutMs?: number } = {},
  ): Promise<NetworkStream> {
    // Port-forward enters the Pod's namespace and dials its loopback.
    const source = options.localhost ? to : this.nodeStack(from.node, from.nodeIP);
    return dialled(
      source.connect(options.localhost ? '127.0.0.1' : to.address, port, options),
      to.address,
      port,
    );
  }

  async dial(
    from: { node: string },
    host: string,
    port: number,
    options: { timeoutMs?: number } = {},
  ): Promise<NetworkStream> {
    const stack = this.nodes.get(from.node);
    if (!stack) throw new DialError('EHOSTUNREACH', `dial tcp ${host}:${port}: connect: no route to host`);
    const address = isIPv4(host) ? host : this.lookUp(host);
    if (!address) throw new DialError('ENOTFOUND', `dial tcp: lookup ${host}: no such host`);
    return dialled(stack.connect(address, port, options), address, port);
  }

  route(from: NetworkStack, protocol: Protocol, address: string, port: number): Route {
    const nodeOf = [...this.nodes.values()].find((node) => node.address === address);
    if (nodeOf) {
      return (
        this.throughNode(from, nodeOf, protocol, address, port) ?? this.toNode(from, nodeOf, protocol, port)
      );
    }
    if (address === this.dnsAddress && port === 53 && protocol !== 'icmp') return this.toDns(from, protocol);
    if (address === nodeResolver && port === 53 && protocol !== 'icmp')
      return this.toNodeResolver(from, protocol);
    const service = this.services.atAddress(address);
    if (service) {
      // A cluster address answers on its ports alone; echo requests and other ports meet no rule and get lost.
      const found = protocol === 'icmp' ? undefined : this.services.port(service, protocol, port);
      return found ? this.toBackend(from, protocol, { service, port: found }) : { kind: 'drop' };
    }
    // One that no Service has, or has any more, gets lost as well.
    if (address.startsWith(SERVICE_RANGE_PREFIX)) return { kind: 'drop' };
    return this.toPod(from, protocol, address, port);
  }

  fromOwnNode(from: NetworkStack, protocol: Protocol, address: string, port: number): Route | undefined {
    return this.throughNode(from, from, protocol, address, port);
  }

  answer(of: 'cluster' | 'nodes', question: DnsQuestion): Omit<DnsReply, 'server'> {
    return of === 'cluster' ? answerQuestion(question, this.zone()) : answerOutside(question);
  }

  close(): void {
    this.stopNodes();
    this.services.close();
    this.policies.close();
    this.hostPorts.close();
    for (const { stack } of this.podStacks.values()) stack.close();
    for (const stack of this.nodes.values()) stack.close();
    this.podStacks.clear();
  }

  private zone() {
    return {
      domain: this.domain,
      services: this.services,
      hasNamespace: (name: string) => this.policies.hasNamespace(name),
    };
  }

  private lookUp(name: string): string | undefined {
    const { answers } = answerQuestion({ name, type: 'A' }, this.zone());
    return answers.find(({ type }) => type === 'A')?.value;
  }

  /** By a node port (kube-proxy), or a host port (the portmap plugin). */
  private throughNode(
    from: NetworkStack,
    node: NetworkStack,
    protocol: Protocol,
    address: string,
    port: number,
  ): Route | undefined {
    const name = this.nodeName(node);
    if (name === undefined || protocol === 'icmp') return undefined;
    const nodePort = this.services.atNodePort(protocol, port);
    if (nodePort) return this.toBackend(from, protocol, nodePort, { name, address: node.address });
    const target = this.hostPorts.find(name, protocol, address, port);
    const pod = target && this.attached(target.namespace, target.name);
    if (!target || !pod) return undefined;
    return this.toPod(from, protocol, pod.address, target.port);
  }

  private attached(namespace: string, name: string): NetworkStack | undefined {
    for (const { stack, party } of this.podStacks.values()) {
      if (party.pod?.name === name && party.pod.namespace === namespace) return stack;
    }
    return undefined;
  }

  /** kube-proxy's choice among the endpoints of a Service; `entry`: the node whose node port was asked. */
  private toBackend(
    from: NetworkStack,
    protocol: Protocol,
    { service, port }: { service: Service; port: ServicePort },
    entry?: { name: string; address: string },
  ): Route {
    const own = this.partyOf(from).node;
    // What comes from a node itself, or from its Pods, is inside: only others see externalTrafficPolicy Local.
    const outside = entry !== undefined && entry.name !== own;
    const client = { address: from.address, node: entry?.name ?? own ?? '', outside };
    const backend = this.services.pick(service, port, client);
    if (backend === 'not-here') return { kind: 'drop' };
    if (!backend) return { kind: 'refuse' };
    if (backend.port === apiServerPort && !this.podStacks.has(backend.address)) return this.toApiServer();
    const route = this.toPod(from, protocol, backend.address, backend.port);
    if (route.kind !== 'deliver') return route;
    const source = this.translatedSource(from, route, service, entry);
    return source ? { ...route, source } : route;
  }

  /** Whom the backend sees instead of the client: masquerading. */
  private translatedSource(
    from: NetworkStack,
    { to, address }: Extract<Route, { kind: 'deliver' }>,
    service: Service,
    entry: { name: string; address: string } | undefined,
  ): string | undefined {
    // Hairpin: a Pod that reaches itself through a Service is seen as its bridge, or it could not answer.
    if (to === from) return gatewayOf(from.address);
    if (!entry) return undefined;
    const own = this.partyOf(from);
    if (service.spec?.externalTrafficPolicy !== 'Local')
      return this.partyOf(to).node === entry.name && to.address !== entry.address
        ? gatewayOf(address)
        : entry.address;
    // On its way to another node a Pod has its node's address.
    return own.pod && own.node !== entry.name ? this.nodes.get(own.node ?? '')?.address : undefined;
  }

  private toPod(from: NetworkStack, protocol: Protocol, address: string, port: number): Route {
    const node = [...this.nodes.values()].find((candidate) => candidate.address === address);
    const target = this.podStacks.get(address);
    if (!target && !node) {
      const ours = [...this.pools.values()].some((pool) => address.startsWith(networkOf(pool.cidr)));
      return { kind: 'unreachable', code: ours ? 'EHOSTUNREACH' : 'ENETUNREACH' };
    }
    const to = target?.party ?? this.partyOf(node ?? from);
    if (!this.policies.allows({ from: this.partyOf(from), to, protocol, port })) return { kind: 'drop' };
    const stack = target?.stack ?? node;
    if (!stack) return { kind: 'drop' };
    // A node has the address of the Pods' gateway towards its own (ptp plugin): so the kubelet's probes are seen.
    const near = target !== undefined && from !== stack && this.nodes.get(target.party.node ?? '') === from;
    return { kind: 'deliver', to: stack, address, port, ...(near ? { source: gatewayOf(address) } : {}) };
  }

  private toNode(from: NetworkStack, node: NetworkStack, protocol: Protocol, port: number): Route {
    const to = this.partyOf(node);
    if (!this.policies.allows({ from: this.partyOf(from), to, protocol, port })) return { kind: 'drop' };
    if (protocol === 'tcp' && port === apiServerPort && !node.listens(node.address, port))
      return this.toApiServer();
    return { kind: 'deliver', to: node, address: node.address, port };
  }

  private toDns(from: NetworkStack, protocol: Protocol): Route {
    const to = { address: this.dnsAddress, pod: corednsPod };
    const allowed = this.policies.allows({ from: this.partyOf(from), to, protocol, port: 53 });
    return allowed ? { kind: 'dns', of: 'cluster' } : { kind: 'drop' };
  }

  private toNodeResolver(from: NetworkStack, protocol: Protocol): Route {
    const to = { address: nodeResolver };
    const allowed = this.policies.allows({ from: this.partyOf(from), to, protocol, port: 53 });
    return allowed ? { kind: 'dns', of: 'nodes' } : { kind: 'drop' };
  }

  private toApiServer(): Route {
    const { apiServer } = this.options;
    return apiServer ? { kind: 'outside', open: apiServer } : { kind: 'refuse' };
  }

  private partyOf(stack: NetworkStack): Party {
    const known = this.parties.get(stack);
    if (known) return known;
    const node = this.nodeName(stack);
    return { address: stack.address, ...(node === undefined ? {} : { node }) };
  }

  private nodeName(stack: NetworkStack): string | undefined {
    for (const [name, each] of this.nodes) if (each === stack) return name;
    return undefined;
  }

  private knowNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
    if (address) this.nodeStack(name, address);
    if (node.spec?.podCIDR && !this.pools.has(name)) this.pools.set(name, new AddressPool(node.spec.podCIDR));
  }

  private nodeStack(name: string, address: string): NetworkStack {
    const known = this.nodes.get(name);
    if (known?.address === address) return known;
    const stack = new NetworkStack(address, this, this.options.clock, 16);
    this.nodes.set(name, stack);
    return stack;
  }

  /** The pool of spec.podCIDR; nodes that have none get the /24s of 10.244.0.0/16 in turn, as kubeadm's do. */
  private pool(node: string): AddressPool {
    const known = this.pools.get(node) ?? new AddressPool(this.freeCidr());
    this.pools.set(node, known);
    return known;
  }

  private freeCidr(): string {
    const taken = new Set([...this.pools.values()].map((pool) => pool.cidr));
    for (let third = 0; third < 256; third++) {
      const cidr = `10.244.${third}.0/24`;
      if (!taken.has(cidr)) return cidr;
    }
    throw new Error('no podCIDR left in 10.244.0.0/16');
  }
}

async function dialled(
  connection: Promise<NetworkStream>,
  host: string,
  port: number,
): Promise<NetworkStream> {
  try {
    return await connection;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const { code } = error;
    if (code === 'ETIMEDOUT') throw new DialError(code, `dial tcp ${host}:${port}: i/o timeout`);
    if (code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EHOSTUNREACH')
      throw new DialError(code, `dial tcp ${host}:${port}: connect: ${error.message.toLowerCase()}`);
    throw new DialError('EHOSTUNREACH', `dial tcp ${host}:${port}: connect: ${error.message.toLowerCase()}`);
  }
}

function gatewayOf(address: string): string {
  return address.replace(/\d+$/, '1');
}

function networkOf(cidr: string): string {
  return cidr.replace(/\d+\/\d+$/, '');
}
