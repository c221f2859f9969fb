import { BytePipe } from '../../../runtime/byte-pipe';
import type { ByteSink, ByteSource } from '../../../runtime/container-runtime';
import type { ByteChannel } from '../byte-channel';
import { HeaderCodec, type Headers } from './header-block';

const controlBit = 0x80;
const version = 3;
const type = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;
const flagFin = 1;
const internalError = 6;
/** Bytes of one data frame that is sent; a frame that is received may hold at most `largestFrame`. */
const frameSize = 32 * 1024;
const largestFrame = 4 * 1024 * 1024;
const mostStreams = 512;

/** One stream of a SPDY connection that the peer opened. */
export interface SpdyStream {
  readonly id: number;
  readonly headers: Headers;
  readonly readable: ByteSource;
  readonly writable: ByteSink;
  reset(): void;
}

interface OpenStream extends SpdyStream {
  incoming: BytePipe;
  written: boolean;
}

/**
 * The server's side of a SPDY/3.1 connection as kubectl speaks it: streams are opened by the client, flow control is
 * left to the transport below. `onStream` is told of each once it has been accepted.
 */
export class SpdyConnection {
  private readonly streams = new Map<number, OpenStream>();
  private readonly codec = new HeaderCodec();
  private sending: Promise<void> = Promise.resolve();
  private buffer: Buffer = Buffer.alloc(0);

  constructor(
    private readonly channel: ByteChannel,
    private readonly onStream: (stream: SpdyStream) => void,
  ) {}

  /** Reads until the peer goes away; then all streams are over. Never rejects. */
  async run(): Promise<void> {
    try {
      for await (const chunk of this.channel.readable) await this.receive(chunk);
    } catch {
      // A broken connection ends like a closed one: its streams fail below.
    } finally {
      for (const stream of this.streams.values()) {
        stream.incoming.end();
      }
      this.streams.clear();
      this.codec.close();
      this.channel.destroy();
    }
  }

  /** Says goodbye after everything that was written. */
  async close(): Promise<void> {
    const frame = control(type.goAway, 0, Buffer.alloc(8));
    await this.send(frame).catch(() => undefined);
    this.channel.end();
  }

  private async receive(chunk: Uint8Array): Promise<void> {
    this.buffer = this.buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.buffer, chunk]);
    while (this.buffer.length >= 8) {
      const length = this.buffer.readUIntBE(5, 3);
      if (length > largestFrame) throw new Error('SPDY: frame too large');
      if (this.buffer.length < 8 + length) return;
      const frame = this.buffer.subarray(0, 8 + length);
      this.buffer = this.buffer.subarray(8 + length);
      await this.handle(frame);
    }
  }

  private async handle(frame: Buffer): Promise<void> {
    const flags = frame.readUInt8(4);
    const body = frame.subarray(8);
    if ((frame.readUInt8(0) & controlBit) === 0) return this.data(frame.readUInt32BE(0), flags, body);
    const kind = frame.readUInt16BE(2);
    if (kind === type.synStream) return this.opened(flags, body);
    if (kind === type.rstStream) this.reset(body.readUInt32BE(0) & 0x7fffffff);
    if (kind === type.ping) await this.send(control(type.ping, 0, Buffer.from(body)));
    if (kind === type.goAway) this.channel.end();
  }

  private async data(id: number, flags: number, body: Buffer): Promise<void> {
    const stream = this.streams.get(id);
    if (!stream) return;
    // A copy: the frame is a view of a buffer that goes on being used. Waiting here holds back the whole connection.
    if (body.length > 0) await stream.incoming.write(Uint8Array.from(body)).catch(() => undefined);
    if (flags & flagFin) stream.incoming.end();
  }

  private async opened(flags: number, body: Buffer): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff;
    const headers = await this.codec.decode(body.subarray(10));
    if (this.streams.size >= mostStreams) {
      await this.send(control(type.rstStream, 0, words(id, internalError)));
      return;
    }
    const stream = this.makeStream(id, headers);
    this.streams.set(id, stream);
    if (flags & flagFin) stream.incoming.end();
    const reply = Buffer.concat([words(id), await this.codec.encode({})]);
    await this.send(control(type.synReply, 0, reply));
    this.onStream(stream);
  }

  private makeStream(id: number, headers: Headers): OpenStream {
    const incoming = new BytePipe(() => new Error('stream closed'));
    const stream: OpenStream = {
      id,
      headers,
      incoming,
      written: false,
      readable: incoming.source,
      writable: {
        write: async (chunk) => {
          for (let at = 0; at < chunk.length; at += frameSize) {
            if (stream.written || this.streams.get(id) !== stream) throw new Error('stream closed');
            await this.send(dataFrame(id, 0, chunk.subarray(at, at + frameSize)));
          }
        },
        end: () => {
          if (stream.written) return;
          stream.written = true;
          void this.send(dataFrame(id, flagFin, new Uint8Array(0))).catch(() => undefined);
          incoming.onFinished(() => this.streams.delete(id));
        },
      },
      reset: () => {
        this.reset(id);
        void this.send(control(type.rstStream, 0, words(id, internalError))).catch(() => undefined);
      },
    };
    return stream;
  }

  private reset(id: number): void {
    const stream = this.streams.get(id);
    if (!stream) return;
    this.streams.delete(id);
    stream.written = true;
    stream.incoming.fail(new Error('stream reset'));
  }

  /** One frame at a time, at the pace of the transport. */
  private send(frame: Uint8Array): Promise<void> {
    const sent = this.sending.then(() => this.channel.write(frame));
    this.sending = sent.catch(() => undefined);
    return sent;
  }
}

function control(kind: number, flags: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE((controlBit << 8) | version, 0);
  head.writeUInt16BE(kind, 2);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function dataFrame(id: number, flags: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id, 0);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, index * 4);
  });
  return bytes;
}
