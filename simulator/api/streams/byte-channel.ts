import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { BytePipe } from '../../runtime/byte-pipe';
import type { ByteSource } from '../../runtime/container-runtime';

/** A connection with a client as plain bytes, at the pace of the slower side. */
export interface ByteChannel {
  readable: ByteSource;
  /** Resolves when there is room for more; rejects when the client has gone. */
  write(chunk: Uint8Array): Promise<void>;
  /** After everything written. */
  end(): void;
  destroy(): void;
}

/** `head`: bytes that came with the upgrade request. */
export function socketChannel(socket: Duplex, head: Uint8Array): ByteChannel {
  if (head.length > 0) socket.unshift(head);
  socket.on('error', () => socket.destroy());
  return {
    readable: socket,
    write: (chunk) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) reject(new Error('the client has gone'));
        else socket.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  };
}

/** Bytes in the binary messages of a WebSocket: how port-forward tunnels SPDY. */
export function webSocketChannel(socket: WebSocket): ByteChannel {
  const incoming = new BytePipe(() => new Error('the client has gone'));
  socket.on('message', (data: Buffer) => {
    const room = incoming.write(Uint8Array.from(data));
    if (incoming.size < 64 * 1024) return;
    socket.pause();
    void room.catch(() => undefined).then(() => socket.resume());
  });
  socket.on('close', () => incoming.end());
  socket.on('error', () => socket.terminate());
  return {
    readable: incoming.source,
    write: (chunk) => sendBinary(socket, chunk),
    end: () => socket.close(1000),
    destroy: () => socket.terminate(),
  };
}

/** Resolves when the message has been handed to the network. */
export function sendBinary(socket: WebSocket, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(chunk, { binary: true }, (error) => (error ? reject(error) : resolve()));
  });
}
