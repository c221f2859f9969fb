import {
  type ConnectedDatagramSocket,
  type DatagramSocket,
  NetworkError,
  type NetworkErrorCode,
  type SocketAddress,
} from './namespace';

/** A datagram socket bound to one peer; `fail` tells it that a datagram was sent back, as ICMP does. */
export function connectedDatagrams(
  socket: DatagramSocket,
  remote: SocketAddress,
): { connected: ConnectedDatagramSocket; fail: (code: NetworkErrorCode) => void } {
  let pending: NetworkError | undefined;
  const waiting = new Set<(error: NetworkError) => void>();
  const throwPending = (): void => {
    const error = pending;
    pending = undefined;
    if (error) throw error;
  };
  const connected: ConnectedDatagramSocket = {
    local: socket.local,
    remote,
    send: (data) => {
      throwPending();
      socket.send(data, remote.address, remote.port);
    },
    receive: async (signal) => {
      throwPending();
      const stop = new AbortController();
      const reject = (error: NetworkError) => {
        pending = undefined;
        stop.abort(error);
      };
      waiting.add(reject);
      try {
        const merged = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
        return (await socket.receive(merged))?.data;
      } finally {
        waiting.delete(reject);
      }
    },
    close: () => socket.close(),
  };
  const fail = (code: NetworkErrorCode): void => {
    pending = new NetworkError(code);
    const [first] = waiting;
    first?.(pending);
  };
  return { connected, fail };
}
