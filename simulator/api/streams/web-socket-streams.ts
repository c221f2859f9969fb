import type { WebSocket } from 'ws';
import { BytePipe } from '../../runtime/byte-pipe';
import { sendBinary } from './byte-channel';
import { parseSize, type RemoteStreams, type TerminalSize, type WantedStreams } from './remote-streams';

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Protocols of exec and attach over WebSocket, best first (apimachinery remotecommand constants). */
export const webSocketProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'channel.k8s.io'];

/** Exec's streams in the messages of a WebSocket: the first byte of each names its channel. */
export function webSocketStreams(socket: WebSocket, wanted: WantedStreams, protocol: string): RemoteStreams {
  const input = new BytePipe(() => new Error('the program reads no more'));
  let resized: (size: TerminalSize) => void = () => undefined;
  let gone: (() => void) | undefined;
  let isGone = false;
  if (!wanted.stdin) input.end();
  socket.on('message', (data: Buffer) => {
    const body = data.subarray(1);
    if (data[0] === channel.stdin) receive(socket, input, body);
    if (data[0] === channel.resize) {
      const size = parseSize(body.toString('utf8'));
      if (size) resized(size);
    }
    if (data[0] === channel.close && body[0] === channel.stdin) input.end();
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    isGone = true;
    input.end();
    gone?.();
  });
  const sink = (number: number) => ({
    write: (chunk: Uint8Array) => sendBinary(socket, Buffer.concat([Buffer.of(number), chunk])),
    end: () => undefined,
  });
  // An empty message on the lowest channel tells the client that the streams are there.
  const first = wanted.stdout ? channel.stdout : wanted.stderr ? channel.stderr : channel.error;
  void sendBinary(socket, Buffer.of(first)).catch(() => undefined);
  return {
    ...(wanted.stdin ? { stdin: input.source } : {}),
    ...(wanted.stdout ? { stdout: sink(channel.stdout) } : {}),
    ...(wanted.stderr ? { stderr: sink(channel.stderr) } : {}),
    onResize: (run) => {
      resized = run;
    },
    onGone: (run) => {
      if (isGone) run();
      else gone = run;
    },
    finish: async (status) => {
      const plain = protocol === 'channel.k8s.io';
      const text = plain ? (status.message ?? '') : JSON.stringify(status);
      if (!plain || text !== '')
        await sendBinary(socket, Buffer.concat([Buffer.of(channel.error), Buffer.from(text)])).catch(
          () => undefined,
        );
      socket.close(1000);
    },
  };
}

/** Holds the client back while the program does not read. */
function receive(socket: WebSocket, input: BytePipe, body: Buffer): void {
  if (input.finished) return;
  const room = input.write(Uint8Array.from(body));
  void room.catch(() => undefined);
  if (input.size < 64 * 1024) return;
  socket.pause();
  void room.catch(() => undefined).then(() => socket.resume());
}
