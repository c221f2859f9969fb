import { BytePipe } from '../runtime/byte-pipe';
import { type Connection, NetworkError, type SocketAddress, type SocketEntry } from './namespace';

/** Receive window of each direction, bytes. */
const windowSize = 128 * 1024;

/** What the interface counters of both ends are told. */
export type ByteCounter = (sent: number) => void;

export interface ConnectionEnd extends Connection {
  /** The TCP state as netstat names it. */
  readonly state: SocketEntry['state'];
}

/** Two joined ends of a TCP connection. `client` is the one that called connect. */
export function connectionPair(
  client: SocketAddress,
  server: SocketAddress,
  /** Addresses as the server sees them, when a Service or a node translated them. */
  seen: { client: SocketAddress; server: SocketAddress } = { client, server },
  count: { fromClient?: ByteCounter; fromServer?: ByteCounter } = {},
): { client: ConnectionEnd; server: ConnectionEnd } {
  const brokenPipe = () => new NetworkError('EPIPE');
  const toServer = new BytePipe(brokenPipe, windowSize);
  const toClient = new BytePipe(brokenPipe, windowSize);
  const closed = Promise.all([whenFinished(toServer), whenFinished(toClient)]).then(() => undefined);
  return {
    client: connectionEnd(client, server, toClient, toServer, closed, count.fromClient),
    server: connectionEnd(seen.server, seen.client, toServer, toClient, closed, count.fromServer),
  };
}

function connectionEnd(
  local: SocketAddress,
  remote: SocketAddress,
  incoming: BytePipe,
  outgoing: BytePipe,
  closed: Promise<void>,
  count?: ByteCounter,
): ConnectionEnd {
  return {
    local,
    remote,
    closed,
    readable: incoming.source,
    writable: {
      write: (chunk) => {
        count?.(chunk.length);
        return outgoing.write(chunk);
      },
      end: () => outgoing.end(),
    },
    close: () => {
      outgoing.end();
      incoming.cancel();
    },
    destroy: () => {
      // What was sent before a proper end still arrives, however slowly the peer reads.
      if (!outgoing.finished) outgoing.fail(new NetworkError('ECONNRESET'));
      incoming.cancel(new NetworkError('ECONNRESET'));
    },
    get state() {
      if (incoming.finished && outgoing.finished) return '' as const;
      if (incoming.finished) return 'CLOSE_WAIT' as const;
      return outgoing.finished ? ('FIN_WAIT2' as const) : ('ESTABLISHED' as const);
    },
  };
}

function whenFinished(pipe: BytePipe): Promise<void> {
  return new Promise((resolve) => pipe.onFinished(resolve));
}
