import type { IncomingMessage } from 'node:http';
import { type Duplex, Writable } from 'node:stream';
import { ApiError } from '../errors';
import { acceptWebSocket, offeredProtocols, upgradeKind } from './upgrade';

/** One-way output over a WebSocket: raw messages, or base64 text for browsers (apiserver wsstream NewReader). */
const protocols = ['binary.k8s.io', 'base64.binary.k8s.io'];

/** What is written goes to the client as messages; the end closes the connection in order. Throws 400 for other upgrades. */
export async function webSocketOutput(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<Writable> {
  if (upgradeKind(message) !== 'websocket')
    throw new ApiError(400, 'BadRequest', 'logs are sent over plain HTTP or WebSocket');
  const offered = offeredProtocols(message, 'sec-websocket-protocol');
  const protocol = offered.find((name) => protocols.includes(name));
  if (offered.length > 0 && !protocol)
    throw new ApiError(
      400,
      'BadRequest',
      `unable to upgrade connection: no supported protocol among ${offered.join(', ')}`,
    );
  const webSocket = await acceptWebSocket(message, socket, head, protocol);
  const asText = protocol === 'base64.binary.k8s.io';
  const output = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      webSocket.send(asText ? chunk.toString('base64') : chunk, { binary: !asText }, callback);
    },
    final(callback) {
      webSocket.close(1000);
      callback();
    },
  });
  output.on('error', () => webSocket.terminate());
  webSocket.on('error', () => output.destroy());
  webSocket.on('close', () => output.destroy());
  return output;
}
