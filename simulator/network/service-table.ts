import type { Client } from '../api/client';
import type { Clock } from '../clock/clock';
import type { EndpointSlice, Service } from '../schema/types';
import type { Protocol } from './route';

export interface Backend {
  address: string;
  port: number;
}

export type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];
type Endpoint = EndpointSlice['endpoints'][number];

/** Whose connection a backend is picked for. */
interface ServiceClient {
  address: string;
  /** Where kube-proxy translates. */
  node: string;
  /** It came to that node from elsewhere, by a node port. */
  outside: boolean;
}

interface Candidate extends Backend {
  conditions: NonNullable<Endpoint['conditions']>;
  node: string | undefined;
  hints: Endpoint['hints'];
}

interface Affinity {
  backend: Backend;
  until: number;
}

/** An address of an EndpointSlice with what DNS says about it. */
export interface EndpointAddress {
  address: string;
  hostname?: string;
  ports: { name: string; port: number; protocol: string }[];
}

/** sessionAffinityConfig.clientIP.timeoutSeconds' default. */
const defaultAffinitySeconds = 10_800;

/** Services and their endpoints as kube-proxy and CoreDNS keep them, from watches. */
export class ServiceTable {
  private readonly services = new Map<string, Service>();
  private readonly slices = new Map<string, EndpointSlice>();
  private readonly slicesOfService = new Map<string, Set<string>>();
  private readonly byAddress = new Map<string, Service>();
  private readonly byNodePort = new Map<string, Service>();
  /** By Service, then by port and client. */
  private readonly affinity = new Map<string, Map<string, Affinity>>();
  /** Of nodes, by name. */
  private readonly zones = new Map<string, string>();
  private readonly stops: (() => void)[];

  constructor(
    client: Client,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {
    this.stops = [
      client.watch('services', {}, ({ type, object }) => {
        if (type === 'DELETED') this.services.delete(keyOf(object));
        else this.services.set(keyOf(object), object);
        if (object.spec?.sessionAffinity !== 'ClientIP' || type === 'DELETED')
          this.affinity.delete(keyOf(object));
        this.index();
      }),
      client.watch('nodes', {}, ({ type, object }) => {
        const { name = '', labels } = object.metadata;
        const zone = type === 'DELETED' ? undefined : labels?.['topology.kubernetes.io/zone'];
        if (zone === undefined) this.zones.delete(name);
        else this.zones.set(name, zone);
      }),
      client.watch('endpointslices.discovery.k8s.io', {}, ({ type, object }) =>
        this.keepSlice(object, type === 'DELETED'),
      ),
    ];
  }

  close(): void {
    for (const stop of this.stops) stop();
  }

  get(namespace: string, name: string): Service | undefined {
    return this.services.get(`${namespace}/${name}`);
  }

  all(): Iterable<Service> {
    return this.services.values();
  }

  /** The Service whose cluster, external or load-balancer address this is. */
  atAddress(address: string): Service | undefined {
    return this.byAddress.get(address);
  }

  atNodePort(protocol: Protocol, port: number): { service: Service; port: ServicePort } | undefined {
    const service = this.byNodePort.get(`${protocol}/${port}`);
    const found = service?.spec?.ports?.find(
      (candidate) => candidate.nodePort === port && protocolOf(candidate) === protocol,
    );
    return service && found ? { service, port: found } : undefined;
  }

  port(service: Service, protocol: Protocol, port: number): ServicePort | undefined {
    if (isLeftToOthers(service)) return undefined;
    return service.spec?.ports?.find(
      (candidate) => candidate.port === port && protocolOf(candidate) === protocol,
    );
  }

  /**
   * One backend for a new connection, at random; the same one for a client under ClientIP affinity. Undefined when the Service has
   * none at all, 'not-here' when a policy Local leaves none on this node.
   */
  pick(service: Service, port: ServicePort, client: ServiceClient): Backend | 'not-here' | undefined {
    const all = this.backends(service, port);
    const local = client.outside
      ? service.spec?.externalTrafficPolicy === 'Local'
      : service.spec?.internalTrafficPolicy === 'Local';
    const backends = usable(
      local ? all.filter(({ node }) => node === client.node) : this.near(all, client.node),
    );
    if (backends.length === 0) return local && usable(all).length > 0 ? 'not-here' : undefined;
    const sticky = service.spec?.sessionAffinity === 'ClientIP';
    if (!sticky) return backends[Math.floor(this.random() * backends.length)];
    const kept = this.affinity.get(keyOf(service)) ?? new Map<string, Affinity>();
    const key = `${port.port}/${client.address}`;
    const known = kept.get(key);
    const backend =
      (known && known.until > this.clock.now() ? find(backends, known.backend) : undefined) ??
      backends[Math.floor(this.random() * backends.length)];
    if (!backend) return undefined;
    const seconds = service.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
    kept.set(key, { backend, until: this.clock.now() + seconds * 1_000 });
    this.affinity.set(keyOf(service), kept);
    return backend;
  }

  /** Addresses that DNS gives for a headless Service: the ready ones, all with publishNotReadyAddresses. */
  readyAddresses(service: Service): EndpointAddress[] {
    const found: EndpointAddress[] = [];
    for (const slice of this.slicesOf(service)) {
      const ports = (slice.ports ?? []).map((port) => ({
        name: port.name ?? '',
        port: port.port ?? 0,
        protocol: (port.protocol ?? 'TCP').toLowerCase(),
      }));
      for (const endpoint of slice.endpoints ?? []) {
        if (endpoint.conditions?.ready === false) continue;
        for (const address of endpoint.addresses) found.push({ address, hostname: endpoint.hostname, ports });
      }
    }
    return found;
  }

  private backends(service: Service, port: ServicePort): Candidate[] {
    const found: Candidate[] = [];
    for (const slice of this.slicesOf(service)) {
      const target = slice.ports?.find((candidate) => (candidate.name ?? '') === (port.name ?? ''));
      if (target?.port === undefined) continue;
      for (const { addresses, conditions, nodeName: node, hints } of slice.endpoints ?? [])
        for (const address of addresses)
          found.push({ address, port: target.port, conditions: conditions ?? {}, node, hints });
    }
    return found;
  }

  /** The endpoints whose hints name this node or its zone, when all have hints (kube-proxy's topology; trafficDistribution). */
  private near(all: Candidate[], node: string): Candidate[] {
    const ready = all.filter(({ conditions }) => conditions.ready !== false);
    const zone = this.zones.get(node);
    const levels = [
      (each: Candidate) => each.hints?.forNodes?.map(({ name }) => name).includes(node),
      (each: Candidate) => zone !== undefined && each.hints?.forZones?.map(({ name }) => name).includes(zone),
    ];
    for (const [level, isNear] of levels.entries()) {
      const hinted = ready.every(({ hints }) => (level === 0 ? hints?.forNodes : hints?.forZones)?.length);
      const chosen = hinted ? ready.filter(isNear) : [];
      if (chosen.length > 0) return chosen;
    }
    return all;
  }

  private *slicesOf(service: Service): Iterable<EndpointSlice> {
    for (const key of this.slicesOfService.get(keyOf(service)) ?? []) {
      const slice = this.slices.get(key);
      if (slice) yield slice;
    }
  }

  private keepSlice(slice: EndpointSlice, deleted: boolean): void {
    const name = slice.metadata.labels?.['kubernetes.io/service-name'];
    if (!name) return;
    const owner = `${slice.metadata.namespace}/${name}`;
    const keys = this.slicesOfService.get(owner) ?? new Set();
    if (deleted) {
      this.slices.delete(keyOf(slice));
      keys.delete(keyOf(slice));
    } else {
      this.slices.set(keyOf(slice), slice);
      keys.add(keyOf(slice));
    }
    if (keys.size > 0) this.slicesOfService.set(owner, keys);
    else this.slicesOfService.delete(owner);
  }

  private index(): void {
    this.byAddress.clear();
    this.byNodePort.clear();
    for (const service of this.services.values()) {
      const { spec, status } = service;
      const balanced = (status?.loadBalancer?.ingress ?? []).map((ingress) => ingress.ip);
      for (const address of [
        ...(spec?.clusterIPs ?? [spec?.clusterIP]),
        ...(spec?.externalIPs ?? []),
        ...balanced,
      ])
        if (address && address !== 'None') this.byAddress.set(address, service);
      if (isLeftToOthers(service)) continue;
      for (const port of spec?.ports ?? [])
        if (port.nodePort) this.byNodePort.set(`${protocolOf(port)}/${port.nodePort}`, service);
    }
  }
}

/** kube-proxy passes over what has one of these labels: another proxy looks after it, or none. */
function isLeftToOthers({ metadata }: Service): boolean {
  return ['service-proxy-name', 'headless'].some(
    (name) => metadata.labels?.[`service.kubernetes.io/${name}`] !== undefined,
  );
}

function protocolOf(port: ServicePort): string {
  return (port.protocol ?? 'TCP').toLowerCase();
}

/** The ready ones, else those that serve while they terminate (KEP-1669). */
function usable(all: Candidate[]): Backend[] {
  const ready = all.filter(({ conditions }) => conditions.ready !== false);
  const chosen =
    ready.length > 0 ? ready : all.filter(({ conditions }) => conditions.serving && conditions.terminating);
  return chosen.map(({ address, port }) => ({ address, port }));
}

function find(backends: Backend[], wanted: Backend): Backend | undefined {
  return backends.find(({ address, port }) => address === wanted.address && port === wanted.port);
}

export function keyOf(object: { metadata: { namespace?: string; name?: string } }): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}
