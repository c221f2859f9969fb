import type { NetworkStream } from '../runtime/container-runtime';
import { NetworkError, type SocketAddress } from './namespace';
import { type ConnectionEnd, connectionPair } from './tcp-connection';

/** A connection whose far end is no simulated process: its bytes are carried over to `open`'s stream. */
export async function connectOutside(
  open: () => Promise<NetworkStream>,
  local: SocketAddress,
  remote: SocketAddress,
): Promise<ConnectionEnd> {
  const stream = await open().catch(() => {
    throw new NetworkError('ECONNREFUSED');
  });
  const { client, server } = connectionPair(local, remote);
  void carry(stream.readable, server.writable).catch(() => server.destroy());
  void carry(server.readable, stream.writable).catch(() => stream.destroy());
  return client;
}

/** A server that takes connections and hangs up at the first word: the name server, which speaks no DNS over TCP here. */
export async function listenOnly(): Promise<NetworkStream> {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    readable: {
      [Symbol.asyncIterator]: () => ({ next: () => ended.then(() => ({ done: true, value: undefined })) }),
    },
    writable: { write: async () => end(), end },
    destroy: end,
  };
}

/** Copies bytes to the end, at the pace of the slower side, and passes the end on. */
async function carry(from: NetworkStream['readable'], to: NetworkStream['writable']): Promise<void> {
  for await (const chunk of from) await to.write(chunk);
  to.end();
}
