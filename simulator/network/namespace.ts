import type { NetworkStream } from '../runtime/container-runtime';

/**
 * The network namespace of a Pod, shared by its containers: interfaces, ports, connections, names. What Linux
 * gives to a process; wget, nc, nslookup and the simulated servers are written against it.
 *
 * Addresses are IPv4 literals here; names become addresses through `resolve`.
 */
export interface NetworkNamespace {
  /** The first address that is not loopback: the Pod's, or the node's with hostNetwork. */
  readonly address: string;
  interfaces(): NetworkInterface[];
  /** Adds or takes away an interface that leads nowhere (`ip link add NAME type dummy`). False: it is there, or not there, already. */
  setDummy(name: string, present: boolean): boolean;
  /**
   * Listens for TCP connections. `host` '0.0.0.0' (default) takes those to every address, '127.0.0.1' only those
   * of the Pod's own containers. Port 0 picks one. Throws NetworkError EADDRINUSE or EADDRNOTAVAIL.
   */
  listen(port: number, host?: string, owner?: SocketOwner): Listener;
  /**
   * Opens a TCP connection. Rejects with NetworkError ECONNREFUSED (nobody listens; a Service without endpoints),
   * ETIMEDOUT (a policy drops it, or no such host on this network; after `timeoutMs`, default 127 s as Linux),
   * EHOSTUNREACH, ENETUNREACH; with the signal's reason when aborted.
   */
  connect(address: string, port: number, options?: ConnectOptions): Promise<Connection>;
  /** Binds a UDP port (0 picks one). Throws NetworkError EADDRINUSE or EADDRNOTAVAIL. */
  bindDatagram(port: number, host?: string, owner?: SocketOwner): DatagramSocket;
  /**
   * A UDP socket that talks to one peer (connect(2)), from local port `from` (0 picks one). Throws NetworkError EADDRINUSE, or
   * ENETUNREACH.
   */
  connectDatagram(address: string, port: number, from?: number, owner?: SocketOwner): ConnectedDatagramSocket;
  /** One ICMP echo. Rejects with NetworkError ETIMEDOUT or EHOSTUNREACH. */
  ping(
    address: string,
    options?: { timeoutMs?: number; signal?: AbortSignal },
  ): Promise<{ milliseconds: number; ttl: number }>;
  /**
   * Addresses of a name as libc finds them: literal, then /etc/hosts, then the name servers with search domains and
   * ndots (resolv.conf(5)). Rejects with NetworkError ENOTFOUND (no such name) or EAI_AGAIN (no server answered).
   */
  resolve(name: string, files: ResolverFiles, signal?: AbortSignal): Promise<ResolvedName>;
  /** One DNS question to one server, no search domains: what nslookup and dig send. Rejects as `connect` does. */
  query(question: DnsQuestion, server: string, options?: ConnectOptions): Promise<DnsReply>;
  /** The socket table, for netstat and ss. */
  sockets(): SocketEntry[];
}

export interface NetworkInterface {
  name: string;
  address: string;
  /** Bits of the network part: 24 for a Pod. */
  prefix: number;
  mac: string;
  mtu: number;
  rxBytes: number;
  txBytes: number;
}

/** Who holds a socket, for the last column of `netstat -p`. */
export interface SocketOwner {
  pid: number;
  program: string;
}

export interface SocketAddress {
  address: string;
  port: number;
}

export interface ConnectOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
  owner?: SocketOwner;
}

/**
 * One end of a TCP connection. Reading ends when the peer has ended its direction (half-close leaves writing
 * possible); it throws NetworkError ECONNRESET after the peer's `destroy`. A write waits while the peer's window
 * is full, and rejects with NetworkError EPIPE once the peer has closed.
 */
export interface Connection extends NetworkStream {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Ends writing, and gives back what is still to be read: close(2). */
  close(): void;
  /** Resolves when both directions have ended. */
  readonly closed: Promise<void>;
}

export interface Listener {
  readonly local: SocketAddress;
  /** The next connection; undefined once the listener is closed. */
  accept(signal?: AbortSignal): Promise<Connection | undefined>;
  /** Idempotent. Connections that were accepted stay. */
  close(): void;
}

export interface Datagram {
  from: SocketAddress;
  data: Uint8Array;
}

export interface DatagramSocket {
  readonly local: SocketAddress;
  /** Never waits: what cannot be delivered is lost, as UDP does. */
  send(data: Uint8Array, address: string, port: number): void;
  /** The next datagram; undefined once closed. */
  receive(signal?: AbortSignal): Promise<Datagram | undefined>;
  close(): void;
}

export interface ConnectedDatagramSocket {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  /** Never waits. Throws NetworkError ECONNREFUSED or EHOSTUNREACH, once, when an earlier datagram was sent back. */
  send(data: Uint8Array): void;
  /** The peer's next datagram; undefined once closed. Rejects as `send` throws. */
  receive(signal?: AbortSignal): Promise<Uint8Array | undefined>;
  close(): void;
}

/** Texts of the container's own files, read at each look-up, so that an edit of /etc/hosts counts at once. */
export interface ResolverFiles {
  hosts: string;
  resolvConf: string;
}

export interface ResolvedName {
  addresses: string[];
  /** The full name that answered: `web.default.svc.cluster.local`. */
  canonicalName: string;
}

export type DnsType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'TXT' | 'NS' | 'SOA' | 'MX' | 'ANY';

export interface DnsQuestion {
  /** With or without the final dot; always taken as complete. */
  name: string;
  type: DnsType;
}

export interface DnsRecord {
  name: string;
  type: DnsType;
  ttl: number;
  /** Text form of the zone file: `10.96.0.10`, `0 100 80 web.default.svc.cluster.local.`. */
  value: string;
}

export interface DnsReply {
  server: string;
  code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  authoritative: boolean;
  answers: DnsRecord[];
}

export interface SocketEntry {
  protocol: 'tcp' | 'udp';
  state: 'LISTEN' | 'ESTABLISHED' | 'CLOSE_WAIT' | 'FIN_WAIT2' | 'TIME_WAIT' | '';
  local: SocketAddress;
  /** Port 0 stands for `*`. */
  remote: SocketAddress;
  owner?: SocketOwner;
}

export type NetworkErrorCode =
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'ETIMEDOUT'
  | 'EPIPE'
  | 'ENOTFOUND'
  | 'EAI_AGAIN';

/** strerror(3) of each code, as programs print it after their colon. */
const networkErrorText: Record<NetworkErrorCode, string> = {
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
  EPIPE: 'Broken pipe',
  ENOTFOUND: 'Name does not resolve',
  EAI_AGAIN: 'Try again',
};

/** A socket call that failed. `message` is strerror's text. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  constructor(readonly code: NetworkErrorCode) {
    super(networkErrorText[code]);
  }
}
