import { Duplex } from 'node:stream';
import type { NetworkStream } from '../runtime/container-runtime';

/** A connection of the simulated network as a Node stream, for Node's HTTP client. */
export function streamSocket(stream: NetworkStream): Duplex {
  const reader = stream.readable[Symbol.asyncIterator]();
  const socket = new Duplex({
    allowHalfOpen: true,
    read() {
      reader.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error) => this.destroy(error),
      );
    },
    write(chunk, _encoding, callback) {
      stream.writable.write(Uint8Array.from(chunk)).then(() => callback(), callback);
    },
    final(callback) {
      stream.writable.end();
      callback();
    },
    destroy(error, callback) {
      stream.destroy();
      callback(error);
    },
  });
  // What Node's HTTP client calls on a socket beyond a Duplex.
  return Object.assign(socket, {
    setTimeout: () => socket,
    setNoDelay: () => socket,
    setKeepAlive: () => socket,
    ref: () => socket,
    unref: () => socket,
  });
}
