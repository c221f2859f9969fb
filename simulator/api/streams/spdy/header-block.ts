import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { headerDictionary } from './dictionary';

/** Lower-case names. */
export type Headers = Record<string, string>;

/** Headers of a client are small; what inflates to more is refused. */
const largestBlock = 64 * 1024;

/**
 * Compresses and expands the header blocks of one connection, one block at a time: each direction is one zlib stream
 * (SPDY/3, 2.6.10).
 */
export class HeaderCodec {
  private readonly inflate = createInflate({ dictionary: headerDictionary });
  private readonly deflate = createDeflate({ dictionary: headerDictionary });
  private expanded: Buffer[] = [];
  private expandedBytes = 0;
  private compressed: Buffer[] = [];
  private failure: Error | undefined;
  /** Ends the wait of the block under way, which a broken stream would not. */
  private wake: () => void = () => undefined;

  constructor() {
    this.inflate.on('data', (chunk: Buffer) => {
      this.expanded.push(chunk);
      this.expandedBytes += chunk.length;
      // A few bytes may inflate to gigabytes: what is too large is given up while it grows.
      if (this.expandedBytes > largestBlock) this.inflate.destroy(new Error('SPDY: header block too large'));
    });
    this.deflate.on('data', (chunk: Buffer) => this.compressed.push(chunk));
    for (const stream of [this.inflate, this.deflate])
      stream.on('error', (error) => {
        this.failure = error;
        this.wake();
      });
  }

  /** Rejects on a block that is not zlib, no list of headers, or larger than 64 KiB. */
  async decode(block: Uint8Array): Promise<Headers> {
    await this.pass(this.inflate, block);
    const bytes = Buffer.concat(this.expanded);
    this.expanded = [];
    this.expandedBytes = 0;
    return parse(bytes);
  }

  async encode(headers: Headers): Promise<Uint8Array> {
    await this.pass(this.deflate, print(headers));
    const bytes = Buffer.concat(this.compressed);
    this.compressed = [];
    return bytes;
  }

  close(): void {
    this.inflate.close();
    this.deflate.close();
  }

  private async pass(stream: Inflate | Deflate, bytes: Uint8Array): Promise<void> {
    if (!this.failure)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        stream.write(bytes, () => stream.flush(constants.Z_SYNC_FLUSH, () => resolve()));
      });
    if (this.failure) throw this.failure;
  }
}

function parse(bytes: Buffer): Headers {
  const headers: Headers = {};
  let at = 4;
  const text = () => {
    const length = bytes.readUInt32BE(at);
    at += 4;
    if (at + length > bytes.length) throw new Error('SPDY: header block cut short');
    at += length;
    return bytes.toString('latin1', at - length, at);
  };
  const count = bytes.readUInt32BE(0);
  for (let index = 0; index < count; index++) {
    const name = text().toLowerCase();
    headers[name] = text();
  }
  return headers;
}

function print(headers: Headers): Buffer {
  const entries = Object.entries(headers);
  const parts = [number(entries.length)];
  for (const pair of entries)
    for (const part of pair) parts.push(number(part.length), Buffer.from(part, 'latin1'));
  return Buffer.concat(parts);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
