import type { Clock } from '../../clock/clock';
import type { ByteChannel } from './byte-channel';
import { parseSize, type RemoteStreams, type TerminalSize, type WantedStreams } from './remote-streams';
import { SpdyConnection, type SpdyStream } from './spdy/connection';

/** Protocols of exec and attach over SPDY, best first. */
export const spdyProtocols = [
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
];

/** A client that never opens its streams is given up after this long (DefaultStreamCreationTimeout). */
const creationTimeout = 30_000;

/** Exec's streams as the client opens them on a SPDY connection. Rejects when they do not come. */
export async function spdyStreams(
  channel: ByteChannel,
  wanted: WantedStreams,
  protocol: string,
  clock: Pick<Clock, 'after'>,
): Promise<RemoteStreams> {
  const awaited = new Set([
    'error',
    ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => wanted[name]),
  ]);
  if (wanted.tty && protocol !== 'v2.channel.k8s.io' && protocol !== 'channel.k8s.io') awaited.add('resize');
  const streams = new Map<string, SpdyStream>();
  let complete: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const connection = new SpdyConnection(channel, (stream) => {
    const name = stream.headers['streamtype'] ?? '';
    if (!awaited.has(name) || streams.has(name)) return stream.reset();
    streams.set(name, stream);
    if (streams.size === awaited.size) complete();
  });
  const over = connection.run();
  await inTime(arrived, over, channel, clock);
  const stdin = streams.get('stdin');
  const stdout = streams.get('stdout');
  const stderr = streams.get('stderr');
  const resize = streams.get('resize');
  return {
    ...(stdin ? { stdin: stdin.readable } : {}),
    ...(stdout ? { stdout: stdout.writable } : {}),
    ...(stderr ? { stderr: stderr.writable } : {}),
    onResize: (run) => {
      if (resize) void readSizes(resize, run).catch(() => undefined);
    },
    onGone: (run) => void over.then(run),
    finish: async (status) => {
      const error = streams.get('error')?.writable;
      const text = protocol === 'v4.channel.k8s.io' ? JSON.stringify(status) : (status.message ?? '');
      if (text !== '') await error?.write(Buffer.from(text)).catch(() => undefined);
      for (const sink of [stdout?.writable, stderr?.writable, error]) sink?.end();
      await connection.close();
    },
  };
}

async function inTime(
  arrived: Promise<void>,
  over: Promise<void>,
  channel: ByteChannel,
  clock: Pick<Clock, 'after'>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const giveUp = (text: string) => {
      timer.cancel();
      channel.destroy();
      reject(new Error(text));
    };
    const timer = clock.after(creationTimeout, () =>
      giveUp('timed out waiting for client to create streams'),
    );
    void arrived.then(() => {
      timer.cancel();
      resolve();
    });
    void over.then(() => giveUp('the client has gone'));
  });
}

/** Sizes come as JSON objects one after the other, each ended by a newline. */
async function readSizes(stream: SpdyStream, run: (size: TerminalSize) => void): Promise<void> {
  let text = '';
  for await (const chunk of stream.readable) {
    const lines = (text + Buffer.from(chunk).toString('utf8')).split(/\n|(?<=\})/);
    text = (lines.pop() ?? '').slice(0, 256);
    for (const line of lines) {
      const size = parseSize(line);
      if (size) run(size);
    }
  }
}
