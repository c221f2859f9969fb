import type {
  ConnectedDatagramSocket,
  Connection,
  ConnectOptions,
  DatagramSocket,
  DnsQuestion,
  DnsReply,
  Listener,
  NetworkInterface,
  NetworkNamespace,
  ResolvedName,
  ResolverFiles,
  SocketEntry,
  SocketOwner,
} from '../network/namespace';
import type { Process } from './process';

/** The network as one process uses it: its sockets bear its name, and close when it ends. */
export class ProcessNetwork implements NetworkNamespace {
  private readonly open = new Set<() => void>();
  private watching = false;

  constructor(
    private readonly shared: NetworkNamespace,
    private readonly process: Process,
  ) {}

  get address(): string {
    return this.shared.address;
  }

  interfaces(): NetworkInterface[] {
    return this.shared.interfaces();
  }

  setDummy(name: string, present: boolean): boolean {
    return this.shared.setDummy(name, present);
  }

  listen(port: number, host?: string, owner: SocketOwner = this.owner()): Listener {
    const listener = this.shared.listen(port, host, owner);
    const forget = this.closeAtEnd(() => listener.close());
    return {
      local: listener.local,
      accept: async (signal) => {
        const connection = await listener.accept(signal);
        if (connection) this.keep(connection);
        return connection;
      },
      close: () => {
        forget();
        listener.close();
      },
    };
  }

  async connect(address: string, port: number, options: ConnectOptions = {}): Promise<Connection> {
    return this.keep(await this.shared.connect(address, port, { owner: this.owner(), ...options }));
  }

  bindDatagram(port: number, host?: string, owner: SocketOwner = this.owner()): DatagramSocket {
    const socket = this.shared.bindDatagram(port, host, owner);
    const forget = this.closeAtEnd(() => socket.close());
    return {
      local: socket.local,
      send: (data, to, toPort) => socket.send(data, to, toPort),
      receive: (signal) => socket.receive(signal),
      close: () => {
        forget();
        socket.close();
      },
    };
  }

  connectDatagram(
    address: string,
    port: number,
    from?: number,
    owner: SocketOwner = this.owner(),
  ): ConnectedDatagramSocket {
    const socket = this.shared.connectDatagram(address, port, from, owner);
    const forget = this.closeAtEnd(() => socket.close());
    return {
      ...socket,
      close: () => {
        forget();
        socket.close();
      },
    };
  }

  ping(address: string, options?: { timeoutMs?: number; signal?: AbortSignal }) {
    return this.shared.ping(address, options);
  }

  resolve(name: string, files: ResolverFiles, signal?: AbortSignal): Promise<ResolvedName> {
    return this.shared.resolve(name, files, signal);
  }

  query(question: DnsQuestion, server: string, options?: ConnectOptions): Promise<DnsReply> {
    return this.shared.query(question, server, options);
  }

  sockets(): SocketEntry[] {
    return this.shared.sockets();
  }

  private keep(connection: Connection): Connection {
    // What its end leaves half open is closed with it, as the kernel closes descriptors.
    const forget = this.closeAtEnd(() => connection.close());
    void connection.closed.then(forget);
    return connection;
  }

  private closeAtEnd(close: () => void): () => void {
    if (!this.watching) {
      this.watching = true;
      this.process.onEnd(() => {
        for (const run of [...this.open]) run();
        this.open.clear();
      });
    }
    this.open.add(close);
    return () => this.open.delete(close);
  }

  private owner(): SocketOwner {
    return { pid: this.process.pid, program: this.process.name };
  }
}
