import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** Longer messages are refused: kubectl sends 32 KiB at most. */
const largestMessage = 4 * 1024 * 1024;

export type UpgradeKind = 'websocket' | 'spdy' | 'none';

export function upgradeKind(message: IncomingMessage): UpgradeKind {
  const upgrade = (message.headers.upgrade ?? '').toLowerCase();
  if (upgrade === 'websocket') return 'websocket';
  return upgrade === 'spdy/3.1' ? 'spdy' : 'none';
}

/** Sub-protocols that the client offers, in its order. */
export function offeredProtocols(message: IncomingMessage, header: string): string[] {
  const value = message.headers[header];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Answers a WebSocket handshake. Names with a slash, which `ws` takes for malformed, are spoken for it. */
export function acceptWebSocket(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string | undefined,
): Promise<WebSocket> {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  delete message.headers['sec-websocket-protocol'];
  if (protocol) server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise((resolve) => server.handleUpgrade(message, socket, head, resolve));
}

/** Answers a SPDY upgrade. `protocol` is the stream protocol that both speak. */
export function acceptSpdy(socket: Duplex, protocol: string): void {
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: SPDY/3.1',
      `X-Stream-Protocol-Version: ${protocol}`,
      '',
      '',
    ].join('\r\n'),
  );
}

/** A refusal in plain text, as the kubelet answers: kubectl shows it as `unable to upgrade connection: …`. */
export function refuseUpgrade(socket: Duplex, code: number, text: string): void {
  const body = Buffer.from(text);
  socket.end(
    Buffer.concat([
      Buffer.from(
        [
          `HTTP/1.1 ${code} ${code === 404 ? 'Not Found' : code === 400 ? 'Bad Request' : 'Internal Server Error'}`,
          'Content-Type: text/plain; charset=utf-8',
          `Content-Length: ${body.length}`,
          'Connection: close',
          '',
          '',
        ].join('\r\n'),
      ),
      body,
    ]),
  );
}
