import type { WebSocket } from 'ws';
import { BytePipe } from '../../runtime/byte-pipe';
import { sendBinary } from './byte-channel';
import type { DialPod } from './port-forward';

/**
 * Port-forward in the channels of one WebSocket (kubelet portforward/websocket.go): 2n carries the n-th port's data, 2n+1 its
 * errors; both begin with the port number, little-endian.
 */
export function webSocketPortForward(socket: WebSocket, ports: readonly number[], dial: DialPod): void {
  const inputs = ports.map(() => new BytePipe(() => new Error('the connection has ended')));
  socket.on('message', (message: Buffer) => {
    const input = inputs[(message[0] ?? 0) / 2];
    if (!input || input.finished) return;
    const room = input.write(Uint8Array.from(message.subarray(1)));
    if (input.size > 64 * 1024) socket.pause();
    void room.catch(() => undefined).then(() => socket.resume());
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    for (const input of inputs) input.end();
  });
  ports.forEach((port, index) => {
    const input = inputs[index];
    if (input) void forwardPort(socket, index, port, input, dial);
  });
}

async function forwardPort(
  socket: WebSocket,
  index: number,
  port: number,
  input: BytePipe,
  dial: DialPod,
): Promise<void> {
  const send = (channel: number, chunk: Uint8Array) =>
    sendBinary(socket, Buffer.concat([Buffer.of(channel), chunk]));
  const number = Buffer.alloc(2);
  number.writeUInt16LE(port);
  try {
    await send(2 * index, number);
    await send(2 * index + 1, number);
    const connection = await dial(port);
    socket.once('close', () => connection.destroy());
    const upload = (async () => {
      for await (const chunk of input.source) await connection.writable.write(chunk);
      connection.writable.end();
    })().catch(() => connection.destroy());
    for await (const chunk of connection.readable) await send(2 * index, chunk);
    input.end();
    await upload;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    await send(2 * index + 1, Buffer.from(text)).catch(() => undefined);
  }
}
