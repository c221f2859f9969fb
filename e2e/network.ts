import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** One connection from the browser, and the one that was made to the server for it. */
interface Way {
  browser: Socket;
  server: Socket;
  forTerminal: boolean;
}

/**
 * The network between a browser and the server: a TCP relay that can be lost as a real one is, without a word. Bytes
 * then go nowhere, and neither end is told of anything.
 */
export class Network {
  private readonly ways = new Set<Way>();
  private isLost = false;
  /** Connections that a browser asked for while the network was lost. */
  triedInVain = 0;

  private constructor(
    private readonly relay: Server,
    private readonly port: number,
  ) {
    relay.on('connection', (browser) => this.join(browser));
  }

  static async to(port: number): Promise<Network> {
    const relay = createServer({ pauseOnConnect: true });
    await new Promise<void>((done, fail) => {
      relay.once('error', fail);
      relay.listen(0, '127.0.0.1', done);
    });
    return new Network(relay, port);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.relay.address() as AddressInfo).port}`;
  }

  lose(): void {
    this.isLost = true;
    for (const { browser, server } of this.ways) {
      browser.unpipe(server).pause();
      server.unpipe(browser).resume();
    }
  }

  /** New connections find their way; those of before stay lost, as after a long sleep. */
  restore(): void {
    this.isLost = false;
  }

  /** Whether the server has given up the terminals that were open when the network was lost. */
  get terminalsGivenUp(): boolean {
    return [...this.ways].every(({ server, forTerminal }) => !forTerminal || server.destroyed);
  }

  async dispose(): Promise<void> {
    for (const { browser, server } of this.ways) {
      browser.destroy();
      server.destroy();
    }
    await new Promise((done) => this.relay.close(done));
  }

  private join(browser: Socket): void {
    browser.on('error', () => {});
    const server = connect({ port: this.port, host: '127.0.0.1' });
    server.on('error', () => {});
    const way = { browser, server, forTerminal: false };
    this.ways.add(way);
    if (this.isLost) {
      this.triedInVain += 1;
      server.destroy();
      return;
    }
    browser.once('data', (chunk) => {
      way.forTerminal = chunk.toString().startsWith('GET /ws/');
    });
    browser.pipe(server);
    server.pipe(browser);
    const end = (other: Socket) => (failed: boolean) => {
      if (this.isLost) return;
      if (failed) other.destroy();
      else other.end();
      if (other.destroyed) this.ways.delete(way);
    };
    browser.on('close', end(server));
    server.on('close', end(browser));
  }
}
