import type { Connection } from '../../network/namespace';

/** Longer packets are not taken. */
const longest = 1024 * 1024;

/** Packets of MySQL's protocol: three bytes of length, one that counts, and the content. */
export class Packets {
  private readonly source: AsyncIterator<Uint8Array>;
  private pending = Buffer.alloc(0);
  private count = 0;

  constructor(private readonly connection: Connection) {
    this.source = connection.readable[Symbol.asyncIterator]();
  }

  /** The next one; undefined at the end, and for one that is too long. */
  async next(): Promise<Buffer | undefined> {
    if (!(await this.fill(4))) return undefined;
    const length = this.pending.readUIntLE(0, 3);
    this.count = (this.pending[3] ?? 0) + 1;
    if (length > longest || !(await this.fill(4 + length))) return undefined;
    const packet = this.pending.subarray(4, 4 + length);
    this.pending = this.pending.subarray(4 + length);
    return packet;
  }

  /** Begins a command, or a connection. */
  restart(): void {
    this.count = 0;
  }

  async send(...packets: Buffer[]): Promise<void> {
    const parts = packets.flatMap((packet) => {
      const head = Buffer.alloc(4);
      head.writeUIntLE(packet.length, 0, 3);
      head[3] = this.count++ & 255;
      return [head, packet];
    });
    await this.connection.writable.write(Buffer.concat(parts));
  }

  private async fill(length: number): Promise<boolean> {
    const parts: Uint8Array[] = [this.pending];
    let bytes = this.pending.length;
    while (bytes < length) {
      const { value, done } = await this.source.next();
      if (done) return false;
      parts.push(value);
      bytes += value.length;
    }
    if (parts.length > 1) this.pending = Buffer.concat(parts);
    return true;
  }
}

/** A length of up to 16 MiB and as many bytes. */
export function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 251) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  const head = Buffer.alloc(4);
  head[0] = 0xfd;
  head.writeUIntLE(bytes.length, 1, 3);
  return Buffer.concat([head, bytes]);
}

/** Reads what `counted` wrote, one after the other; null stands as 0xfb. */
export function* countedTexts(packet: Buffer): Generator<string | null> {
  for (let at = 0; at < packet.length; ) {
    const first = packet[at++] ?? 0;
    if (first === 0xfb) {
      yield null;
      continue;
    }
    const length = first === 0xfd ? packet.readUIntLE(at, 3) : first;
    if (first === 0xfd) at += 3;
    yield packet.toString('utf8', at, at + length);
    at += length;
  }
}
