import type { Clock } from '../clock/clock';
import type { SocketAddress } from './namespace';

/** nf_conntrack_udp_timeout_stream: how long a flow is remembered after its last datagram. */
const flowTimeout = 120_000;
/** The oldest are forgotten beyond it. */
const mostFlows = 1024;

/** Where the answers of a flow belong. */
interface Origin<Stack> {
  stack: Stack;
  client: SocketAddress;
  /** What the client sent to, and hence whom the answers come from. */
  dialled: SocketAddress;
}

interface Target<Stack> {
  to: Stack;
  address: string;
  port: number;
  source?: string;
}

/** The UDP flows of one network namespace, as conntrack keeps them: which backend each went to, and where each came from. */
export class DatagramFlows<Stack> {
  private readonly sent = new Map<string, { target: Target<Stack>; at: number }>();
  private readonly received = new Map<string, { origin: Origin<Stack>; at: number }>();

  constructor(private readonly clock: Clock) {}

  /** Where an earlier datagram from this port to this address went. */
  routeOf(port: number, to: SocketAddress): Target<Stack> | undefined {
    return this.fresh(this.sent, flowKey(port, to))?.target;
  }

  keep(port: number, to: SocketAddress, target: Target<Stack>): void {
    this.remember(this.sent, flowKey(port, to), { target, at: this.clock.now() });
  }

  /** Notes a datagram to `port`; the answer is whom it seems to come from: another port when two flows would be the same. */
  receive(port: number, source: string, origin: Origin<Stack>): SocketAddress {
    for (let from = origin.client.port; ; from = from === 65_535 ? 1_024 : from + 1) {
      const seen = { address: source, port: from };
      const key = flowKey(port, seen);
      const taken = this.fresh(this.received, key)?.origin;
      if (taken && !(taken.stack === origin.stack && taken.client.port === origin.client.port)) continue;
      this.remember(this.received, key, { origin, at: this.clock.now() });
      return seen;
    }
  }

  /** Whom a datagram from this port to this address answers. */
  backTo(port: number, to: SocketAddress): Origin<Stack> | undefined {
    const found = this.fresh(this.received, flowKey(port, to));
    if (found) found.at = this.clock.now();
    return found?.origin;
  }

  private fresh<Entry extends { at: number }>(flows: Map<string, Entry>, key: string): Entry | undefined {
    const found = flows.get(key);
    return found && this.clock.now() - found.at <= flowTimeout ? found : undefined;
  }

  private remember<Entry>(flows: Map<string, Entry>, key: string, entry: Entry): void {
    flows.delete(key);
    flows.set(key, entry);
    if (flows.size > mostFlows) for (const oldest of [...flows.keys()].slice(0, 1)) flows.delete(oldest);
  }
}

function flowKey(port: number, { address, port: other }: SocketAddress): string {
  return `${port} ${address}:${other}`;
}
