import type { Duplex } from 'node:stream';
import type { NetworkStream } from '../runtime/container-runtime';

/** A Node socket as a connection of the simulated network: the reverse of `streamSocket`. */
export function duplexStream(socket: Duplex): NetworkStream {
  // Reported to the reader and to the writer; without a listener it would end the server.
  socket.on('error', () => undefined);
  return {
    readable: socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
    writable: {
      write: (chunk) =>
        new Promise((resolve, reject) => {
          socket.write(chunk, (error) => (error ? reject(error) : resolve()));
        }),
      end: () => void socket.end(),
    },
    destroy: () => void socket.destroy(),
  };
}
