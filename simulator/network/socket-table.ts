import type { SocketAddress, SocketEntry, SocketOwner } from './namespace';
import { type Datagram, type DatagramSocket, type Listener, NetworkError } from './namespace';
import type { ConnectionEnd } from './tcp-connection';

/** Linux' default of /proc/sys/net/ipv4/ip_local_port_range. */
const firstEphemeralPort = 32768;
const lastEphemeralPort = 60999;
/** somaxconn-like bound on connections that wait for accept. */
const backlogSize = 512;
/** Datagrams that wait to be received; more are lost. */
const datagramQueue = 256;

export interface ListeningSocket extends Listener {
  readonly owner?: SocketOwner;
  /** False when its queue is full: the connection is then refused. */
  offer(connection: ConnectionEnd): boolean;
}

export interface BoundDatagramSocket extends DatagramSocket {
  readonly owner?: SocketOwner;
  /** What connect(2) bound it to. */
  remote?: SocketAddress;
  deliver(datagram: Datagram): void;
}

/** Ports taken in one network namespace, and by whom. */
export class SocketTable {
  private readonly listeners = new Map<string, ListeningSocket>();
  private readonly datagrams = new Map<string, BoundDatagramSocket>();
  private readonly connections = new Map<ConnectionEnd, SocketOwner | undefined>();
  private nextEphemeral = firstEphemeralPort;

  listen(address: string, requested: number, owner?: SocketOwner): Listener {
    const port = requested === 0 ? this.ephemeralPort() : requested;
    claim(this.listeners, address, port);
    const queue = waitingQueue<ConnectionEnd>(backlogSize);
    const key = `${address}:${port}`;
    const socket: ListeningSocket = {
      local: { address, port },
      owner,
      offer: queue.offer,
      accept: queue.next,
      close: () => {
        if (this.listeners.get(key) === socket) this.listeners.delete(key);
        for (const waiting of queue.close()) waiting.destroy();
      },
    };
    this.listeners.set(key, socket);
    return socket;
  }

  listenerFor(address: string, port: number): ListeningSocket | undefined {
    return this.listeners.get(`${address}:${port}`) ?? this.listeners.get(`0.0.0.0:${port}`);
  }

  bindDatagram(
    address: string,
    requested: number,
    owner: SocketOwner | undefined,
    send: (from: SocketAddress, data: Uint8Array, to: SocketAddress) => void,
  ): BoundDatagramSocket {
    const port = requested === 0 ? this.ephemeralPort() : requested;
    claim(this.datagrams, address, port);
    const queue = waitingQueue<Datagram>(datagramQueue);
    const key = `${address}:${port}`;
    const socket: BoundDatagramSocket = {
      local: { address, port },
      owner,
      deliver: (datagram) => {
        const { remote } = socket;
        const { from } = datagram;
        if (remote && (remote.address !== from.address || remote.port !== from.port)) return;
        queue.offer(datagram);
      },
      receive: queue.next,
      send: (data, to, toPort) => send({ address, port }, data, { address: to, port: toPort }),
      close: () => {
        if (this.datagrams.get(key) === socket) this.datagrams.delete(key);
        queue.close();
      },
    };
    this.datagrams.set(key, socket);
    return socket;
  }

  datagramSocketFor(address: string, port: number): BoundDatagramSocket | undefined {
    return this.datagrams.get(`${address}:${port}`) ?? this.datagrams.get(`0.0.0.0:${port}`);
  }

  /** Keeps an open connection in the table until both its directions have ended. */
  track(connection: ConnectionEnd, owner?: SocketOwner): void {
    this.connections.set(connection, owner);
    void connection.closed.then(() => this.connections.delete(connection));
  }

  /** A source port that no listener and no connection of this namespace uses. */
  ephemeralPort(): number {
    const taken = new Set<number>();
    for (const connection of this.connections.keys()) taken.add(connection.local.port);
    for (const socket of [...this.listeners.values(), ...this.datagrams.values()])
      taken.add(socket.local.port);
    const range = lastEphemeralPort - firstEphemeralPort + 1;
    for (let tried = 0; tried < range; tried++) {
      const port = this.nextEphemeral;
      this.nextEphemeral = port === lastEphemeralPort ? firstEphemeralPort : port + 1;
      if (!taken.has(port)) return port;
    }
    throw new NetworkError('EADDRNOTAVAIL');
  }

  entries(): SocketEntry[] {
    const anyone = { address: '0.0.0.0', port: 0 };
    return [
      ...[...this.listeners.values()].map(
        (socket): SocketEntry => ({
          protocol: 'tcp',
          state: 'LISTEN',
          local: socket.local,
          remote: anyone,
          owner: socket.owner,
        }),
      ),
      ...[...this.connections].map(
        ([connection, owner]): SocketEntry => ({
          protocol: 'tcp',
          state: connection.state,
          local: connection.local,
          remote: connection.remote,
          owner,
        }),
      ),
      ...[...this.datagrams.values()].map(
        (socket): SocketEntry => ({
          protocol: 'udp',
          state: socket.remote ? 'ESTABLISHED' : '',
          local: socket.local,
          remote: socket.remote ?? anyone,
          owner: socket.owner,
        }),
      ),
    ];
  }

  /** Everything open is closed and reset: the namespace goes away. */
  close(): void {
    for (const listener of [...this.listeners.values()]) listener.close();
    for (const socket of [...this.datagrams.values()]) socket.close();
    for (const connection of [...this.connections.keys()]) connection.destroy();
  }
}

/** bind(2)'s rule: a port is taken by the same address, and by or for the wildcard. */
function claim(table: Map<string, { local: SocketAddress }>, address: string, port: number): void {
  for (const { local } of table.values()) {
    if (local.port !== port) continue;
    if (local.address === address || local.address === '0.0.0.0' || address === '0.0.0.0')
      throw new NetworkError('EADDRINUSE');
  }
}

function waitingQueue<Item>(limit: number) {
  const items: Item[] = [];
  const takers: ((item: Item | undefined) => void)[] = [];
  let open = true;
  return {
    offer(item: Item): boolean {
      if (!open) return false;
      const taker = takers.shift();
      if (taker) taker(item);
      else if (items.length < limit) items.push(item);
      else return false;
      return true;
    },
    async next(signal?: AbortSignal): Promise<Item | undefined> {
      signal?.throwIfAborted();
      const item = items.shift();
      if (item !== undefined || !open) return item;
      return new Promise<Item | undefined>((resolve, reject) => {
        const onAbort = () => {
          takers.splice(takers.indexOf(take), 1);
          reject(signal?.reason);
        };
        const take = (taken: Item | undefined) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(taken);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        takers.push(take);
      });
    },
    close(): Item[] {
      open = false;
      for (const take of takers.splice(0)) take(undefined);
      return items.splice(0);
    },
  };
}
