import type { Clock } from '../clock/clock';
import { connectedDatagrams } from './connected-datagrams';
import { DatagramFlows } from './datagram-flows';
import { resolveName } from './name-resolution';
import {
  type ConnectedDatagramSocket,
  type Connection,
  type ConnectOptions,
  type Datagram,
  type DatagramSocket,
  type DnsQuestion,
  type DnsReply,
  type Listener,
  NetworkError,
  type NetworkErrorCode,
  type NetworkInterface,
  type NetworkNamespace,
  type ResolvedName,
  type ResolverFiles,
  type SocketAddress,
  type SocketEntry,
  type SocketOwner,
} from './namespace';
import { connectOutside, listenOnly } from './outside-connection';
import type { Fabric, Route } from './route';
import { SocketTable } from './socket-table';
import { connectionPair } from './tcp-connection';

/** Linux gives up on an unanswered SYN after 127 s (tcp_syn_retries = 6). */
const defaultConnectTimeout = 127_000;
/** One attempt of the resolver (resolv.conf(5): timeout 5 s). */
const defaultQueryTimeout = 5_000;
/** An ARP that nobody answers. */
const unreachableAfter = 3_000;

/** A network namespace on the simulated network: a Pod's, or a node's. */
export class NetworkStack implements NetworkNamespace {
  private readonly table = new SocketTable();
  private readonly traffic = { lo: { rx: 0, tx: 0 }, eth0: { rx: 0, tx: 0 } };
  private readonly flows: DatagramFlows<NetworkStack>;
  private readonly dummies = new Set<string>();
  private open = true;

  constructor(
    readonly address: string,
    private readonly fabric: Fabric,
    private readonly clock: Clock,
    /** Bits of the network part of `address`. */
    private readonly prefix = 24,
  ) {
    this.flows = new DatagramFlows(clock);
  }

  interfaces(): NetworkInterface[] {
    const { lo, eth0 } = this.traffic;
    const mac = this.address
      .split('.')
      .map((part) => Number(part).toString(16).padStart(2, '0'))
      .join(':');
    return [
      {
        name: 'lo',
        address: '127.0.0.1',
        prefix: 8,
        mac: '00:00:00:00:00:00',
        mtu: 65536,
        rxBytes: lo.rx,
        txBytes: lo.tx,
      },
      {
        name: 'eth0',
        address: this.address,
        prefix: this.prefix,
        mac: `0a:58:${mac}`,
        mtu: 1500,
        rxBytes: eth0.rx,
        txBytes: eth0.tx,
      },
      ...[...this.dummies].map((name, at) => ({
        name,
        address: '',
        prefix: 0,
        mac: `0a:58:${mac.slice(0, -2)}${at.toString(16).padStart(2, '0')}`,
        mtu: 1500,
        rxBytes: 0,
        txBytes: 0,
      })),
    ];
  }

  setDummy(name: string, present: boolean): boolean {
    if (name === 'lo' || name === 'eth0' || this.dummies.has(name) === present) return false;
    if (present) this.dummies.add(name);
    else this.dummies.delete(name);
    return true;
  }

  listen(port: number, host = '0.0.0.0', owner?: SocketOwner): Listener {
    return this.table.listen(this.bindable(host), port, owner);
  }

  async connect(address: string, port: number, options: ConnectOptions = {}): Promise<Connection> {
    options.signal?.throwIfAborted();
    await Promise.resolve();
    const route = this.routeTo('tcp', address, port);
    if (route.kind === 'deliver') return this.connectTo(route, { address, port }, options);
    if (route.kind === 'outside' || route.kind === 'dns') {
      const local = { address: this.address, port: this.table.ephemeralPort() };
      const open = route.kind === 'dns' ? listenOnly : route.open;
      const connection = await connectOutside(open, local, { address, port });
      this.table.track(connection, options.owner);
      return connection;
    }
    return this.fail(route, options, defaultConnectTimeout);
  }

  bindDatagram(port: number, host = '0.0.0.0', owner?: SocketOwner): DatagramSocket {
    return this.table.bindDatagram(this.bindable(host), port, owner, (from, data, to) =>
      this.sendDatagram(from, data, to),
    );
  }

  connectDatagram(address: string, port: number, from = 0, owner?: SocketOwner): ConnectedDatagramSocket {
    const route = this.routeTo('udp', address, port);
    if (route.kind === 'unreachable' && route.code === 'ENETUNREACH') throw new NetworkError(route.code);
    const remote = { address: address === '0.0.0.0' ? '127.0.0.1' : address, port };
    let comesBack: (code: NetworkErrorCode) => void = () => undefined;
    const socket = this.table.bindDatagram('0.0.0.0', from, owner, (local, data, to) => {
      const trouble = this.sendDatagram(local, data, to);
      if (trouble === 'EHOSTUNREACH') this.clock.after(unreachableAfter, () => comesBack(trouble));
      else if (trouble) comesBack(trouble);
    });
    socket.remote = remote;
    const { connected, fail } = connectedDatagrams(socket, remote);
    comesBack = fail;
    return connected;
  }

  async ping(
    address: string,
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<{ milliseconds: number; ttl: number }> {
    const route = this.routeTo('icmp', address, 0);
    if (route.kind !== 'deliver') return this.fail(route, options, 10_000);
    const near = route.to === this;
    await this.clock.sleep(0, options.signal);
    return { milliseconds: near ? 0.045 : 0.081, ttl: near ? 64 : 63 };
  }

  resolve(name: string, files: ResolverFiles, signal?: AbortSignal): Promise<ResolvedName> {
    return resolveName(name, files, (question, server, timeoutMs) =>
      this.query(question, server, { timeoutMs, signal }),
    );
  }

  async query(question: DnsQuestion, server: string, options: ConnectOptions = {}): Promise<DnsReply> {
    options.signal?.throwIfAborted();
    await Promise.resolve();
    const route = this.routeTo('udp', server, 53);
    if (route.kind === 'dns') return { ...this.fabric.answer(route.of, question), server };
    // A program of this cluster that happens to hold port 53 speaks no DNS that is simulated: it does not answer.
    return this.fail(route.kind === 'deliver' ? { kind: 'drop' } : route, options, defaultQueryTimeout);
  }

  sockets(): SocketEntry[] {
    return this.table.entries();
  }

  /** Whether a TCP connection to this port of this namespace would be taken. */
  listens(address: string, port: number): boolean {
    return this.open && this.table.listenerFor(address, port) !== undefined;
  }

  /** Resets every connection and frees every port. Idempotent. */
  close(): void {
    this.open = false;
    this.table.close();
  }

  private routeTo(protocol: 'tcp' | 'udp' | 'icmp', address: string, port: number): Route {
    if (isLoopback(address) || address === this.address) {
      const mapped = this.fabric.fromOwnNode(this, protocol, address, port);
      if (mapped) return mapped;
    }
    if (isLoopback(address) || address === '0.0.0.0')
      return { kind: 'deliver', to: this, address: address === '0.0.0.0' ? '127.0.0.1' : address, port };
    if (address === this.address) return { kind: 'deliver', to: this, address, port };
    return this.fabric.route(this, protocol, address, port);
  }

  private connectTo(
    route: Extract<Route, { kind: 'deliver' }>,
    dialled: SocketAddress,
    options: ConnectOptions,
  ): Connection {
    const listener = route.to.table.listenerFor(route.address, route.port);
    if (!listener) throw new NetworkError('ECONNREFUSED');
    const port = this.table.ephemeralPort();
    const source = isLoopback(route.address) ? route.address : this.address;
    const local = { address: source, port };
    const pair = connectionPair(
      local,
      dialled,
      {
        client: { address: route.source ?? source, port },
        server: { address: route.address, port: route.port },
      },
      this.counters(route.to),
    );
    if (!listener.offer(pair.server)) throw new NetworkError('ECONNREFUSED');
    this.table.track(pair.client, options.owner);
    route.to.table.track(pair.server, listener.owner);
    return pair.client;
  }

  private counters(peer: NetworkStack) {
    const here = peer === this ? this.traffic.lo : this.traffic.eth0;
    const there = peer === this ? peer.traffic.lo : peer.traffic.eth0;
    return {
      fromClient: (bytes: number) => {
        here.tx += bytes;
        there.rx += bytes;
      },
      fromServer: (bytes: number) => {
        there.tx += bytes;
        here.rx += bytes;
      },
    };
  }

  /** What comes back when it could not be delivered; undefined also for what gets lost. */
  private sendDatagram(
    from: SocketAddress,
    data: Uint8Array,
    to: SocketAddress,
  ): NetworkErrorCode | undefined {
    // An answer goes back the way its question came, whatever translated that on its way, and past all policies.
    const back = this.flows.backTo(from.port, to);
    if (back?.stack.open) return this.handOver(back.stack, back.client, { from: back.dialled, data });
    const fresh = this.routeTo('udp', to.address, to.port);
    if (fresh.kind === 'unreachable') return fresh.code;
    if (fresh.kind === 'refuse' || fresh.kind === 'outside') return 'ECONNREFUSED';
    if (fresh.kind !== 'deliver') return undefined;
    // A Service keeps the backend of a flow: conntrack.
    const known = this.flows.routeOf(from.port, to);
    const route = known?.to.open ? known : fresh;
    this.flows.keep(from.port, to, route);
    const source = isLoopback(route.address) ? route.address : (route.source ?? this.address);
    const client = { address: isLoopback(route.address) ? route.address : this.address, port: from.port };
    const seen = route.to.flows.receive(route.port, source, { stack: this, client, dialled: to });
    return this.handOver(route.to, route, { from: seen, data });
  }

  private handOver(stack: NetworkStack, to: SocketAddress, datagram: Datagram): NetworkErrorCode | undefined {
    const socket = stack.table.datagramSocketFor(to.address, to.port);
    if (!socket) return stack.open ? 'ECONNREFUSED' : undefined;
    this.counters(stack).fromClient(datagram.data.length);
    socket.deliver(datagram);
    return undefined;
  }

  private async fail(
    route: Exclude<Route, { kind: 'deliver' }>,
    options: { timeoutMs?: number; signal?: AbortSignal },
    timeoutMs: number,
  ): Promise<never> {
    if (route.kind === 'refuse') throw new NetworkError('ECONNREFUSED');
    if (route.kind === 'unreachable') {
      const wait = Math.min(options.timeoutMs ?? unreachableAfter, unreachableAfter);
      if (route.code === 'EHOSTUNREACH') await this.clock.sleep(wait, options.signal);
      throw new NetworkError(wait < unreachableAfter ? 'ETIMEDOUT' : route.code);
    }
    await this.clock.sleep(options.timeoutMs ?? timeoutMs, options.signal);
    throw new NetworkError('ETIMEDOUT');
  }

  private bindable(host: string): string {
    const address = host === '' || host === '*' || host === '::' ? '0.0.0.0' : host;
    if (address === '0.0.0.0' || address === this.address || isLoopback(address)) return address;
    throw new NetworkError('EADDRNOTAVAIL');
  }
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.');
}
